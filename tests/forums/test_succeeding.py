"""Ministries are renamed, split and abolished while referrals are open: the real reorganisations, and others."""

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from gongmun import ledger
from gongmun.access.models import AccessLink
from gongmun.answers.asking import answer, ask
from gongmun.answers.models import Channel
from gongmun.answers.requesting import request_transfer
from gongmun.db import Database
from gongmun.documents import DecisionIncomplete, Document, Role
from gongmun.documents import queries as document_queries
from gongmun.documents.contexts import Correction
from gongmun.documents.correcting import correct, decide_correction
from gongmun.documents.life import Status as DocumentStatus
from gongmun.errors import NotFound
from gongmun.forums.assigning import NothingToAssign, SuccessorHasIt, assign
from gongmun.forums.overview import outcome_overview
from gongmun.forums.routing import route_suggestion
from gongmun.forums.succeeding import SuccessionReport, follow_successions
from gongmun.forums.succession_preview import Stage, preview
from gongmun.forums.transferring import decide_transfer
from gongmun.forums.waiting import waiting
from gongmun.mail import Dispatch
from gongmun.organisations import (
    ContactRole,
    Organisation,
    OrganisationEnded,
    OrganisationNotYet,
    Succession,
    retire_contact,
    set_contact,
)
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import succeeding, succession_queries
from gongmun.referrals.answering import acknowledge
from gongmun.referrals.board import board
from gongmun.referrals.chasing import sweep
from gongmun.referrals.ladder import Rung
from gongmun.referrals.life import Status
from gongmun.referrals.models import LadderStep, Referral, Takeover
from gongmun.suggestions.models import Suggestion
from gongmun.text import Bilingual
from tests.world import LADDER, World, at

# 기획재정부 is 재정경제부 and 기획예산처 from Friday 2 January 2026 on.
BEFORE, SPLIT, MONDAY = date(2025, 12, 22), date(2026, 1, 2), date(2026, 1, 5)
# 환경부 is 기후에너지환경부, 산업통상자원부 partly so, from Wednesday 1 October 2025 on.
EARLIER, RENAMED = date(2025, 9, 22), date(2025, 10, 1)


def world_of(db: Database, folder: Path, day: date) -> World:
    world = World(db=db, folder=folder, now=at(day, 9, 30))
    for code in ("ME", "MOTIE", "MOGEF-2025", "MOEF", "SPO", "KCC"):
        set_contact(db, code, ContactRole.PRIMARY, f"forum@{code.lower()}.example", world.now)
    return world


@pytest.fixture
def split(sqlite_db: Database, tmp_path: Path) -> World:
    """Before the split of 기획재정부."""
    return world_of(sqlite_db, tmp_path, BEFORE)


@pytest.fixture
def renamed(sqlite_db: Database, tmp_path: Path) -> World:
    """Before the reorganisation of October 2025; its routes are made by hand."""
    return world_of(sqlite_db, tmp_path, EARLIER)


def drafted(world: World, routes: Sequence[tuple[str, Sequence[str]]], topic: str | None) -> int:
    """An outcome that waits for its approval; each suggestion goes where it is routed."""
    forum_id = world.forum()
    for lead, *cooperating in ((lead, *others) for lead, others in routes):
        suggestion_id = world.suggest(forum_id, topic)
        route_suggestion(
            world.db,
            suggestion_id,
            lead=lead,
            cooperating=cooperating,
            name="한소통",
            reason="소관",
            now=world.now,
        )
    outcome_id = world.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    return outcome_id


def routed(
    world: World, *routes: tuple[str, Sequence[str]], topic: str | None = None
) -> Sequence[Referral]:
    """The same, dispatched; its referrals."""
    outcome_id = drafted(world, routes, topic)
    world.decide(outcome_id)
    world.issue()
    world.dispatch()
    return world.referrals(outcome_id)


def follow(world: World, day: date, hour: int = 9) -> SuccessionReport:
    report = follow_successions(world.db, now=at(day, hour, 0))
    assert report.problems == ()
    return report


def codes(world: World, referrals: Sequence[Referral]) -> Mapping[int, str]:
    return {r.id: world.code(world.referral(r.id)) for r in referrals}


def events(world: World, referral_id: int, kind: str) -> Sequence[ledger.LedgerEvent]:
    with world.db.reading() as session:
        found = ledger.history(session, "referral", referral_id)
    return [event for event in found if event.kind == kind]


def english(world: World, day: date) -> list[str]:
    with world.db.reading() as session:
        return [item.what.en for item in waiting(session, at(day))]


def remedies(world: World, day: date) -> list[str]:
    with world.db.reading() as session:
        return [item.remedy for item in waiting(session, at(day))]


