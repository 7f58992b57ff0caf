"""One wave as this room reads it (회차 자료): its questionnaire, its answers, its panel, how its field went."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from gongmun.db import without_collector
from gongmun.surveys.analysis.dispositions import Outcomes, Sufficiency
from gongmun.surveys.fieldwork import invitation_queries, keys, sheet_queries
from gongmun.surveys.fieldwork import queries as field_queries
from gongmun.surveys.fieldwork.answering import questionnaire_of
from gongmun.surveys.fieldwork.funnel import Funnel, funnel
from gongmun.surveys.fieldwork.models import (
    AnswerSheet,
    InvitationStatus,
    SurveyCycle,
    SurveySeries,
)
from gongmun.surveys.panels import key_files
from gongmun.surveys.panels import queries as panel_queries
from gongmun.surveys.panels.margins import margins
from gongmun.surveys.panels.models import Panel, PanelKind
from gongmun.surveys.questionnaire import Questionnaire
from gongmun.surveys.reports import queries
from gongmun.surveys.reports.answers import Answers, answers_of
from gongmun.surveys.reports.figuring import Counted, count
from gongmun.surveys.reports.weighing import (
    LEAST_ANSWERS,
    Weighed,
    outcomes,
    outcomes_before,
    weigh,
    weighed_before,
    weighing_json,
)

_PARTIAL = 0.5


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LoadedWave:
    """A wave with everything that its report is made of. `weighed` is None where too few answered.

    `weighing` is what is kept of its weighing, see `weighing_json`.
    """

    cycle: SurveyCycle
    series: SurveySeries
    panel: Panel
    questionnaire: Questionnaire
    answers: Answers
    invitations: Mapping[InvitationStatus, int]
    outcomes: Outcomes
    funnel: Funnel
    weighed: Weighed | None
    weighing: Mapping[str, Any]

    def counted(self) -> Counted | None:
        """Its tables after the disclosure check; None where too few answered."""
        if self.weighed is None:
            return None
        return count(self.questionnaire, self.answers, self.weighed)


def load(session: Session, cycle_id: int) -> LoadedWave:
    """A wave that is closed, weighed: the same answers have the same weights whenever this is called.

    Once it is weighted, what stands on its sheets is what counts: neither the panel nor the series can change any more
    who is counted, by which weight, and what became of whom.
    """
    cycle = field_queries.cycle(session, cycle_id)
    series = field_queries.series_of(session, cycle_id)
    panel = panel_queries.by_id(session, series.panel_id)
    questionnaire = questionnaire_of(session, cycle)
    enough = Sufficiency(complete=series.complete_from, partial=min(_PARTIAL, series.complete_from))
    report = queries.find_report(session, cycle_id)
    with without_collector():
        answers = answers_of(questionnaire, _sheets(session, series, cycle_id), enough)
    invitations = invitation_queries.counted(session, cycle_id)
    weights = [weight for weight in answers.weights if weight is not None]
    is_drawn = panel.kind is PanelKind.DRAWN
    if report is not None:
        field, kept = outcomes_before(report.weighing), report.weighing
        weighed = (
            weighed_before(answers.frame, weights, population=margins(), kept=kept)
            if weights
            else None
        )
    else:
        field = outcomes(answers.outcomes, invitations)
        weighed = (
            weigh(
                answers.frame,
                population=margins() if is_drawn else None,
                chances=queries.chances(session, panel.id) if is_drawn else {},
            )
            if len(answers.ids) >= LEAST_ANSWERS
            else None
        )
        kept = weighing_json(weighed, field)
    return LoadedWave(
        cycle=cycle,
        series=series,
        panel=panel,
        questionnaire=questionnaire,
        answers=answers,
        invitations=invitations,
        outcomes=field,
        funnel=funnel(session, panel, cycle),
        weighed=weighed,
        weighing=kept,
    )


def _sheets(session: Session, series: SurveySeries, cycle_id: int) -> Iterator[AnswerSheet]:
    """The sheets of a wave without those of people who refused, whatever they had handed in before that.

    A refusal deletes the sheet. Should one be left all the same, it is not counted: a person has one outcome. A wave that
    is weighted stays as it is.
    """
    gone = set[str]()
    # Without the file of keys nobody knows any more whose a sheet is.
    if key_files.read(series.code) is not None:
        gone = {keys.sheet_key(series.code, each) for each in queries.refused(session, cycle_id)}
    for sheet in sheet_queries.sheets(session, cycle_id):
        if sheet.key not in gone or sheet.weight is not None:
            yield sheet
