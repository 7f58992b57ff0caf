"""Tell proposers (제안자 안내): of a published answer, a settled commitment, a dated meeting; each once.

A meeting that is moved or cancelled afterwards is told of again, where they are not invited anyway. One
mail a suggestion a sweep with all that is new, and one of what is off. Whoever left no mail address is told nothing and is
not asked about again. Nothing personal leaves this module but in the mail's own address.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.access import links
from gongmun.answers import queries as answer_queries
from gongmun.answers.models import CommitmentStatus
from gongmun.answers.names import COMMITMENTS
from gongmun.db import Database
from gongmun.errors import GongmunError
from gongmun.followups import meeting_queries, proposer_queries, queries
from gongmun.followups.addressing import proposer_address
from gongmun.followups.inviting import when
from gongmun.followups.reexamining import last_day, refusal_of
from gongmun.mail import Dispatch, OutgoingMessage, compose, enqueue
from gongmun.mail.recipients import PROPOSER
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.models import Referral
from gongmun.referrals.names import DECISIONS
from gongmun.settings import settings
from gongmun.suggestions import queries as suggestion_queries
from gongmun.text import Bilingual

PROPOSER_INTENT = "proposer_news"
CANCELLED_INTENT = "meeting_cancelled"


class Kind(StrEnum):
    """What a proposer is told of; with the row's id it is the step that is noted."""

    PUBLISHED = "published"
    SETTLED = "settled"
    MEETING = "meeting"
    CANCELLED = "cancelled"  # a meeting of whose date they were told


