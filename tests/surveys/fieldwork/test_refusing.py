"""Who has refused is not written to again: by no later wave of the series, and not with the news of one before."""

from datetime import date

from gongmun.surveys.fieldwork.answering import reconsider, refuse
from gongmun.surveys.fieldwork.board import wave_line
from gongmun.surveys.fieldwork.closing import GRACE, close_due, close_now
from gongmun.surveys.fieldwork.life import Status
from gongmun.surveys.fieldwork.models import InvitationStatus
from gongmun.surveys.fieldwork.opening import open_wave
from gongmun.surveys.fieldwork.reminding import remind
from gongmun.surveys.reports.queries import to_tell
from tests.surveys.fieldwork.conftest import OPENING, PEOPLE, Fielded
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


def test_who_changed_his_mind_before_the_closing_is_invited_again(fielded: Fielded) -> None:
    first = _opened(fielded, 0)
    refuser = fielded.invitations(first)[1].id
    refuse(fielded.db, refuser, now=at(OPENING, 11))
    reconsider(fielded.db, refuser, now=at(OPENING, 12))
    fielded.answer(refuser, at(OPENING, 12))
    _closed(fielded, first, 0)
    _opened(fielded, 1)
    assert len(fielded.sent()) == PEOPLE


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
