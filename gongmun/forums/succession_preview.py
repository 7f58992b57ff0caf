"""What following the reorganisations would do: which referrals pass from whom to whom. Reads only."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from gongmun.clock import seoul_date
from gongmun.followups import queries as followup_queries
from gongmun.organisations import Organisation
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import queries, succession_queries
from gongmun.referrals.models import Referral
from gongmun.referrals.succeeding import successor_of
from gongmun.text import Bilingual


class Stage(StrEnum):
    """How far a referral had come when its ministry ended; what is done with it differs."""

    DRAFT = "draft"  # drafted anew, by the routing of the day
    APPROVED = "approved"  # its document has no number: it is addressed to the successor
    SENT = "sent"  # passes on with its clocks and its history
    PROMISE = "promise"  # closed; the promise passes on


STAGES = {
    Stage.DRAFT: Bilingual(ko="결과 초안을 다시 작성", en="the outcome is drafted anew"),
    Stage.APPROVED: Bilingual(
        ko="공문을 승계 기관으로 다시 작성", en="the document is addressed to the successor"
    ),
    Stage.SENT: Bilingual(
        ko="기한과 경과를 유지하여 승계", en="passes on with its clocks and history"
    ),
    Stage.PROMISE: Bilingual(ko="이행과제를 승계", en="the promise passes on"),
}
# In the place of a successor that neither law nor routing names.
TO_ASSIGN = Bilingual(ko="담당자 지정", en="to be assigned")


@dataclass(frozen=True, kw_only=True, slots=True)
class SuccessionLine:
    """Referrals that would pass from one ministry to another; to None where a coordinator has to say."""

    predecessor: Organisation
    successor: Organisation | None
    stage: Stage
    referral_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SuccessionPreview:
    """What a run on that day would do, by ministry and by what is done."""

    today: date
    lines: tuple[SuccessionLine, ...]

    @property
    def passed_on(self) -> int:
        """How many open referrals and promises would pass on."""
        return self._count(is_decided=True)

    @property
    def undecided(self) -> int:
        """How many wait for a coordinator to name the successor."""
        return self._count(is_decided=False)

    def _count(self, *, is_decided: bool) -> int:
        return sum(
            len(line.referral_ids)
            for line in self.lines
            if line.stage is not Stage.DRAFT and (line.successor is not None) is is_decided
        )


def preview(session: Session, *, now: datetime) -> SuccessionPreview:
    """What `follow_successions` would do on the day of `now`."""
    today = seoul_date(now)
    grouped: dict[tuple[int, int | None, Stage], list[int]] = defaultdict(list)
    for stage, referrals in _found(session, today):
        for referral in referrals:
            heir = _heir(session, referral, today)
            key = (referral.organisation_id, heir.id if heir else None, stage)
            grouped[key].append(referral.id)
    lines = [
        SuccessionLine(
            predecessor=organisation_queries.by_id(session, holder),
            successor=None if heir is None else organisation_queries.by_id(session, heir),
            stage=stage,
            referral_ids=tuple(ids),
        )
        for (holder, heir, stage), ids in grouped.items()
    ]
    order = list(Stage)
    lines.sort(key=lambda line: (line.predecessor.code, order.index(line.stage), line.referral_ids))
    return SuccessionPreview(today=today, lines=tuple(lines))


def _found(session: Session, today: date) -> Iterator[tuple[Stage, Iterable[Referral]]]:
    """In the order in which they are passed on."""
    yield Stage.DRAFT, succession_queries.drafted(session, today)
    yield Stage.APPROVED, succession_queries.unnumbered(session, today)
    yield Stage.SENT, succession_queries.left_behind(session, today)
    ended = succession_queries.not_in_force(session, today)
    promised: Sequence[int] = followup_queries.promised(session, ended)
    yield Stage.PROMISE, [queries.by_id(session, number) for number in promised]


def _heir(session: Session, referral: Referral, today: date) -> Organisation | None:
    """Who would have it: nobody where the one that is named has the suggestion already."""
    heir = successor_of(session, referral, today)
    if heir is None or succession_queries.held_by(session, referral, heir.id) is not None:
        return None
    return heir
