"""Every SELECT of the suggestions room, and its guarded updates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, column, func, insert, select, table, update, values
from sqlalchemy.orm import Session

from gongmun.errors import NotFound
from gongmun.suggestions.models import Import, ImportProblem, Proposer, Suggestion

# Forums are a room above this one, so only the two columns an import needs are named here.
_FORUMS = table("forums", column("id"), column("code"))


@dataclass(frozen=True, kw_only=True, slots=True)
class SuggestionCounts:
    """How many suggestions a forum has, and how far their selection and routing have come."""

    all: int
    selected: int
    selected_without_topic: int


def by_id(session: Session, suggestion_id: int) -> Suggestion:
    """One suggestion.

    Raises:
        NotFound: there is none with this id.
    """
    suggestion = session.get(Suggestion, suggestion_id)
    if suggestion is None:
        raise NotFound(thing_ko=f"제안 {suggestion_id}", thing_en=f"suggestion {suggestion_id}")
    return suggestion


def of_forum(session: Session, forum_id: int) -> Sequence[Suggestion]:
    """All suggestions of a forum, by number."""
    return session.scalars(
        select(Suggestion).where(Suggestion.forum_id == forum_id).order_by(Suggestion.number)
    ).all()


def selected_of_forum(session: Session, forum_id: int) -> Sequence[Suggestion]:
    """The selected suggestions of a forum, by number."""
    return session.scalars(
        select(Suggestion)
        .where(Suggestion.forum_id == forum_id, Suggestion.selected)
        .order_by(Suggestion.number)
    ).all()


def counts(session: Session, forum_id: int) -> SuggestionCounts:
    """The figures of one forum."""
    row = session.execute(
        select(
            func.count(),
            func.count().filter(Suggestion.selected),
            func.count().filter(Suggestion.selected, Suggestion.topic.is_(None)),
        ).where(Suggestion.forum_id == forum_id)
    ).one()
    return SuggestionCounts(all=row[0], selected=row[1], selected_without_topic=row[2])


def problems_of_import(session: Session, import_id: int) -> Sequence[ImportProblem]:
    """What was found wrong in one import, in the order of the file."""
    return session.scalars(
        select(ImportProblem)
        .where(ImportProblem.import_id == import_id)
        .order_by(ImportProblem.line, ImportProblem.id)
    ).all()


def lock_forum(session: Session, forum_id: int) -> str:
    """The code of a forum, whose row is locked until the transaction ends.

    Imports into one forum take turns by it, so that numbers run without gaps and a suggestion goes
    in once. Other rooms may still refer to the forum meanwhile.

    Raises:
        NotFound: there is no such forum.
    """
    code = session.scalar(
        select(_FORUMS.c.code).where(_FORUMS.c.id == forum_id).with_for_update(key_share=True)
    )
    if code is None:
        raise NotFound(thing_ko=f"포럼 {forum_id}", thing_en=f"forum {forum_id}")
    return str(code)


def last_number(session: Session, forum_id: int) -> int:
    """The highest suggestion number given in a forum; 0 where there is none."""
    return (
        session.scalar(select(func.max(Suggestion.number)).where(Suggestion.forum_id == forum_id))
        or 0
    )


def content_by_key(session: Session, forum_id: int, keys: Sequence[str]) -> dict[str, str]:
    """The content hashes of those of `keys` that the forum already has.

    The keys are joined as a table: a long IN list makes PostgreSQL, which has no statistics of rows
    just imported, compare each row of the forum with each key.
    """
    if not keys:
        return {}
    wanted = (
        values(column("key", String), name="wanted").data([(key,) for key in keys]).cte("wanted")
    )
    rows = session.execute(
        select(Suggestion.key, Suggestion.content_hash)
        .join(wanted, Suggestion.key == wanted.c.key)
        .where(Suggestion.forum_id == forum_id)
    )
    return {row.key: row.content_hash for row in rows}


def insert_suggestions(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert, if there are any."""
    if rows:
        session.execute(insert(Suggestion), list(rows))


def ids_after(session: Session, forum_id: int, number: int) -> dict[str, int]:
    """The ids, by key, of the suggestions of a forum that were numbered after `number`."""
    rows = session.execute(
        select(Suggestion.key, Suggestion.id).where(
            Suggestion.forum_id == forum_id, Suggestion.number > number
        )
    )
    return {row.key: row.id for row in rows}


def insert_proposers(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert those who gave a name or a contact, if any did."""
    if rows:
        session.execute(insert(Proposer), list(rows))


def insert_problems(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert what was found wrong in an import, if anything was."""
    if rows:
        session.execute(insert(ImportProblem), list(rows))


def count_batch(
    session: Session, import_id: int, *, accepted: int, already_there: int, rejected: int
) -> None:
    """Add the counts of one batch to its import."""
    session.execute(
        update(Import)
        .where(Import.id == import_id)
        .values(
            rows=Import.rows + accepted + already_there + rejected,
            accepted=Import.accepted + accepted,
            already_there=Import.already_there + already_there,
            rejected=Import.rejected + rejected,
        )
    )


def complete_import(session: Session, import_id: int) -> None:
    """All of the file was read."""
    session.execute(update(Import).where(Import.id == import_id).values(complete=True))


def set_selected(session: Session, suggestion_id: int, selected: bool) -> bool:
    """Select or deselect; False where it already was so, or where there is no such suggestion."""
    changed = session.execute(
        update(Suggestion)
        .where(Suggestion.id == suggestion_id, Suggestion.selected.is_not(selected))
        .values(selected=selected)
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]


def set_topic(session: Session, suggestion_id: int, topic: str | None) -> bool:
    """Give a topic; False where it already had it, or where there is no such suggestion."""
    changed = session.execute(
        update(Suggestion)
        .where(Suggestion.id == suggestion_id, Suggestion.topic.is_distinct_from(topic))
        .values(topic=topic)
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]
