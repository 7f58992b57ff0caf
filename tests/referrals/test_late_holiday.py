"""The story of a holiday that is declared late, by the operator's own file: what everybody sees and is sent."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from gongmun import ledger
from gongmun.answers import asking, extending
from gongmun.answers.models import Channel
from gongmun.answers.view import desk
from gongmun.calendar import Counting, calendar
from gongmun.db import Database
from gongmun.documents import queries as document_queries
from gongmun.followups.page import suggestion_page
from gongmun.forums.models import Forum
from gongmun.forums.reconciling import Gap, reconcile
from gongmun.forums.waiting import waiting
from gongmun.organisations.models import RoutingRule
from gongmun.referrals import explaining, pausing, queries
from gongmun.referrals.chase_preview import Fate
from gongmun.referrals.chase_preview import preview as chase_preview
from gongmun.referrals.chasing import sweep
from gongmun.referrals.ladder import Rung
from gongmun.referrals.recomputing import recompute
from gongmun.referrals.telling_changes import tell_changes
from gongmun.settings import settings
from tests.world import LADDER, World, at

HEADER = "date,name_ko,name_en,kind,source\n"
HOLIDAY = "2026-10-23,임시공휴일,Temporary holiday,off,관보 제1호(2026-10-14)\n"
OLD, NEW = date(2026, 10, 29), date(2026, 10, 30)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The operator's file of days off, with nothing in it."""
    file = tmp_path / "days-off.csv"
    file.write_text(HEADER, encoding="utf-8")
    monkeypatch.setenv("GONGMUN_CALENDAR_OVERRIDES", str(file))
    settings.cache_clear()
    yield file
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def small(own: Path, sqlite_db: Database, tmp_path: Path, now: datetime) -> World:
    """A world on SQLite: where the kind of database does not matter."""
    return World(db=sqlite_db, folder=tmp_path, now=now)


def declare(file: Path, *lines: str) -> None:
    file.write_text(HEADER + "".join(lines), encoding="utf-8")


def count_again(world: World, on: date) -> int:
    return recompute(world.db, cal=calendar(), ladder=LADDER, now=at(on)).moved


def sent_on(world: World, referral_id: int) -> dict[Rung, date]:
    with world.db.reading() as session:
        return {s.rung: s.fired_on for s in queries.steps(session, referral_id) if not s.skipped}


def test_the_long_holidays_of_2017(own: Path, sqlite_db: Database, tmp_path: Path) -> None:
    """Due 2017-10-02 became 2017-10-10, when 2 October was declared a holiday on 5 September."""
    declare(own, "2017-10-02,근무일,Not declared yet,working,그때의 달력\n")
    world = World(db=sqlite_db, folder=tmp_path, now=at(date(2017, 9, 1)))
    with world.db.transaction() as session:
        route = update(RoutingRule).where(RoutingRule.topic == "housing")
        session.execute(route.values(valid_from=date(2015, 1, 1)))
    world.now = at(date(2017, 9, 13))
    (referral_id,) = world.dispatched("housing")
    referral = world.referral(referral_id)
    assert referral.answer_due == date(2017, 10, 2)

    declare(own)
    assert count_again(world, date(2017, 9, 14)) == 1
    referral = world.referral(referral_id)
    assert referral.answer_due == date(2017, 10, 10)
    assert referral.answer_due_promised == date(2017, 10, 2)
    assert len(tell_changes(world.db, now=at(date(2017, 9, 14))).mails) == 1
    world.dispatch(at(date(2017, 9, 14)))
    _, mail = world.sent()[-1]
    body = " ".join(mail.get_content().split())
    assert "2017. 10. 2.(월) → 2017. 10. 10.(화) 사유: 2017. 10. 2.(월) 임시공휴일 지정" in body

    for day in (*range(14, 31),):
        world.chase(date(2017, 9, day))
    for day in range(1, 12):
        world.chase(date(2017, 10, day))
    fired = sent_on(world, referral_id)
    assert fired[Rung.COURTESY_DUE] == date(2017, 10, 10)
    assert fired[Rung.FIRST_REMINDER] == date(2017, 10, 11)


