"""What an officer sees: all of the document, nothing of another ministry, and by few queries."""

from datetime import date
from pathlib import Path

import pytest

from gongmun.answers import view
from gongmun.answers.content import Content
from gongmun.answers.drafting import save
from gongmun.answers.models import Channel
from gongmun.calendar import calendar
from gongmun.db import Database
from gongmun.documents import Role
from gongmun.errors import NotFound
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.life import Event, Status
from gongmun.referrals.models import ResponseDecision
from gongmun.referrals.pausing import pause
from tests.answers.officer import MOMENT, Officer
from tests.answers.writing import acceptance, refusal
from tests.asking import statements
from tests.world import World, at


@pytest.fixture
def world(sqlite_db: Database, tmp_path: Path) -> World:
    return World(db=sqlite_db, folder=tmp_path, now=at(date(2026, 10, 12)))


def test_the_desk_shows_the_document_and_each_referral_in_order(world: World) -> None:
    world.dispatched("statistics", "statistics")
    officer = Officer.of(world, 1)
    desk = officer.desk()
    assert desk.number is not None
    assert desk.number.startswith("공론소통과-")
    assert desk.disclosure == "공개"
    assert desk.issued_on == date(2026, 10, 12)
    assert desk.organisation.ko == "국가데이터처"
    first, second = desk.referrals
    assert (first.id, second.id) == (1, 2)
    assert (first.reference, first.role) == ("OCF-2026-10-001", Role.LEAD)
    assert "그늘막" in first.body
    assert first.with_ministry
    assert not first.paused
    assert (first.acknowledge_due, first.answer_due) == (date(2026, 10, 15), date(2026, 10, 29))
    assert first.explanation is not None
    assert "2026. 10. 29.(목)" in first.explanation.ko
    assert (first.draft, first.response, first.question) == (None, None, None)
    assert (first.extension, first.transfer, first.others) == (None, None, ())
    assert (first.days_overdue, first.meetings_count) == (0, 0)
    with pytest.raises(NotFound):
        desk.referral(3)


def test_days_over_are_counted_while_the_ball_is_with_the_ministry(world: World) -> None:
    world.dispatched("statistics")
    officer = Officer.of(world, 1)
    due = world.referral(1).answer_due
    assert due is not None
    later = at(calendar().shift(due, 2))
    assert officer.sees(1, later).days_overdue == 2
    with world.db.transaction() as session:
        pause(session, referral_queries.by_id(session, 1), now=later)
    view_ = officer.sees(1, at(calendar().shift(due, 9)))
    assert (view_.paused, view_.days_overdue) == (True, 0)


def test_a_desk_takes_the_same_few_queries_for_one_and_for_many(world: World) -> None:
    (alone,) = world.dispatched("housing")
    one = Officer.of(world, alone)
    other = World(db=world.db, folder=world.folder, now=world.now)
    forum_id = other.forum("OCF-2026-11")
    for _ in range(12):
        other.suggest(forum_id, "statistics")
    outcome_id = other.wrap_up(forum_id, "run-2").outcome_id
    assert outcome_id is not None
    other.decide(outcome_id)
    other.issue()
    other.dispatch()
    many = Officer.of(other, other.referrals(outcome_id)[0].id)
    assert len(many.ids) == 12
    for each in many.ids:
        many.attach(each, b"memo")
        save(world.db, each, content=acceptance(), channel=Channel.PORTAL, now=MOMENT)
    many.submit({each: acceptance() for each in many.ids[:6]}, set(many.ids[6:]))
    with statements(world.db) as small:
        one.desk()
    with statements(world.db) as large:
        many.desk()
    # What there is at all is read at once: here answers, files and commitments.
    assert (len(small), len(large)) == (3, 5)


