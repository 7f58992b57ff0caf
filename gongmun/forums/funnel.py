"""The funnel (제안 처리 단계): how far the suggestions of each forum came. Suggestions are counted, each once, not referrals."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from gongmun.forums import funnel_queries
from gongmun.forums.funnel_queries import Stages


@dataclass(frozen=True, kw_only=True, slots=True)
class Funnel:
    """All suggestions, and those of the newest forums by the forum's code."""

    total: Stages
    forums: Sequence[tuple[str, Stages]]


def funnel(session: Session, *, forums: int) -> Funnel:
    """The stages of all suggestions, and of at most so many forums, the newest first."""
    by_forum = funnel_queries.stages(session)
    codes = funnel_queries.newest(session, forums)
    return Funnel(
        total=sum(by_forum.values(), Stages()),
        forums=[(code, by_forum.get(forum_id, Stages())) for forum_id, code in codes],
    )
