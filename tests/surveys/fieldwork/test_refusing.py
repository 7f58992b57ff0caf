"""Who has refused is not written to again: by no later wave of the series, and not with the news of one before."""

from datetime import date

from sqlalchemy import update

from gongmun.surveys.fieldwork import queries
from gongmun.surveys.fieldwork.answering import reconsider, refuse
from gongmun.surveys.fieldwork.board import wave_line
from gongmun.surveys.fieldwork.closing import GRACE, close_due, close_now
from gongmun.surveys.fieldwork.life import Event, Status
from gongmun.surveys.fieldwork.models import InvitationStatus
from gongmun.surveys.fieldwork.opening import open_wave
from gongmun.surveys.fieldwork.reminding import remind
from gongmun.surveys.fieldwork.series import register_series
from gongmun.surveys.panels.enrolling import enrol_list
from gongmun.surveys.panels.models import PanelMember, Standing
from gongmun.surveys.reports.queries import to_tell
from gongmun.text import Bilingual
from tests.surveys.fieldwork.conftest import FILE, OPENING, PEOPLE, Fielded
from tests.world import at

LATER = (OPENING, date(2027, 1, 12), date(2027, 4, 12))


def _opened(fielded: Fielded, wave: int) -> int:
    """Open the n-th wave, from 0, and send its invitations."""
    day = LATER[wave]
    cycle_id = fielded.start(f"wave-{wave}", now=at(day)).cycle_id
    open_wave(fielded.db, cycle_id, now=at(day))
    fielded.mailer.sent.clear()
    fielded.dispatch(at(day, 9, 15))
    return cycle_id


def _closed(fielded: Fielded, cycle_id: int, wave: int) -> None:
    ended = at(LATER[wave], 18)
    close_now(fielded.db, cycle_id, name="한소통", reason="마칩니다.", now=ended)
    close_due(fielded.db, now=ended + GRACE)
    assert fielded.wave(cycle_id).status is Status.CLOSED


def test_a_refusal_holds_for_all_later_waves(fielded: Fielded) -> None:
    first = _opened(fielded, 0)
    refuse(fielded.db, fielded.invitations(first)[1].id, now=at(OPENING, 11))
    with fielded.db.reading() as session:
        assert wave_line(session, first, now=at(OPENING, 12)).refused_before == 0
    _closed(fielded, first, 0)
    for wave in (1, 2):
        cycle_id = _opened(fielded, wave)
        invited = {recipient for recipient, _ in fielded.sent()}
        assert len(invited) == PEOPLE - 1
        assert "citizen2@people.example" not in invited
        with fielded.db.reading() as session:
            line = wave_line(session, cycle_id, now=at(LATER[wave], 12))
        # He stays among those asked: a response rate does not rise by it.
        assert (line.asked, line.refused_before) == (PEOPLE, 1)
        assert line.counts[InvitationStatus.REFUSED] == 1
        reminded = at(date(LATER[wave].year, LATER[wave].month, LATER[wave].day + 3))
        assert remind(fielded.db, now=reminded).mails == PEOPLE - 1
        _closed(fielded, cycle_id, wave)


def test_a_refusal_holds_when_the_series_asks_another_panel(fielded: Fielded) -> None:
    first = _opened(fielded, 0)
    refuse(fielded.db, fielded.invitations(first)[1].id, now=at(OPENING, 11))
    _closed(fielded, first, 0)
    # Another panel, in which the same people have other numbers.
    lines = "".join(f"N-{n:04},Citizen{n}@people.example\n" for n in range(1, PEOPLE + 3))
    enrol_list(
        fielded.db,
        "panel-2027",
        Bilingual(ko="새 참여단", en="A new panel"),
        f"id,contact\n{lines}".encode(),
        now=at(LATER[1]),
    )
    publish(fielded, first)
    register_series(fielded.db, FILE.model_copy(update={"panel": "panel-2027"}), now=at(LATER[1]))
    second = _opened(fielded, 1)
    invited = {recipient for recipient, _ in fielded.sent()}
    assert len(invited) == PEOPLE + 1
    assert "citizen2@people.example" not in invited
    with fielded.db.reading() as session:
        assert wave_line(session, second, now=at(LATER[1], 12)).refused_before == 1


