"""The daily reconciliation (일일 대사): what should have gone on, and did not. Expected: nothing.

It trusts no sweep, and looks at the rows themselves. Each finding names what a person does about it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from gongmun.answers import request_queries
from gongmun.calendar import calendar
from gongmun.clock import seoul_date
from gongmun.documents import Document
from gongmun.errors import GongmunError
from gongmun.forums import queries
from gongmun.mail import Dispatch, delivery_queries
from gongmun.mail import queries as mail_queries
from gongmun.mail.recipients import recipient
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import dispatch_queries, recompute_preview, succession_queries
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.ladder import Ladder, decide
from gongmun.referrals.life import Status
from gongmun.referrals.mailing import mails_of
from gongmun.referrals.models import Referral
from gongmun.settings import settings
from gongmun.text import Bilingual

RECONCILE_SWEEP = "reconcile"
# What is approved is issued and queued every half hour of the working day: after a night it was.
_MAILED_WITHIN = timedelta(hours=12)
# A greylisted mail leaves within minutes, and a notice of success comes at once or not at all.
_PROVED_WITHIN = timedelta(days=1)


class Gap(StrEnum):
    """What is missing."""

    DISPATCH = "dispatch"
    PROOF = "proof"
    NEXT_DATE = "next_date"
    DEADLINE = "deadline"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that does not go on by itself, and the command that leads to it. Nothing personal."""

    gap: Gap
    what: Bilingual
    remedy: str


class NotReconciled(GongmunError):
    """The reconciliation found something. It is a failing run's reason, so that somebody looks."""

    code = "reconcile.gaps"
    ko = "일일 대사에서 {count}건이 발견되었습니다. 'gongmun reconcile'의 처리 명령을 확인해 주십시오."
    en = "The reconciliation found {count} gaps. `gongmun reconcile` names the command for each."


def reconcile(session: Session, *, ladder: Ladder, now: datetime) -> Sequence[Finding]:
    """Every approved document without a dispatch, every dispatch without proof or with an open problem,
    every open referral without a next date, deadlines that the present calendar puts on another day.

    Proof is what the settings make possible: where they name an inbox for notices or the relay's log,
    that it arrived; where they name a journal, that it left; where they name nothing, the relay's word.
    """
    return [
        *_documents(session, now),
        *_problems(session, now),
        *_unproved(session, now),
        *_referrals(session, ladder, now),
        *_deadlines(session, now),
    ]


def _documents(session: Session, now: datetime) -> Iterator[Finding]:
    for document in queries.documents_never_mailed(session, now - _MAILED_WITHIN):
        if mails_of(session, document.id) or _is_suppressed(session, document):
            continue
        name = document.number or str(document.id)
        yield Finding(
            gap=Gap.DISPATCH,
            what=Bilingual(
                ko=f"발송되지 않은 공문 {name}: {document.recipient_code}",
                en=f"document {name} to {document.recipient_code} has no dispatch",
            ),
            remedy=f"gongmun document show {document.id}",
        )


def _is_suppressed(session: Session, document: Document) -> bool:
    """Whether what it says became untrue before it could be sent."""
    notice = dispatch_queries.notice_carrying(session, document.id)
    return notice is not None and notice.suppressed_at is not None


def _problems(session: Session, now: datetime) -> Iterator[Finding]:
    for dispatch in mail_queries.needing_a_person(session):
        yield _about(dispatch, "확인이 필요한 발송", "needs a person")
    for dispatch in delivery_queries.on_their_way(session, before=now - _PROVED_WITHIN):
        yield _about(dispatch, "하루 넘게 발송되지 않음", "has not left for more than a day")


def _unproved(session: Session, now: datetime) -> Iterator[Finding]:
    mail, inbox = settings().mail, settings().inbox
    arrival = bool(mail.relay_log or (mail.dsn and inbox.is_set))
    if not arrival and not mail.journal:
        return
    before = now - _PROVED_WITHIN
    for dispatch in delivery_queries.sent_without_proof(session, before=before, arrival=arrival):
        yield _about(dispatch, "도달이 확인되지 않은 발송", "has no proof of delivery")


def _about(dispatch: Dispatch, ko: str, en: str) -> Finding:
    status, to = dispatch.status.value, recipient(dispatch.organisation_code)
    return Finding(
        gap=Gap.PROOF,
        what=Bilingual(
            ko=f"{ko}({status}): {to.ko} {dispatch.id}번",
            en=f"mail {dispatch.id} to {to.en} ({status}) {en}",
        ),
        remedy=f"gongmun mail show {dispatch.id}",
    )


def _referrals(session: Session, ladder: Ladder, now: datetime) -> Iterator[Finding]:
    asking = {question.referral_id for question, _ in request_queries.open_questions(session)}
    requesting = {
        request.referral_id
        for found in (
            request_queries.open_extensions(session),
            request_queries.open_transfers(session),
        )
        for request, _ in found
    }
    # What a coordinator has to assign stands on the list of what waits.
    undecided = {
        referral.id for _, referral, _ in succession_queries.undecided(session, promised=())
    }
    for referral in dispatch_queries.left_alone(session):
        if referral.paused_at is not None:
            goes_on = referral.id in asking
        elif referral.asks_since is not None:
            goes_on = referral.id in requesting or referral.id in asking
        elif referral.id in undecided:
            goes_on = True
        elif referral.status is Status.APPROVED:
            goes_on = referral.document_id is not None  # whatever holds it up is found there
        else:
            goes_on = not _has_rungs_left(session, referral, ladder, now)
        if not goes_on:
            yield _stranded(session, referral)


def _has_rungs_left(session: Session, referral: Referral, ladder: Ladder, now: datetime) -> bool:
    """Whether the ladder still has something to do: after its last rung, silence is published."""
    verdict = decide(
        ladder,
        referral.clocks,
        fired=referral_queries.fired(session, referral),
        today=seoul_date(now),
        shift=calendar().shift,
    )
    return bool(verdict.fire) or verdict.next_on is not None


def _stranded(session: Session, referral: Referral) -> Finding:
    ministry = organisation_queries.by_id(session, referral.organisation_id)
    return Finding(
        gap=Gap.NEXT_DATE,
        what=Bilingual(
            ko=f"다음 처리일이 없는 이송 {referral.id}번: {ministry.name_ko}",
            en=f"referral {referral.id} at {ministry.code} has no next date",
        ),
        remedy=f"gongmun referral show {referral.id}",
    )


def _deadlines(session: Session, now: datetime) -> Iterator[Finding]:
    """By ministry, as the preview of the recount lists them."""
    found = recompute_preview.preview(session, cal=calendar(), now=now)
    for line in found.lines:
        yield Finding(
            gap=Gap.DEADLINE,
            what=Bilingual(
                ko=f"휴무일이 바뀌어 달라질 기한 {len(line.referral_ids)}건: {line.ministry.ko}, "
                f"{line.old} → {line.new}({line.why.ko})",
                en=f"deadlines of {line.code} to be counted again: {len(line.referral_ids)}, "
                f"{line.old} -> {line.new} ({line.why.en})",
            ),
            remedy="gongmun deadline recompute",
        )