def mails(world: World, since: int) -> dict[str, str]:
    found = {}
    for recipient, mail in world.sent()[since:]:
        body = mail.get_body(("plain",))
        assert body is not None
        found[recipient] = str(mail["Subject"]) + "\n" + str(body.get_content())
    return found


def domains(addresses: Collection[str]) -> set[str]:
    """Main and backup mailboxes of the same ministries are one."""
    return {address.partition("@")[2] for address in addresses}


def test_a_renamed_ministry_s_referral_goes_on_with_its_clocks(renamed: World) -> None:
    (before,) = routed(renamed, ("ME", ()))
    acknowledge(
        renamed.db,
        before.document_id or 0,
        registration_number="환경-1",
        now=at(date(2025, 9, 23)),
        ladder=LADDER,
    )
    before = renamed.referral(before.id)
    sent = len(renamed.sent())
    assert follow(renamed, date(2025, 9, 30)).taken_over == ()
    report = follow(renamed, RENAMED)
    after = renamed.referral(before.id)
    assert report.taken_over == (before.id,)
    assert renamed.code(after) == "MCEE"
    kept = (
        "status arming answer_due answer_due_at dispatched_at acknowledged_at registration_number "
        "next_action_on document_id role answer_counted_since answer_counted"
    )
    assert [getattr(after, k) for k in kept.split()] == [getattr(before, k) for k in kept.split()]
    (told,) = events(renamed, before.id, "referral.taken_over")
    with renamed.db.reading() as session:
        predecessor = organisation_queries.by_id(session, told.data["predecessor_id"])
        successor = organisation_queries.by_id(session, told.data["successor_id"])
        document = document_queries.by_id(session, before.document_id or 0)
    assert (predecessor.name_ko, successor.name_ko) == ("환경부", "기후에너지환경부")
    # The document keeps the name of its day.
    assert document.recipient_code == "ME"
    assert "환경부장관" in str(document.context)
    renamed.dispatch(at(RENAMED, 9, 1))
    ((recipient, text),) = mails(renamed, sent).items()
    assert recipient == "forum@mcee.example"
    assert "환경부에서 승계" in text
    assert document.number is not None
    assert document.number in text
    (mail,) = [m for to, m in renamed.sent()[sent:]]
    assert [part.get_filename() for part in mail.iter_attachments()] != []
    # Once.
    again = follow(renamed, RENAMED, 10)
    assert (again.taken_over, again.told, again.cut) == ((), (), ())
    renamed.dispatch(at(RENAMED, 11))
    assert len(renamed.sent()) == sent + 1


def test_at_night_nobody_is_written_to_and_the_morning_catches_up(renamed: World) -> None:
    (before,) = routed(renamed, ("MOGEF-2025", ()))
    night = follow_successions(renamed.db, now=at(RENAMED, 0, 1))
    assert night.taken_over == (before.id,)
    assert night.told == ()
    assert len(follow(renamed, RENAMED).told) == 1


def test_weeks_late_it_is_done_once(renamed: World) -> None:
    referrals = routed(renamed, ("ME", ()), ("KCC", ()), ("MOGEF-2025", ()))
    report = follow(renamed, date(2025, 11, 24))
    assert set(report.taken_over) == {r.id for r in referrals}
    assert set(codes(renamed, referrals).values()) == {"MCEE", "KMCC", "MOGEF"}
    assert len(report.told) == 3


def test_a_split_goes_by_topic(split: World) -> None:
    ids = split.dispatched("tax", "public_budget")
    referrals = [split.referral(i) for i in ids]
    assert sorted(codes(split, referrals).values()) == ["MOEF", "MOEF", "NTS"]
    sent = len(split.sent())
    report = follow(split, SPLIT)
    assert report.undecided == ()
    assert sorted(codes(split, referrals).values()) == ["MOFE", "MPB", "NTS"]
    split.dispatch(at(SPLIT, 9, 1))
    told = mails(split, sent)
    assert set(told) == {"forum@mofe.example", "forum@mpb.example"}
    # Each is told of its own suggestion, and not of the other's of the same document.
    assert "OCF-2026-10-001" in told["forum@mofe.example"]
    assert "OCF-2026-10-002" not in told["forum@mofe.example"]
    assert "OCF-2026-10-002" in told["forum@mpb.example"]


def test_a_cooperating_ministry_is_succeeded_too(sqlite_db: Database, tmp_path: Path) -> None:
    world = world_of(sqlite_db, tmp_path, date(2026, 9, 21))
    referrals = [world.referral(i) for i in world.dispatched("justice")]
    assert set(codes(world, referrals).values()) == {"MOJ", "SPO"}
    follow(world, date(2026, 10, 2))
    assert set(codes(world, referrals).values()) == {"MOJ", "PPO"}


