"""Count a year (집계): referrals and commitments to figures. Values in, values out; the vocabulary is that of their rooms."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from gongmun.answers.models import CommitmentStatus
from gongmun.clock import seoul_date
from gongmun.referrals.clocks import is_late
from gongmun.referrals.life import GONE, Status
from gongmun.referrals.models import ResponseDecision


class Standing(StrEnum):
    """Where a referral stands that was sent: exactly one of these."""

    IN_TIME = "in_time"
    LATE = "late"
    WAITING = "waiting"  # its deadline is yet to come
    OVERDUE = "overdue"
    GONE = "gone"  # transferred or withdrawn


class Fate(StrEnum):
    """What became of a commitment: exactly one of these."""

    IN_TIME = "in_time"
    LATE = "late"
    OPEN = "open"
    OVERDUE = "overdue"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """A referral that was sent. `verdict` is that of its last published answer; `paused_at` is set while we owe a word."""

    organisation_id: int
    status: Status
    due_at: datetime
    answered_at: datetime | None
    paused_at: datetime | None
    verdict: ResponseDecision | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Promised:
    """A commitment of a published answer."""

    organisation_id: int
    status: CommitmentStatus
    due_on: date
    settled_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """How many of each; what nobody has is 0."""

    standings: Mapping[Standing, int]
    verdicts: Mapping[ResponseDecision, int]
    fates: Mapping[Fate, int]

    @property
    def sent(self) -> int:
        """All referrals that were sent."""
        return sum(self.standings.values())

    @property
    def decided(self) -> int:
        """Referrals with a published answer."""
        return sum(self.verdicts.values())

    @property
    def promised(self) -> int:
        """All commitments."""
        return sum(self.fates.values())

    @property
    def kept(self) -> int:
        """Commitments that were carried out, in time or late."""
        return self.fates[Fate.IN_TIME] + self.fates[Fate.LATE]


def standing(sent: Sent, now: datetime) -> Standing:
    """Where it stands: a clock that stands still is late by the day on which it stopped.

    An answer that was reopened (재검토) is waited for again, by its new deadline.
    """
    if sent.status in GONE:
        return Standing.GONE
    if sent.status in (Status.ANSWERED, Status.CLOSED):
        assert sent.answered_at is not None
        return Standing.LATE if is_late(sent.due_at, sent.answered_at) else Standing.IN_TIME
    return Standing.OVERDUE if is_late(sent.due_at, sent.paused_at or now) else Standing.WAITING


def fate(promised: Promised, today: date) -> Fate:
    """What became of it; the due day itself is in time."""
    if promised.status is CommitmentStatus.WITHDRAWN:
        return Fate.WITHDRAWN
    if promised.status is CommitmentStatus.DONE:
        assert promised.settled_at is not None
        on = seoul_date(promised.settled_at)
        return Fate.LATE if on > promised.due_on else Fate.IN_TIME
    return Fate.OVERDUE if today > promised.due_on else Fate.OPEN


def tally(sent: Iterable[Sent], promised: Iterable[Promised], now: datetime) -> Tally:
    """All of them counted."""
    referrals = list(sent)
    standings = Counter(standing(each, now) for each in referrals)
    verdicts = Counter(each.verdict for each in referrals if each.verdict is not None)
    fates = Counter(fate(each, seoul_date(now)) for each in promised)
    return Tally(
        standings={each: standings[each] for each in Standing},
        verdicts={each: verdicts[each] for each in ResponseDecision},
        fates={each: fates[each] for each in Fate},
    )


def by_ministry(
    sent: Collection[Sent], promised: Collection[Promised], now: datetime
) -> Mapping[int, Tally]:
    """The same by organisation id; who was sent most comes first."""
    referrals: dict[int, list[Sent]] = {}
    promises: dict[int, list[Promised]] = {}
    for referral in sent:
        referrals.setdefault(referral.organisation_id, []).append(referral)
    for promise in promised:
        promises.setdefault(promise.organisation_id, []).append(promise)
    return {
        organisation: tally(referrals[organisation], promises.get(organisation, ()), now)
        for organisation in sorted(referrals, key=lambda each: (-len(referrals[each]), each))
    }
