"""Bring a file of suggestions into a forum, row by row.

The file is read twice: once whole, to refuse it before anything is written, once to import it. Each
batch is a transaction of its own, so that others may write in between and memory stays small. A
killed import therefore leaves its first batches behind; importing the file again adds the rest,
because a suggestion's key is unique in its forum.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gongmun import ledger
from gongmun.clock import utc
from gongmun.db import Database
from gongmun.suggestions import queries
from gongmun.suggestions.mapping import ColumnMapping
from gongmun.suggestions.models import Import
from gongmun.suggestions.problems import Problem, Reason, problem
from gongmun.suggestions.rows import Entry, check
from gongmun.suggestions.source import inspect, records
from gongmun.text import clean_line, shorten

# A batch ends at so many records, or at so many characters where bodies are long.
_BATCH_RECORDS = 1_000
_BATCH_CHARACTERS = 5_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportReport:
    """What one import did. `rows` is the sum of `accepted`, `already_there` and `rejected`."""

    import_id: int
    file_name: str
    rows: int
    accepted: int
    already_there: int
    rejected: int
    # Refusals and warnings in the order of the file. Each says its line and holds no personal data.
    problems: tuple[Problem, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Batch:
    """What became of the records of one batch."""

    accepted: int
    already_there: int
    rejected: int
    problems: tuple[Problem, ...]


def import_file(
    db: Database, path: Path, mapping: ColumnMapping, *, forum_id: int, now: datetime
) -> ImportReport:
    """Import a `.csv`, `.jsonl` or `.ndjson` file, or one of them with `.gz`.

    Records that are wrong are reported and leave the others alone. A record that the forum has
    already is left as it is; so a second run adds nothing, and a longer file adds what is new.

    Raises:
        ImportRefused: the file as a whole cannot be read as the mapping says; nothing was written.
        NotFound: there is no such forum; nothing was written.
    """
    now = utc(now)
    sha256 = inspect(path, mapping)
    file_name = shorten(clean_line(path.name), 255)
    with db.transaction() as session:
        queries.lock_forum(session, forum_id)
        started = Import(
            forum_id=forum_id,
            file_name=file_name,
            sha256=sha256,
            mapping=mapping.model_dump(mode="json"),
            started_at=now,
        )
        session.add(started)
        session.flush()
        import_id = started.id
    found = (
        record if isinstance(record, Problem) else check(record, mapping)
        for record in records(path, mapping)
    )
    done = [
        _add(db, batch, import_id=import_id, forum_id=forum_id, now=now)
        for batch in _batches(found)
    ]
    accepted = sum(batch.accepted for batch in done)
    already_there = sum(batch.already_there for batch in done)
    rejected = sum(batch.rejected for batch in done)
    report = ImportReport(
        import_id=import_id,
        file_name=file_name,
        rows=accepted + already_there + rejected,
        accepted=accepted,
        already_there=already_there,
        rejected=rejected,
        problems=tuple(each for batch in done for each in batch.problems),
    )
    with db.transaction() as session:
        queries.complete_import(session, import_id)
        ledger.record(
            session,
            "suggestions.imported",
            subject=("import", import_id),
            now=now,
            forum_id=forum_id,
            sha256=sha256,
            rows=report.rows,
            accepted=accepted,
            already_there=already_there,
            rejected=rejected,
        )
    return report


def _batches(found: Iterator[Entry | Problem]) -> Iterator[list[Entry | Problem]]:
    batch: list[Entry | Problem] = []
    characters = 0
    for item in found:
        batch.append(item)
        characters += len(item.body) if isinstance(item, Entry) else 0
        if len(batch) == _BATCH_RECORDS or characters > _BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _add(
    db: Database,
    batch: list[Entry | Problem],
    *,
    import_id: int,
    forum_id: int,
    now: datetime,
) -> _Batch:
    entries = [item for item in batch if isinstance(item, Entry)]
    problems = [item for item in batch if isinstance(item, Problem)]
    rejected = len(problems)
    with db.transaction() as session:
        # The lock makes imports take turns: what is there and the last number stay true below.
        code = queries.lock_forum(session, forum_id)
        known = queries.content_by_key(session, forum_id, [entry.key for entry in entries])
        number = queries.last_number(session, forum_id)
        fresh: list[Entry] = []
        for entry in entries:
            if entry.key not in known:
                known[entry.key] = entry.content_hash
                fresh.append(entry)
                problems.extend(entry.warnings)
            elif known[entry.key] != entry.content_hash:
                problems.append(problem(entry.line, Reason.CONTENT_CHANGED))
        problems.sort(key=lambda found: found.line)
        queries.insert_suggestions(
            session,
            [
                {
                    "forum_id": forum_id,
                    "key": entry.key,
                    "number": running,
                    "reference": f"{code}-{running:03}",
                    "channel": entry.channel,
                    "external_id": entry.external_id,
                    "title": entry.title,
                    "body": entry.body,
                    "topic": entry.topic,
                    "submitted_at": entry.submitted_at,
                    "selected": entry.selected,
                    "content_hash": entry.content_hash,
                    "imported_at": now,
                    "import_id": import_id,
                }
                for running, entry in enumerate(fresh, start=number + 1)
            ],
        )
        ids = queries.ids_after(session, forum_id, number)
        queries.insert_proposers(
            session,
            [
                {
                    "suggestion_id": ids[entry.key],
                    "name": entry.proposer_name,
                    "contact": entry.proposer_contact,
                }
                for entry in fresh
                if entry.proposer_name or entry.proposer_contact
            ],
        )
        queries.insert_problems(
            session,
            [
                {
                    "import_id": import_id,
                    "line": found.line,
                    "refused": found.reason.refuses,
                    "reason_code": found.reason,
                    "reason_ko": found.text.ko,
                    "reason_en": found.text.en,
                }
                for found in problems
            ],
        )
        outcome = _Batch(
            accepted=len(fresh),
            already_there=len(entries) - len(fresh),
            rejected=rejected,
            problems=tuple(problems),
        )
        queries.count_batch(
            session,
            import_id,
            accepted=outcome.accepted,
            already_there=outcome.already_there,
            rejected=outcome.rejected,
        )
    return outcome
