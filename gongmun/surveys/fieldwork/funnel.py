"""The funnel (참여 단계) of a panel: how many are left at each step, from the invitation to the answer.

`retention` and the first two steps are what the cumulative response rate of a panel is made of, beside the response
rate of the wave (Callegaro and DiSogra, Public Opinion Quarterly 72 (2008) 1008).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from gongmun.surveys.fieldwork import invitation_queries, queries
from gongmun.surveys.fieldwork.models import InvitationStatus, SurveyCycle
from gongmun.surveys.fieldwork.serving_queries import attended, last_wave
from gongmun.surveys.panels import queries as panel_queries
from gongmun.surveys.panels.models import Panel, PanelKind, Standing


class Step(StrEnum):
    """A step, in order."""

    INVITED = "invited"  # to volunteer
    WILLING = "willing"  # have volunteered
    CANDIDATES = "candidates"  # in the pool of the draw
    SELECTED = "selected"  # seated by the draw, or as reserves since
    ATTENDED = "attended"  # have answered at least one wave up to this
    ASKED = "asked"  # in this wave
    ANSWERED = "answered"  # this wave


@dataclass(frozen=True, kw_only=True, slots=True)
class Funnel:
    """How many are left at each step; None where nobody counted. Without a wave nobody was asked yet.

    `retention` is the share of those who would serve in the wave, had nobody left by himself, that still did.
    """

    series: str | None
    wave: int | None
    invited: int | None
    willing: int | None
    candidates: int
    selected: int
    attended: int
    asked: int
    answered: int
    retention: float | None

    @property
    def steps(self) -> tuple[tuple[Step, int | None], ...]:
        """Each step with its number, in order."""
        return tuple((step, getattr(self, step.value)) for step in Step)

    @property
    def before(self) -> tuple[int | None, ...]:
        """What each step is a part of; the answers to a wave are a part of those asked in it."""
        return (
            None,
            self.invited,
            self.willing,
            self.candidates,
            self.selected,
            self.selected,
            self.asked,
        )

    @property
    def recruitment(self) -> tuple[float, float] | None:
        """The share of the invited who were willing, and of those the share that came into the pool.

        None where it was not counted, as where a call was only announced: then no rate can be told.
        """
        if not (self.invited and self.willing):
            return None
        if not self.candidates <= self.willing <= self.invited:
            return None
        return self.willing / self.invited, self.candidates / self.willing


def last_funnel(session: Session, panel: Panel) -> Funnel:
    """The funnel up to the last wave of a panel that has asked anybody."""
    return funnel(session, panel, last_wave(session, panel.id))


def funnel(session: Session, panel: Panel, cycle: SurveyCycle | None) -> Funnel:
    """The funnel of a panel up to one of its waves."""
    counts = panel_queries.counted(session, panel.id)
    candidates = sum(counts.values())
    seated = counts[Standing.SELECTED] + counts[Standing.LEFT]
    invitations = invitation_queries.counted(session, cycle.id) if cycle else {}
    asked = sum(invitations.values())
    return Funnel(
        series=queries.series_of(session, cycle.id).code if cycle else None,
        wave=cycle.wave if cycle else None,
        invited=panel.invited,
        willing=panel.willing,
        candidates=candidates,
        # Of a list everybody is asked.
        selected=seated if panel.kind is PanelKind.DRAWN else candidates,
        attended=attended(session, panel.id, up_to=cycle.id if cycle else None),
        asked=asked,
        answered=invitations.get(InvitationStatus.ANSWERED, 0),
        retention=_retention(session, panel, asked, cycle.opens_at) if cycle else None,
    )


def _retention(session: Session, panel: Panel, asked: int, opened: datetime) -> float | None:
    out = sum(
        each.left_at is not None and each.left_at <= opened
        for each in panel_queries.dropped_out(session, panel.id)
    )
    return asked / (asked + out) if asked else None
