"""A wave from its start to its seal, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update

from gongmun import ledger
from gongmun.access.models import AccessLink
from gongmun.errors import InvalidTransition, NotFound
from gongmun.ledger import LedgerEvent
from gongmun.mail.models import Dispatch
from gongmun.settings import settings
from gongmun.surveys.fieldwork import closing, keys, queries, screening, sheet_queries
from gongmun.surveys.fieldwork.answering import (
    Door,
    SurveyClosed,
    TakesNoPart,
    reconsider,
    refuse,
    save,
    sitting,
    submit,
)
from gongmun.surveys.fieldwork.closing import GRACE, ClosingInvalid, close_due, close_now, put_off
from gongmun.surveys.fieldwork.keys import SurveyKeyMissing
from gongmun.surveys.fieldwork.life import Event, Status
from gongmun.surveys.fieldwork.models import AnswerSheet, InvitationStatus, SurveyMail
from gongmun.surveys.fieldwork.opening import (
    NobodyToAsk,
    OpeningMissed,
    PortalMissing,
    open_wave,
    open_waves,
)
from gongmun.surveys.fieldwork.reminding import remind
from gongmun.surveys.fieldwork.series import SeriesFielded, register_series
from gongmun.surveys.fieldwork.starting import WaveUnderWay, start, start_due
from gongmun.surveys.fieldwork.storing import VersionTaken, store
from gongmun.surveys.panels.models import PanelMember, Standing
from gongmun.surveys.questionnaire.freezing import restore
from tests.surveys.fieldwork.conftest import (
    FILE,
    OPENING,
    PEOPLE,
    SHORT,
    Fielded,
    people,
    questionnaire,
    until_it_waits,
)
from tests.world import at

CLOSING = at(date(2026, 10, 26), 18, 0)


def opened(fielded: Fielded) -> int:
    cycle_id = fielded.start().cycle_id
    open_wave(fielded.db, cycle_id, now=at(OPENING))
    fielded.dispatch(at(OPENING, 9, 15))
    return cycle_id


def test_a_wave_goes_from_its_start_to_its_seal(fielded: Fielded) -> None:
    cycle_id = opened(fielded)
    wave = fielded.wave(cycle_id)
    assert (wave.status, wave.wave, wave.closes_at) == (Status.FIELDING, 1, CLOSING)
    assert sorted(recipient for recipient, _ in fielded.sent()) == sorted(
        f"citizen{n}@people.example" for n in range(1, PEOPLE + 1)
    )
    links = {line for _, text in fielded.sent() for line in text.splitlines() if "/s/" in line}
    assert len(links) == PEOPLE
    first, second, *_ = fielded.invitations(cycle_id)
    fielded.answer(first.id, at(OPENING, 11), took_part="1", satisfied="4", wishes="더 자주")
    fielded.answer(second.id, at(OPENING, 12), took_part="2")
    assert close_due(fielded.db, now=CLOSING - timedelta(minutes=1)).closing == ()
    assert close_due(fielded.db, now=CLOSING).closing == (cycle_id,)
    assert close_due(fielded.db, now=CLOSING + GRACE / 2).closed == ()
    assert close_due(fielded.db, now=CLOSING + GRACE).closed == (cycle_id,)
    assert fielded.wave(cycle_id).status is Status.CLOSED
    with fielded.db.reading() as session:
        sealed = ledger.history(session, "survey_cycle", cycle_id)[-1]
        ledger.verify(session)
    assert (sealed.data["sheets"], sealed.data["answered"], sealed.data["invited"]) == (2, 2, 10)
    assert sealed.data["sha256"] == fielded.wave(cycle_id).sheets_sha256


def test_who_calls_twice_starts_one_wave(fielded: Fielded) -> None:
    first = fielded.start("airflow-2026-4")
    again = fielded.start("airflow-2026-4", now=at(OPENING, 15))
    assert (first.is_new, again.is_new) == (True, False)
    assert first.cycle_id == again.cycle_id


def test_two_keys_for_the_same_day_of_the_rule_start_one_wave(fielded: Fielded) -> None:
    first = fielded.start("airflow-2026-4")
    assert fielded.wave(first.cycle_id).due_on == OPENING
    for moment in (at(OPENING, 15), at(date(2026, 12, 1)), at(date(2027, 1, 11))):
        again = fielded.start(f"cron-{moment}", now=moment)
        assert (again.cycle_id, again.is_new) == (first.cycle_id, False)
    with pytest.raises(WaveUnderWay) as told:
        fielded.start("cron-2027-1", now=at(date(2027, 1, 12)))
    assert "1회차" in str(told.value)
    closing.cancel(fielded.db, first.cycle_id, name="한소통", reason="오류", now=at(OPENING, 16))
    assert fielded.start("another", now=at(OPENING, 17)).is_new


def test_the_next_wave_may_be_started_before_its_day(fielded: Fielded) -> None:
    first = fielded.start("airflow-2026-4")
    who = {"name": "한소통", "reason": "응답이 충분합니다."}
    open_wave(fielded.db, first.cycle_id, now=at(OPENING))
    close_now(fielded.db, first.cycle_id, now=at(OPENING, 12), **who)
    close_due(fielded.db, now=at(OPENING, 12) + GRACE)
    january = date(2027, 1, 12)
    early = start(fielded.db, FILE.code, key=None, opens_on=january, now=at(date(2026, 12, 1)))
    assert (early.wave, early.is_new) == (2, True)
    assert fielded.wave(early.cycle_id).due_on == january
    assert start_due(fielded.db, now=at(january)).started == ()


def test_of_a_series_without_a_rule_each_key_starts_a_wave(fielded: Fielded) -> None:
    register_series(fielded.db, FILE.model_copy(update={"rule": None}), now=at(OPENING))
    fielded.start("one")
    with pytest.raises(WaveUnderWay):
        fielded.start("two")


def test_who_has_no_key_starts_one_wave_a_day_and_another_after_cancelling(
    fielded: Fielded,
) -> None:
    register_series(fielded.db, FILE.model_copy(update={"rule": None}), now=at(OPENING))
    seen = []
    for _ in range(3):
        made = start(fielded.db, FILE.code, key=None, now=at(OPENING))
        assert start(fielded.db, FILE.code, key=None, now=at(OPENING, 15)).is_new is False
        closing.cancel(fielded.db, made.cycle_id, name="한소통", reason="오류", now=at(OPENING, 16))
        seen.append(made.wave)
    assert seen == [1, 2, 3]


def test_the_same_key_of_another_series_starts_another_wave(fielded: Fielded) -> None:
    register_series(fielded.db, FILE.model_copy(update={"code": "forum"}), now=at(OPENING))
    first = fielded.start("2026-q4")
    other = start(fielded.db, "forum", key="2026-q4", now=at(OPENING))
    assert (other.is_new, other.wave) == (True, 1)
    assert other.cycle_id != first.cycle_id


def test_what_is_being_answered_while_it_is_sealed_is_sealed_too(fielded: Fielded) -> None:
    cycle_id = opened(fielded)
    invitation = fielded.invitations(cycle_id)[0]
    fielded.answer(invitation.id, at(OPENING, 11))
    close_due(fielded.db, now=CLOSING)
    with ThreadPoolExecutor(1) as other, fielded.db.transaction() as session:
        queries.cycle(session, cycle_id, queries.Held.WHERE_IT_IS)
        (sheet,) = session.scalars(select(AnswerSheet))
        sealing = other.submit(close_due, fielded.db, now=CLOSING + GRACE)
        until_it_waits(fielded.db, sealing)
        sheet.answers = {"took_part": {"codes": [1]}, "satisfied": {"codes": [2]}}
    assert sealing.result().closed == (cycle_id,)
    with fielded.db.reading() as session:
        assert sheet_queries.digest(session, cycle_id) == (
            1,
            fielded.wave(cycle_id).sheets_sha256,
        )


def test_opening_again_invites_nobody_twice(fielded: Fielded) -> None:
    cycle_id = opened(fielded)
    again = open_wave(fielded.db, cycle_id, now=at(OPENING, 10))
    assert (again.mails, again.asked) == (0, PEOPLE)
    fielded.dispatch(at(OPENING, 11))
    assert len(fielded.sent()) == PEOPLE


def test_each_invitation_is_an_event_and_all_their_links_one(fielded: Fielded) -> None:
    opened(fielded)
    with fielded.db.reading() as session:
        events = session.scalars(select(LedgerEvent).order_by(LedgerEvent.seq)).all()
        mails = session.scalars(select(SurveyMail.dispatch_id)).all()
        linked = session.scalars(select(AccessLink.dispatch_id)).all()
    queued = [event.subject_id for event in events if event.kind == "mail.queued"]
    granted = [event for event in events if event.kind == "access.granted_to_each"]
    assert sorted(queued) == sorted(mails) == sorted(linked)
    assert [(event.subject_kind, event.subject_id) for event in granted] == [
        ("dispatch", max(mails))
    ]
    assert granted[0].data == {"audience": "respondent", "links": PEOPLE}


def test_nobody_is_invited_at_night(fielded: Fielded) -> None:
    night = at(OPENING, 22)
    cycle_id = fielded.start(now=night).cycle_id
    assert open_wave(fielded.db, cycle_id, now=night).quiet
    assert fielded.wave(cycle_id).status is Status.INVITING
    morning = at(OPENING + timedelta(days=1), 9, 30)
    assert open_wave(fielded.db, cycle_id, now=morning).mails == PEOPLE


def test_a_wave_whose_closing_has_passed_is_not_opened_but_put_off_or_cancelled(
    fielded: Fielded,
) -> None:
    cycle_id = fielded.start().cycle_id
    late = at(date(2026, 11, 16), 10)
    (problem,) = open_waves(fielded.db, now=late).problems
    assert isinstance(problem, OpeningMissed)
    assert "put-off" in str(problem)
    assert "2026-10-26" in problem.message_en
    assert close_due(fielded.db, now=late).closing == ()
    assert fielded.wave(cycle_id).status is Status.DRAFT
    who = {"name": "한소통", "reason": "서버가 멈추어 있었습니다."}
    put_off(fielded.db, cycle_id, until=date(2026, 11, 27), now=late, **who)
    assert open_waves(fielded.db, now=late).mails == PEOPLE
    fielded.dispatch(late)
    assert len(fielded.sent()) == PEOPLE


def test_a_wave_that_was_half_invited_before_an_outage_goes_on_when_it_is_put_off(
    fielded: Fielded,
) -> None:
    night = at(OPENING, 22)
    cycle_id = fielded.start(now=night).cycle_id
    assert open_wave(fielded.db, cycle_id, now=night).quiet
    late = at(date(2026, 11, 16), 10)
    with pytest.raises(OpeningMissed):
        open_wave(fielded.db, cycle_id, now=late)
    assert {each.status for each in fielded.invitations(cycle_id)} == {InvitationStatus.INVITED}
    who = {"name": "한소통", "reason": "서버가 멈추어 있었습니다."}
    put_off(fielded.db, cycle_id, until=date(2026, 11, 27), now=late, **who)
    assert open_wave(fielded.db, cycle_id, now=late).status is Status.FIELDING


def test_who_is_forgotten_holds_no_wave_up(fielded: Fielded) -> None:
    night = at(OPENING, 22)
    cycle_id = fielded.start(now=night).cycle_id
    open_wave(fielded.db, cycle_id, now=night)
    forget(fielded, "P-0001")
    morning = at(OPENING + timedelta(days=1), 9, 30)
    assert open_wave(fielded.db, cycle_id, now=morning).mails == PEOPLE - 1
    assert fielded.wave(cycle_id).status is Status.FIELDING
    forget(fielded, "P-0002")
    reminded = remind(fielded.db, now=at(OPENING + timedelta(days=4), 10))
    assert (reminded.mails, reminded.unreachable) == (PEOPLE - 2, 1)
    first, second, third, *_ = fielded.invitations(cycle_id)
    assert first.status is second.status is InvitationStatus.UNREACHABLE
    with fielded.db.reading() as session:
        for each in (first, second):
            (told,) = ledger.history(session, "survey_invitation", each.id)
            assert told.kind == "survey_invitation.lost"
    assert third.status is InvitationStatus.INVITED


def test_who_leaves_the_panel_while_he_is_asked_has_refused(fielded: Fielded) -> None:
    cycle_id = opened(fielded)
    with fielded.db.transaction() as session:
        session.execute(
            update(PanelMember)
            .where(PanelMember.number == "P-0001")
            .values(standing=Standing.LEFT, left_at=at(OPENING, 12))
        )
    forget(fielded, "P-0001")
    assert remind(fielded.db, now=at(OPENING + timedelta(days=3), 10)).unreachable == 1
    first, second, *_ = fielded.invitations(cycle_id)
    assert first.status is InvitationStatus.REFUSED
    assert second.status is InvitationStatus.INVITED
    with fielded.db.reading() as session:
        *_, told = ledger.history(session, "survey_invitation", first.id)
    assert told.kind == "survey_invitation.refused"


def forget(fielded: Fielded, number: str) -> None:
    """The retention of what he told has ended."""
    with fielded.db.transaction() as session:
        session.execute(
            update(PanelMember).where(PanelMember.number == number).values(person_id=None)
        )


def test_the_rule_starts_waves_and_passes_over_what_was_missed(fielded: Fielded) -> None:
    # Due on 12 July and 12 October; nothing ran in between.
    (started,) = start_due(fielded.db, now=at(OPENING)).started
    assert started.wave == 1
    assert start_due(fielded.db, now=at(OPENING, 14)).started == ()
    assert fielded.wave(started.cycle_id).due_on == OPENING
    with fielded.db.reading() as session:
        told = session.scalars(
            select(LedgerEvent).where(LedgerEvent.kind == "survey_series.waves_passed_over")
        ).one()
    assert told.data["days"] == ["2026-07-12"]


def test_a_wave_that_somebody_started_is_the_one_of_its_day(fielded: Fielded) -> None:
    fielded.start("airflow-7")
    report = start_due(fielded.db, now=at(OPENING, 14))
    assert (report.started, report.problems) == ((), ())


def test_the_wave_of_a_day_off_opens_on_the_next_working_day(fielded: Fielded) -> None:
    register_series(
        fielded.db,
        FILE.model_copy(update={"rule": "FREQ=MONTHLY;BYMONTHDAY=17"}),
        now=at(OPENING),
    )
    saturday = date(2026, 10, 17)
    (started,) = start_due(fielded.db, now=at(saturday)).started
    assert fielded.wave(started.cycle_id).opens_at == at(date(2026, 10, 19), 9, 0)
    open_wave(fielded.db, started.cycle_id, now=at(saturday, 12))
    assert fielded.wave(started.cycle_id).status is Status.DRAFT


def test_only_those_who_have_not_answered_are_reminded(fielded: Fielded) -> None:
    cycle_id = opened(fielded)
    answers, refuses, begins, *_ = fielded.invitations(cycle_id)
    fielded.answer(answers.id, at(OPENING, 11))
    refuse(fielded.db, refuses.id, now=at(OPENING, 11))
    save(fielded.db, begins.id, {"took_part": 1}, now=at(OPENING, 11))
    third = date(2026, 10, 15)
    assert remind(fielded.db, now=at(third - timedelta(days=1))).mails == 0
    assert remind(fielded.db, now=at(third, 20)).quiet
    assert remind(fielded.db, now=at(third)).mails == PEOPLE - 2
    assert remind(fielded.db, now=at(third, 15)).mails == 0
    sent = len(fielded.sent())
    fielded.dispatch(at(third, 10))
    reminded = {recipient for recipient, _ in fielded.sent()[sent:]}
    assert len(reminded) == PEOPLE - 2
    assert not reminded & {"citizen1@people.example", "citizen2@people.example"}


def test_after_an_outage_one_reminder_is_sent_and_not_two(fielded: Fielded) -> None:
    cycle_id = opened(fielded)
    seventh = date(2026, 10, 21)
    assert remind(fielded.db, now=at(seventh)).mails == PEOPLE
    assert {each.reminders for each in fielded.invitations(cycle_id)} == {2}


def test_only_whose_mail_came_back_is_not_waited_for(fielded: Fielded) -> None:
    cycle_id = fielded.start().cycle_id
    open_wave(fielded.db, cycle_id, now=at(OPENING))
    fielded.mailer.refusing = {"citizen3@people.example": 550}
    fielded.dispatch(at(OPENING, 9, 15))
    report = remind(fielded.db, now=at(date(2026, 10, 15)))
    assert (report.unreachable, report.mails) == (1, PEOPLE - 1)
    gone = [
        number
        for number, each in enumerate(fielded.invitations(cycle_id), start=1)
        if each.status is InvitationStatus.UNREACHABLE
    ]
    assert gone == [3]


def test_a_reminder_is_recalled_where_the_answer_came_before_it_left(fielded: Fielded) -> None:
    cycle_id = opened(fielded)
    third = date(2026, 10, 15)
    remind(fielded.db, now=at(third))
    sent = len(fielded.sent())
    for invitation in fielded.invitations(cycle_id)[1:]:
        fielded.answer(invitation.id, at(third, 9, 20))
    fielded.dispatch(at(third, 10))
    assert [recipient for recipient, _ in fielded.sent()[sent:]] == ["citizen1@people.example"]


def test_a_category_with_enough_answers_is_left_in_peace(fielded: Fielded) -> None:
    enough = [{"feature": "sex", "value": "F", "max": 2}]
    register_series(
        fielded.db,
        type(FILE).model_validate(FILE.model_dump() | {"quotas": enough}),
        now=at(OPENING),
    )
    cycle_id = opened(fielded)
    odd = fielded.invitations(cycle_id)[::2]
    for invitation in odd[:2]:
        fielded.answer(invitation.id, at(OPENING, 11))
    report = remind(fielded.db, now=at(date(2026, 10, 15)))
    assert (report.mails, report.spared) == (5, 3)


def test_the_wave_closes_when_there_are_enough(fielded: Fielded) -> None:
    register_series(fielded.db, FILE.model_copy(update={"stop_at": 3}), now=at(OPENING))
    cycle_id = opened(fielded)
    for invitation in fielded.invitations(cycle_id)[:3]:
        assert close_due(fielded.db, now=at(OPENING, 12)).closing == ()
        fielded.answer(invitation.id, at(OPENING, 12))
    assert close_due(fielded.db, now=at(OPENING, 13)).closing == (cycle_id,)


def test_who_is_not_of_the_survey_is_not_counted_as_enough(fielded: Fielded) -> None:
    asked = questionnaire(
        SHORT.replace("version: 1", "version: 2").replace(
            "en: 'No'}", "en: 'No', screens_out: true}"
        )
    )
    store(fielded.db, asked, now=at(OPENING))
    quotas = [{"feature": "sex", "value": "F", "max": 2}]
    register_series(
        fielded.db,
        type(FILE).model_validate(FILE.model_dump() | {"stop_at": 2, "quotas": quotas}),
        now=at(OPENING),
    )
    cycle_id = opened(fielded)
    women = fielded.invitations(cycle_id)[::2]
    fielded.answer(women[0].id, at(OPENING, 11), took_part=1, satisfied=4)
    for each in women[1:3]:
        fielded.answer(each.id, at(OPENING, 11), took_part=2)
    with fielded.db.reading() as session:
        wave = queries.cycle(session, cycle_id)
        assert screening.complete(session, wave) == 1
        assert screening.complete_by_category(session, wave)["sex", "F"] == 1
    assert close_due(fielded.db, now=at(OPENING, 12)).closing == ()
    reminded = remind(fielded.db, now=at(date(2026, 10, 15)))
    assert (reminded.mails, reminded.spared) == (PEOPLE - 3, 0)
    fielded.answer(women[3].id, at(date(2026, 10, 15), 11), took_part=1, satisfied=4)
    assert close_due(fielded.db, now=at(date(2026, 10, 15), 12)).closing == (cycle_id,)


def test_answers_are_saved_resumed_and_changed_until_the_end(fielded: Fielded) -> None:
    cycle_id = opened(fielded)
    invitation = fielded.invitations(cycle_id)[0]
    save(fielded.db, invitation.id, {"took_part": "1"}, now=at(OPENING, 11))
    told = submit(fielded.db, invitation.id, now=at(OPENING, 11))
    assert [flaw.item for flaw in told.flaws] == ["satisfied"]
    with fielded.db.reading() as session:
        seen = sitting(session, invitation.id)
    assert (seen.submitted_on, seen.checked.done, seen.checked.total) == (None, 1, 3)
    refused = save(fielded.db, invitation.id, {"satisfied": "9"}, now=at(OPENING, 12))
    assert [flaw.item for flaw in refused.flaws] == ["satisfied"]
    save(fielded.db, invitation.id, {"satisfied": "5"}, now=at(OPENING, 12))
    assert submit(fielded.db, invitation.id, now=at(OPENING, 12)).complete
    assert fielded.invitations(cycle_id)[0].answered_on == OPENING
    # A change that leaves everything answered is kept; one that opens something has to be submitted again.
    save(fielded.db, invitation.id, {"satisfied": "1"}, now=at(OPENING, 13))
    assert fielded.sheets()[0].submitted_on == OPENING
    save(fielded.db, invitation.id, {"satisfied": ""}, now=at(OPENING, 14))
    assert fielded.sheets()[0].submitted_on is None
    assert fielded.invitations(cycle_id)[0].status is InvitationStatus.OPENED


def test_what_routing_hides_is_not_kept(fielded: Fielded) -> None:
    invitation = fielded.invitations(opened(fielded))[0]
    save(fielded.db, invitation.id, {"took_part": 1, "satisfied": 3}, now=at(OPENING, 11))
    save(fielded.db, invitation.id, {"took_part": 2}, now=at(OPENING, 12))
    assert fielded.sheets()[0].answers == {"took_part": {"codes": [2]}}


def test_who_has_begun_may_end_and_nobody_else_begins(fielded: Fielded) -> None:
    cycle_id = opened(fielded)
    begun, late, *_ = fielded.invitations(cycle_id)
    save(fielded.db, begun.id, {"took_part": 2}, now=at(OPENING, 11))
    close_due(fielded.db, now=CLOSING)
    with pytest.raises(SurveyClosed):
        save(fielded.db, late.id, {"took_part": 2}, now=CLOSING)
    assert submit(fielded.db, begun.id, now=CLOSING + timedelta(hours=3)).complete
    close_due(fielded.db, now=CLOSING + GRACE)
    with pytest.raises(SurveyClosed):
        save(fielded.db, begun.id, {"took_part": 1}, now=CLOSING + GRACE)


def test_refusing_takes_the_answers_away(fielded: Fielded) -> None:
    cycle_id = opened(fielded)
    invitation = fielded.invitations(cycle_id)[0]
    fielded.answer(invitation.id, at(OPENING, 11))
    refuse(fielded.db, invitation.id, now=at(OPENING, 12))
    assert fielded.sheets() == []
    with fielded.db.reading() as session:
        assert sitting(session, invitation.id).door is Door.REFUSED
    # What a page sends in that was open before changes nothing.
    with pytest.raises(TakesNoPart):
        save(fielded.db, invitation.id, {"took_part": 1}, now=at(OPENING, 12))
    with pytest.raises(TakesNoPart):
        submit(fielded.db, invitation.id, now=at(OPENING, 12))
    refuse(fielded.db, invitation.id, now=at(OPENING, 12))
    assert fielded.sheets() == []
    assert fielded.invitations(cycle_id)[0].status is InvitationStatus.REFUSED
    # He may change his mind.
    assert reconsider(fielded.db, invitation.id, now=at(OPENING, 13)).door is Door.OPEN
    fielded.answer(invitation.id, at(OPENING, 13))
    assert fielded.invitations(cycle_id)[0].status is InvitationStatus.ANSWERED


def test_no_row_leads_from_who_answered_to_what(fielded: Fielded) -> None:
    cycle_id = opened(fielded)
    invitations = fielded.invitations(cycle_id)
    for invitation in invitations[:5]:
        fielded.answer(invitation.id, at(OPENING, 11), took_part=1, satisfied=2)
    columns = {name for sheet in fielded.sheets() for name in vars(sheet) if "_id" in name}
    assert columns == {"cycle_id"}
    with fielded.db.reading() as session:
        told = [
            str(event.data)
            for event in session.scalars(select(LedgerEvent))
            if event.subject_kind == "survey_invitation"
        ]
        mails = session.scalars(select(Dispatch.body)).all()
    for sheet in fielded.sheets():
        assert not any(sheet.id in text or sheet.key in text for text in (*told, *mails))
    assert "satisfied" not in "".join(told)


def test_the_ledger_keeps_the_day_of_what_a_respondent_does_and_no_time(fielded: Fielded) -> None:
    invitation = fielded.invitations(opened(fielded))[0].id
    # Seven minutes past midnight in Seoul is the day before in UTC.
    tomorrow = OPENING + timedelta(days=1)
    fielded.answer(invitation, at(OPENING, 23, 17))
    save(fielded.db, invitation, {"took_part": 1}, now=at(tomorrow, 0, 7))
    refuse(fielded.db, invitation, now=at(tomorrow, 14, 5))
    with fielded.db.reading() as session:
        told = ledger.history(session, "survey_invitation", invitation)
        ledger.verify(session)
    assert [(each.kind.split(".")[1], each.occurred_at) for each in told] == [
        ("opened", at(OPENING, 0, 0)),
        ("answered", at(OPENING, 0, 0)),
        ("reopened", at(tomorrow, 0, 0)),
        ("refused", at(tomorrow, 0, 0)),
    ]


def test_no_key_of_the_database_leads_from_an_invitation_to_its_sheet(fielded: Fielded) -> None:
    invitation = fielded.invitations(opened(fielded))[0]
    fielded.answer(invitation.id, at(OPENING, 11))
    (sheet,) = fielded.sheets()
    assert sheet.key == keys.sheet_key(FILE.code, invitation.id)
    keys.make("another-installation")
    assert sheet.key != keys.sheet_key("another-installation", invitation.id)
    assert sheet.pair_key != sheet.key
    keys.destroy(FILE.code)
    with pytest.raises(SurveyKeyMissing):
        keys.sheet_key(FILE.code, invitation.id)


def test_without_the_key_file_nothing_is_lost_and_the_remedy_is_named(fielded: Fielded) -> None:
    invitation = fielded.invitations(opened(fielded))[0]
    fielded.answer(invitation.id, at(OPENING, 11))
    path = settings().survey_keys / f"{FILE.code}.key"
    content = path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    path.unlink()
    with pytest.raises(SurveyKeyMissing) as told:
        save(fielded.db, invitation.id, {"took_part": 1}, now=at(OPENING, 12))
    assert "백업" in str(told.value)
    path.write_bytes(content)
    assert len(fielded.sheets()) == 1
    keys.make(FILE.code)
    assert path.read_bytes() == content


def test_coordinators_close_put_off_and_cancel_with_a_reason(fielded: Fielded) -> None:
    cycle_id = opened(fielded)
    invitation = fielded.invitations(cycle_id)[0]
    fielded.answer(invitation.id, at(OPENING, 11))
    who = {"name": "한소통", "reason": "연휴 뒤까지 더 받기로 하였습니다."}
    with pytest.raises(ClosingInvalid):
        put_off(fielded.db, cycle_id, until=date(2026, 10, 20), now=at(OPENING, 12), **who)
    assert close_now(fielded.db, cycle_id, now=at(OPENING, 12), **who)
    assert not close_now(fielded.db, cycle_id, now=at(OPENING, 12), **who)
    later = put_off(fielded.db, cycle_id, until=date(2026, 11, 2), now=at(OPENING, 13), **who)
    assert later == at(date(2026, 11, 2), 18, 0)
    assert fielded.wave(cycle_id).status is Status.FIELDING
    closing.cancel(fielded.db, cycle_id, now=at(OPENING, 14), **who)
    assert fielded.sheets() == []
    with pytest.raises(InvalidTransition):
        closing.cancel(fielded.db, cycle_id, now=at(OPENING, 14), **who)
    with fielded.db.reading() as session:
        text = str([event.data for event in ledger.history(session, "survey_cycle", cycle_id)])
    assert "한소통" not in text
    assert start(fielded.db, FILE.code, key="next", now=at(OPENING, 15)).wave == 2


def test_panel_and_completeness_stay_while_a_wave_is_asked_or_awaits_its_report(
    fielded: Fielded,
) -> None:
    people(fielded.db, 3, panel="other")
    other = FILE.model_copy(update={"panel": "other"})
    stricter = FILE.model_copy(update={"complete_from": 1.0})
    cycle_id = fielded.start().cycle_id
    # Nobody is asked yet.
    register_series(fielded.db, other, now=at(OPENING))
    register_series(fielded.db, FILE, now=at(OPENING))
    open_wave(fielded.db, cycle_id, now=at(OPENING))
    for moment in (at(OPENING, 12), CLOSING, CLOSING + GRACE):
        close_due(fielded.db, now=moment)
        for file in (other, stricter):
            with pytest.raises(SeriesFielded) as told:
                register_series(fielded.db, file, now=moment)
            assert "1회차" in str(told.value)
    assert fielded.wave(cycle_id).status is Status.CLOSED
    # All else may be changed at any time.
    register_series(fielded.db, FILE.model_copy(update={"field_days": 5}), now=CLOSING)
    with fielded.db.transaction() as session:
        for status, event in (
            (Status.CLOSED, Event.WEIGHTED),
            (Status.WEIGHTED, Event.REPORTED),
            (Status.REPORTED, Event.PUBLISHED),
        ):
            queries.move(session, cycle_id, status, event, CLOSING + GRACE)
    register_series(fielded.db, other, now=CLOSING + GRACE)


def test_a_version_is_never_changed(fielded: Fielded) -> None:
    store(fielded.db, questionnaire(), now=at(OPENING))
    with fielded.db.reading() as session:
        stored = queries.newest_questionnaire(session, FILE.questionnaire)
    changed = stored.content.replace("얼마나 만족하셨습니까?", "얼마나 만족하십니까?")
    with pytest.raises(VersionTaken):
        store(fielded.db, restore(changed), now=at(OPENING))


def test_a_wave_of_nobody_or_nowhere_says_why(
    fielded: Fielded, monkeypatch: pytest.MonkeyPatch
) -> None:
    cycle_id = fielded.start().cycle_id
    with monkeypatch.context() as nowhere:
        nowhere.delenv("GONGMUN_PUBLIC_URL")
        settings.cache_clear()
        with pytest.raises(PortalMissing):
            open_wave(fielded.db, cycle_id, now=at(OPENING))
    settings.cache_clear()
    with fielded.db.transaction() as session:
        session.execute(delete(PanelMember))
    with pytest.raises(NobodyToAsk):
        open_wave(fielded.db, cycle_id, now=at(OPENING))
    with pytest.raises(NotFound):
        start(fielded.db, "no-such-series", key="x", now=at(OPENING))