@pytest.mark.parametrize(
    ("kind", "sent", "off", "due", "moved"),
    [
        # It leaves on a Saturday, or on a Monday; the Monday is declared off when it has passed.
        ("peoples_proposal", date(2026, 11, 28), date(2026, 11, 30), (12, 29), (12, 31)),
        ("peoples_proposal", date(2026, 11, 30), date(2026, 11, 30), (12, 29), (12, 31)),
        ("petition", date(2026, 8, 8), date(2026, 8, 10), (11, 9), (11, 9)),
        ("petition", date(2026, 8, 4), date(2026, 8, 4), (11, 2), (11, 2)),
        ("petition", date(2026, 8, 12), date(2026, 8, 12), (11, 10), (11, 10)),
        ("petition", date(2026, 8, 14), date(2026, 8, 14), (11, 12), (11, 16)),
    ],
)
def test_a_holiday_on_the_first_day_that_counts_moves_a_period_by_the_calendar(
    small: World,
    own: Path,
    kind: str,
    sent: date,
    off: date,
    due: tuple[int, int],
    moved: tuple[int, int],
) -> None:
    old, new = date(2026, *due), date(2026, *moved)
    small.now = at(sent - timedelta(days=2))
    forum_id = small.forum()
    small.suggest(forum_id, "statistics")
    with small.db.transaction() as session:
        session.execute(update(Forum).values(answer_rule=kind))
    outcome_id = small.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    small.decide(outcome_id)
    small.issue()
    small.dispatch(at(sent))
    (referral,) = small.referrals(outcome_id)
    assert referral.answer_due == old
    declare(own, f"{off},임시공휴일,Temporary holiday,off,관보 제1호\n")
    count_again(small, off + timedelta(days=1))
    referral = small.referral(referral.id)
    assert referral.answer_due == new
    assert referral.answer_due_promised == (None if old == new else old)
    with small.db.reading() as session:
        explained = explaining.explain(session, referral.id, cal=calendar())
    assert explained.moved is None
    assert (explained.days[-1].day, explained.due) == (new, new)
    assert {"임시공휴일"} == {each.why.ko for each in explained.days if each.day == off}
    if new == old:
        return
    assert any(f"{off:%Y. %-m. %-d.}" in each.ko for _, each in explained.moves)
    small.chase(new)
    small.chase(calendar().shift(new, 1))
    assert sent_on(small, referral.id)[Rung.FIRST_REMINDER] == calendar().shift(new, 1)


def test_what_is_to_be_counted_again_waits_for_a_coordinator(small: World, own: Path) -> None:
    small.dispatched("statistics", "public_transport")

    def said(on: date) -> tuple[list[str], set[Gap]]:
        with small.db.reading() as session:
            waits = [item.remedy for item in waiting(session, at(on))]
            found = reconcile(session, ladder=LADDER, now=at(on))
        return [each for each in waits if "deadline recompute" in each], {f.gap for f in found}

    today = date(2026, 10, 14)
    assert said(today) == ([], set())
    declare(own, HOLIDAY)
    remedies, gaps = said(today)
    assert remedies == ["gongmun deadline recompute"]
    assert gaps == {Gap.DEADLINE}
    count_again(small, today)
    remedies, gaps = said(today)
    assert len(remedies) == 1  # nobody was told yet
    assert "--apply" in remedies[0]
    tell_changes(small.db, now=at(today))
    assert said(today) == ([], set())