def test_a_split_without_a_topic_waits_for_a_coordinator(split: World) -> None:
    (referral,) = routed(split, ("MOEF", ()))
    sent = len(split.sent())
    report = follow(split, SPLIT)
    assert (report.taken_over, report.undecided, report.told) == ((), (referral.id,), ())
    assert (
        "to assign: OCF-2026-10-001 of MOEF, which is no more: "
        "it was split and the routing names none of MOFE, MPB"
    ) in english(split, SPLIT)
    assert follow(split, MONDAY).undecided == (referral.id,)
    with split.db.reading() as session:
        assert len(session.scalars(select(Takeover)).all()) == 1
    new = assign(
        split.db,
        referral.id,
        to_code="MPB",
        name="한소통",
        reason="예산 사업",
        now=at(MONDAY, 14),
    )
    assert (new.id, split.code(new)) == (referral.id, "MPB")
    assert new.answer_due == referral.answer_due
    assert not any("to assign" in line for line in english(split, MONDAY))
    split.dispatch(at(MONDAY, 16))
    assert set(mails(split, sent)) == {"forum@mpb.example"}
    (assigned,) = events(split, referral.id, "referral.assigned")
    assert assigned.data["approval_id"] is not None
    with split.db.reading() as session:
        (takeover,) = session.scalars(select(Takeover))
    assert (takeover.decided_by, takeover.reason) == ("한소통", "예산 사업")
    with pytest.raises(NothingToAssign):
        assign(split.db, referral.id, to_code="MOFE", name="한", reason="또", now=at(MONDAY, 17))


@pytest.mark.parametrize("to", ["MOEF", "NOBODY", ""])
def test_nobody_is_assigned_to_what_is_no_more(split: World, to: str) -> None:
    (referral,) = routed(split, ("MOEF", ()))
    follow(split, SPLIT)
    with pytest.raises(NotFound):
        assign(split.db, referral.id, to_code=to, name="한", reason="왜", now=at(SPLIT, 14))
    assert split.code(split.referral(referral.id)) == "MOEF"


def test_an_abolished_ministry_has_no_heir(split: World) -> None:
    (referral,) = routed(split, ("MOEF", ()), topic="tax")
    with split.db.transaction() as session:
        session.execute(delete(Succession).where(Succession.predecessor_code == "MOEF"))
    assert follow(split, SPLIT).undecided == (referral.id,)
    assert any(line.endswith(": nobody took over from it") for line in english(split, SPLIT))
    assign(split.db, referral.id, to_code="MOIS", name="한", reason="잔여 사무", now=at(SPLIT, 15))
    assert split.code(split.referral(referral.id)) == "MOIS"


def test_one_that_ended_is_named_with_its_last_day_and_its_successors(split: World) -> None:
    (referral,) = routed(split, ("MOEF", ()))
    follow(split, SPLIT)
    with pytest.raises(OrganisationEnded) as ended:
        assign(split.db, referral.id, to_code="MOEF", name="한", reason="왜", now=at(SPLIT, 14))
    assert "기획재정부(MOEF)의 마지막 날은 2026. 1. 1.이었습니다" in ended.value.message_ko
    assert "재정경제부(MOFE), 기획예산처(MPB)" in ended.value.message_ko
    with pytest.raises(OrganisationNotYet, match=r"2026\. 10\. 2\."):
        assign(split.db, referral.id, to_code="PPO", name="한", reason="왜", now=at(SPLIT, 14))


def test_a_route_that_is_loaded_later_settles_it(split: World) -> None:
    (referral,) = routed(split, ("MOEF", ()), topic="roads")
    assert follow(split, SPLIT).undecided == (referral.id,)
    with split.db.transaction() as session:
        (suggestion_id,) = session.execute(
            select(Referral.suggestion_id).where(Referral.id == referral.id)
        ).one()
        session.execute(
            update(Suggestion).where(Suggestion.id == suggestion_id).values(topic="tax")
        )
    assert follow(split, MONDAY).taken_over == (referral.id,)
    assert split.code(split.referral(referral.id)) == "MOFE"


def test_the_ladder_writes_to_the_successor_only(renamed: World) -> None:
    (referral,) = routed(renamed, ("ME", ()))
    due = renamed.referral(referral.id).answer_due
    assert due is not None
    assert due > RENAMED
    follow(renamed, RENAMED)
    renamed.dispatch(at(RENAMED, 9, 1))
    sent = len(renamed.sent())
    late = date(2025, 10, 31)
    swept, _ = renamed.chase(late)
    assert Rung.FIRST_REMINDER in swept.fired or Rung.SECOND_REMINDER in swept.fired
    assert domains(mails(renamed, sent)) == {"mcee.example"}


