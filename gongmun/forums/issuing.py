"""Issue what is approved: number and render its documents, queue their mail.

Outcomes, the documents that a transfer adds to an outcome long issued, corrections, and decisions on
extensions.

A sweep over all that is approved: what a killed process or a failed rendering left is taken up by
the next call.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.answers import request_queries
from gongmun.answers.extending import send_extensions
from gongmun.db import Database, DatabaseUnavailable
from gongmun.documents import FileStore, Renderer, issue
from gongmun.documents import queries as document_queries
from gongmun.documents.issuing import no_key
from gongmun.documents.life import ISSUED, WITHOUT_FILE
from gongmun.documents.printing import NotPrinted
from gongmun.documents.signing import Signer
from gongmun.errors import GongmunError
from gongmun.forums import queries
from gongmun.forums.letters import send_outcome
from gongmun.forums.life import Event as OutcomeEvent
from gongmun.forums.life import Status as OutcomeStatus
from gongmun.forums.succeeding import readdress
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.correcting import send_corrections

ISSUE_SWEEP = "issue-outcomes"

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class IssuedOutcomes:
    """What one call did: documents issued now, mails put into the outbox, documents that failed and why."""

    documents: tuple[int, ...]
    enqueued: tuple[int, ...]
    failed: tuple[tuple[int, NotPrinted], ...]
    outcomes: tuple[int, ...]
    unsigned: int  # of `documents`, those without a signature: no key is set


def issue_outcomes(
    db: Database,
    *,
    renderer: Renderer,
    store: FileStore,
    now: datetime,
    key: Callable[[], Signer | None] = no_key,
) -> IssuedOutcomes:
    """Bring all that is approved as far as it will go; an outcome whose mails are all queued is issued."""
    # Nothing is numbered for a ministry that is no more. What goes wrong here is told by the follow-up of
    # successions, and must not hold up the others.
    readdress(db, now=now)
    with db.reading() as session:
        outcome_ids = _outcomes(session)
        document_ids = papers_to_issue(session)
    report = issue(db, document_ids, renderer=renderer, store=store, now=now, key=key)
    enqueued = [i for outcome_id in outcome_ids for i in _enqueue(db, outcome_id, now)]
    # After the outcomes: what they correct has its mail by then.
    enqueued += send_corrections(db, now=now)
    enqueued += send_extensions(db, now=now)
    done = tuple(outcome_id for outcome_id in outcome_ids if _finish(db, outcome_id, now))
    with db.reading() as session:
        issued = [document_queries.by_id(session, document_id) for document_id in report.issued]
    return IssuedOutcomes(
        documents=tuple(report.issued),
        enqueued=tuple(enqueued),
        failed=report.failed,
        outcomes=done,
        unsigned=sum(document.signed_sha256 is None for document in issued),
    )


def to_print(db: Database, *, now: datetime) -> Sequence[int]:
    """The documents that `issue_outcomes` would number and print now, in their order."""
    readdress(db, now=now)
    with db.reading() as session:
        papers = document_queries.these(session, papers_to_issue(session))
    return sorted(document.id for document in papers if document.status in WITHOUT_FILE)


def papers_to_issue(session: Session) -> Sequence[int]:
    """All that is approved and carried by an outcome, corrects one or decides on an extension; some of it has its file."""
    return [
        *(
            document.id
            for outcome_id in _outcomes(session)
            for document in queries.documents_of(session, outcome_id)
        ),
        *referral_queries.unsent_corrections(session),
        *(
            extension.document_id
            for extension in request_queries.unsent_extensions(session)
            if extension.document_id is not None
        ),
    ]


def _outcomes(session: Session) -> Sequence[int]:
    return [
        *(outcome.id for outcome in queries.outcomes_with(session, OutcomeStatus.APPROVED)),
        *queries.late_outcomes(session),
    ]


def _enqueue(db: Database, outcome_id: int, now: datetime) -> list[int]:
    """Queue the mail of each issued document; the outbox takes each key once."""
    with db.reading() as session:
        waiting = [d.id for d in queries.documents_without_mail(session, outcome_id)]
    queued: list[int] = []
    for document_id in waiting:
        # One that fails does not hold up the others; its outcome stays on the coordinators' list.
        try:
            with db.transaction() as session:
                outcome = queries.outcome(session, outcome_id)
                forum = queries.forum(session, outcome.forum_id)
                document = document_queries.by_id(session, document_id)
                queued.append(send_outcome(session, forum, document, now).id)
        except DatabaseUnavailable:
            raise
        except GongmunError as error:
            log.warning("document %s: %s", document_id, error)
    return queued


def _finish(db: Database, outcome_id: int, now: datetime) -> bool:
    with db.transaction() as session:
        documents = queries.documents_of(session, outcome_id)
        if any(document.status not in ISSUED for document in documents):
            return False
        if queries.documents_without_mail(session, outcome_id):
            return False
        outcome = queries.outcome(session, outcome_id)
        if outcome.status is not OutcomeStatus.APPROVED or not queries.move(
            session, outcome, OutcomeEvent.ISSUED, issued_at=now
        ):
            return False
        ledger.record(
            session,
            "outcome.issued",
            subject=("outcome", outcome_id),
            now=now,
            documents=len(documents),
        )
        return True