@dataclass(frozen=True, kw_only=True, slots=True)
class ProposersTold:
    """What one sweep did: the mails, and how many suggestions had news but no mail address."""

    mails: tuple[int, ...] = ()
    without_address: int = 0
    problems: tuple[GongmunError, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Promise:
    text: str
    due_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class _News:
    """One thing to tell, in a mail. What does not belong to its kind is empty."""

    kind: Kind
    ministry: Bilingual
    result: Bilingual
    text: str = ""
    account: str = ""
    commitments: Sequence[_Promise] = field(default=())
    reexamine_until: date | None = None


def tell_proposers(db: Database, *, now: datetime) -> ProposersTold:
    """Tell each proposer what is new about their suggestion, however old, and note that it was told."""
    mails: list[int] = []
    problems: list[GongmunError] = []
    without_address = 0
    # A transaction for each suggestion: one that fails does not hold up the others.
    for suggestion_id, steps in _untold(db, now):
        try:
            with db.transaction() as session:
                address = proposer_address(session, suggestion_id)
                new = _note(session, suggestion_id, steps, now)
                if not new:
                    continue
                if address is None:
                    without_address += 1
                    continue
                mails.append(_tell(session, suggestion_id, address, new, now))
        except GongmunError as error:
            problems.append(error)
    return ProposersTold(
        mails=tuple(mails), without_address=without_address, problems=tuple(problems)
    )


# What it is, the id of its row, and of a meeting which version.
Step = tuple[Kind, int, int]


def _untold(db: Database, now: datetime) -> Sequence[tuple[int, Sequence[Step]]]:
    """Each suggestion with what is one mail about it."""
    with db.reading() as session:
        found = [
            *((s, (Kind.PUBLISHED, i, 0)) for s, i in proposer_queries.untold_responses(session)),
            *((s, (Kind.SETTLED, i, 0)) for s, i in proposer_queries.untold_commitments(session)),
            *(
                (s, (Kind.MEETING, i, version))
                for s, i, version in proposer_queries.untold_meetings(session, now)
            ),
            *(
                (s, (Kind.CANCELLED, i, version))
                for s, i, version in proposer_queries.untold_cancellations(session)
            ),
        ]
    groups = groupby(sorted(found, key=_mail_of), key=_mail_of)
    return [(suggestion_id, [step for _, step in group]) for (suggestion_id, _), group in groups]


def _mail_of(found: tuple[int, Step]) -> tuple[int, bool]:
    suggestion_id, (kind, _, _) = found
    return suggestion_id, kind is Kind.CANCELLED


def _note(
    session: Session, suggestion_id: int, steps: Sequence[Step], now: datetime
) -> Sequence[Step]:
    """Those of `steps` that nobody else has noted before or at the same time."""
    return [
        step
        for step in steps
        if proposer_queries.add_notice(
            session, {"suggestion_id": suggestion_id, "step": _name(step), "noted_at": now}
        )
    ]


def _name(step: Step) -> str:
    kind, row_id, version = step
    if kind in (Kind.MEETING, Kind.CANCELLED):
        return proposer_queries.meeting_step(row_id, version)
    return f"{kind.value}:{row_id}"


def _tell(
    session: Session, suggestion_id: int, address: str, steps: Sequence[Step], now: datetime
) -> int:
    suggestion = suggestion_queries.by_id(session, suggestion_id)
    intent = CANCELLED_INTENT if steps[0][0] is Kind.CANCELLED else PROPOSER_INTENT
    mail = compose(
        intent,
        {
            "agency": settings().agency,
            "suggestion": suggestion,
            "news": [_news(session, step) for step in steps],
            "link": links.blank(),
        },
    )
    dispatch = enqueue(
        session,
        OutgoingMessage(
            key=f"proposer:{suggestion_id}:{_name(steps[0])}",
            intent=intent,
            organisation_code=PROPOSER,
            address=address,
            subject=mail.subject,
            body=mail.body,
        ),
        now,
    )
    proposer_queries.set_notice_dispatch(
        session, suggestion_id, [_name(step) for step in steps], dispatch.id
    )
    links.grant_proposer(session, suggestion_id=suggestion_id, dispatch=dispatch, now=now)
    _record(session, suggestion_id, steps, dispatch, now)
    return dispatch.id


def _record(
    session: Session, suggestion_id: int, steps: Sequence[Step], dispatch: Dispatch, now: datetime
) -> None:
    ledger.record(
        session,
        "proposer.told",
        subject=("suggestion", suggestion_id),
        now=now,
        steps=[_name(step) for step in steps],
        dispatch_id=dispatch.id,
    )


def _news(session: Session, step: Step) -> _News:
    kind, row_id, version = step
    match kind:
        case Kind.PUBLISHED:
            return _published(session, row_id)
        case Kind.SETTLED:
            commitment = queries.commitment(session, row_id)
            referral = referral_queries.by_id(session, commitment.referral_id)
            done = commitment.status is CommitmentStatus.DONE
            return _News(
                kind=kind,
                ministry=_ministry(session, referral),
                result=COMMITMENTS[commitment.status],
                text=commitment.text,
                account=commitment.account or ("증빙 파일로 확인되었습니다." if done else ""),
            )
        case Kind.MEETING | Kind.CANCELLED:
            meeting = meeting_queries.meeting(session, row_id)
            referral = referral_queries.by_id(session, meeting.referral_id)
            at = when(meeting)
            if kind is Kind.MEETING and proposer_queries.was_told_of_meeting(
                session, referral.suggestion_id, row_id, version
            ):
                at = Bilingual(ko=f"{at.ko}(일정 변경)", en=f"{at.en}, which is a new date")
            return _News(kind=kind, ministry=_ministry(session, referral), result=at)


def _published(session: Session, response_id: int) -> _News:
    response = queries.response(session, response_id)
    assert response is not None
    referral = referral_queries.by_id(session, response.referral_id)
    stands = refusal_of(session, referral)
    is_refusal = stands is not None and stands.id == response_id
    may_ask = is_refusal and proposer_queries.reexamination(session, referral.id) is None
    return _News(
        kind=Kind.PUBLISHED,
        ministry=_ministry(session, referral),
        result=DECISIONS[response.decision],
        text=response.reason,
        commitments=[
            _Promise(text=commitment.text, due_on=commitment.due_on)
            for commitment in answer_queries.commitments_of(session, response_id)
        ],
        reexamine_until=last_day(response).due if may_ask else None,
    )


def _ministry(session: Session, referral: Referral) -> Bilingual:
    ministry = organisation_queries.by_id(session, referral.organisation_id)
    return Bilingual(ko=ministry.name_ko, en=ministry.name_en)
