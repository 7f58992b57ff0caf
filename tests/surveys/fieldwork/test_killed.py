"""A run that opens or reminds a wave and is killed: the next one goes on, and nobody is written to twice."""

import gc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import event, select

from gongmun import ledger
from gongmun.access.models import AccessLink
from gongmun.db import Database
from gongmun.mail import Dispatch
from gongmun.surveys.fieldwork import opening, reminding
from gongmun.surveys.fieldwork.life import Status
from gongmun.surveys.fieldwork.opening import open_wave
from gongmun.surveys.fieldwork.reminding import remind
from tests.surveys.fieldwork.conftest import OPENING, PEOPLE, Fielded
from tests.world import at

TOGETHER = 3
# Three working days after the invitation.
REMINDED = at(date(2026, 10, 15))


class KilledError(Exception):
    """The process is gone."""


@contextmanager
def killed_at(db: Database, beginning: str, *, time: int) -> Iterator[None]:
    """The process is killed when it is about to run a statement that begins so, for the n-th time."""
    seen = 0

    @event.listens_for(db.engine, "before_cursor_execute")
    def look(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal seen
        seen += statement.startswith(beginning)
        if seen == time:
            raise KilledError

    try:
        with pytest.raises(KilledError):
            yield
    finally:
        event.remove(db.engine, "before_cursor_execute", look)


@pytest.fixture(autouse=True)
def few_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "TOGETHER", TOGETHER)
    monkeypatch.setattr(reminding, "TOGETHER", TOGETHER)


@pytest.mark.parametrize("table", ["dispatches", "survey_mails", "access_links", "ledger_head"])
def test_the_invitations_go_on_where_they_stood(fielded: Fielded, table: str) -> None:
    db, cycle_id = fielded.db, fielded.start().cycle_id
    # The head of the ledger is moved last in a transaction, here also in those of the freezing and the sampling.
    beginning, time = (
        ("UPDATE ledger_head", 4) if table == "ledger_head" else (f"INSERT INTO {table} ", 2)
    )
    with killed_at(db, beginning, time=time):
        open_wave(db, cycle_id, now=at(OPENING))
    assert gc.isenabled()
    with db.reading() as session:
        assert len(session.scalars(select(Dispatch.id)).all()) == TOGETHER
        assert len(session.scalars(select(AccessLink.id)).all()) == TOGETHER
    opened = open_wave(db, cycle_id, now=at(OPENING, 10))
    assert (opened.status, opened.mails) == (Status.FIELDING, PEOPLE - TOGETHER)
    assert open_wave(db, cycle_id, now=at(OPENING, 11)).mails == 0
    fielded.dispatch(at(OPENING, 11))
    recipients = Counter(recipient for recipient, _ in fielded.sent())
    assert set(recipients.values()) == {1}
    assert len(recipients) == PEOPLE
    assert len({text for _, text in fielded.sent()}) == PEOPLE, "each has a link of his own"
    with db.reading() as session:
        ledger.verify(session)


def test_the_reminders_go_on_where_they_stood(fielded: Fielded) -> None:
    db, cycle_id = fielded.db, fielded.start().cycle_id
    open_wave(db, cycle_id, now=at(OPENING))
    fielded.dispatch(at(OPENING, 9, 15))
    with killed_at(db, "INSERT INTO dispatches ", time=3):
        remind(db, now=REMINDED)
    assert remind(db, now=REMINDED).mails == PEOPLE - 2 * TOGETHER
    assert remind(db, now=REMINDED).mails == 0
    fielded.dispatch(REMINDED)
    recipients = Counter(recipient for recipient, _ in fielded.sent())
    assert set(recipients.values()) == {2}
    assert len(recipients) == PEOPLE