def test_everybody_sees_the_day_and_the_one_that_was_promised(small: World, own: Path) -> None:
    (referral_id,) = small.dispatched("statistics")
    declare(own, HOLIDAY)
    count_again(small, date(2026, 10, 14))
    referral = small.referral(referral_id)
    assert referral.document_id is not None
    with small.db.reading() as session:
        (view,) = desk(
            session,
            referral.document_id,
            organisation_id=referral.organisation_id,
            now=at(date(2026, 10, 14)),
        ).referrals
        page = suggestion_page(session, referral.suggestion_id, now=at(date(2026, 10, 14)))
        explained = explaining.explain(session, referral_id, cal=calendar())
    assert (view.answer_due, view.answer_due_promised) == (NEW, OLD)
    assert view.explanation is not None
    assert "2026. 10. 23.(금) 임시공휴일" in view.explanation.ko
    assert "조정되었습니다" not in view.explanation.ko  # it is the period of the rule, no more
    assert "휴무일이 변경되기 전에는 2026. 10. 29.(목)까지로 안내" in view.explanation.ko
    (line,) = page.ministries
    assert (line.answer_due, line.answer_due_promised) == (NEW, OLD)
    assert (explained.due, explained.promised, explained.paused) == (NEW, OLD, False)
    assert [why.ko for _, why in explained.moves] == [
        (
            "휴무일 변경에 따른 회신 기한 조정(2026. 10. 29. → 2026. 10. 30.): "
            "2026. 10. 23.(금) 임시공휴일 지정"
        )
    ]
    days = {each.day: each for each in explained.days}
    assert days[NEW].number == 14
    assert days[date(2026, 10, 23)].number is None
    assert days[date(2026, 10, 23)].why.ko == "임시공휴일"
    assert max(days) == NEW


def test_between_the_declaration_and_the_recount_no_false_reason_is_given(
    small: World, own: Path
) -> None:
    (referral_id,) = small.dispatched("statistics")
    declare(own, HOLIDAY)
    referral = small.referral(referral_id)
    said = explaining.in_short(referral, calendar())
    assert said is not None
    assert "다시 계산하고 있으며, 지금까지 안내한 기한은 2026. 10. 29.(목)" in said.ko
    assert "연장" not in said.ko
    with small.db.reading() as session:
        explained = explaining.explain(session, referral_id, cal=calendar())
    assert explained.due == OLD
    assert explained.moved is not None
    assert explained.moved.ko in said.ko
    # Taken back again once it was told: the later day holds.
    count_again(small, date(2026, 10, 14))
    declare(own)
    said = explaining.in_short(small.referral(referral_id), calendar())
    assert said is not None
    assert "변경 전에 안내한 2026. 10. 30.(금)까지" in said.ko


def test_a_day_that_is_kept_is_not_taken_back_by_a_question_of_that_day(
    small: World, own: Path
) -> None:
    """A holiday was taken back on the later day that was told for it: no reminder comes before that is over."""
    (referral_id,) = small.dispatched("statistics")
    declare(own, HOLIDAY)
    count_again(small, date(2026, 10, 14))
    declare(own)
    assert count_again(small, NEW) == 0
    question = asking.ask(
        small.db, referral_id, text="범위는?", channel=Channel.PORTAL, now=at(NEW, 10)
    )
    asking.answer(
        small.db, question.id, answer="모두", name="한소통", ladder=LADDER, now=at(NEW, 11)
    )
    assert small.referral(referral_id).answer_due == NEW
    small.chase(NEW)
    assert Rung.FIRST_REMINDER not in sent_on(small, referral_id)


def test_a_deadline_that_a_person_moved_says_so(small: World, own: Path) -> None:
    (referral_id,) = small.dispatched("statistics")
    with small.db.transaction() as session:
        pausing.rearm(
            session,
            queries.by_id(session, referral_id),
            counting=Counting.days(date(2026, 11, 12)),
            ladder=LADDER,
            now=at(date(2026, 10, 14)),
        )
    declare(own, HOLIDAY)
    said = explaining.in_short(small.referral(referral_id), calendar())
    assert said is not None
    assert "연장·질의·보완·재검토 등으로 기한이 2026. 11. 12.(목)까지로 조정" in said.ko


