"""A holiday declared late moves open deadlines: once, for the right reason, and those concerned are told once."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from gongmun import ledger
from gongmun.calendar import Counting, WorkingCalendar, calendar
from gongmun.calendar.overrides import Override
from gongmun.db import Database
from gongmun.documents import DecisionIncomplete, Document, DocumentKind
from gongmun.documents.life import Status as DocumentStatus
from gongmun.forums.waiting import waiting
from gongmun.mail import Dispatch
from gongmun.organisations import ContactRole, retire_contact
from gongmun.referrals import change_queries, days_met, pausing, queries
from gongmun.referrals.chasing import sweep
from gongmun.referrals.ladder import Clock, Rung
from gongmun.referrals.models import DeadlineChange, Referral
from gongmun.referrals.recompute_preview import disagreeing, preview
from gongmun.referrals.recomputing import Recomputed, recompute
from gongmun.referrals.recounts import Recount
from gongmun.referrals.retelling import retold
from gongmun.referrals.telling_changes import tell_changes
from gongmun.text import Bilingual
from tests.world import LADDER, World, at

# A Friday within the period of what is dispatched on 12 October 2026, and a Monday before it.
HOLIDAY, OLD, NEW = date(2026, 10, 23), date(2026, 10, 29), date(2026, 10, 30)
DECLARED_ON = date(2026, 10, 14)


def with_holidays(*days: date, working: bool = False) -> WorkingCalendar:
    return WorkingCalendar(
        Override(day=day, working=working, name=Bilingual(ko="임시공휴일", en="Temporary Holiday"))
        for day in days
    )


@pytest.fixture
def small(sqlite_db: Database, tmp_path: Path, now: datetime) -> World:
    """A world on SQLite: where the kind of database does not matter."""
    return World(db=sqlite_db, folder=tmp_path, now=now)


def recount(
    world: World, cal: WorkingCalendar, on: date = DECLARED_ON, **of: str | None
) -> Recomputed:
    return recompute(world.db, cal=cal, ladder=LADDER, now=at(on), **of)


def tell(world: World, on: date = DECLARED_ON) -> Sequence[int]:
    told = tell_changes(world.db, now=at(on))
    assert told.problems == ()
    return told.mails


def changes(world: World, referral_id: int) -> Sequence[DeadlineChange]:
    with world.db.reading() as session:
        return change_queries.changes_of(session, referral_id)


def events(world: World, referral_id: int) -> Sequence[str]:
    with world.db.reading() as session:
        ledger.verify(session)
        return [event.kind for event in ledger.history(session, "referral", referral_id)]


def fired(world: World, referral_id: int) -> list[tuple[Rung, int, bool]]:
    with world.db.reading() as session:
        return [(s.rung, s.arming, s.skipped) for s in queries.steps(session, referral_id)]


def test_what_moves_is_seen_before_it_is_moved(world: World) -> None:
    first, second, third = world.dispatched("statistics", "public_transport", "statistics")
    with world.db.reading() as session:
        found = preview(session, cal=with_holidays(HOLIDAY), now=at(DECLARED_ON))
        assert disagreeing(session, cal=calendar(), now=at(DECLARED_ON)) == 0
        assert disagreeing(session, cal=with_holidays(HOLIDAY), now=at(DECLARED_ON)) == 1
    assert found.declared == (HOLIDAY,)
    assert found.referral_ids == [first, second, third]
    statistics, transport = sorted(found.lines, key=lambda line: len(line.referral_ids))[::-1]
    assert statistics.referral_ids == (first, third)
    assert transport.referral_ids == (second,)
    assert {(line.clock, line.old, line.new) for line in found.lines} == {(Clock.ANSWER, OLD, NEW)}
    assert statistics.why.ko == "2026. 10. 23.(금) 임시공휴일 지정"
    assert statistics.why.en == "Fri 23 October 2026 became a day off (Temporary Holiday)"
    assert [world.referral(each).answer_due for each in (first, second)] == [OLD, OLD]


def test_what_moves_alike_is_one_and_the_same() -> None:
    """Its reason is looked for once, however many have it."""
    again = Recount(with_holidays(HOLIDAY), DECLARED_ON)
    sent = at(date(2026, 10, 21))
    assert again.receipt(sent, date(2026, 10, 26)) is again.receipt(sent, date(2026, 10, 26))
    counting = Counting.days(date(2026, 10, 12), 13)
    assert again.answer(counting, OLD, None) is again.answer(counting, OLD, None)
    assert again.answer(counting, OLD, None) is not None


def test_a_run_that_finds_nothing_leaves_everything_as_it_is(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    before = small.referral(referral_id).next_action_on
    assert before is not None
    assert before > DECLARED_ON
    assert recount(small, calendar()).moved == 0
    assert small.referral(referral_id).next_action_on == before


def test_a_deadline_moves_once_and_keeps_the_day_that_was_promised(world: World) -> None:
    (referral_id,) = world.dispatched("statistics")
    done = recount(world, with_holidays(HOLIDAY))
    referral = world.referral(referral_id)
    assert done.moved == 1
    assert (referral.answer_due, referral.answer_due_promised) == (NEW, OLD)
    assert referral.answer_due_at == at(date(2026, 10, 31), 0, 0)
    assert referral.arming == 1
    assert recount(world, with_holidays(HOLIDAY)).moved == 0
    # Another one: the day that was promised first is kept.
    assert recount(world, with_holidays(HOLIDAY, NEW)).moved == 1
    referral = world.referral(referral_id)
    assert (referral.answer_due, referral.answer_due_promised) == (date(2026, 11, 2), OLD)
    # Both are taken back in time: nothing is left to say.
    assert recount(world, calendar()).moved == 1
    referral = world.referral(referral_id)
    assert (referral.answer_due, referral.answer_due_promised) == (OLD, None)
    assert events(world, referral_id).count("referral.deadline_moved") == 3


def test_two_at_once_move_each_deadline_once(world: World) -> None:
    ids = world.dispatched("statistics", "public_transport", "education")
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: recount(world, with_holidays(HOLIDAY)).moved, range(2)))
    assert sum(done) == len(ids)
    assert [len(changes(world, each)) for each in ids] == [1] * len(ids)
    with ThreadPoolExecutor(2) as pool:
        mails = list(pool.map(lambda _: tell(world), range(2)))
    assert sum(map(len, mails)) == len({world.referral(each).organisation_id for each in ids})


def test_each_ministry_is_told_once_with_all_of_its_referrals(world: World) -> None:
    world.dispatched("statistics", "public_transport", "statistics")
    recount(world, with_holidays(HOLIDAY), name="한소통", reason="임시공휴일 지정(관보 20999호)")
    before = len(world.mailer.sent)
    assert len(tell(world)) == 2
    assert tell(world) == ()
    world.dispatch(at(DECLARED_ON))
    mails = [mail for _, mail in world.sent()[before:]]
    two = next(m for m in mails if "2건" in str(m["Subject"]))
    body = " ".join(two.get_content().split())
    assert "[회신 기한] 2026. 10. 29.(목) → 2026. 10. 30.(금)" in body
    assert "사유: 2026. 10. 23.(금) 임시공휴일 지정" in body
    assert "[answer due] 29 October 2026 -> 30 October 2026" in body
    assert "OCF-2026-10-001" in body
    assert "OCF-2026-10-003" in body
    assert "OCF-2026-10-002" not in body
    assert "check.participation.example" in body
    assert two["References"]
    assert "한소통" not in body


def test_what_came_back_to_the_day_that_was_told_is_not_told(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    recount(small, with_holidays(HOLIDAY))
    recount(small, calendar())
    assert tell(small) == ()
    assert all(change.told_at for change in changes(small, referral_id))


def test_two_moves_that_were_not_told_are_one(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    recount(small, with_holidays(HOLIDAY))
    recount(small, with_holidays(HOLIDAY, NEW))
    (mail,) = tell(small)
    with small.db.reading() as session:
        body = " ".join(session.get_one(Dispatch, mail).body.split())
    assert "2026. 10. 29.(목) → 2026. 11. 2.(월)" in body
    assert body.count("OCF-2026-10-001") == 2  # in Korean and in English
    assert events(small, referral_id).count("referral.move_told") == 1


def test_who_has_answered_meanwhile_is_told_nothing(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    recount(small, with_holidays(HOLIDAY))
    small.respond(referral_id, at(DECLARED_ON))
    assert tell(small) == ()


def test_a_ministry_without_a_mailbox_does_not_hold_up_the_others(small: World) -> None:
    small.dispatched("statistics", "public_transport")
    recount(small, with_holidays(HOLIDAY))
    for role in ContactRole:
        retire_contact(small.db, "MODS", role, small.now)
    assert len(tell(small)) == 2


def test_the_acknowledgement_moves_too(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    due = small.referral(referral_id).acknowledge_due
    assert due == date(2026, 10, 15)
    recount(small, with_holidays(date(2026, 10, 14)), date(2026, 10, 13))
    referral = small.referral(referral_id)
    assert referral.acknowledge_due == date(2026, 10, 16)
    assert referral.answer_due == NEW
    assert {change.clock for change in changes(small, referral_id)} == {
        Clock.ANSWER,
        Clock.ACKNOWLEDGEMENT,
    }
    (mail,) = tell(small)
    with small.db.reading() as session:
        body = session.get_one(Dispatch, mail).body
    assert "[접수 기한] 2026. 10. 15.(목) → 2026. 10. 16.(금)" in body


def test_what_was_acknowledged_has_one_clock(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    with small.db.transaction() as session:
        pausing.note_receipt(
            session, queries.by_id(session, referral_id), now=at(date(2026, 10, 13))
        )
    recount(small, with_holidays(date(2026, 10, 14)), date(2026, 10, 13))
    assert [change.clock for change in changes(small, referral_id)] == [Clock.ANSWER]


def test_a_rung_that_the_new_day_does_not_reach_fires_again_when_it_does(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    with small.db.transaction() as session:
        pausing.note_receipt(
            session, queries.by_id(session, referral_id), now=at(date(2026, 10, 13))
        )
    small.chase(date(2026, 10, 20))  # D-7
    small.chase(date(2026, 10, 26))  # D-3
    # The file is corrected on D-3: the new D-3 is still to come, the new D-7 is over.
    recount(small, with_holidays(HOLIDAY), date(2026, 10, 26))
    referral = small.referral(referral_id)
    assert (referral.arming, referral.answer_due) == (2, NEW)
    assert referral.next_action_on == date(2026, 10, 27)
    assert sorted(fired(small, referral_id)) == [
        (Rung.COURTESY_EARLY, 1, False),
        (Rung.COURTESY_EARLY, 2, True),
        (Rung.COURTESY_LATE, 1, False),
    ]


def test_a_reminder_that_has_not_left_is_taken_back(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    late = date(2026, 10, 30)  # D+1
    sweep(small.db, ladder=LADDER, now=at(late))
    assert Rung.FIRST_REMINDER in {rung for rung, *_ in fired(small, referral_id)}
    assert small.referral(referral_id).overdue_noted_on == late
    recount(small, with_holidays(HOLIDAY, date(2026, 11, 2)), late)
    referral = small.referral(referral_id)
    assert referral.answer_due == late
    assert referral.overdue_noted_on is None
    assert referral.arming == 1
    # What was skipped for the reminder is not behind any more: the acknowledgement is as late as it was.
    assert not fired(small, referral_id)
    assert referral.next_action_on == late
    assert "referral.chase_taken_back" in events(small, referral_id)
    # The document of the reminder never gets a number, and the mail says what is still true.
    small.chase(late)
    with small.db.reading() as session:
        reminder = session.scalars(
            select(Document).where(Document.kind == DocumentKind.FIRST_REMINDER)
        ).one()
    assert (reminder.status, reminder.number) == (DocumentStatus.DISCARDED, None)
    rungs = {rung for rung, _, skipped in fired(small, referral_id) if not skipped}
    assert rungs == {Rung.BACKUP_NUDGE, Rung.COURTESY_DUE}


def test_a_reminder_that_has_left_is_sent_again_for_the_new_day_only(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    late = date(2026, 10, 30)
    small.chase(late)
    recount(small, with_holidays(HOLIDAY, date(2026, 10, 26)), date(2026, 11, 1))
    # The new day, 2 November, has not come: the reminder was wrong, and may come again.
    referral = small.referral(referral_id)
    assert (referral.answer_due, referral.arming) == (date(2026, 11, 2), 2)
    small.chase(date(2026, 11, 2))
    small.chase(date(2026, 11, 3))
    again = [
        rung for rung, arming, skipped in fired(small, referral_id) if arming == 2 and not skipped
    ]
    # The request to acknowledge was skipped for the reminder that was wrong: it is made now.
    assert sorted(again) == [Rung.BACKUP_NUDGE, Rung.COURTESY_DUE, Rung.FIRST_REMINDER]


def test_a_request_to_acknowledge_that_has_left_stays_behind(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    small.chase(date(2026, 10, 27))
    small.chase(date(2026, 10, 30))
    recount(small, with_holidays(HOLIDAY, date(2026, 10, 26)), date(2026, 11, 1))
    small.chase(date(2026, 11, 2))
    assert (Rung.BACKUP_NUDGE, 2, True) in fired(small, referral_id)


def test_what_is_still_late_by_the_new_day_is_not_reminded_again(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    small.chase(date(2026, 11, 2))
    before = fired(small, referral_id)
    recount(small, with_holidays(HOLIDAY), date(2026, 11, 2))
    referral = small.referral(referral_id)
    assert (referral.answer_due, referral.arming) == (NEW, 1)
    assert fired(small, referral_id) == before
    assert referral.overdue_noted_on == date(2026, 11, 2)


@pytest.mark.parametrize(
    ("today", "due"), [(date(2026, 10, 28), OLD), (OLD, NEW), (NEW, NEW), (date(2026, 11, 9), NEW)]
)
def test_a_day_that_was_promised_is_not_taken_away_when_it_is_over(
    small: World, today: date, due: date
) -> None:
    (referral_id,) = small.dispatched("statistics")
    recount(small, with_holidays(HOLIDAY))
    recount(small, calendar(), today)
    assert small.referral(referral_id).answer_due == due
    with small.db.reading() as session:
        assert disagreeing(session, cal=calendar(), now=at(today)) == 0


def test_a_clock_that_stands_still_keeps_what_is_left_of_it(small: World) -> None:
    first, second = small.dispatched("statistics", "public_transport")
    for each in (first, second):
        with small.db.transaction() as session:
            pausing.pause(session, queries.by_id(session, each), now=at(date(2026, 10, 13)))
    recount(small, with_holidays(HOLIDAY))
    referral = small.referral(first)
    assert (referral.answer_due, referral.next_action_on) == (NEW, None)
    assert referral.paused_at is not None
    assert tell(small) == ()


def test_a_day_that_a_person_named_moves_only_where_it_is_off(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    named = date(2026, 11, 5)
    with small.db.transaction() as session:
        pausing.rearm(
            session,
            queries.by_id(session, referral_id),
            counting=Counting.days(named),
            ladder=LADDER,
            now=at(date(2026, 10, 13)),
        )
    recount(small, with_holidays(HOLIDAY))
    assert small.referral(referral_id).answer_due == named
    recount(small, with_holidays(HOLIDAY, named))
    assert small.referral(referral_id).answer_due == date(2026, 11, 6)


def test_an_answer_that_may_be_sent_back_keeps_its_day_right(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    small.respond(referral_id, at(date(2026, 10, 13)))
    recount(small, with_holidays(HOLIDAY))
    assert small.referral(referral_id).answer_due == NEW
    assert small.referral(referral_id).next_action_on is None
    assert tell(small) == ()


def test_a_row_of_before_countings_were_kept_moves_by_its_day(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    with small.db.transaction() as session:
        session.execute(
            update(Referral).values(
                answer_counted_in=None,
                answer_counted_since=None,
                answer_counted=None,
                answer_due_at=None,
            )
        )
    recount(small, with_holidays(OLD))
    assert small.referral(referral_id).answer_due == NEW


def test_a_run_needs_a_name_and_a_reason_or_neither(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    for of in ({"name": "한소통"}, {"reason": "관보"}, {"name": " ", "reason": "관보"}):
        with pytest.raises(DecisionIncomplete):
            recount(small, with_holidays(HOLIDAY), **of)
    assert small.referral(referral_id).answer_due == OLD


def test_days_that_cannot_be_found_are_not_made_up(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    with small.db.transaction() as session:
        session.execute(update(Referral).values(answer_due=date(2026, 10, 2)))
    found = recount(small, calendar()).preview
    assert found.declared == ()
    assert [line.why.ko for line in found.lines] == ["휴무일 변경"]
    assert small.referral(referral_id).answer_due == OLD


@pytest.mark.parametrize("taken_back", [with_holidays(), with_holidays(HOLIDAY, working=True)])
@pytest.mark.parametrize("met", [True, False])
def test_a_holiday_that_is_taken_back_is_named(
    small: World, taken_back: WorkingCalendar, met: bool
) -> None:
    """Its line may be gone: by whatever it was counted, its name is known."""
    (referral_id,) = small.dispatched("statistics")
    recount(small, with_holidays(HOLIDAY), name="한소통", reason="관보 확인")
    assert len(tell(small)) == 1
    if met:  # a sweep has noted it as well
        days_met.meet(small.db, with_holidays(HOLIDAY), at(DECLARED_ON))
    found = recount(small, taken_back, name="한소통", reason="지정이 취소됨").preview
    assert found.declared == (HOLIDAY,)
    assert [line.why.ko for line in found.lines] == ["2026. 10. 23.(금) 임시공휴일 지정 취소"]
    assert small.referral(referral_id).answer_due == OLD
    small.dispatch(at(DECLARED_ON))
    sent = len(small.sent())
    assert len(tell(small)) == 1
    small.dispatch(at(DECLARED_ON))
    ((_, mail),) = small.sent()[sent:]
    body = mail.get_content()
    assert "사유: 2026. 10. 23.(금) 임시공휴일 지정 취소\n   담당자 설명: 지정이 취소됨" in body
    with small.db.reading() as session:
        happened = [each.text.ko for each in retold(session, referral_id)]
    assert (
        "휴무일 변경에 따른 회신 기한 조정(2026. 10. 30. → 2026. 10. 29.): "
        "2026. 10. 23.(금) 임시공휴일 지정 취소 [한소통: 지정이 취소됨]"
    ) in happened


def test_at_night_and_on_days_off_nobody_is_told(small: World) -> None:
    small.dispatched("statistics")
    recount(small, with_holidays(HOLIDAY))
    for closed in (at(date(2026, 10, 18), 16), at(DECLARED_ON, 12, 30), at(DECLARED_ON, 18)):
        assert tell_changes(small.db, now=closed).mails == ()
        with small.db.reading() as session:
            assert not any("not told" in item.what.en for item in waiting(session, closed))
    assert len(tell(small, date(2026, 10, 19))) == 1


def test_what_was_done_for_the_day_before_is_told_once(small: World) -> None:
    """A rung that holds for the new day too is written down again: it is no rung that was skipped."""
    (referral_id,) = small.dispatched("statistics")
    small.chase(date(2026, 10, 27))
    small.chase(date(2026, 10, 30))
    recount(small, with_holidays(HOLIDAY, date(2026, 10, 26)), date(2026, 11, 1))
    assert (Rung.BACKUP_NUDGE, 2, True) in fired(small, referral_id)
    with small.db.reading() as session:
        texts = [each.text.ko for each in retold(session, referral_id)]
    assert texts.count("접수 확인 요청(예비 담당자)") == 1
    assert "(건너뜀) 접수 확인 요청(예비 담당자)" not in texts
    # What was skipped stands on its day.
    assert texts.index("(건너뜀) 접수 확인 요청") < texts.index("1차 독촉")