def test_nobody_is_chased_who_is_no_more(split: World) -> None:
    (referral,) = routed(split, ("MOEF", ()))
    sent = len(split.sent())
    # Whether or not the follow-up has run: nothing is sent to a ministry that is no more.
    swept, _ = split.chase(date(2026, 1, 30))
    follow(split, date(2026, 2, 2))
    split.chase(date(2026, 2, 2))
    assert swept.fired == {}
    assert len(split.sent()) == sent
    assign(
        split.db, referral.id, to_code="MPB", name="한", reason="예산", now=at(date(2026, 2, 2), 14)
    )
    split.chase(date(2026, 2, 3))
    assert domains(mails(split, sent)) == {"mpb.example"}
    assert split.referral(referral.id).overdue_noted_on == date(2026, 2, 3)


def test_a_reminder_that_had_not_left_is_taken_back(renamed: World) -> None:
    (referral,) = routed(renamed, ("ME", ()))
    day = date(2025, 9, 30)
    swept = sweep(renamed.db, ladder=LADDER, now=at(day))
    assert swept.notices
    follow(renamed, RENAMED)
    with renamed.db.reading() as session:
        left = session.scalars(select(LadderStep).where(LadderStep.notice_id.is_not(None))).all()
    assert left == []
    sent = len(renamed.sent())
    renamed.chase(RENAMED)
    assert domains(mails(renamed, sent)) == {"mcee.example"}
    assert len(events(renamed, referral.id, "referral.chase_taken_back")) == 1


def test_links_and_sessions_of_the_predecessor_end(renamed: World) -> None:
    (referral,) = routed(renamed, ("ME", ()))
    report = follow(renamed, RENAMED)
    with renamed.db.reading() as session:
        old, new = session.scalars(select(AccessLink).order_by(AccessLink.id)).all()
        successor = organisation_queries.organisation(session, "MCEE", RENAMED)
    assert successor is not None
    assert report.cut == (referral.organisation_id,)
    assert old.revoked_at is not None
    assert (new.organisation_id, new.document_ids, new.revoked_at) == (
        successor.id,
        [referral.document_id],
        None,
    )


def test_what_is_undecided_can_still_be_answered_by_who_has_it(split: World) -> None:
    (mine, _) = routed(split, ("MOEF", ()), ("MOE", ()))
    assert follow(split, SPLIT).cut == ()
    with split.db.reading() as session:
        links = session.scalars(select(AccessLink)).all()
    assert all(link.revoked_at is None for link in links)
    assign(split.db, mine.id, to_code="MPB", name="한", reason="예산", now=at(SPLIT, 15))
    with split.db.reading() as session:
        revoked = session.scalars(
            select(AccessLink).where(AccessLink.revoked_at.is_not(None))
        ).all()
    assert [link.organisation_id for link in revoked] == [mine.organisation_id]


def test_a_draft_is_drafted_anew(split: World) -> None:
    forum_id = split.forum()
    split.suggest(forum_id, "tax")
    split.suggest(forum_id, "public_budget")
    outcome_id = split.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    report = follow(split, SPLIT)
    assert report.redrafted == (outcome_id,)
    split.now = at(SPLIT, 10)
    with split.db.reading() as session:
        overview = outcome_overview(session, outcome_id, split.now)
    assert {line.code for line in overview.ministries} == {"MOFE", "NTS", "MPB"}
    assert follow(split, SPLIT).redrafted == ()
    split.decide(outcome_id)
    split.issue()
    split.dispatch()
    assert {to for to, _ in split.sent()} == {
        "forum@mofe.example",
        "forum@nts.example",
        "forum@mpb.example",
    }
    assert follow(split, MONDAY).told == ()


def test_what_is_approved_is_addressed_to_the_successor(split: World) -> None:
    """By the issuing sweep itself, where no follow-up has run before it."""
    forum_id = split.forum()
    split.suggest(forum_id, "tax")
    split.suggest(forum_id, "public_budget")
    outcome_id = split.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    split.decide(outcome_id)
    split.now = at(SPLIT, 8, 5)
    issued = split.issue()
    split.dispatch()
    with split.db.reading() as session:
        documents = session.scalars(select(Document).order_by(Document.id)).all()
    standing = {d.recipient_code: d for d in documents if d.number is not None}
    assert set(standing) == {"MOFE", "MPB", "NTS"}
    assert [d.recipient_code for d in documents if d.status is DocumentStatus.DISCARDED] == ["MOEF"]
    assert "재정경제부장관" in str(standing["MOFE"].context)
    assert standing["MOFE"].approval_id == standing["NTS"].approval_id
    assert issued.outcomes == (outcome_id,)
    assert {to for to, _ in split.sent()} == {
        "forum@mofe.example",
        "forum@nts.example",
        "forum@mpb.example",
    }
    # The outcome itself tells the successor: there is no second mail.
    assert follow(split, SPLIT).told == ()
    assert {r.status for r in split.referrals(outcome_id)} == {Status.DISPATCHED}
    with split.db.reading() as session:
        assert all(t.told_at is not None for t in session.scalars(select(Takeover)))


