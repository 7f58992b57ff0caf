"""The second step: published, or sent back with a note; once, and the ministry loses no day by it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from gongmun import ledger
from gongmun.access.models import AccessLink
from gongmun.answers import queries
from gongmun.answers.deciding import DecisionIncomplete, ResponseDecided, send_back
from gongmun.answers.extending import request
from gongmun.answers.models import AnswerFile, Channel, CommitmentStatus, Extension, RequestStatus
from gongmun.calendar import calendar
from gongmun.db import Database
from gongmun.errors import NotFound
from gongmun.ledger import verify
from gongmun.mail import Dispatch
from gongmun.organisations import Organisation
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.chasing import sweep
from gongmun.referrals.life import CHASED, Status
from gongmun.referrals.models import Referral, ResponseDecision, ResponseStatus
from tests.answers.officer import DAY, MOMENT, Officer
from tests.answers.writing import acceptance, refusal
from tests.world import LADDER, World, at

NOTE = "이행 시기를 더 구체적으로 적어 주십시오."


@pytest.fixture
def world(sqlite_db: Database, tmp_path: Path) -> World:
    return World(db=sqlite_db, folder=tmp_path, now=at(date(2026, 10, 12)))


@pytest.fixture
def officer(world: World) -> Officer:
    world.dispatched("statistics")
    return Officer.of(world, 1)


@pytest.fixture
def response_id(officer: Officer) -> int:
    officer.attach(1, b"memo", "계획.txt")
    officer.submit({1: acceptance()})
    officer.mails()
    return officer.response(1).id


def days(count: int) -> date:
    return calendar().shift(DAY, count)


def test_published_it_is_closed_and_its_commitments_are_chased(
    officer: Officer, response_id: int
) -> None:
    assert officer.sees(1).commitments == ()  # answered is not yet published
    officer.publish(response_id, at(days(1)))
    response = officer.response(1)
    assert (response.status, response.decided_by) == (ResponseStatus.PUBLISHED, "한소통")
    assert officer.world.referral(1).status is Status.CLOSED
    (commitment,) = officer.sees(1).commitments
    assert (commitment.text, commitment.status) == ("지침 개정", CommitmentStatus.OPEN)
    with officer.world.db.reading() as session:
        assert queries.commitments_of(session, response_id)[0].next_action_on == days(1)
        event = ledger.history(session, "referral", 1)[-1]
        verify(session)
    assert (event.kind, event.actor) == ("referral.closed", "coordinator")
    assert "한소통" not in str(event.data)


def test_sent_back_the_ministry_has_its_words_its_files_and_its_days(
    officer: Officer, response_id: int
) -> None:
    due = officer.world.referral(1).answer_due
    assert due is not None
    # Received on Tuesday 20 October, sent back on Tuesday 27: five working days of ours.
    officer.send_back(response_id, at(days(5)), note=NOTE)
    referral = officer.world.referral(1)
    assert referral.status is Status.ACKNOWLEDGED
    assert referral.answered_at is None
    assert referral.answer_due == calendar().shift(due, 5)
    assert referral.arming == 2
    assert referral.next_action_on is not None
    view = officer.sees(1, at(days(5)))
    assert view.draft == acceptance()
    assert [each.filename for each in view.files] == ["계획.txt"]
    assert view.with_ministry
    assert view.response is not None
    assert (view.response.status, view.response.note) == (ResponseStatus.SENT_BACK, NOTE)
    assert [each.filename for each in view.response.files] == ["계획.txt"]
    assert view.explanation is not None
    assert "조정" in view.explanation.ko
    with officer.world.db.reading() as session:
        files = session.scalars(select(AnswerFile)).all()
    assert len({each.name for each in files}) == 2
    assert len({each.sha256 for each in files}) == 1


def test_the_mail_has_the_note_and_a_link(officer: Officer, response_id: int) -> None:
    officer.send_back(response_id, at(days(1)), note=f"{NOTE}\r\n둘째 줄")
    with officer.world.db.reading() as session:
        dispatch = session.scalars(select(Dispatch).where(Dispatch.intent == "sent_back")).one()
        link = session.scalars(
            select(AccessLink).where(AccessLink.dispatch_id == dispatch.id)
        ).one()
    assert link.document_ids == [officer.document_id]
    ((recipient, mail),) = officer.mails(at(days(1)))
    assert recipient == "forum@mods.example"
    text = mail.get_content()
    assert NOTE in text
    assert "https://check.participation.example/a/" in text
    assert "⟦" not in text
    assert "[보완 요청]" in mail["Subject"]
    assert text.index("보완") < text.index("To:")


def test_a_ministry_that_is_no_more_is_sent_nothing(officer: Officer, response_id: int) -> None:
    """Nobody has said yet who comes after it; whoever does is told of the referral then."""
    with officer.world.db.transaction() as session:
        ended = session.scalars(select(Organisation).where(Organisation.code == "MODS")).one()
        ended.valid_to = days(0)
    officer.send_back(response_id, at(days(1)), note=NOTE)
    assert officer.world.referral(1).status in CHASED
    assert officer.mails(at(days(1))) == []


def test_it_is_answered_again_and_then_published(officer: Officer, response_id: int) -> None:
    officer.send_back(response_id, at(days(1)))
    officer.submit({1: refusal("다시 쓴 사유입니다.")}, now=at(days(2)))
    second = officer.response(1)
    assert second.id != response_id
    with pytest.raises(ResponseDecided):
        officer.publish(response_id, at(days(3)))
    officer.publish(second.id, at(days(3)))
    with officer.world.db.reading() as session:
        first = queries.response(session, response_id)
        promised = queries.commitments_of(session, response_id)
        assert first.status is ResponseStatus.SENT_BACK
        # Of what was sent back nothing is chased.
        assert [each.next_action_on for each in promised] == [None]
        verify(session)
    view = officer.sees(1, at(days(3)))
    assert view.commitments == ()
    assert view.response is not None
    assert view.response.reason == "다시 쓴 사유입니다."
    # The file of before was the draft's again, and came with the second answer.
    assert [each.filename for each in view.response.files] == ["계획.txt"]


def test_a_late_answer_stays_as_late_as_it_was(officer: Officer) -> None:
    due = officer.world.referral(1).answer_due
    assert due is not None
    late = calendar().shift(due, 3)
    officer.submit({1: refusal()}, now=at(late))
    officer.send_back(officer.response(1).id, at(calendar().shift(late, 4)))
    assert officer.sees(1, at(calendar().shift(late, 4))).days_overdue == 3


def test_the_review_of_a_long_term_answer_keeps_its_day(officer: Officer) -> None:
    content = acceptance(
        decision=ResponseDecision.LONG_TERM_REVIEW, commitments=(), review_by=date(2027, 6, 30)
    )
    officer.submit({1: content})
    officer.send_back(officer.response(1).id, at(days(1)))
    assert officer.sees(1).draft == content


def test_a_review_beside_commitments_keeps_its_day_as_well(officer: Officer) -> None:
    later = acceptance(review_by=date(2028, 6, 30))
    officer.submit({1: later})
    officer.send_back(officer.response(1).id, at(days(1)))
    assert officer.sees(1).draft == later
    in_place = acceptance(decision=ResponseDecision.ALREADY_IN_PLACE)
    officer.submit({1: in_place}, now=at(days(2)))
    officer.send_back(officer.response(1).id, at(days(3)))
    assert officer.sees(1).draft == in_place


@pytest.mark.parametrize(
    "way",
    [
        lambda officer, response_id: officer.publish(response_id, at(days(1))),
        lambda officer, response_id: officer.send_back(response_id, at(days(1))),
    ],
    ids=["publish", "send back"],
)
@pytest.mark.parametrize(
    "again",
    [
        lambda officer, response_id: officer.publish(response_id, at(days(2))),
        lambda officer, response_id: officer.send_back(response_id, at(days(2))),
    ],
    ids=["publish", "send back"],
)
def test_what_is_decided_is_decided(
    officer: Officer,
    response_id: int,
    way: Callable[[Officer, int], None],
    again: Callable[[Officer, int], None],
) -> None:
    way(officer, response_id)
    before = officer.world.referral(1)
    with pytest.raises(ResponseDecided):
        again(officer, response_id)
    after = officer.world.referral(1)
    assert (after.status, after.answer_due) == (before.status, before.answer_due)
    with pytest.raises(NotFound):
        again(officer, 999)


def test_of_two_coordinators_at_once_one_decides(db: Database, tmp_path: Path) -> None:
    world = World(db=db, folder=tmp_path, now=at(date(2026, 10, 12)))
    world.dispatched("statistics")
    officer = Officer.of(world, 1)
    officer.submit({1: acceptance()})
    response_id = officer.response(1).id

    def attempt(number: int) -> bool:
        try:
            if number % 2:
                officer.publish(response_id, at(days(1)))
            else:
                officer.send_back(response_id, at(days(1)))
        except ResponseDecided:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(4))) == 1
    published = officer.response(1).status is ResponseStatus.PUBLISHED
    assert (world.referral(1).status is Status.CLOSED) == published
    with db.reading() as session:
        verify(session)


@pytest.mark.parametrize(
    ("note", "name"),
    [("", "한소통"), ("\u200b \n", "한소통"), ("가" * 2_001, "한소통"), (NOTE, ""), (NOTE, " ")],
)
def test_a_note_and_a_name_are_needed(
    officer: Officer, response_id: int, note: str, name: str
) -> None:
    with pytest.raises(DecisionIncomplete):
        send_back(
            officer.world.db, response_id, note=note, name=name, ladder=LADDER, now=at(days(1))
        )
    assert officer.world.referral(1).status is Status.ANSWERED


def test_an_answer_ends_what_was_asked_before_it(officer: Officer) -> None:
    extension = request(
        officer.world.db,
        1,
        until=calendar().shift(officer.world.referral(1).answer_due or DAY, 3),
        reason="관계 부처 협의가 필요합니다.",
        channel=Channel.PORTAL,
        now=MOMENT,
    )
    officer.submit({1: refusal()}, now=at(days(1)))
    with officer.world.db.reading() as session:
        assert session.get_one(Extension, extension.id).status is RequestStatus.LAPSED
    referral = officer.world.referral(1)
    assert (referral.asks_since, referral.paused_at) == (None, None)


def test_the_ladder_goes_on_after_it_was_sent_back(officer: Officer, response_id: int) -> None:
    officer.send_back(response_id, at(days(1)))
    due = officer.world.referral(1).answer_due
    assert due is not None
    officer.world.chase(calendar().shift(due, 1))
    with officer.world.db.reading() as session:
        fired = {
            (each.arming, each.rung.value)
            for each in referral_queries.steps(session, 1)
            if not each.skipped
        }
    assert (2, "first_reminder") in fired


def sent(world: World) -> list[tuple[int, str]]:
    """The rungs of the answer's clock that were really sent, with their arming."""
    with world.db.reading() as session:
        return [
            (each.arming, each.rung.value)
            for each in referral_queries.steps(session, 1)
            if not each.skipped and "nudge" not in each.rung.value
        ]


