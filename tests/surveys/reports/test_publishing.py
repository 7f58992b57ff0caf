"""A closed wave becomes weights, figures, a document and a publication, on both databases, each once."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from gongmun import ledger
from gongmun.documents import Decision, Document, FakeRenderer, LocalStore
from gongmun.documents import queries as document_queries
from gongmun.documents.contexts import from_json as context_of
from gongmun.documents.life import Status as DocumentStatus
from gongmun.documents.printing import RenderFailed
from gongmun.documents.store import StoreUnavailable
from gongmun.documents.survey_report import SurveyReportContext
from gongmun.surveys.analysis.dispositions import Group
from gongmun.surveys.fieldwork.life import Status
from gongmun.surveys.fieldwork.models import Invitation, InvitationStatus, SurveySeries
from gongmun.surveys.panels.models import PanelMember
from gongmun.surveys.reports import queries
from gongmun.surveys.reports.deciding import (
    QuotesFixed,
    ReportNotWaiting,
    approve_quote,
    decide_report,
)
from gongmun.surveys.reports.drafting import draft_report, weigh_wave
from gongmun.surveys.reports.figures import from_json
from gongmun.surveys.reports.publishing import (
    IN_ENGLISH,
    draft_reports,
    publish_reports,
    to_issue,
)
from gongmun.surveys.reports.showing import published_wave
from gongmun.surveys.reports.waves import load
from tests.postgresql import ON_SQLITE
from tests.surveys.fieldwork.conftest import FILE, OPENING
from tests.surveys.reports.conftest import FEW, MORNING, NEXT, PEOPLE, Reported
from tests.world import at

pytestmark = pytest.mark.long


def test_from_a_closed_wave_to_a_published_one(reported: Reported) -> None:
    cycle_id = reported.ask("wave-1", opens=at(OPENING))
    drafted = draft_reports(reported.db, store=reported.store, now=MORNING)
    assert (drafted.weighted, drafted.drafted, drafted.problems) == ((cycle_id,), (cycle_id,), ())
    assert reported.wave(cycle_id).status is Status.REPORTED
    assert publish_reports(reported.db, now=MORNING) == []
    figures = from_json(reported.report(cycle_id).figures or {})
    assert (figures.method.invited, figures.method.answered) == (PEOPLE, PEOPLE - 6)
    assert dict(figures.method.rates)["rr1"] == round((PEOPLE - 6) / PEOPLE, 4)
    reported.approve(cycle_id)
    assert publish_reports(reported.db, now=MORNING) == []
    reported.issue()
    assert list(publish_reports(reported.db, now=MORNING)) == [cycle_id]
    assert list(publish_reports(reported.db, now=MORNING)) == []
    assert reported.wave(cycle_id).published_at == MORNING
    again = draft_reports(reported.db, store=reported.store, now=MORNING)
    assert (again.weighted, again.drafted) == ((), ())
    with reported.db.reading() as session:
        kinds = [event.kind for event in ledger.history(session, "survey_cycle", cycle_id)]
        ledger.verify(session)
    assert kinds[-4:] == [
        "survey_cycle.weighted",
        "survey_cycle.reported",
        "survey_report.approved",
        "survey_cycle.published",
    ]


def test_a_report_is_printed_in_english_once_and_before_it_is_public(reported: Reported) -> None:
    cycle_id = reported.ask("wave-1", opens=at(OPENING), answered=FEW)
    reported.draft()
    assert reported.translate() == []
    reported.approve(cycle_id)
    assert reported.translate() == []
    assert IN_ENGLISH not in {file["name"] for file in reported.report(cycle_id).files}
    reported.issue()
    # Killed before the publication, it goes on; called again, it does nothing.
    assert reported.translate() == reported.translate() == []
    names = [file["name"] for file in reported.report(cycle_id).files]
    assert names.count(IN_ENGLISH) == 1
    assert list(reported.publish_issued()) == [cycle_id]
    with reported.db.reading() as session:
        found = published_wave(session, FILE.code, 1)
    korean, english = found.files[:2]
    assert (korean.name, english.name) == ("report.pdf", IN_ENGLISH)
    assert english.sha256 != korean.sha256
    assert english.size == len(reported.store.get(english.sha256))


def test_a_report_that_cannot_be_printed_in_english_is_published_without(
    reported: Reported,
) -> None:
    cycle_id = reported.ask("wave-1", opens=at(OPENING), answered=FEW)
    reported.draft()
    reported.approve(cycle_id)
    reported.issue()
    broken = RenderFailed(reason="a cut")
    reported.renderer = FakeRenderer(lambda _html: broken)
    assert reported.translate() == [broken]
    assert list(publish_reports(reported.db, now=MORNING)) == [cycle_id]
    assert IN_ENGLISH not in {file["name"] for file in reported.report(cycle_id).files}
    # Once the template is mended it has its English all the same.
    reported.renderer = FakeRenderer()
    assert reported.translate() == []
    assert IN_ENGLISH in {file["name"] for file in reported.report(cycle_id).files}


def test_a_report_waits_for_its_english_where_the_store_is_out_of_reach(
    reported: Reported, tmp_path: Path
) -> None:
    cycle_id = reported.ask("wave-1", opens=at(OPENING), answered=FEW)
    reported.draft()
    reported.approve(cycle_id)
    reported.issue()
    there, reported.store = reported.store, LocalStore(tmp_path / "file" / "store")
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable):
        reported.translate()
    reported.store = there
    assert list(reported.publish_issued()) == [cycle_id]
    assert IN_ENGLISH in {file["name"] for file in reported.report(cycle_id).files}


def test_weights_stand_on_the_sheets_and_have_a_mean_of_one(reported: Reported) -> None:
    cycle_id = reported.ask("wave-1", opens=at(OPENING))
    assert weigh_wave(reported.db, cycle_id, now=MORNING)
    weights = [sheet.weight for sheet in reported.sheets()]
    assert all(weight is not None and weight > 0 for weight in weights)
    assert sum(weight or 0 for weight in weights) == pytest.approx(PEOPLE - 6)
    kept = reported.report(cycle_id).weighing
    assert kept["largest_difference"] < 1e-3
    assert kept["outcomes"]["NC"] == 6
    # Killed here, it goes on; called again, it does nothing.
    assert not weigh_wave(reported.db, cycle_id, now=MORNING)
    assert draft_report(reported.db, cycle_id, store=reported.store, now=MORNING)
    assert not draft_report(reported.db, cycle_id, store=reported.store, now=MORNING)


@ON_SQLITE
def test_a_wave_that_is_weighted_stays_as_it_was_weighted(reported: Reported) -> None:
    """A second draw changes chances in the panel, a new file of the series what is enough: the wave before has its weights."""
    cycle_id = reported.ask("wave-1", opens=at(OPENING), answered=10)
    assert weigh_wave(reported.db, cycle_id, now=MORNING)
    with reported.db.transaction() as session:
        before = load(session, cycle_id)
        session.execute(update(PanelMember).where(PanelMember.sex == "F").values(chance=0.01))
        session.execute(update(SurveySeries).values(complete_from=1.0))
    weights = {sheet.id: sheet.weight for sheet in reported.sheets() if sheet.weight is not None}
    with reported.db.reading() as session:
        after = load(session, cycle_id)
    assert after.weighed is not None
    assert before.weighed is not None
    assert dict(zip(after.answers.ids, after.weighed.values, strict=True)) == weights
    assert after.weighed.precision == before.weighed.precision
    assert (after.weighed.names, after.outcomes) == (before.weighed.names, before.outcomes)
    assert after.weighing == reported.report(cycle_id).weighing


@ON_SQLITE
def test_who_refused_is_counted_once_and_not_heard(reported: Reported) -> None:
    cycle_id = reported.ask("wave-1", opens=at(OPENING), answered=12)
    with reported.db.transaction() as session:
        refuser = reported.invitations(cycle_id)[0].id
        session.execute(
            update(Invitation)
            .where(Invitation.id == refuser)
            .values(status=InvitationStatus.REFUSED)
        )
    with reported.db.reading() as session:
        wave = load(session, cycle_id)
    assert len(wave.answers.ids) == 11
    assert wave.outcomes.total == sum(wave.invitations.values()) == PEOPLE
    assert wave.outcomes[Group.REFUSAL] == 1


def test_a_report_that_is_returned_is_drafted_as_another_document(reported: Reported) -> None:
    cycle_id = reported.ask("wave-1", opens=at(OPENING), answered=FEW)
    reported.draft()
    first = reported.report(cycle_id).document_id
    assert first is not None
    decide_report(
        reported.db,
        cycle_id,
        decision=Decision.RETURN,
        name="이결재",
        reason="인용을 더 골라 주십시오",
        now=MORNING,
    )
    assert reported.wave(cycle_id).status is Status.WEIGHTED
    with reported.db.reading() as session:
        assert document_queries.by_id(session, first).status is DocumentStatus.DISCARDED
    with pytest.raises(ReportNotWaiting):
        reported.approve(cycle_id)
    reported.publish(cycle_id, MORNING + timedelta(hours=1))
    assert reported.report(cycle_id).document_id != first


@ON_SQLITE
def test_a_second_approval_is_refused(reported: Reported) -> None:
    cycle_id = reported.ask("wave-1", opens=at(OPENING), answered=FEW)
    reported.draft()
    reported.approve(cycle_id)
    assert len(to_issue(reported.db)) == 1
    with pytest.raises(ReportNotWaiting):
        reported.approve(cycle_id)


@ON_SQLITE
def test_only_approved_quotes_are_printed_and_personal_data_are_masked(reported: Reported) -> None:
    cycle_id = reported.ask("wave-1", opens=at(OPENING), answered=10)
    reported.draft()
    with reported.db.reading() as session:
        first, *others = queries.quotes(session, cycle_id)
        assert first.item == "wishes"
        assert not any("1234" in quote.text for quote in (first, *others))
    assert printed(reported, cycle_id) == []
    approve_quote(reported.db, first.id, name="이결재", reason="개인정보 없음", now=MORNING)
    reported.approve(cycle_id)
    assert printed(reported, cycle_id) == [first.text]
    # From the approval on it is said what was approved, in print as on the page.
    with pytest.raises(QuotesFixed):
        approve_quote(reported.db, others[0].id, name="이결재", reason="늦음", now=MORNING)
    reported.issue()
    publish_reports(reported.db, now=MORNING)
    with pytest.raises(QuotesFixed):
        approve_quote(reported.db, others[0].id, name="이결재", reason="늦음", now=MORNING)
    with reported.db.transaction() as session:
        # As one that an earlier version let through.
        queries.quote(session, others[0].id).approval_id = first.approval_id or 1
    with reported.db.reading() as session:
        shown = published_wave(session, FILE.code, 1).quotes
    assert [words for entry in shown for words, _ in entry.quotes] == [first.text]


def document_of(reported: Reported, cycle_id: int) -> Document:
    """The document of a report."""
    document_id = reported.report(cycle_id).document_id
    assert document_id is not None
    with reported.db.reading() as session:
        return document_queries.by_id(session, document_id)


def printed(reported: Reported, cycle_id: int) -> list[str]:
    """The quotes that a report's document says."""
    document = document_of(reported, cycle_id)
    context = context_of(document.kind, document.context)
    assert isinstance(context, SurveyReportContext)
    return [quote.words for entry in context.quotes for quote in entry.quotes]


