"""What a coordinator sees before deciding on an outcome."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun.clock import seoul_date
from gongmun.documents import Role
from gongmun.forums import queries
from gongmun.forums.life import Status as OutcomeStatus
from gongmun.forums.routing import routes_of
from gongmun.suggestions import queries as suggestion_queries


@dataclass(frozen=True, kw_only=True, slots=True)
class MinistryLine:
    """One document of the outcome: to whom, and which suggestions by reference."""

    code: str
    name_ko: str
    name_en: str
    document_id: int
    number: str | None
    pages: int | None
    replaced: int | None  # characters printed as 〓, because no font has them
    lead: tuple[str, ...]
    cooperating: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class OutcomeOverview:
    """An outcome by ministry, and the suggestions that have no responsible ministry yet."""

    outcome_id: int
    forum_code: str
    forum_title_ko: str
    forum_title_en: str
    round: int
    revision: int
    status: OutcomeStatus
    suggestions: int
    referrals: int
    ministries: tuple[MinistryLine, ...]
    unrouted: tuple[str, ...]


def outcome_overview(session: Session, outcome_id: int, now: datetime) -> OutcomeOverview:
    """The overview of one outcome; NotFound where there is none."""
    outcome = queries.outcome(session, outcome_id)
    forum = queries.forum(session, outcome.forum_id)
    by_ministry = queries.referrals_by_ministry(session, outcome_id)
    documents = {d.id: d for d in queries.documents_of(session, outcome_id)}
    references = {
        referral.suggestion_id: suggestion_queries.by_id(session, referral.suggestion_id).reference
        for _, referrals in by_ministry
        for referral in referrals
    }
    lines: list[MinistryLine] = []
    for ministry, referrals in by_ministry:
        for document in dict.fromkeys(documents[r.document_id] for r in referrals if r.document_id):
            items = [r for r in referrals if r.document_id == document.id]
            lines.append(
                MinistryLine(
                    code=ministry.code,
                    name_ko=ministry.name_ko,
                    name_en=ministry.name_en,
                    document_id=document.id,
                    number=document.number,
                    pages=document.pages,
                    replaced=document.replaced_characters,
                    lead=tuple(references[r.suggestion_id] for r in items if r.role is Role.LEAD),
                    cooperating=tuple(
                        references[r.suggestion_id] for r in items if r.role is Role.COOPERATING
                    ),
                )
            )
    return OutcomeOverview(
        outcome_id=outcome.id,
        forum_code=forum.code,
        forum_title_ko=forum.title_ko,
        forum_title_en=forum.title_en,
        round=outcome.round,
        revision=outcome.revision,
        status=outcome.status,
        suggestions=len(references),
        referrals=sum(len(referrals) for _, referrals in by_ministry),
        ministries=tuple(lines),
        unrouted=tuple(unrouted_references(session, forum.id, now)),
    )


def unrouted_references(session: Session, forum_id: int, now: datetime) -> Sequence[str]:
    """References of selected suggestions for which no ministry is responsible yet."""
    left = queries.unreferred(session, forum_id)
    routes = routes_of(session, left, seoul_date(now))
    return [suggestion.reference for suggestion in left if routes[suggestion.id] is None]
