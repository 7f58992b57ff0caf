"""Submitting (제출): the answers to a document are taken in one transaction, or none of them is."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun.answers import content as contents
from gongmun.answers import queries
from gongmun.answers.checks import NotTaken, Problem, check, check_all
from gongmun.answers.content import Content
from gongmun.answers.models import (
    AnswerFile,
    Channel,
    Commitment,
    CommitmentStatus,
    Receipt,
    ResponseDraft,
)
from gongmun.answers.receipts import Item, What, file_items, give
from gongmun.answers.undecided import lapse
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.errors import GongmunError
from gongmun.ledger import Actor
from gongmun.referrals import pausing
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.answering import Answer, take_responses
from gongmun.referrals.life import CHASED
from gongmun.referrals.models import Referral, Response


class AlreadyTaken(GongmunError):
    """A submission that comes too late: what it answers is answered, or is with the ministry no more."""

    code = "answers.already_taken"
    ko = (
        "{references}은(는) 이미 회신되었거나 귀 기관의 처리가 끝난 제안입니다. 이번 제출은 반영되지 않았으니 "
        "화면을 새로 고쳐 확인해 주십시오."
    )
    en = (
        "{references}: already answered, or not with your office any more. Nothing of this submission "
        "was taken. Reload the page to see where it stands."
    )


def submit(
    db: Database,
    document_id: int,
    *,
    organisation_id: int,
    answers: Mapping[int, Content],
    left_open: Collection[int],
    channel: Channel,
    address: str | None,
    now: datetime,
) -> Receipt:
    """Take the answers to a document. What is `left_open` stays as it is, with its draft and its clock.

    An answer whose reason is still what a mail has said was received when that mail arrived, whoever
    confirms it and adds what it lacked; any other one now. A second submission finds what it answers
    taken; of two officers at once one is told so.

    Raises:
        NotFound: the document, or a referral that is named, is not this organisation's.
        AlreadyTaken: one that is answered here is with the ministry no more.
        NotTaken: nothing is answered; a referral of the document is neither answered nor left open, and
            waits for nothing of ours; or an answer lacks something. It lists every problem.
        BeforeDispatch: `now` is before the document was dispatched.
    """
    with db.transaction() as session:
        referrals = {
            each.id: each
            for each in queries.locked_of_document(session, document_id, organisation_id)
        }
        if not referrals or not {*answers, *left_open} <= referrals.keys():
            raise queries.no_document(document_id)
        open_ = {each.id: each for each in referrals.values() if each.status in CHASED}
        late = sorted(answers.keys() - open_.keys()) if open_ else sorted(referrals)
        if late:
            raise _already_taken(session, late)
        asked = {each.id for each in open_.values() if _waits_for_us(each)} if answers else set()
        problems = check_all(
            open_.keys() - (asked - answers.keys()),
            answers,
            # What another officer has answered meanwhile is open no more.
            open_.keys() & set(left_open),
            today=seoul_date(now),
        )
        if problems:
            raise _not_taken(session, problems)
        drafts = queries.drafts(session, answers)
        return _take(
            session,
            [referrals[each] for each in sorted(answers)],
            answers,
            received={
                each: _received(session, referrals[each], answers[each], drafts.get(each), now)
                for each in answers
            },
            channel=channel,
            address=address,
            now=now,
        )


def _received(
    session: Session,
    referral: Referral,
    content: Content,
    draft: ResponseDraft | None,
    now: datetime,
) -> datetime:
    """When an answer was received: with the mail that its draft came by, if its words still stand.

    Never before the document was sent, which may be sent again, nor before what the ministry had answered
    earlier was decided.
    """
    if draft is None or draft.arrived_at is None:
        return now
    if contents.from_json(draft.content).reason != content.reason:
        return now
    before = referral_queries.latest_response(session, referral.id)
    earliest = (referral.dispatched_at, before.decided_at if before is not None else None)
    return min(max(draft.arrived_at, *filter(None, earliest)), now)


def _waits_for_us(referral: Referral) -> bool:
    """Whether a question or a request about it is open: whoever asked it leaves it open knowingly."""
    return referral.paused_at is not None or referral.asks_since is not None


def record(
    db: Database, referral_id: int, *, content: Content, channel: Channel, now: datetime
) -> Receipt:
    """Take the answer to one referral, whatever else its document asks: recorded by a coordinator.

    Raises:
        NotFound: there is no such referral.
        NotWithMinistry: it does not wait for an answer.
        NotTaken: the answer lacks something.
        BeforeDispatch: `now` is before the document was dispatched.
    """
    with db.transaction() as session:
        referral = pausing.required(session, referral_id)
        problems = check(referral_id, content, today=seoul_date(now))
        if problems:
            raise _not_taken(session, problems)
        return _take(
            session,
            [referral],
            {referral_id: content},
            received={referral_id: now},
            channel=channel,
            address=None,
            now=now,
        )


def _take(
    session: Session,
    referrals: Sequence[Referral],
    answers: Mapping[int, Content],
    *,
    received: Mapping[int, datetime],
    channel: Channel,
    address: str | None,
    now: datetime,
) -> Receipt:
    """Write the responses of locked referrals, and the receipt for them."""
    ids = [referral.id for referral in referrals]
    files = queries.draft_files(session, ids)
    told = queries.suggestions_of(session, ids)
    responses = take_responses(
        session,
        [_answer(referral, answers[referral.id], received[referral.id]) for referral in referrals],
        actor=Actor.COORDINATOR if channel is Channel.COORDINATOR else Actor.MINISTRY,
        now=now,
    )
    items = []
    for referral, response in zip(referrals, responses, strict=True):
        content = answers[referral.id]
        own = [file for file in files if file.referral_id == referral.id]
        _add(session, response, content, own)
        items.append(
            Item(
                what=What.ANSWERED,
                referral_id=referral.id,
                reference=told[referral.id].reference,
                title=told[referral.id].title,
                received_at=response.received_at if response.received_at != now else None,
                registration_number=referral.registration_number,
                decision=content.decision,
                commitments=len(content.commitments),
                review_by=content.review_by,
                files=file_items(own),
            )
        )
    lapse(session, ids, now=now)
    queries.delete_drafts(session, ids)
    document = queries.document_of(session, ids[0])
    return give(
        session,
        document,
        organisation_id=referrals[0].organisation_id,
        items=items,
        address=address,
        now=now,
    )


def _answer(referral: Referral, content: Content, received_at: datetime) -> Answer:
    assert content.decision is not None  # the checks have seen to it
    return Answer(
        referral=referral,
        decision=content.decision,
        reason=content.reason,
        promised_on=content.promised_on,
        received_at=received_at,
    )


def _add(
    session: Session, response: Response, content: Content, files: Sequence[AnswerFile]
) -> None:
    """What a response promises, and its files."""
    for promised in content.commitments:
        assert promised.due_on is not None
        session.add(
            Commitment(
                referral_id=response.referral_id,
                response_id=response.id,
                text=promised.text,
                owner=promised.owner,
                due_on=promised.due_on,
                status=CommitmentStatus.OPEN,
            )
        )
    for file in files:
        file.response_id = response.id


def _not_taken(session: Session, problems: Sequence[Problem]) -> NotTaken:
    told = queries.suggestions_of(session, sorted({each.referral_id for each in problems}))
    return NotTaken.because(problems, {each: told[each].reference for each in told})


def _already_taken(session: Session, referral_ids: Sequence[int]) -> AlreadyTaken:
    told = queries.suggestions_of(session, referral_ids)
    return AlreadyTaken(references=", ".join(each.reference for each in told.values()))