def test_what_is_approved_waits_where_nobody_is_known(split: World) -> None:
    outcome_id = drafted(split, [("MOEF", ()), ("MOE", ())], None)
    split.decide(outcome_id)
    split.now = at(SPLIT, 8, 5)
    split.issue()
    split.dispatch()
    assert [to for to, _ in split.sent()] == ["forum@moe.example"]
    (referral,) = [r for r in split.referrals(outcome_id) if split.code(r) == "MOEF"]
    assert referral.document_id is None
    assert any("to assign" in line for line in english(split, SPLIT))
    with split.db.reading() as session:
        outcome_overview(session, outcome_id, split.now)
    assign(split.db, referral.id, to_code="MOFE", name="한", reason="소관", now=at(SPLIT, 14))
    split.now = at(SPLIT, 14, 35)
    split.issue()
    split.dispatch()
    assert [to for to, _ in split.sent()] == ["forum@moe.example", "forum@mofe.example"]
    assert split.referral(referral.id).status is Status.DISPATCHED
    assert follow(split, MONDAY) == SuccessionReport(
        redrafted=(), readdressed=(), taken_over=(), undecided=(), cut=(), told=(), problems=()
    )


def test_a_numbered_document_goes_to_the_successor_with_the_name_of_its_day(
    renamed: World,
) -> None:
    outcome_id = drafted(renamed, [("ME", ())], None)
    renamed.decide(outcome_id)
    renamed.issue()  # numbered, rendered and queued to the old mailbox
    with renamed.db.transaction() as session:
        session.execute(delete(AccessLink))
        session.execute(delete(Dispatch))  # as if the process had died before
    follow(renamed, RENAMED)
    renamed.now = at(RENAMED, 9, 5)
    renamed.issue()
    renamed.dispatch()
    assert [to for to, _ in renamed.sent()] == ["forum@mcee.example"]
    (referral,) = renamed.referrals(outcome_id)
    with renamed.db.reading() as session:
        document = document_queries.by_id(session, referral.document_id or 0)
    assert document.recipient_code == "ME"
    assert follow(renamed, date(2025, 10, 2)).told == ()


def test_a_successor_that_has_it_already(renamed: World) -> None:
    """산업통상자원부's part of energy goes to a ministry that has the same suggestion."""
    mine, theirs = routed(renamed, ("MOTIE", ("ME",)), topic="climate_energy")
    if renamed.code(mine) != "MOTIE":
        mine, theirs = theirs, mine
    report = follow(renamed, RENAMED)
    assert report.taken_over == (theirs.id,) or report.taken_over == (mine.id,)
    (open_id,) = report.undecided
    open_ = renamed.referral(open_id)
    (taken_id,) = report.taken_over
    (remedy,) = [r for r in remedies(renamed, RENAMED) if "assign" in r]
    assert f"assign {open_id} --to MCEE --withdraw {open_id}" in remedy
    assert any(f"has it already as referral {taken_id}" in e for e in english(renamed, RENAMED))
    renamed.dispatch(at(RENAMED, 9, 5))
    sent = len(renamed.sent())
    with pytest.raises(SuccessorHasIt) as caught:
        assign(renamed.db, open_id, to_code="MCEE", name="한", reason="중복", now=at(RENAMED, 14))
    assert str(open_id) in caught.value.message_ko
    kept = assign(
        renamed.db,
        open_id,
        to_code="MCEE",
        name="한",
        reason="중복",
        now=at(RENAMED, 14),
        withdrawn_id=open_id,
    )
    assert kept.id == taken_id
    assert renamed.referral(open_id).status is Status.WITHDRAWN
    assert renamed.referral(taken_id).role is Role.LEAD
    # It leads now, which its ministry is told; see tests/cli/test_succession.py where nothing changes.
    renamed.dispatch(at(RENAMED, 14))
    (text,) = mails(renamed, sent).values()
    assert "철회되어, 이미 받으신 이 건을 주관 기관으로서 이어 가시게" in text
    assert " / 주관 / 회신 기한" in text
    # A reply to that mail is about what goes on, not about what was withdrawn.
    with renamed.db.reading() as session:
        mail = session.scalars(select(Dispatch).order_by(Dispatch.id.desc())).first()
        assert mail is not None
        about = succession_queries.documents_told_by(session, mail.id)
    assert about == {renamed.referral(taken_id).document_id}
    assert follow(renamed, date(2025, 10, 2)).told == ()
    (withdrawn,) = events(renamed, open_id, "referral.withdrawn")
    assert withdrawn.data["instead_id"] == taken_id
    assert open_.status is Status.DISPATCHED
    assert not any("assign" in r for r in remedies(renamed, RENAMED))
    # Its officer sees one of it.
    with renamed.db.reading() as session:
        lines = board(session, at(RENAMED, 15))
    assert [(line.code, line.open) for line in lines] == [("MCEE", 1)]


