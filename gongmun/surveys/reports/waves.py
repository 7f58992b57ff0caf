"""One wave as this room reads it (회차 자료): its questionnaire, its answers, its panel, how its field went."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from gongmun.surveys.analysis.dispositions import Outcomes, Sufficiency
from gongmun.surveys.fieldwork import invitation_queries, sheet_queries
from gongmun.surveys.fieldwork import queries as field_queries
from gongmun.surveys.fieldwork.answering import questionnaire_of
from gongmun.surveys.fieldwork.funnel import Funnel, funnel
from gongmun.surveys.fieldwork.models import InvitationStatus, SurveyCycle, SurveySeries
from gongmun.surveys.panels import queries as panel_queries
from gongmun.surveys.panels.margins import margins
from gongmun.surveys.panels.models import Panel, PanelKind
from gongmun.surveys.questionnaire import Questionnaire
from gongmun.surveys.reports import queries
from gongmun.surveys.reports.answers import Answers, answers_of
from gongmun.surveys.reports.figuring import Counted, count
from gongmun.surveys.reports.weighing import LEAST_ANSWERS, Weighed, outcomes, weigh

_PARTIAL = 0.5


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LoadedWave:
    """A wave with everything that its report is made of. `weighed` is None where too few answered."""

    cycle: SurveyCycle
    series: SurveySeries
    panel: Panel
    questionnaire: Questionnaire
    answers: Answers
    invitations: Mapping[InvitationStatus, int]
    outcomes: Outcomes
    funnel: Funnel
    weighed: Weighed | None

    def counted(self) -> Counted | None:
        """Its tables after the disclosure check; None where too few answered."""
        if self.weighed is None:
            return None
        return count(self.questionnaire, self.answers, self.weighed)


def load(session: Session, cycle_id: int) -> LoadedWave:
    """A wave that is closed, weighed: the same answers have the same weights whenever this is called."""
    cycle = field_queries.cycle(session, cycle_id)
    series = field_queries.series_of(session, cycle_id)
    panel = panel_queries.by_id(session, series.panel_id)
    questionnaire = questionnaire_of(session, cycle)
    enough = Sufficiency(complete=series.complete_from, partial=min(_PARTIAL, series.complete_from))
    answers = answers_of(questionnaire, list(sheet_queries.sheets(session, cycle_id)), enough)
    invitations = invitation_queries.counted(session, cycle_id)
    is_drawn = panel.kind is PanelKind.DRAWN
    return LoadedWave(
        cycle=cycle,
        series=series,
        panel=panel,
        questionnaire=questionnaire,
        answers=answers,
        invitations=invitations,
        outcomes=outcomes(answers.outcomes, invitations),
        funnel=funnel(session, panel, cycle),
        weighed=weigh(
            answers.frame,
            population=margins() if is_drawn else None,
            chances=queries.chances(session, panel.id) if is_drawn else {},
        )
        if len(answers.ids) >= LEAST_ANSWERS
        else None,
    )
