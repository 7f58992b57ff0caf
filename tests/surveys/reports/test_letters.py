"""What the report of a wave with few answers says: nothing that the reader cannot make sense of."""

from sqlalchemy import update

from gongmun.documents import queries as document_queries
from gongmun.documents.contexts import from_json as context_of
from gongmun.documents.survey_report import Chart, SurveyReportContext
from gongmun.surveys.panels.models import Panel, PanelKind, PanelMember, Standing
from tests.postgresql import ON_SQLITE
from tests.surveys.fieldwork.conftest import OPENING
from tests.surveys.reports.conftest import Reported
from tests.world import at


@ON_SQLITE
def test_the_report_on_a_list_says_which_and_no_figure_that_says_nothing(
    reported: Reported,
) -> None:
    with reported.db.transaction() as session:
        session.execute(update(Panel).values(kind=PanelKind.LISTED, title_ko="9월 포럼 참가자"))
        session.execute(
            update(PanelMember).values(
                standing=Standing.CANDIDATE, chance=None, sex=None, age_group=None, province=None
            )
        )
    cycle_id = reported.ask("of-a-list", opens=at(OPENING), answered=10)
    reported.draft()
    document_id = reported.report(cycle_id).document_id
    assert document_id is not None
    with reported.db.reading() as session:
        document = document_queries.by_id(session, document_id)
    context = context_of(document.kind, document.context)
    assert isinstance(context, SurveyReportContext)
    facts = {fact.name.ko: fact.value.ko for fact in context.method}
    assert "‘9월 포럼 참가자’ 명단에 오른" in facts["모집단"]
    # All weigh the same: no share has cost anything.
    assert facts["가중"] == "모든 응답의 가중값이 같습니다."
    told = [line.ko for question in context.questions for line in question.summaries]
    assert not [line for line in told if "설계효과" in line]
    mostly_hidden = [
        question
        for question in context.questions
        if sum(answer.share is None for answer in question.answers) * 2 > len(question.answers)
    ]
    assert mostly_hidden
    assert {question.chart for question in mostly_hidden} == {Chart.NONE}
