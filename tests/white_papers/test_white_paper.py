"""A year becomes a white paper: counted from the tables, decided by a person, numbered, and seen by everybody."""

from datetime import date, timedelta

import pytest

from gongmun import ledger
from gongmun.documents import Correction, Decision, DecisionIncomplete, Status, issue
from gongmun.documents.correcting import correct, decide_correction
from gongmun.errors import NotFound
from gongmun.forums.reconciling import reconcile
from gongmun.referrals.correcting import send_corrections
from gongmun.referrals.mailing import mails_of
from gongmun.referrals.queries import unsent_corrections
from gongmun.white_papers.deciding import WhitePaperNotWaiting, decide_white_paper
from gongmun.white_papers.drafting import WhitePaperSettled, YearNotBegun
from gongmun.white_papers.showing import published_paper, published_papers
from tests.documents.samples import both
from tests.white_papers.conftest import SPRING, YEAR, Told
from tests.world import LADDER, at


def test_it_counts_what_the_tables_say(told: Told) -> None:
    told.draft()
    context = told.says()
    assert told.figures(0) == [5, 4, 4]
    # Sent, in time, late, not yet due, overdue, moved on.
    sent = len(told.referrals)
    assert told.figures(1) == [sent, 2, 1, 0, sent - 3, 0]
    # Published, and the five decisions.
    assert told.figures(2) == [3, 1, 1, 0, 0, 1]
    # Made, kept in time, kept late, open, overdue, withdrawn.
    assert told.figures(3) == [3, 1, 0, 0, 2, 0]
    assert sum(ministry.sent for ministry in context.ministries) == sent
    assert sum(ministry.kept for ministry in context.ministries) == 1
    assert "5건을 접수하여 4건을 선정" in context.highlights[0].ko
    assert context.counted_on == date(2027, 1, 15)
    assert context.surveys == ()


def test_another_year_has_nothing_of_it(told: Told) -> None:
    told.draft()
    assert told.says().parts[0].figures[0].count == 5
    for year in (2025, 2027):
        told.draft(year)
        empty = told.says(year)
        assert {figure.count for part in empty.parts for figure in part.figures} == {0}
        assert empty.ministries == ()


def test_a_draft_that_waits_is_brought_up_to_date(told: Told) -> None:
    early = at(date(2026, 10, 26), 10)
    first = told.draft(now=early)
    assert told.figures(1)[3:5] == [len(told.referrals) - 3, 0]
    assert told.draft() == first
    assert told.figures(1)[3:5] == [0, len(told.referrals) - 3]


def test_returned_then_drafted_anew_approved_and_published_once(told: Told) -> None:
    first = told.draft()
    assert told.waits()
    told.decide(Decision.RETURN)
    with pytest.raises(WhitePaperNotWaiting):
        told.decide()
    second = told.draft()
    assert second != first
    told.decide(now=SPRING + timedelta(days=3))
    # The figures are those that were shown; the day is that of the decision.
    assert told.says().counted_on == date(2027, 1, 15)
    assert told.says().letter.decided_on == date(2027, 1, 18)
    with pytest.raises(WhitePaperNotWaiting):
        told.decide()
    with pytest.raises(WhitePaperSettled):
        told.draft()
    with told.db.reading() as session:
        assert published_papers(session) == []
    told.issue()
    assert told.document().status is Status.RENDERED
    with told.db.reading() as session:
        paper = published_paper(session, YEAR)
        assert (paper.number, paper.year) == (told.document().number, YEAR)
        assert paper.highlights == told.says().highlights
        kinds = [event.kind for event in ledger.history(session, "document", second)]
        ledger.verify(session)
        with pytest.raises(NotFound):
            published_paper(session, YEAR - 1)
    assert kinds.count("white_paper.approved") == 1
    # The next one refers to it.
    assert told.says().letter.references == ()
    told.draft(YEAR + 1)
    assert told.says(YEAR + 1).letter.references == (told.document().reference,)
    assert told.world.store.get(paper.sha256).startswith(b"%PDF")
    # It is mailed to nobody, and nothing misses that.
    with told.db.reading() as session:
        found = reconcile(session, ladder=LADDER, now=SPRING + timedelta(days=9))
    assert not any(str(paper.number) in each.what.ko for each in found)
    assert not told.waits()


def test_what_cannot_be_drafted_or_decided(told: Told) -> None:
    with pytest.raises(YearNotBegun):
        told.draft(2028)
    with pytest.raises(NotFound):
        told.decide()
    told.draft()
    with pytest.raises(DecisionIncomplete):
        decide_white_paper(
            told.db, YEAR, decision=Decision.APPROVE, name=" ", reason="확인", now=SPRING
        )
    assert told.document().status is Status.DRAFTED


def test_a_correction_takes_its_place_and_is_mailed_to_nobody(told: Told) -> None:
    told.draft()
    told.decide()
    told.issue()
    corrected = Correction(place=both("1장"), stood="5건", reads="6건")
    with told.db.transaction() as session:
        correction = correct(
            session, told.document(), corrections=(corrected,), reason=both("오기"), now=SPRING
        ).id
    decide_correction(
        told.db, correction, decision="approve", name="이결재", reason="확인", now=SPRING
    )
    world = told.world
    issue(told.db, [correction], renderer=world.renderer, store=world.store, now=SPRING)
    with told.db.reading() as session:
        assert list(unsent_corrections(session)) == [correction]
    assert list(send_corrections(told.db, now=SPRING)) == []
    assert told.document().status is Status.SUPERSEDED
    with told.db.reading() as session:
        assert published_paper(session, YEAR).is_corrected
        assert list(unsent_corrections(session)) == []
        assert mails_of(session, correction) == []
        found = reconcile(session, ladder=LADDER, now=SPRING + timedelta(days=9))
    number = told.document().number
    assert not any(str(number) in each.what.ko for each in found)
