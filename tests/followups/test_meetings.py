"""Meetings: their life, and the invitations as a calendar reads them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, Event

from gongmun import ledger
from gongmun.answers import files
from gongmun.answers.models import Channel
from gongmun.errors import GongmunError, InvalidTransition, NotFound
from gongmun.followups import meeting_queries
from gongmun.followups.life import Status
from gongmun.followups.meetings import (
    MeetingComing,
    MeetingImpossible,
    MeetingIncomplete,
    cancel,
    date_,
    hold,
    propose,
)
from gongmun.followups.models import Meeting
from gongmun.forums.waiting import waiting
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.life import Event as ReferralEvent
from gongmun.settings import settings
from tests.followups.conftest import Followed
from tests.followups.test_commitments import PDF
from tests.world import at

NOW = at(date(2026, 11, 2), 10)
START, END = at(date(2026, 11, 20), 14), at(date(2026, 11, 20), 15, 30)
HONG, MODS = "hong@example.com", "forum@mods.example"
DIVISION = settings().agency.email


def proposed(
    followed: Followed,
    referral_id: int | None = None,
    *,
    agenda: str = "설치할 곳을 정합니다.",
    with_proposer: bool = True,
    organisation_id: int | None = None,
) -> Meeting:
    if referral_id is None:
        (referral_id,) = followed.world.dispatched("statistics")
        followed.contact(referral_id, HONG)
    return propose(
        followed.db,
        referral_id,
        agenda=agenda,
        by_ministry=organisation_id is not None,
        with_proposer=with_proposer,
        now=NOW,
        organisation_id=organisation_id,
    )


def dated(
    followed: Followed,
    meeting_id: int,
    *,
    start: datetime = START,
    end: datetime = END,
    place: str = "정부세종청사 6동 회의실",
    now: datetime = NOW,
) -> Meeting:
    meeting = date_(
        followed.db,
        meeting_id,
        starts_at=start,
        ends_at=end,
        place=place,
        store=followed.world.store,
        now=now,
    )
    followed.send(now)
    return meeting


def invitation(mail: EmailMessage) -> tuple[Calendar, Event]:
    """The .ics of a mail, parsed back from the wire."""
    (part,) = mail.iter_attachments()
    assert part.get_content_type() == "text/calendar"
    assert part.get_filename().endswith(".ics")
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    calendar = Calendar.from_ical(content)
    assert part.get_param("method") == calendar["METHOD"]
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def invitations(followed: Followed) -> dict[str, EmailMessage]:
    """The last mail with a meeting to each recipient."""
    return {to: mail for to, mail in followed.world.sent() if "후속 협의" in mail["Subject"]}


def test_an_invitation_goes_to_ministry_division_and_proposer(on_both: Followed) -> None:
    meeting = proposed(on_both)
    dated(on_both, meeting.id)
    mails = invitations(on_both)
    assert set(mails) == {MODS, DIVISION, HONG}
    for to, mail in mails.items():
        calendar, event = invitation(mail)
        assert calendar["METHOD"] == "REQUEST"
        (zone,) = calendar.walk("VTIMEZONE")
        assert zone["TZID"] == "Asia/Seoul"
        assert event["DTSTART"].params["TZID"] == "Asia/Seoul"
        assert event.start == START.astimezone(ZoneInfo("Asia/Seoul"))
        assert event.end == END
        assert event["DTSTAMP"].dt == NOW.astimezone(UTC)
        assert event["SUMMARY"] == "후속 협의: OCF-2026-10-001 제안 1"
        assert event["LOCATION"] == "정부세종청사 6동 회의실"
        assert event["DESCRIPTION"] == "설치할 곳을 정합니다."
        assert event["ORGANIZER"] == f"mailto:{DIVISION}"
        # Nobody learns another's address.
        assert event["ATTENDEE"] == f"mailto:{to}"
        assert event["ATTENDEE"].params["RSVP"] == "TRUE"
        assert (event["SEQUENCE"], event["STATUS"]) == (0, "CONFIRMED")
    assert HONG not in str(mails[MODS]) + str(mails[DIVISION])
    body = mails[HONG].get_body(("plain",))
    assert body is not None
    assert "https://check.participation.example/p/" in body.get_content()


def test_a_moved_date_replaces_the_one_before(followed: Followed) -> None:
    meeting = proposed(followed)
    dated(followed, meeting.id)
    _, first = invitation(invitations(followed)[MODS])
    later = timedelta(days=3)
    dated(followed, meeting.id, start=START + later, end=END + later, now=NOW + timedelta(hours=1))
    calendar, second = invitation(invitations(followed)[MODS])
    assert calendar["METHOD"] == "REQUEST"
    assert second["UID"] == first["UID"]
    assert second["SEQUENCE"] == first["SEQUENCE"] + 1
    assert second.start == START + later
    assert "일정 변경" in invitations(followed)[HONG]["Subject"]


def test_the_same_date_again_sends_nothing(followed: Followed) -> None:
    meeting = proposed(followed)
    dated(followed, meeting.id)
    before = len(followed.world.sent())
    assert dated(followed, meeting.id).sequence == 0
    assert len(followed.world.sent()) == before


def test_two_at_once_make_versions_that_follow_each_other(on_both: Followed) -> None:
    meeting = proposed(on_both)
    with ThreadPoolExecutor(2) as pool:
        list(
            pool.map(
                lambda place: date_(
                    on_both.db,
                    meeting.id,
                    starts_at=START,
                    ends_at=END,
                    place=place,
                    store=on_both.world.store,
                    now=NOW,
                ),
                ["1층", "2층"],
            )
        )
    assert len(on_both.mails("meeting")) == 6
    with on_both.db.reading() as session:
        assert meeting_queries.meeting(session, meeting.id).sequence == 1


def test_a_cancelled_one_is_taken_out_of_calendars(followed: Followed) -> None:
    meeting = proposed(followed)
    dated(followed, meeting.id)
    _, before = invitation(invitations(followed)[HONG])
    cancel(followed.db, meeting.id, store=followed.world.store, now=NOW)
    followed.send(NOW)
    for mail in invitations(followed).values():
        calendar, event = invitation(mail)
        assert (calendar["METHOD"], event["STATUS"]) == ("CANCEL", "CANCELLED")
        assert (event["UID"], event["SEQUENCE"]) == (before["UID"], 1)
        assert "취소" in mail["Subject"]
    sent = len(followed.world.sent())
    with pytest.raises(InvalidTransition):
        cancel(followed.db, meeting.id, store=followed.world.store, now=NOW)
    followed.send(NOW)
    assert len(followed.world.sent()) == sent


def test_nobody_is_told_that_what_had_no_date_is_cancelled(followed: Followed) -> None:
    meeting = proposed(followed)
    cancel(followed.db, meeting.id, store=followed.world.store, now=NOW)
    assert followed.mails("meeting") == []


@pytest.mark.parametrize(("with_proposer", "contact"), [(False, HONG), (True, "010-1234-5678")])
def test_a_proposer_who_does_not_take_part_gets_no_invitation(
    followed: Followed, with_proposer: bool, contact: str
) -> None:
    (referral_id,) = followed.world.dispatched("statistics")
    followed.contact(referral_id, contact)
    meeting = proposed(followed, referral_id, with_proposer=with_proposer)
    dated(followed, meeting.id)
    assert set(invitations(followed)) == {MODS, DIVISION}


def test_an_invited_proposer_is_not_told_again(followed: Followed) -> None:
    meeting = proposed(followed)
    dated(followed, meeting.id)
    assert followed.tell(date(2026, 11, 3)).mails == ()


def test_minutes_and_decisions_are_kept_with_the_referral(followed: Followed) -> None:
    meeting = proposed(followed)
    dated(followed, meeting.id)
    with pytest.raises(MeetingIncomplete):
        hold(followed.db, meeting.id, minutes="아직입니다.", decisions="", now=NOW)
    with pytest.raises(MeetingIncomplete):
        hold(followed.db, meeting.id, minutes=" \x00", decisions="", now=END)
    hold(
        followed.db,
        meeting.id,
        minutes="세 곳을 보았습니다.\x00",
        decisions="두 곳에 설치",
        now=END,
    )
    files.add(
        followed.db,
        meeting.referral_id,
        filename="회의록.pdf",
        content=PDF,
        channel=Channel.COORDINATOR,
        store=followed.world.store,
        scanner=None,
        now=END,
        meeting_id=meeting.id,
    )
    with followed.db.reading() as session:
        held = meeting_queries.meeting(session, meeting.id)
        assert (held.status, held.minutes, held.decisions) == (
            Status.HELD,
            "세 곳을 보았습니다.",
            "두 곳에 설치",
        )
        (file,) = files.files_of(session, meeting.referral_id, meeting_id=meeting.id)
        assert file.filename == "회의록.pdf"
        kinds = [event.kind for event in ledger.history(session, "meeting", meeting.id)]
        assert kinds == ["meeting.proposed", "meeting.dated", "meeting.held"]
        assert meeting_queries.unreported_meetings(session, END + timedelta(days=1)) == []
    with pytest.raises(InvalidTransition):
        dated(followed, meeting.id, start=START + timedelta(days=9), end=END + timedelta(days=9))


@pytest.mark.parametrize(
    ("start", "end", "place"),
    [
        (END, START, "회의실"),
        (START, START, "회의실"),
        (NOW - timedelta(hours=1), END, "회의실"),
        (START, END, " \u200b"),
        (START, END, "가" * 201),
    ],
)
def test_a_date_that_cannot_be_is_refused(
    followed: Followed, start: datetime, end: datetime, place: str
) -> None:
    meeting = proposed(followed)
    with pytest.raises(MeetingIncomplete):
        dated(followed, meeting.id, start=start, end=end, place=place)
    assert followed.mails("meeting") == []


def test_one_meeting_at_a_time(on_both: Followed) -> None:
    (referral_id,) = on_both.world.dispatched("statistics")

    def attempt(_: int) -> str:
        try:
            proposed(on_both, referral_id)
        except GongmunError as error:
            return error.code
        return "proposed"

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(attempt, range(3))) == ["meeting.coming"] * 2 + ["proposed"]
    with pytest.raises(MeetingComing):
        proposed(on_both, referral_id)


def test_only_by_its_own_ministry_and_only_once_it_is_there(followed: Followed) -> None:
    first, second = followed.world.dispatched("statistics", "privacy")
    with pytest.raises(NotFound):
        proposed(followed, first, organisation_id=followed.referral(second).organisation_id)
    with pytest.raises(NotFound):
        proposed(followed, 999)
    with pytest.raises(MeetingIncomplete):
        proposed(followed, first, agenda="\n")
    forum_id = followed.world.forum("OCF-2026-11")
    followed.world.suggest(forum_id, "statistics")
    outcome_id = followed.world.wrap_up(forum_id, "run-2").outcome_id
    assert outcome_id is not None
    (drafted,) = followed.world.referrals(outcome_id)
    with pytest.raises(MeetingImpossible):
        proposed(followed, drafted.id)


def test_nobody_is_invited_to_what_the_ministry_has_no_more(followed: Followed) -> None:
    meeting = proposed(followed)
    with followed.db.transaction() as session:
        referral = referral_queries.by_id(session, meeting.referral_id)
        assert referral_queries.move(
            session, referral, ReferralEvent.TRANSFERRED, next_action_on=None
        )
    with pytest.raises(MeetingImpossible):
        dated(followed, meeting.id)
    assert invitations(followed) == {}
    with followed.db.reading() as session:
        remedies = [each.remedy for each in waiting(session, NOW)]
    assert f"gongmun meeting cancel {meeting.id}" in remedies
    cancel(followed.db, meeting.id, store=followed.world.store, now=NOW)


def test_hostile_words_cannot_write_calendar_lines(followed: Followed) -> None:
    meeting = proposed(
        followed, agenda="안건\r\nATTENDEE:mailto:evil@x.example\nEND:VEVENT\nBEGIN:VALARM;,\\n"
    )
    dated(followed, meeting.id, place='1층"; X-EVIL=1\r\nBEGIN:VEVENT')
    calendar, event = invitation(invitations(followed)[MODS])
    assert len(calendar.walk("VEVENT")) == 1
    assert calendar.walk("VALARM") == []
    assert event["ATTENDEE"] == f"mailto:{MODS}"
    assert event["LOCATION"] == '1층"; X-EVIL=1 BEGIN:VEVENT'
    assert "END:VEVENT" in event["DESCRIPTION"]


def test_what_waits_for_a_coordinator_is_on_the_list(followed: Followed) -> None:
    meeting = proposed(followed)

    def remedies(now: datetime) -> list[str]:
        with followed.db.reading() as session:
            return [item.remedy for item in waiting(session, now) if "meeting" in item.remedy]

    assert remedies(NOW) == [f"gongmun meeting date {meeting.id} --starts … --place …"]
    dated(followed, meeting.id)
    assert remedies(NOW) == []
    after = END + timedelta(hours=1)
    assert remedies(after) == [f"gongmun meeting hold {meeting.id} --minutes …"]
    hold(followed.db, meeting.id, minutes="끝났습니다.", decisions="", now=after)
    assert remedies(after) == []