def test_or_the_other_one_is_withdrawn(renamed: World) -> None:
    routed(renamed, ("MOTIE", ("ME",)), topic="climate_energy")
    report = follow(renamed, RENAMED)
    ((open_id,), (taken_id,)) = report.undecided, report.taken_over
    renamed.dispatch(at(RENAMED, 9, 5))
    sent = len(renamed.sent())
    kept = assign(
        renamed.db,
        open_id,
        to_code="MCEE",
        name="한",
        reason="주관을 남김",
        now=at(RENAMED, 14),
        withdrawn_id=taken_id,
    )
    assert kept.id == open_id
    assert renamed.referral(taken_id).status is Status.WITHDRAWN
    assert renamed.code(renamed.referral(open_id)) == "MCEE"
    assert renamed.referral(open_id).role is Role.LEAD
    renamed.dispatch(at(RENAMED, 14))
    with renamed.db.reading() as session:
        gone = document_queries.by_id(session, renamed.referral(taken_id).document_id or 0)
    (told,) = mails(renamed, sent).values()
    assert f"이미 받으신 같은 제안(근거 {gone.number})은 철회되었습니다" in told
    assert " / 주관 / 회신 기한" in told


def test_an_answered_one_passes_quietly_and_returns_to_the_successor(renamed: World) -> None:
    (referral,) = routed(renamed, ("ME", ()))
    renamed.respond(referral.id, at(date(2025, 9, 29)))
    sent = len(renamed.sent())
    report = follow(renamed, RENAMED)
    renamed.dispatch(at(RENAMED, 10))
    assert report.taken_over == (referral.id,)
    assert len(renamed.sent()) == sent
    assert renamed.code(renamed.referral(referral.id)) == "MCEE"


def test_a_transfer_to_a_ministry_that_was_renamed_meanwhile(renamed: World) -> None:
    (referral,) = routed(renamed, ("MOLIT", ()))
    transfer = request_transfer(
        renamed.db,
        referral.id,
        to_code="ME",
        reason="환경부 소관입니다.",
        channel=Channel.PORTAL,
        now=at(date(2025, 9, 25)),
    )
    new = decide_transfer(
        renamed.db,
        transfer.id,
        decision="approve",
        name="한소통",
        reason="확인",
        now=at(RENAMED, 11),
    )
    assert new is not None
    assert renamed.code(new) == "MCEE"


def test_a_pending_request_of_the_predecessor_is_decided_for_the_successor(renamed: World) -> None:
    (referral,) = routed(renamed, ("ME", ()))
    transfer = request_transfer(
        renamed.db,
        referral.id,
        to_code="MOLIT",
        reason="국토교통부 소관입니다.",
        channel=Channel.PORTAL,
        now=at(date(2025, 9, 25)),
    )
    follow(renamed, RENAMED)
    sent = len(renamed.sent())
    decide_transfer(
        renamed.db,
        transfer.id,
        decision="return",
        name="한소통",
        reason="귀 기관 소관",
        now=at(RENAMED, 11),
    )
    renamed.dispatch(at(RENAMED, 11, 1))
    assert "forum@mcee.example" in mails(renamed, sent)
    assert "forum@me.example" not in mails(renamed, sent)


def test_through_two_reorganisations_it_is_told_once(renamed: World) -> None:
    """Renamed, and renamed again before anybody could be told."""
    (referral,) = routed(renamed, ("ME", ()))
    follow_successions(renamed.db, now=at(RENAMED, 0, 1))
    with renamed.db.transaction() as session:
        mcee = organisation_queries.organisation(session, "MCEE", RENAMED)
        assert mcee is not None
        mcee.valid_to = RENAMED
        session.add(
            Organisation(
                code="NEXT",
                name_ko="다음부",
                name_en="Next Ministry",
                kind=mcee.kind,
                parent_code=mcee.parent_code,
                head_ko="다음부장관",
                head_en="Next Minister",
                valid_from=date(2025, 10, 2),
            )
        )
        session.flush()
        session.add(
            Succession(
                predecessor_code="MCEE",
                successor_code="NEXT",
                effective_on=date(2025, 10, 2),
                remark_ko="개편",
                remark_en="renamed",
            )
        )
    set_contact(renamed.db, "NEXT", ContactRole.PRIMARY, "forum@next.example", renamed.now)
    sent = len(renamed.sent())
    report = follow(renamed, date(2025, 10, 2))
    renamed.dispatch(at(date(2025, 10, 2), 10))
    assert report.taken_over == (referral.id,)
    assert set(mails(renamed, sent)) == {"forum@next.example"}
    with renamed.db.reading() as session:
        line = [p.code for _, p in succession_queries.takeovers(session, referral.id)]
    assert line == ["ME", "MCEE"]