def test_a_reminder_names_both_days_and_how_the_deadline_was_counted(
    small: World, own: Path
) -> None:
    # Three of one document; of one of them more time was granted.
    ids = small.dispatched("statistics", "statistics", "statistics")
    declare(own, HOLIDAY)
    count_again(small, date(2026, 10, 14))
    with small.db.transaction() as session:
        pausing.rearm(
            session,
            queries.by_id(session, ids[2]),
            counting=Counting.days(date(2026, 10, 30)),
            ladder=LADDER,
            now=at(date(2026, 10, 15)),
        )
    small.chase(date(2026, 11, 2))
    _, mail = small.sent()[-1]
    said = mail.get_body()
    assert said is not None
    body = " ".join(said.get_content().split())
    assert "회신 기한 2026. 10. 30.(금)(당초 안내 2026. 10. 29.(목)) / 근무일 1일 경과" in body
    assert "due on 30 October 2026 (first told 29 October 2026)" in body
    assert body.count("(당초 안내") == 2
    counted = body.split("[회신 기한의 계산]")[1].split("아래 주소")[0]
    assert "2026. 10. 23.(금) 임시공휴일" in counted
    assert counted.count("휴무일이 변경되기 전에는 2026. 10. 29.(목)까지로 안내하였습니다.") == 1

    with small.db.reading() as session:
        (step,) = (
            each for each in queries.steps(session, ids[0]) if each.rung is Rung.FIRST_REMINDER
        )
        assert step.document_id is not None
        context = document_queries.by_id(session, step.document_id).context
    assert [item["promised_on"] for item in context["items"]] == ["2026-10-29", "2026-10-29", None]
    # Once for all of which the same is said, and of which suggestions, as one document carried them all.
    references = [item["reference"] for item in context["items"]]
    promised, granted = (each["ko"] for each in context["counted"])
    assert promised.startswith(f"{references[0]}, {references[1]}: ")
    assert granted.startswith(f"{references[2]}: ")
    assert "휴무일이 변경되기 전에는" not in granted


def test_there_is_nothing_to_explain_before_the_dispatch(small: World) -> None:
    forum_id = small.forum()
    small.suggest(forum_id, "statistics")
    outcome_id = small.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    (referral,) = small.referrals(outcome_id)
    with small.db.reading() as session, pytest.raises(explaining.NoDeadlineYet):
        explaining.explain(session, referral.id, cal=calendar())


@pytest.mark.parametrize("counted_before", [True, False])
def test_a_question_over_a_late_holiday_loses_nothing(
    small: World, own: Path, counted_before: bool
) -> None:
    (referral_id,) = small.dispatched("statistics")
    question = asking.ask(
        small.db,
        referral_id,
        text="어느 지역입니까?",
        channel=Channel.PORTAL,
        now=at(date(2026, 10, 14)),
    )
    # Eleven working days are left after the 14th: whether the row was counted again or not.
    declare(own, HOLIDAY)
    if counted_before:
        count_again(small, date(2026, 10, 15))
    asking.answer(
        small.db,
        question.id,
        answer="전국입니다.",
        name="한소통",
        ladder=LADDER,
        now=at(date(2026, 10, 16)),
    )
    # Without the holiday it would be 2 November.
    assert small.referral(referral_id).answer_due == date(2026, 11, 3)
    assert count_again(small, date(2026, 10, 16)) == 0


def test_an_extension_that_is_asked_for_is_decided_by_the_new_day(small: World, own: Path) -> None:
    (referral_id,) = small.dispatched("statistics")
    asked = extending.request(
        small.db,
        referral_id,
        until=NEW,
        reason="부처 협의",
        channel=Channel.PORTAL,
        now=at(date(2026, 10, 14)),
    )
    declare(own, HOLIDAY)
    count_again(small, date(2026, 10, 15))
    words = {"name": "한소통", "reason": "확인", "ladder": LADDER, "now": at(date(2026, 10, 16))}
    # The holiday has given what was asked for.
    with pytest.raises(extending.ExtensionOutOfRange):
        extending.decide(small.db, asked.id, decision="approve", **words)
    granted = extending.decide(
        small.db, asked.id, decision="approve", new_due=date(2026, 11, 5), **words
    )
    assert (granted.old_due, granted.new_due) == (NEW, date(2026, 11, 5))
    assert small.referral(referral_id).answer_due == date(2026, 11, 5)
    assert small.referral(referral_id).answer_due_promised is None
    # A day that was granted moves where it is off itself.
    declare(own, HOLIDAY, "2026-11-05,임시공휴일,Temporary holiday,off,관보 제2호\n")
    assert count_again(small, date(2026, 10, 19)) == 1
    assert small.referral(referral_id).answer_due == date(2026, 11, 6)


