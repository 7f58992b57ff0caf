"""The end of waves and of series: what leads to people goes, what was answered stays; on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import func, select, update

from gongmun import ledger
from gongmun.access.models import AccessLink
from gongmun.errors import NotFound
from gongmun.mail.life import Status as MailStatus
from gongmun.mail.models import Dispatch, IncomingMail
from gongmun.settings import settings
from gongmun.surveys.fieldwork import queries, sheet_queries
from gongmun.surveys.fieldwork.archiving import (
    ArchivedWaves,
    SealBroken,
    archive_due,
    ended_waves,
)
from gongmun.surveys.fieldwork.board import series_lines
from gongmun.surveys.fieldwork.closing import GRACE, cancel, close_due
from gongmun.surveys.fieldwork.life import Event, Status
from gongmun.surveys.fieldwork.models import AnswerSheet, InvitationStatus, SurveyDecision
from gongmun.surveys.fieldwork.opening import open_wave
from gongmun.surveys.fieldwork.series import (
    SeriesEnded,
    SeriesFile,
    end_series,
    register_series,
)
from gongmun.surveys.fieldwork.starting import start_due
from gongmun.surveys.reports.telling import NewsTold, is_untold, tell, write_news
from gongmun.text import Bilingual
from tests.surveys.fieldwork.conftest import FILE, OPENING, PEOPLE, Fielded, until_it_waits
from tests.world import at

CLOSING = at(date(2026, 10, 26), 18, 0)
PUBLISHED = at(date(2026, 10, 30), 16, 0)
LAST_DAY = at(date(2026, 10, 30) + timedelta(days=FILE.keep_days - 1), 23, 50)
DUE = at(date(2026, 10, 30) + timedelta(days=FILE.keep_days), 3, 30)
WHO = {"name": "한소통", "reason": "조사를 마쳤습니다."}


def published(fielded: Fielded) -> int:
    """A wave with three answers, one refusal and an address that does not exist, whose report is out."""
    cycle_id = fielded.start().cycle_id
    open_wave(fielded.db, cycle_id, now=at(OPENING))
    fielded.mailer.refusing = {f"citizen{PEOPLE}@people.example": 550}
    fielded.dispatch(at(OPENING, 9, 15))
    for invitation in fielded.invitations(cycle_id)[:3]:
        fielded.answer(
            invitation.id, at(OPENING, 11), took_part=1, satisfied=2, wishes="010-1234-5678"
        )
    close_due(fielded.db, now=CLOSING)
    close_due(fielded.db, now=CLOSING + GRACE)
    with fielded.db.transaction() as session:
        for status, step in (
            (Status.CLOSED, Event.WEIGHTED),
            (Status.WEIGHTED, Event.REPORTED),
            (Status.REPORTED, Event.PUBLISHED),
        ):
            values = {"published_at": PUBLISHED} if step is Event.PUBLISHED else None
            queries.move(session, cycle_id, status, step, PUBLISHED, values=values)
        # A notice of the server of one of them, and the relay's own words.
        first = session.scalars(select(Dispatch).order_by(Dispatch.id)).first()
        assert first is not None
        session.add(
            IncomingMail(
                raw_sha256="0" * 64,
                size=1,
                collected_at=PUBLISHED,
                arrived_at=PUBLISHED,
                sender="citizen1@people.example",
                text="citizen1@people.example is away",
                dispatch_id=first.id,
            )
        )
        # What he himself wrote back is known by the address that it was written to.
        session.add(
            IncomingMail(
                raw_sha256="1" * 64,
                size=1,
                collected_at=PUBLISHED,
                arrived_at=PUBLISHED,
                sender="citizen1@people.example",
                subject="Re",
                text="I am citizen 1",
                attachments=[{"name": "citizen 1.pdf"}],
                tokens=[first.token],
            )
        )
        session.execute(update(AnswerSheet).values(weight=1.5))
    return cycle_id


def archived(fielded: Fielded, now: datetime) -> ArchivedWaves:
    """What the sweep does."""
    return archive_due(fielded.db, now=now, is_untold=is_untold)


def test_nothing_leads_from_an_archived_answer_to_a_person(fielded: Fielded) -> None:
    cycle_id = published(fielded)
    before = fielded.sheets()
    sealed = fielded.wave(cycle_id).sheets_sha256
    assert archived(fielded, LAST_DAY) == ArchivedWaves()
    assert archived(fielded, DUE).archived == (cycle_id,)
    assert archived(fielded, DUE) == ArchivedWaves()
    sheets = fielded.sheets()
    assert {sheet.id for sheet in sheets} == {sheet.id for sheet in before}
    for sheet in sheets:
        gone = (sheet.pair_key, sheet.sex, sheet.age_group, sheet.province, sheet.weight)
        assert (sheet.key, set(gone)) == (sheet.id, {None})
        # All on the last day: one who answered alone on his day is not the only one of it.
        assert sheet.submitted_on == date(2026, 10, 27)
        assert sheet.answers["satisfied"] == {"codes": [2]}
        assert "1234" not in str(sheet.answers["wishes"])
    statuses = {each.status for each in fielded.invitations(cycle_id)}
    assert InvitationStatus.ANSWERED in statuses
    assert {each.answered_on for each in fielded.invitations(cycle_id)} == {None}
    with fielded.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(AccessLink)) == 0
        mails = session.scalars(select(Dispatch)).all()
        assert len(mails) == PEOPLE
        assert not [mail for mail in mails if mail.address or mail.last_error or mail.relay_reply]
        came = session.scalars(select(IncomingMail)).all()
        assert len(came) == 2
        # What was attached goes with its files, by the rule of retention for mails that are no replies.
        assert not [each for each in came if each.sender or each.subject or each.text]
        told = ledger.history(session, "survey_cycle", cycle_id)[-1]
        ledger.verify(session)
        seal = sheet_queries.digest(session, cycle_id)[1]
    assert (told.kind, told.data["sheets"], told.data["masked"]) == ("survey_cycle.archived", 3, 3)
    assert (told.data["sealed"], told.data["sha256"]) == (sealed, seal)
    assert fielded.wave(cycle_id).sheets_sha256 == seal


def test_what_is_due_when_is_shown_before(fielded: Fielded) -> None:
    cycle_id = published(fielded)
    with fielded.db.reading() as session:
        (due,) = ended_waves(session)
    assert (due.cycle_id, due.wave, due.due_on) == (cycle_id, 1, date(2027, 12, 4))
    assert due.due_on == DUE.date()


def test_answers_that_were_changed_after_the_closing_are_noticed(fielded: Fielded) -> None:
    cycle_id = published(fielded)
    with fielded.db.transaction() as session:
        sheet, *_ = sheet_queries.sheets(session, cycle_id)
        sheet.answers = {"took_part": {"codes": [2]}}
    (problem,) = archived(fielded, DUE).problems
    assert isinstance(problem, SealBroken)
    assert fielded.wave(cycle_id).status is Status.PUBLISHED
    assert {sheet.weight for sheet in fielded.sheets()} == {1.5}


def test_a_wave_waits_for_mails_that_are_still_to_leave(fielded: Fielded) -> None:
    cycle_id = published(fielded)
    with fielded.db.transaction() as session:
        mail = session.scalars(select(Dispatch).order_by(Dispatch.id)).first()
        assert mail is not None
        mail.status = MailStatus.QUEUED
    assert archived(fielded, DUE) == ArchivedWaves(waiting=(cycle_id,))
    assert fielded.wave(cycle_id).status is Status.PUBLISHED


def test_a_wave_waits_until_its_news_are_told(fielded: Fielded) -> None:
    cycle_id = published(fielded)
    news(fielded, cycle_id, LAST_DAY)
    # Late in the evening nobody is written to; the sweep of the night finds the news untold.
    assert tell(fielded.db, now=LAST_DAY) == 0
    assert archived(fielded, DUE) == ArchivedWaves(waiting=(cycle_id,))
    monday = at(date(2027, 12, 6))
    assert tell(fielded.db, now=monday) == 3
    fielded.dispatch(monday + timedelta(minutes=15))
    assert len([text for _, text in fielded.sent() if "바꾸었습니다." in text]) == 3
    assert archived(fielded, DUE + timedelta(days=3)).archived == (cycle_id,)


def test_nobody_writes_news_that_nobody_would_be_told(fielded: Fielded) -> None:
    cycle_id = published(fielded)
    archived(fielded, DUE)
    with pytest.raises(NewsTold):
        news(fielded, cycle_id, DUE)


def test_nobody_is_written_to_about_a_wave_that_is_just_archived(fielded: Fielded) -> None:
    cycle_id = published(fielded)
    with ThreadPoolExecutor(1) as other, being_archived(fielded, cycle_id):
        writing = other.submit(news, fielded, cycle_id, PUBLISHED)
        until_it_waits(fielded.db, writing)
    with pytest.raises(NewsTold):
        writing.result()


def test_nobody_is_told_the_news_of_a_wave_that_is_just_archived(fielded: Fielded) -> None:
    cycle_id = published(fielded)
    news(fielded, cycle_id, PUBLISHED)
    with ThreadPoolExecutor(1) as other, being_archived(fielded, cycle_id):
        telling = other.submit(tell, fielded.db, now=PUBLISHED)
        until_it_waits(fielded.db, telling)
    assert telling.result() == 0


@contextmanager
def being_archived(fielded: Fielded, cycle_id: int) -> Iterator[None]:
    """Another process, which has looked whether there are mails or news, and archives it."""
    with fielded.db.transaction() as session:
        queries.cycle(session, cycle_id, queries.Held.ALONE)
        yield
        queries.move(session, cycle_id, Status.PUBLISHED, Event.ARCHIVED, PUBLISHED)


def news(fielded: Fielded, cycle_id: int, now: datetime) -> int:
    """A coordinator writes down what has changed."""
    text = Bilingual(ko="바꾸었습니다.", en="Changed.")
    return write_news(fielded.db, cycle_id, text=text, link=None, now=now, **WHO)


def test_of_two_at_once_one_archives(fielded: Fielded) -> None:
    cycle_id = published(fielded)
    with ThreadPoolExecutor(2) as both:
        reports = [both.submit(archived, fielded, DUE) for _ in range(2)]
    assert sorted(len(each.result().archived) for each in reports) == [0, 1]
    with fielded.db.reading() as session:
        kinds = [told.kind for told in ledger.history(session, "survey_cycle", cycle_id)]
    assert kinds.count("survey_cycle.archived") == 1


def test_a_wave_that_was_cancelled_loses_its_addresses_too(fielded: Fielded) -> None:
    cycle_id = fielded.start().cycle_id
    open_wave(fielded.db, cycle_id, now=at(OPENING))
    fielded.dispatch(at(OPENING, 9, 15))
    cancel(fielded.db, cycle_id, now=at(OPENING, 14), **WHO)
    due = at(OPENING + timedelta(days=FILE.keep_days))
    assert archived(fielded, due - timedelta(days=1)) == ArchivedWaves()
    assert archived(fielded, due).archived == (cycle_id,)
    assert archived(fielded, due) == ArchivedWaves()
    assert fielded.wave(cycle_id).status is Status.CANCELLED
    with fielded.db.reading() as session:
        assert set(session.scalars(select(Dispatch.address))) == {None}


def test_a_series_that_was_ended_starts_nothing_and_finishes_what_runs(fielded: Fielded) -> None:
    cycle_id = published(fielded)
    key = settings().survey_keys / f"{FILE.code}.key"
    assert end_series(fielded.db, FILE.code, now=PUBLISHED, **WHO)
    assert not end_series(fielded.db, FILE.code, now=PUBLISHED, **WHO)
    january = at(date(2027, 1, 12))
    assert start_due(fielded.db, now=january).started == ()
    with pytest.raises(SeriesEnded):
        fielded.start("by-hand", now=january)
    with pytest.raises(SeriesEnded):
        register_series(fielded.db, FILE, now=january)
    with fielded.db.reading() as session:
        (line,) = series_lines(session, now=january)
        (decision,) = session.scalars(select(SurveyDecision))
        told = str([each.data for each in ledger.history(session, "survey_series", 1)])
    assert (line.is_over, line.next_on, line.ended_on) == (True, None, PUBLISHED.date())
    assert (decision.cycle_id, decision.name) == (None, "한소통")
    assert "한소통" not in told
    # The key is needed as long as one of its waves leads to people.
    assert key.exists()
    assert archived(fielded, DUE) == ArchivedWaves(archived=(cycle_id,), keys=(FILE.code,))
    assert not key.exists()
    with pytest.raises(NotFound):
        end_series(fielded.db, "no-such-series", now=PUBLISHED, **WHO)


def test_the_wave_that_runs_when_its_series_is_ended_goes_on(fielded: Fielded) -> None:
    cycle_id = fielded.start().cycle_id
    end_series(fielded.db, FILE.code, now=at(OPENING), **WHO)
    assert open_wave(fielded.db, cycle_id, now=at(OPENING)).mails == PEOPLE
    fielded.answer(fielded.invitations(cycle_id)[0].id, at(OPENING, 11))
    assert archived(fielded, DUE).keys == ()
    assert len(fielded.sheets()) == 1


def test_no_row_says_that_a_key_is_destroyed_which_is_there(fielded: Fielded) -> None:
    published(fielded)
    end_series(fielded.db, FILE.code, now=PUBLISHED, **WHO)
    key = settings().survey_keys / f"{FILE.code}.key"
    key.unlink()
    key.mkdir()  # which no unlink removes
    with pytest.raises(OSError, match=FILE.code):
        archived(fielded, DUE)
    key.rmdir()
    with fielded.db.reading() as session:
        assert queries.locked_series(session, FILE.code).key_destroyed_at is None
    # Killed after the file was gone: the next run only says so.
    assert archived(fielded, DUE).keys == (FILE.code,)


@pytest.mark.parametrize("end", ["COUNT=2", "UNTIL=20261231"])
def test_a_rule_that_has_come_to_its_end_starts_nothing(fielded: Fielded, end: str) -> None:
    file = type(FILE).model_validate(FILE.model_dump() | {"rule": f"{FILE.rule};{end}"})
    register_series(fielded.db, file, now=at(OPENING))
    # Its days are 12 July, which was missed, and 12 October.
    (started,) = start_due(fielded.db, now=at(OPENING)).started
    for day in (date(2027, 1, 12), date(2028, 1, 12)):
        assert start_due(fielded.db, now=at(day)) == start_due(fielded.db, now=at(OPENING))
        again = fielded.start(f"airflow-{day}", now=at(day))
        assert (again.cycle_id, again.is_new) == (started.cycle_id, False)
    with fielded.db.reading() as session:
        (line,) = series_lines(session, now=at(OPENING))
    assert (line.is_over, line.next_on, line.ended_on) == (True, None, None)
    # As long as its key is there the rule may be made longer.
    register_series(fielded.db, FILE, now=at(OPENING))
    with fielded.db.reading() as session:
        (line,) = series_lines(session, now=at(OPENING))
    assert (line.is_over, line.next_on) == (False, date(2027, 1, 12))


@pytest.mark.parametrize(
    "rule",
    ["FREQ=MONTHLY;UNTIL=20260101", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;UNTIL=20271231T000000Z"],
)
def test_a_rule_without_a_day_is_refused(rule: str) -> None:
    with pytest.raises(ValidationError):
        SeriesFile.model_validate(FILE.model_dump() | {"rule": rule})
