"""Every SELECT of the funnel: one statement for each stage, whatever the number of suggestions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from gongmun.answers.models import Commitment, CommitmentStatus
from gongmun.forums.models import Forum
from gongmun.referrals.models import Referral, Response, ResponseDecision, ResponseStatus
from gongmun.suggestions.models import Suggestion


@dataclass(frozen=True, kw_only=True, slots=True)
class Stages:
    """How many suggestions came how far; each stage is a part of the one before.

    `adopted`: a published answer accepts it, wholly or in part. `done`: and all that was promised then was carried out.
    """

    received: int = 0
    selected: int = 0
    referred: int = 0
    answered: int = 0
    adopted: int = 0
    done: int = 0

    def __add__(self, other: "Stages") -> "Stages":
        return Stages(
            **{
                each.name: getattr(self, each.name) + getattr(other, each.name)
                for each in fields(self)
            }
        )


_ITS_OWN = Referral.suggestion_id == Suggestion.id
_REFERRED = exists().where(_ITS_OWN, Referral.dispatched_at.is_not(None))
_PUBLISHED = (
    _ITS_OWN,
    Response.referral_id == Referral.id,
    Response.status == ResponseStatus.PUBLISHED,
)
_ADOPTED = (
    *_PUBLISHED,
    Response.decision.in_((ResponseDecision.ACCEPTED, ResponseDecision.PARTIALLY_ACCEPTED)),
)
_PROMISED = (*_ADOPTED, Commitment.response_id == Response.id)
_STAGES: Mapping[str, tuple[ColumnElement[bool], ...]] = {
    "received": (),
    "selected": (Suggestion.selected.is_(True),),
    "referred": (Suggestion.selected.is_(True), _REFERRED),
    "answered": (Suggestion.selected.is_(True), _REFERRED, exists().where(*_PUBLISHED)),
    "adopted": (Suggestion.selected.is_(True), _REFERRED, exists().where(*_ADOPTED)),
    "done": (
        Suggestion.selected.is_(True),
        _REFERRED,
        exists().where(*_PROMISED, Commitment.status == CommitmentStatus.DONE),
        ~exists().where(*_PROMISED, Commitment.status == CommitmentStatus.OPEN),
    ),
}


def stages(session: Session) -> Mapping[int, Stages]:
    """The stages of each forum with suggestions, by its id."""
    counts: dict[int, dict[str, int]] = {}
    for stage, conditions in _STAGES.items():
        rows = session.execute(
            select(Suggestion.forum_id, func.count())
            .where(*conditions)
            .group_by(Suggestion.forum_id)
        )
        for forum_id, count in rows:
            counts.setdefault(forum_id, {})[stage] = count
    return {forum_id: Stages(**of_one) for forum_id, of_one in counts.items()}


def newest(session: Session, limit: int) -> Sequence[tuple[int, str]]:
    """Id and code of at most so many forums, the newest first."""
    rows = session.execute(
        select(Forum.id, Forum.code).order_by(Forum.starts_at.desc(), Forum.id.desc()).limit(limit)
    )
    return [(forum_id, code) for forum_id, code in rows]