def test_two_at_once_do_it_once(db: Database, tmp_path: Path) -> None:
    world = world_of(db, tmp_path, EARLIER)
    referrals = routed(world, ("ME", ()), ("MOGEF-2025", ()), ("KCC", ()))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: follow_successions(db, now=at(RENAMED, 9, 0)), range(2)))
    for referral in referrals:
        assert len(events(world, referral.id, "referral.taken_over")) == 1
    sent = len(world.sent())
    world.dispatch(at(RENAMED, 9, 1))
    assert len(world.sent()) == sent + 3
    with world.db.reading() as session:
        assert ledger.verify(session)


def test_one_that_fails_does_not_hold_up_the_others(
    renamed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *others = routed(renamed, ("ME", ()), ("KCC", ()))
    real = succeeding.hand_over

    def failing(session, referral, *rest, **more):  # type: ignore[no-untyped-def]
        if referral.id == first.id:
            raise NotFound(thing_ko="시험", thing_en="test")
        real(session, referral, *rest, **more)

    monkeypatch.setattr(succeeding, "hand_over", failing)
    report = follow_successions(renamed.db, now=at(RENAMED, 9))
    assert report.taken_over == tuple(r.id for r in others)
    assert len(report.problems) == 1
    monkeypatch.undo()
    assert follow(renamed, RENAMED).taken_over == (first.id,)


def test_a_run_that_never_came_is_told(renamed: World) -> None:
    routed(renamed, ("ME", ()))
    assert not any("no more" in line for line in english(renamed, date(2025, 9, 30)))
    assert "referrals left with ministries that are no more: 1" in english(renamed, RENAMED)
    assert "gongmun succession follow" in remedies(renamed, RENAMED)


def test_the_successor_without_a_mailbox_is_held_for_a_person(renamed: World) -> None:
    (referral,) = routed(renamed, ("ME", ()))
    for role in ContactRole:
        retire_contact(renamed.db, "MCEE", role, renamed.now)
    follow(renamed, RENAMED)
    assert any("is held" in line for line in english(renamed, RENAMED))
    assert renamed.code(renamed.referral(referral.id)) == "MCEE"


def test_a_document_of_two_successors_is_acknowledged_by_each(split: World) -> None:
    ids = split.dispatched("tax", "public_budget")
    follow(split, SPLIT)
    mofe, mpb = (r for r in map(split.referral, ids) if split.code(r) in ("MOFE", "MPB"))
    assert mofe.document_id == mpb.document_id
    # To ask is to acknowledge, for oneself.
    request_transfer(
        split.db,
        mofe.id,
        to_code="MOIS",
        reason="행정안전부 소관입니다.",
        channel=Channel.PORTAL,
        now=at(SPLIT, 15),
    )
    assert split.referral(mofe.id).status is Status.ACKNOWLEDGED
    assert split.referral(mpb.id).status is Status.DISPATCHED


def test_what_nobody_has_any_more_is_left_alone(renamed: World) -> None:
    (referral,) = routed(renamed, ("ME", ()))
    with renamed.db.transaction() as session:
        found = session.get_one(Referral, referral.id)
        succeeding.withdraw(session, found, now=at(date(2025, 9, 29)))
    assert follow(renamed, RENAMED).taken_over == ()
    assert renamed.code(renamed.referral(referral.id)) == "ME"
    with pytest.raises(NothingToAssign):
        assign(renamed.db, referral.id, to_code="MOIS", name="한", reason="왜", now=at(RENAMED))


@pytest.mark.parametrize(("name", "reason"), [("", "까닭"), ("한소통", " "), ("가" * 61, "까닭")])
def test_an_assignment_has_a_name_and_a_reason(split: World, name: str, reason: str) -> None:
    (referral,) = routed(split, ("MOEF", ()))
    follow(split, SPLIT)
    with pytest.raises(DecisionIncomplete):
        assign(split.db, referral.id, to_code="MPB", name=name, reason=reason, now=at(SPLIT, 14))
    assert split.code(split.referral(referral.id)) == "MOEF"


def test_a_question_that_was_asked_before_is_answered_to_the_successor(renamed: World) -> None:
    (referral,) = routed(renamed, ("ME", ()))
    question = ask(
        renamed.db,
        referral.id,
        text="어느 지역의 제안입니까?",
        channel=Channel.PORTAL,
        now=at(date(2025, 9, 25)),
    )
    follow(renamed, RENAMED)
    passed = renamed.referral(referral.id)
    assert (passed.paused_at, renamed.code(passed)) == (at(date(2025, 9, 25)), "MCEE")
    sent = len(renamed.sent())
    answer(
        renamed.db,
        question.id,
        answer="전국입니다.",
        name="한소통",
        ladder=LADDER,
        now=at(RENAMED, 11),
    )
    renamed.dispatch(at(RENAMED, 12))
    assert domains(mails(renamed, sent)) == {"mcee.example"}


def test_an_escalation_that_waits_is_drafted_again_for_the_successor(split: World) -> None:
    """And to the parent body of the successor."""
    (referral,) = routed(split, ("MOEF", ()), topic="tax")
    with split.db.transaction() as session:
        session.execute(
            update(Referral)
            .where(Referral.id == referral.id)
            .values(
                status=Status.ACKNOWLEDGED,
                answer_due=date(2025, 12, 1),
                answer_due_at=None,
                answer_counted_since=None,
                next_action_on=date(2025, 12, 26),
            )
        )
    swept = sweep(split.db, ladder=LADDER, now=at(date(2025, 12, 26)))
    assert Rung.ESCALATION in swept.fired
    follow(split, SPLIT)
    split.chase(MONDAY)
    with split.db.reading() as session:
        drafted_ = document_queries.drafted_escalations(session)
        assert len(drafted_) == 1
        assert "재정경제부" in drafted_[0].title


def test_a_correction_goes_to_the_successor(renamed: World) -> None:
    (referral,) = routed(renamed, ("ME", ()))
    with renamed.db.transaction() as session:
        correction = correct(
            session,
            document_queries.by_id(session, referral.document_id or 0),
            corrections=(
                Correction(
                    place=Bilingual(ko="제2항", en="2"),
                    stood="10월 10일",
                    reads="10월 20일",
                ),
            ),
            reason=Bilingual(ko="오기", en="a slip"),
            now=at(RENAMED, 8),
        )
    decide_correction(
        renamed.db,
        correction.id,
        decision="approve",
        name="한소통",
        reason="확인",
        now=at(RENAMED, 8),
    )
    follow(renamed, RENAMED)
    renamed.dispatch(at(RENAMED, 9, 1))
    sent = len(renamed.sent())
    renamed.now = at(RENAMED, 9, 35)
    renamed.issue()
    renamed.dispatch()
    assert set(mails(renamed, sent)) == {"forum@mcee.example"}
    with renamed.db.reading() as session:
        mine = organisation_queries.organisation(session, "MCEE", RENAMED)
        last = session.scalars(select(AccessLink).order_by(AccessLink.id.desc())).first()
    assert mine is not None
    assert last is not None
    assert last.organisation_id == mine.id


@pytest.mark.parametrize(("topic", "heir"), [("tax", "MOFE"), (None, None)])
def test_the_preview_says_what_a_run_then_does_and_changes_nothing(
    split: World, topic: str | None, heir: str | None
) -> None:
    """A split: the routing of the day names the successor, or a coordinator has to."""
    (sent,) = routed(split, ("MOEF", ()), topic=topic)
    with split.db.reading() as session:
        assert preview(session, now=at(BEFORE)).lines == ()
        seen = preview(session, now=at(SPLIT))
        events = ledger.verify(session)
    (line,) = seen.lines
    assert (line.predecessor.code, line.stage) == ("MOEF", Stage.SENT)
    assert (line.successor and line.successor.code, line.referral_ids) == (heir, (sent.id,))
    assert (seen.passed_on, seen.undecided) == ((1, 0) if heir else (0, 1))
    with split.db.reading() as session:
        assert ledger.verify(session) == events
    done = follow(split, SPLIT)
    assert done.taken_over == ((sent.id,) if heir else ())
    assert done.undecided == (() if heir else (sent.id,))
    with split.db.reading() as session:
        assert bool(preview(session, now=at(SPLIT)).lines) is (heir is None)


@pytest.mark.parametrize("stage", [Stage.DRAFT, Stage.APPROVED])
def test_what_is_not_sent_yet_is_previewed_too(split: World, stage: Stage) -> None:
    outcome_id = drafted(split, (("MOEF", ()),), "tax")
    if stage is Stage.APPROVED:
        split.decide(outcome_id)
    (unsent,) = split.referrals(outcome_id)
    with split.db.reading() as session:
        (line,) = preview(session, now=at(SPLIT)).lines
    assert (line.stage, line.referral_ids) == (stage, (unsent.id,))
    assert line.successor is not None
    assert line.successor.code == "MOFE"


def test_a_successor_that_has_the_suggestion_already_is_for_a_coordinator_to_decide(
    renamed: World,
) -> None:
    routed(renamed, ("MOTIE", ("ME",)), topic="climate_energy")
    with renamed.db.reading() as session:
        seen = preview(session, now=at(RENAMED))
    assert sum(len(line.referral_ids) for line in seen.lines) == 2
    assert follow(renamed, RENAMED).undecided