def test_a_question_on_the_day_of_the_sweep_drops_the_reminder(small: World) -> None:
    (referral_id,) = small.dispatched("statistics")
    late = date(2026, 10, 30)
    sweep(small.db, ladder=LADDER, now=at(late))
    sent = len(small.sent())
    asking.ask(small.db, referral_id, text="범위?", channel=Channel.PORTAL, now=at(late, 9, 30))
    small.send_notices(at(late, 9, 40))
    assert len(small.sent()) == sent


def test_nobody_is_reminded_by_a_day_that_is_to_be_counted_again(small: World, own: Path) -> None:
    (referral_id,) = small.dispatched("statistics")
    declare(own, HOLIDAY)
    small.chase(NEW)
    # By the old day this is D+1; by the new one it is the day itself.
    assert sent_on(small, referral_id) == {}
    assert small.referral(referral_id).overdue_noted_on is None
    with small.db.reading() as session:
        seen = chase_preview(session, ladder=LADDER, now=at(date(2026, 11, 2)))
    assert {line.fate for line in seen.lines} == {Fate.RECOUNT}
    count_again(small, NEW)
    small.chase(NEW)
    assert Rung.COURTESY_DUE in sent_on(small, referral_id)
    assert Rung.FIRST_REMINDER not in sent_on(small, referral_id)


def met(world: World) -> int:
    with world.db.reading() as session:
        return len(ledger.history(session, "calendar", 0))


def test_a_rung_that_moves_where_the_day_does_not_comes_in_time_by_itself(
    small: World, own: Path
) -> None:
    """D-7 is counted back by working days: a holiday before a day that was named brings it forward."""
    (referral_id,) = small.dispatched("statistics")
    with small.db.transaction() as session:
        referral = queries.by_id(session, referral_id)
        counting = Counting.days(OLD)
        pausing.rearm(
            session, referral, counting=counting, ladder=LADDER, now=at(date(2026, 10, 12), 10)
        )
    small.chase(date(2026, 10, 13))
    declare(own, HOLIDAY)
    with small.db.reading() as session:
        assert not any("recompute" in each.remedy for each in waiting(session, small.now))
        seen = chase_preview(session, ladder=LADDER, now=at(date(2026, 10, 19)))
        assert (Rung.COURTESY_EARLY, date(2026, 10, 19)) in {(x.rung, x.due_on) for x in seen.lines}
    for day in (14, 15, 16):
        small.chase(date(2026, 10, day))
    assert Rung.COURTESY_EARLY not in sent_on(small, referral_id)
    small.chase(date(2026, 10, 19))
    assert sent_on(small, referral_id)[Rung.COURTESY_EARLY] == date(2026, 10, 19)


def test_a_holiday_that_is_taken_back_leaves_no_rung_a_day_late(small: World, own: Path) -> None:
    """Also of what is overdue already: its deadline stays, the seventh working day after it does not."""
    later = "2026-11-05,임시공휴일,Temporary holiday,off,관보 제2호(2026-10-14)\n"
    declare(own, later)
    (referral_id,) = small.dispatched("statistics")
    small.chase(OLD)
    small.chase(NEW)
    assert small.referral(referral_id).next_action_on == date(2026, 11, 10)
    declare(own)
    for day in (4, 6, 9):
        small.chase(date(2026, 11, day))
    assert sent_on(small, referral_id)[Rung.SECOND_REMINDER] == date(2026, 11, 9)


def test_other_days_off_are_met_once(small: World, own: Path) -> None:
    (referral_id,) = small.dispatched("statistics")
    small.chase(date(2026, 10, 13))
    small.chase(date(2026, 10, 14))
    assert met(small) == 1
    declare(own, HOLIDAY)
    for day in (15, 16):
        small.chase(date(2026, 10, day))
    assert met(small) == 2
    declare(own)
    small.chase(date(2026, 10, 19))
    assert met(small) == 3
    # Looked at, and there was nothing to do: seven working days before its day.
    assert small.referral(referral_id).next_action_on == date(2026, 10, 20)