def test_the_lead_sees_what_the_others_answer_and_they_do_not_see_each_other(world: World) -> None:
    ids = world.dispatched("digital_safety")  # KMCC leads; MOGEF, KNPA, MSIT
    officers = {world.code(world.referral(each)): Officer.of(world, each) for each in ids}
    own = {code: officer.ids[0] for code, officer in officers.items()}
    lead = next(code for code in officers if officers[code].desk().referrals[0].role is Role.LEAD)
    first, second, third = sorted(code for code in officers if code != lead)
    seen = officers[lead].sees(own[lead])
    assert {each.role for each in seen.others} == {Role.COOPERATING}
    assert [each.decision for each in seen.others] == [None, None, None]
    assert view.joint_reason(seen) == ""

    officers[first].submit({own[first]: refusal("소관이 아닙니다.")})
    officers[second].submit({own[second]: acceptance()})
    officers[second].send_back(officers[second].response(own[second]).id, MOMENT)
    seen = officers[lead].sees(own[lead])
    answered = [each for each in seen.others if each.decision]
    assert [each.reason for each in answered] == ["소관이 아닙니다."]
    joint = view.joint_reason(seen)
    assert "소관이 아닙니다." in joint
    assert "(협조) 수용곤란" in joint
    assert "지침" not in joint  # what was sent back is no answer

    # A cooperating ministry sees who else is asked, and how far they are; not what they say.
    beside = officers[third].sees(own[third])
    assert {each.role for each in beside.others} == {Role.LEAD, Role.COOPERATING}
    assert {each.decision for each in beside.others} == {None}
    assert {each.reason for each in beside.others} == {""}
    assert Status.ANSWERED in {each.status for each in beside.others}
    # Each has its own clock.
    assert officers[lead].sees(own[lead]).with_ministry
    assert not officers[first].sees(own[first]).with_ministry


def test_another_ministry_and_a_missing_document_look_the_same(world: World) -> None:
    ids = world.dispatched("statistics", "housing")
    first, second = (Officer.of(world, each) for each in ids)
    said = []
    for document_id in (second.document_id, 999):
        with world.db.reading() as session, pytest.raises(NotFound) as caught:
            view.desk(session, document_id, organisation_id=first.organisation_id, now=MOMENT)
        said.append(str(caught.value).replace(str(document_id), "N"))
    assert said[0] == said[1]
    assert first.desk().referrals
    with world.db.reading() as session:
        listed = view.documents(
            session,
            [first.document_id, second.document_id, 999],
            organisation_id=first.organisation_id,
        )
    assert [each.document_id for each in listed] == [first.document_id]


def test_the_list_says_what_is_open_and_until_when(world: World) -> None:
    world.dispatched("statistics", "statistics")
    officer = Officer.of(world, 1)

    def listed() -> tuple[int, int, date | None]:
        with world.db.reading() as session:
            (one,) = view.documents(
                session, [officer.document_id], organisation_id=officer.organisation_id
            )
        return one.referrals, one.open, one.next_due

    assert listed() == (2, 2, date(2026, 10, 29))
    officer.submit({1: refusal()}, {2})
    assert listed() == (2, 1, date(2026, 10, 29))
    officer.submit({2: refusal()})
    assert listed() == (2, 0, None)


def test_what_was_withdrawn_is_not_shown(world: World) -> None:
    world.dispatched("statistics", "statistics")
    officer = Officer.of(world, 1)
    with world.db.transaction() as session:
        referral_queries.move(
            session, referral_queries.by_id(session, 2), Event.WITHDRAWN, next_action_on=None
        )
    assert [each.id for each in officer.desk().referrals] == [1]
    with pytest.raises(NotFound):
        officer.submit({1: refusal(), 2: refusal()})
    officer.submit({1: refusal()})


def test_a_draft_and_its_files_are_shown_to_whoever_comes_next(world: World) -> None:
    world.dispatched("statistics")
    officer = Officer.of(world, 1)
    content = Content(decision=ResponseDecision.ACCEPTED, reason="<script>")
    save(world.db, 1, content=content, channel=Channel.MAIL, now=MOMENT)
    file = officer.attach(1, b"memo")
    seen = officer.sees(1)
    assert seen.draft == content
    assert [(each.name, each.sha256) for each in seen.files] == [(file.name, file.sha256)]
