"""Select suggestions for the outcome of their forum, and route them by topic."""

from datetime import datetime

from gongmun import ledger
from gongmun.db import Database
from gongmun.ledger import Actor
from gongmun.suggestions import queries
from gongmun.suggestions.topics import topic_code


def select(
    db: Database, suggestion_id: int, *, now: datetime, actor: Actor = Actor.COORDINATOR
) -> None:
    """Select a suggestion (선정); quietly nothing where it is selected already.

    Raises:
        NotFound: there is no such suggestion.
    """
    _set_selected(db, suggestion_id, True, now=now, actor=actor)


def deselect(
    db: Database, suggestion_id: int, *, now: datetime, actor: Actor = Actor.COORDINATOR
) -> None:
    """Take back the selection; quietly nothing where it is not selected.

    Raises:
        NotFound: there is no such suggestion.
    """
    _set_selected(db, suggestion_id, False, now=now, actor=actor)


def _set_selected(
    db: Database, suggestion_id: int, selected: bool, *, now: datetime, actor: Actor
) -> None:
    with db.transaction() as session:
        queries.by_id(session, suggestion_id)
        if queries.set_selected(session, suggestion_id, selected):
            kind = "suggestion.selected" if selected else "suggestion.deselected"
            ledger.record(
                session, kind, subject=("suggestion", suggestion_id), now=now, actor=actor
            )


def set_topic(
    db: Database,
    suggestion_id: int,
    topic: str,
    *,
    now: datetime,
    actor: Actor = Actor.COORDINATOR,
) -> None:
    """Route a suggestion by giving its topic; quietly nothing where it has it already.

    Only the shape of the code is checked here: which ministry a topic goes to is known elsewhere.

    Raises:
        InvalidTopicCode: `topic` is no code.
        NotFound: there is no such suggestion.
    """
    code = topic_code(topic)
    with db.transaction() as session:
        queries.by_id(session, suggestion_id)
        if queries.set_topic(session, suggestion_id, code):
            ledger.record(
                session,
                "suggestion.topic_set",
                subject=("suggestion", suggestion_id),
                now=now,
                actor=actor,
                topic=code,
            )