def publish(fielded: Fielded, cycle_id: int) -> None:
    """Its report is out: nobody needs the panel of that wave any more."""
    with fielded.db.transaction() as session:
        for status, event in (
            (Status.CLOSED, Event.WEIGHTED),
            (Status.WEIGHTED, Event.REPORTED),
            (Status.REPORTED, Event.PUBLISHED),
        ):
            queries.move(session, cycle_id, status, event, at(LATER[1]))


def test_who_changed_his_mind_before_the_closing_is_invited_again(fielded: Fielded) -> None:
    first = _opened(fielded, 0)
    refuser = fielded.invitations(first)[1].id
    refuse(fielded.db, refuser, now=at(OPENING, 11))
    reconsider(fielded.db, refuser, now=at(OPENING, 12))
    fielded.answer(refuser, at(OPENING, 12))
    _closed(fielded, first, 0)
    _opened(fielded, 1)
    assert len(fielded.sent()) == PEOPLE


def _left(fielded: Fielded, cycle_id: int, place: int) -> None:
    """He is no member of the panel any more."""
    with fielded.db.transaction() as session:
        session.execute(
            update(PanelMember)
            .where(PanelMember.id == fielded.invitations(cycle_id)[place].member_id)
            .values(standing=Standing.LEFT)
        )


def test_who_has_left_the_panel_is_not_reminded_and_may_answer(fielded: Fielded) -> None:
    cycle_id = _opened(fielded, 0)
    _left(fielded, cycle_id, 1)
    third = date(OPENING.year, OPENING.month, OPENING.day + 3)
    assert remind(fielded.db, now=at(third)).mails == PEOPLE - 1
    # Nor is he where he left after the reminder was queued.
    _left(fielded, cycle_id, 2)
    fielded.mailer.sent.clear()
    fielded.dispatch(at(third, 10, 15))
    reminded = {recipient for recipient, _ in fielded.sent()}
    assert len(reminded) == PEOPLE - 2
    assert not reminded & {"citizen2@people.example", "citizen3@people.example"}
    fielded.answer(fielded.invitations(cycle_id)[1].id, at(third, 11))
    assert fielded.invitations(cycle_id)[1].status is InvitationStatus.ANSWERED


def test_the_news_of_a_wave_before_spare_who_has_refused_in_another_panel(
    fielded: Fielded,
) -> None:
    first = _opened(fielded, 0)
    for each in fielded.invitations(first)[:2]:
        fielded.answer(each.id, at(OPENING, 11))
    _closed(fielded, first, 0)
    enrol_list(
        fielded.db,
        "panel-2027",
        Bilingual(ko="새 참여단", en="A new panel"),
        b"id,contact\nN-1,citizen2@people.example\n",
        now=at(LATER[1]),
    )
    publish(fielded, first)
    register_series(fielded.db, FILE.model_copy(update={"panel": "panel-2027"}), now=at(LATER[1]))
    second = _opened(fielded, 1)
    refuse(fielded.db, fielded.invitations(second)[0].id, now=at(LATER[1], 11))
    with fielded.db.transaction() as session:
        told = [each.contact for each in to_tell(session, first, PEOPLE)]
    assert told == ["citizen1@people.example"]


def test_of_a_wave_before_who_has_refused_is_told_no_news(fielded: Fielded) -> None:
    first = _opened(fielded, 0)
    for each in fielded.invitations(first)[:3]:
        fielded.answer(each.id, at(OPENING, 11))
    _closed(fielded, first, 0)
    second = _opened(fielded, 1)
    refuse(fielded.db, fielded.invitations(second)[1].id, now=at(LATER[1], 11))
    with fielded.db.transaction() as session:
        told = [each.contact for each in to_tell(session, first, PEOPLE)]
    assert told == ["citizen1@people.example", "citizen3@people.example"]