def test_who_was_reminded_of_a_lateness_is_not_reminded_of_it_again(officer: Officer) -> None:
    due = officer.world.referral(1).answer_due
    assert due is not None
    shift = calendar().shift
    officer.world.chase(shift(due, 1))
    assert sent(officer.world) == [(1, "first_reminder")]
    officer.submit({1: refusal()}, now=at(shift(due, 2)))
    officer.send_back(officer.response(1).id, at(shift(due, 4)))
    # Two working days late on the day of the answer, and so on the day it came back.
    for later in range(4, 9):
        officer.world.chase(shift(due, later))
    assert sent(officer.world) == [(1, "first_reminder")]
    officer.world.chase(shift(due, 9))
    assert sent(officer.world) == [(1, "first_reminder"), (2, "second_reminder")]


def test_a_reminder_that_the_answer_held_back_falls_due_again(officer: Officer) -> None:
    due = officer.world.referral(1).answer_due
    assert due is not None
    day = calendar().shift(due, 1)
    sweep(officer.world.db, ladder=LADDER, now=at(day, 9))
    officer.submit({1: refusal()}, now=at(day, 10))
    officer.world.send_notices(at(day, 11))  # what was claimed is suppressed
    officer.send_back(officer.response(1).id, at(day, 12))
    officer.world.chase(calendar().shift(day, 1))
    assert (2, "first_reminder") in sent(officer.world)


def test_a_rung_that_was_skipped_after_the_answer_came_does_not_stay_behind(
    officer: Officer,
) -> None:
    due = officer.world.referral(1).answer_due
    assert due is not None
    shift = calendar().shift
    # The mail came on the due day and is opened weeks later; no sweep ran, and then the highest rung fired.
    officer.world.chase(shift(due, 15))
    assert sent(officer.world) == [(1, "escalation")]
    officer.submit({1: refusal()}, now=at(shift(due, 16)))
    with officer.world.db.transaction() as session:
        session.get_one(Referral, 1).answered_at = at(due)
    officer.send_back(officer.response(1).id, at(shift(due, 17)))
    again = officer.world.referral(1).answer_due
    assert again is not None
    officer.world.chase(shift(again, 1))
    # The escalation that nobody had approved is taken back with it.
    assert sent(officer.world) == [(2, "first_reminder")]
