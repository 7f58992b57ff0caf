"""What a reorganisation (정부조직 개편) changes, from drafts to promises, in the order in which it is done.

- A draft that waits for its approval is drafted anew: the coordinator approves what will be sent.
- What is approved and has no number yet is addressed to the successor, under the same approval, because the
  law has put it in the place of its predecessor. Nothing is numbered for a body that is no more.
- What has a number keeps the name of its day, and goes to the successor's mailbox. What was sent passes on
  with its clocks (referrals/succeeding.py), and so do promises.
- Links and sessions of the predecessor end, and the successor is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from sqlalchemy.orm import Session

from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.documents import Approval, Document, DocumentKind, drafting
from gongmun.documents import queries as document_queries
from gongmun.documents.life import UNNUMBERED
from gongmun.errors import GongmunError
from gongmun.followups.succeeding import pass_on_promises
from gongmun.forums import queries
from gongmun.forums.letters import outcome_context
from gongmun.forums.redrafting import redraft
from gongmun.organisations import Organisation
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import queries as referral_queries
from gongmun.referrals import succession_queries
from gongmun.referrals.chase_pauses import pass_on_pauses
from gongmun.referrals.life import Status
from gongmun.referrals.models import Referral
from gongmun.referrals.succeeding import cut_access, pass_on, pass_on_open
from gongmun.referrals.telling_successors import tell_successors

# The name of this sweep's lease and heartbeat.
FOLLOW_SUCCESSIONS = "follow-successions"


@dataclass(frozen=True, kw_only=True, slots=True)
class SuccessionReport:
    """What one run did, by id: outcomes, documents, referrals, ministries, mails."""

    redrafted: tuple[int, ...]  # outcomes
    readdressed: tuple[int, ...]  # new documents
    taken_over: tuple[int, ...]  # referrals
    undecided: tuple[int, ...]  # referrals that a coordinator has to assign
    cut: tuple[int, ...]  # ministries whose access ended
    told: tuple[int, ...]  # mails
    problems: tuple[GongmunError, ...]


def follow_successions(db: Database, *, now: datetime) -> SuccessionReport:
    """Do all that the reorganisations up to the day of `now` ask for. A second call finds nothing to do."""
    pass_on_pauses(db, now=now)
    redrafted = _redraft(db, now)
    readdressed, undecided, problems = readdress(db, now=now)
    taken = pass_on_open(db, now=now)
    promises = pass_on_promises(db, now=now)
    cut = cut_access(db, now=now)
    told = tell_successors(db, now=now)
    return SuccessionReport(
        redrafted=tuple(redrafted),
        readdressed=tuple(readdressed),
        taken_over=(*taken.taken_over, *promises.taken_over),
        undecided=(*undecided, *taken.undecided, *promises.undecided),
        cut=tuple(cut),
        told=told.told,
        problems=(*problems, *taken.problems, *promises.problems, *told.problems),
    )


def _redraft(db: Database, now: datetime) -> Sequence[int]:
    with db.reading() as session:
        stale = {
            referral.outcome_id: referral.suggestion_id
            for referral in succession_queries.drafted(session, seoul_date(now))
        }
    return [
        outcome_id
        for outcome_id, suggestion_id in stale.items()
        if redraft(db, suggestion_id, now=now)
    ]


def readdress(
    db: Database, *, now: datetime
) -> tuple[Sequence[int], Sequence[int], Sequence[GongmunError]]:
    """Address approved documents without a number to the successors: one for each successor.

    The new documents, the referrals that a coordinator has to assign before they have one, and what
    went wrong.
    """
    documents: list[int] = []
    undecided: list[int] = []
    problems: list[GongmunError] = []
    with db.reading() as session:
        found = [
            [referral.id for referral in group]
            for _, group in groupby(
                succession_queries.unnumbered(session, seoul_date(now)),
                key=attrgetter("outcome_id", "document_id"),
            )
        ]
    for referral_ids in found:
        try:
            with db.transaction() as session:
                new, open_ = _readdress(session, referral_ids, now)
        except GongmunError as error:
            problems.append(error)
            continue
        documents.extend(new)
        undecided.extend(open_)
    return documents, undecided, problems


def _readdress(
    session: Session, referral_ids: Sequence[int], now: datetime
) -> tuple[Sequence[int], Sequence[int]]:
    outcome_id = referral_queries.by_id(session, referral_ids[0]).outcome_id
    outcome = queries.outcome(session, outcome_id, lock=True)
    referrals = [
        referral
        for referral in (referral_queries.locked(session, i) for i in referral_ids)
        if referral.status is Status.APPROVED
    ]
    approval_id = outcome.approval_id
    for document_id in {r.document_id for r in referrals if r.document_id is not None}:
        document = document_queries.locked(session, document_id)
        if document.status not in UNNUMBERED:
            return (), ()  # numbered meanwhile: it passes on as what has a number does
        approval_id = document.approval_id
        drafting.discard(session, document, now)
    for referral in referrals:
        referral.document_id = None
    passed = [referral for referral in referrals if pass_on(session, referral, now=now)]
    approval = session.get_one(Approval, approval_id)
    new = [
        address(
            session,
            list(group),
            organisation_queries.by_id(session, organisation_id),
            approval,
            now=now,
        ).id
        for organisation_id, group in groupby(
            sorted(passed, key=attrgetter("organisation_id", "suggestion_id")),
            key=attrgetter("organisation_id"),
        )
    ]
    return new, [referral.id for referral in referrals if referral not in passed]


def address(
    session: Session,
    referrals: Sequence[Referral],
    ministry: Organisation,
    approval: Approval,
    *,
    now: datetime,
) -> Document:
    """Draft and approve the outcome document of these approved referrals for their ministry of today."""
    outcome = queries.outcome(session, referrals[0].outcome_id)
    forum = queries.forum(session, outcome.forum_id)
    context = outcome_context(session, forum, ministry, referrals, now=now)
    earlier = [
        document_queries.by_id(session, before.document_id).reference
        for referral in referrals
        if referral.transferred_from_id is not None
        and (before := referral_queries.by_id(session, referral.transferred_from_id)).document_id
        is not None
    ]
    letter = replace(context.letter, references=(*context.letter.references, *earlier))
    document = drafting.draft(
        session,
        kind=DocumentKind.OUTCOME,
        key=f"outcome:{outcome.id}:{ministry.code}:{min(r.id for r in referrals)}",
        recipient_code=ministry.code,
        context=replace(context, letter=letter),
        now=now,
    )
    drafting.approve(session, document, approval, now)
    for referral in referrals:
        referral.document_id = document.id
    session.flush()
    return document
