"""Expire personal data (개인정보 파기): what the rules say goes, each rule in transactions of its own.

A run that is killed leaves every transaction whole, and the next one goes on. Files go before the rows say so, so that
no row claims more than was done. A dry run does the same and takes it back: its counts are those of the real one.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.db.sweeps import lease
from gongmun.documents import FileStore
from gongmun.errors import GongmunError
from gongmun.mail.collecting import COLLECT_SWEEP
from gongmun.mail.models import IncomingMail
from gongmun.retention import incoming_queries, queries
from gongmun.retention.rules import Code, Retention, Rule

# The name of this sweep's lease and heartbeat.
EXPIRE_SWEEP = "expire-personal-data"


@dataclass(frozen=True, kw_only=True, slots=True)
class Expired:
    """What one rule took, or would take: rows, and files of the stores. `before` is the moment it went by."""

    rule: Rule
    before: datetime
    rows: int
    files: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What a run did rule by rule, in their order, and what it could not do."""

    lines: Sequence[Expired]
    problems: Sequence[GongmunError]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stores:
    """Where files lie: what we sent, and what came in."""

    documents: FileStore
    received: FileStore


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """Where a transaction begins: behind this id. What `named` found is asked once for all of a rule."""

    after: int = 0
    names: Counter[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    """What one transaction took: rows, files by store; where the next one begins, None after the last."""

    rows: int
    documents: Collection[str] = ()
    received: Collection[str] = ()
    next: _Place | None = None


# A transaction's work: by the moment before which things go, where it begins, and now.
_Act = Callable[[Session, datetime, _Place, datetime], _Part]


class _TakenBack(Exception):
    # No error: it ends a transaction without a trace.
    def __init__(self, lines: Sequence[Expired]) -> None:
        super().__init__()
        self.lines = lines


def expire(db: Database, retention: Retention, stores: Stores, *, now: datetime) -> Report:
    """Carry out every rule, however long it was not. May run at any time, twice, and beside everything else."""
    lines: list[Expired] = []
    problems: list[GongmunError] = []
    for rule in retention.rules:
        try:
            lines.append(_carry_out(db, rule, stores, now))
        except GongmunError as error:
            problems.append(error)
    return Report(lines=lines, problems=problems)


def count(db: Database, retention: Retention, *, now: datetime) -> Report:
    """What `expire` would do: the same is done, in one transaction that is taken back; no file is touched."""
    try:
        with db.transaction() as session:
            raise _TakenBack(
                [_summed(rule, now, list(_parts(session, rule, now))) for rule in retention.rules]
            )
    except _TakenBack as taken:
        return Report(lines=taken.lines, problems=())


def _parts(session: Session, rule: Rule, now: datetime) -> Iterator[_Part]:
    place: _Place | None = _Place()
    while place is not None:
        part = _ACTS[rule.code](session, rule.before(now), place, now)
        place = part.next
        yield part


def _carry_out(db: Database, rule: Rule, stores: Stores, now: datetime) -> Expired:
    if rule.code not in _OF_THE_INBOX:
        return _in_transactions(db, rule, stores, now)
    # Nobody reads mail meanwhile: its files are put where those that go lie.
    with lease(db, COLLECT_SWEEP, beats=False):
        return _in_transactions(db, rule, stores, now)


def _in_transactions(db: Database, rule: Rule, stores: Stores, now: datetime) -> Expired:
    parts: list[_Part] = []
    place: _Place | None = _Place()
    while place is not None:
        with db.transaction() as session:
            part = _ACTS[rule.code](session, rule.before(now), place, now)
            for sha256 in part.documents:
                stores.documents.remove(sha256)
            for sha256 in part.received:
                stores.received.remove(sha256)
            _record(session, rule, part, now)
        parts.append(part)
        place = part.next
    return _summed(rule, now, parts)


def _summed(rule: Rule, now: datetime, parts: Sequence[_Part]) -> Expired:
    return Expired(
        rule=rule,
        before=rule.before(now),
        rows=sum(part.rows for part in parts),
        files=sum(len(part.documents) + len(part.received) for part in parts),
    )


def _record(session: Session, rule: Rule, part: _Part, now: datetime) -> None:
    if part.rows:
        # Of a day, because what is gone has no id to tell.
        day = int(seoul_date(now).strftime("%Y%m%d"))
        ledger.record(
            session,
            "personal_data.expired",
            subject=("retention", day),
            now=now,
            rule=rule.code.value,
            days=rule.days,
            rows=part.rows,
            files=len(part.documents) + len(part.received),
        )


def _proposers(session: Session, before: datetime, _place: _Place, _now: datetime) -> _Part:
    return _Part(rows=queries.forget_proposers(session, before))


def _proposer_mails(session: Session, before: datetime, _place: _Place, _now: datetime) -> _Part:
    rows, files = queries.forget_proposer_mails(session, before)
    return _Part(rows=rows, documents=files)


def _access_mails(session: Session, before: datetime, _place: _Place, _now: datetime) -> _Part:
    return _Part(rows=queries.forget_access_mails(session, before))


def _coordinator_mails(session: Session, before: datetime, _place: _Place, _now: datetime) -> _Part:
    return _Part(rows=queries.forget_coordinator_mails(session, before))


def _ministry_mails(session: Session, before: datetime, _place: _Place, _now: datetime) -> _Part:
    rows, files = queries.forget_ministry_mails(session, before)
    return _Part(rows=rows, documents=files)


def _replies(session: Session, before: datetime, place: _Place, now: datetime) -> _Part:
    found = incoming_queries.settled_replies(session, before, place.after)
    if not found:
        return _Part(rows=0)
    documents = {document_id for _, document_id in found if document_id is not None}
    still_open = incoming_queries.open_documents(session, documents, before)
    gone = [
        mail for mail, document_id in found if document_id is None or not still_open[document_id]
    ]
    return _forgotten(session, gone, found[-1][0].id, place, now)


def _strays(session: Session, before: datetime, place: _Place, now: datetime) -> _Part:
    gone = incoming_queries.strays(session, before, place.after)
    if not gone:
        return _Part(rows=0)
    return _forgotten(session, gone, gone[-1].id, place, now)


def _forgotten(
    session: Session, gone: Sequence[IncomingMail], last: int, place: _Place, now: datetime
) -> _Part:
    names = incoming_queries.named(session) if place.names is None else place.names
    files = incoming_queries.forget(session, gone, now, names)
    return _Part(rows=len(gone), received=files, next=_Place(after=last, names=names))


_ACTS: Mapping[Code, _Act] = {
    Code.PROPOSERS: _proposers,
    Code.PROPOSER_MAILS: _proposer_mails,
    Code.ACCESS_MAILS: _access_mails,
    Code.COORDINATOR_MAILS: _coordinator_mails,
    Code.MINISTRY_MAILS: _ministry_mails,
    Code.REPLIES: _replies,
    Code.STRAYS: _strays,
}
_OF_THE_INBOX = frozenset({Code.REPLIES, Code.STRAYS})
