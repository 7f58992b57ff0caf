"""The board of the fieldwork (실사 현황): for each open wave, who was asked and who has answered, by category.

And what recurs: when the next wave of each series is due, and which have ended.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from gongmun.clock import seoul_date
from gongmun.surveys.fieldwork import invitation_queries, inviting_queries, queries
from gongmun.surveys.fieldwork.life import UNDER_WAY, Status
from gongmun.surveys.fieldwork.models import InvitationStatus
from gongmun.surveys.fieldwork.reminding import next_reminder_on
from gongmun.surveys.fieldwork.series import due_days, is_over, next_wave_on
from gongmun.text import Bilingual

# No cell under this is shown: asked, or answered.
_LEAST = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class CategoryLine:
    """One category of a wave. `quota` is how many answers are enough, None where there is none.

    `answered` is None where so few were asked, or have answered, that it would point to them, and where it would tell
    that of another category by subtraction. That nobody has answered yet is told.
    """

    feature: str
    value: str
    asked: int
    answered: int | None
    quota: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class WaveLine:
    """A wave. `share` is that of the answers among all who were asked, from 0 to 1.

    `ended_on` is the day on which it was closed or cancelled, None before it. `refused_before` of those who count as
    refused had done so in an earlier wave, and were not written to.
    """

    cycle_id: int
    series: str
    title: Bilingual
    wave: int
    status: Status
    opens_at: datetime
    closes_at: datetime
    counts: Mapping[InvitationStatus, int]
    refused_before: int
    next_reminder_on: date | None
    ended_on: date | None
    categories: Sequence[CategoryLine]

    @property
    def asked(self) -> int:
        """How many people are invited, also those who could not be reached."""
        return sum(self.counts.values())

    @property
    def share(self) -> float:
        """Of those asked, who has answered."""
        return self.counts[InvitationStatus.ANSWERED] / self.asked if self.asked else 0.0


def board(
    session: Session, *, now: datetime, statuses: Collection[Status] = UNDER_WAY
) -> Sequence[WaveLine]:
    """The waves in these states, by default those under way, the first to close first."""
    return [wave_line(session, each, now=now) for each in queries.cycles_in(session, statuses)]


def wave_line(session: Session, cycle_id: int, *, now: datetime) -> WaveLine:
    """One wave, whatever its state."""
    wave, series = queries.cycle(session, cycle_id), queries.series_of(session, cycle_id)
    enough = {(each["feature"], each["value"]): each["max"] for each in series.quotas}
    ended = wave.closed_at or wave.cancelled_at
    return WaveLine(
        cycle_id=cycle_id,
        series=series.code,
        title=Bilingual(ko=series.title_ko, en=series.title_en),
        wave=wave.wave,
        status=wave.status,
        opens_at=wave.opens_at,
        closes_at=wave.closes_at,
        counts=invitation_queries.counted(session, cycle_id),
        refused_before=inviting_queries.refused_before(session, cycle_id),
        next_reminder_on=next_reminder_on(series, wave, seoul_date(now)),
        ended_on=seoul_date(ended) if ended else None,
        categories=_categories(session, cycle_id, enough),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class SeriesLine:
    """A series: how many waves it had, when the next one is due, and since when it has ended.

    `next_on` is today or before it where a wave is due that nobody has started; None where there is no rule, or no
    further day. `is_over` also where the rule has come to its end
    without anybody's word.
    """

    code: str
    title: Bilingual
    waves: int
    next_on: date | None
    is_over: bool
    ended_on: date | None


def series_lines(session: Session, *, now: datetime) -> Sequence[SeriesLine]:
    """Every series, by code."""
    found = []
    for series in queries.all_series(session):
        last = queries.latest_cycle(session, series.id)
        last_on = queries.last_start(session, series.id)
        due = due_days(series, after=last_on, until=seoul_date(now))
        found.append(
            SeriesLine(
                code=series.code,
                title=Bilingual(ko=series.title_ko, en=series.title_en),
                waves=last.wave if last else 0,
                next_on=due[-1] if due else next_wave_on(series, now),
                is_over=is_over(series, last=last_on),
                ended_on=seoul_date(series.ended_at) if series.ended_at else None,
            )
        )
    return found


def _categories(
    session: Session, cycle_id: int, enough: Mapping[tuple[str, str], int]
) -> Sequence[CategoryLine]:
    answered = invitation_queries.answered_by_category(session, cycle_id)
    hidden = _hidden(answered)
    return [
        CategoryLine(
            feature=feature,
            value=value,
            asked=asked,
            answered=None if (feature, value) in hidden else done,
            quota=enough.get((feature, value)),
        )
        for (feature, value), (asked, done) in answered.items()
    ]


def _hidden(counts: Mapping[tuple[str, str], tuple[int, int]]) -> Collection[tuple[str, str]]:
    """Categories under five, and others of the feature: what is hidden of it follows from the wave's total.

    So it is never a single one, and together at least five answers, as far as there are so many.
    """
    hidden: set[tuple[str, str]] = set()
    for feature in {feature for feature, _ in counts}:
        answered = {value: done for (of, value), (_, done) in counts.items() if of == feature}
        few = [
            value
            for value, done in answered.items()
            if counts[feature, value][0] < _LEAST or 0 < done < _LEAST
        ]
        # The smallest first; one without an answer hides nothing, unless there is no other.
        others = sorted(
            answered.keys() - few, key=lambda value: (not answered[value], answered[value], value)
        )
        if few and any(answered.values()):
            for other in others:
                if len(few) > 1 and sum(answered[value] for value in few) >= _LEAST:
                    break
                few.append(other)
        hidden |= {(feature, value) for value in few}
    return hidden