@ON_SQLITE
def test_a_file_of_groups_is_published_where_there_are_groups(reported: Reported) -> None:
    cycle_id = reported.ask("wave-1", opens=at(OPENING), answered=10)
    assert {"groups.csv", "questions.csv"} <= drafted_files(reported, cycle_id).keys()


@ON_SQLITE
def test_where_nobody_knows_who_answered_there_is_no_file_of_groups(reported: Reported) -> None:
    with reported.db.transaction() as session:
        session.execute(update(PanelMember).values(sex=None, age_group=None, province=None))
    files = drafted_files(reported, reported.ask("of-a-list", opens=at(OPENING), answered=10))
    assert "questions.csv" in files
    assert "groups.csv" not in files
    book = zipfile.ZipFile(io.BytesIO(files["tables.xlsx"])).read("xl/workbook.xml").decode()
    assert "문항별" in book
    assert "집단별" not in book


def drafted_files(reported: Reported, cycle_id: int) -> dict[str, bytes]:
    """The files of a report, once it is drafted."""
    reported.draft()
    return {
        file["name"]: reported.store.get(file["sha256"]) for file in reported.report(cycle_id).files
    }


def test_of_too_few_answers_no_figure_is_published(reported: Reported) -> None:
    cycle_id = reported.ask("wave-1", opens=at(OPENING), answered=FEW)
    reported.publish(cycle_id)
    figures = from_json(reported.report(cycle_id).figures or {})
    assert (figures.questions, figures.breakdowns, figures.method.precision) == ((), (), None)
    assert [file["name"] for file in reported.report(cycle_id).files] == [
        IN_ENGLISH,
        "tables.xlsx",
    ]
    assert "10명 미만" in reported.renderer.rendered[0].replace("\u2060", "").replace("\xa0", " ")


@ON_SQLITE
def test_the_second_wave_is_compared_with_the_first(reported: Reported) -> None:
    reported.publish(reported.ask("wave-1", opens=at(OPENING), answered=10))
    later = at(NEXT)
    second = reported.ask("wave-2", opens=later, answered=10, lean=0.5)
    reported.draft(later + timedelta(days=30))
    figures = from_json(reported.report(second).figures or {})
    assert figures.before == 1
    first, second_document = (document_of(reported, each) for each in (1, second))
    assert context_of(second_document.kind, second_document.context).letter.references == (
        first.reference,
    )
