"""Tasks of the forums room."""

from collections.abc import Sequence
from datetime import datetime

from gongmun import wiring
from gongmun.documents import queries as document_queries
from gongmun.documents.life import WITHOUT_FILE
from gongmun.forums import queries
from gongmun.forums.deciding import decide_outcome
from gongmun.forums.issuing import IssuedOutcomes, issue_outcomes, papers_to_issue, to_print
from gongmun.forums.life import Status as OutcomeStatus
from gongmun.forums.overview import OutcomeOverview, outcome_overview
from gongmun.forums.reconciling import Finding, reconcile
from gongmun.forums.scheduling import WrapUpDue, wrap_ups_due
from gongmun.forums.succeeding import SuccessionReport, follow_successions
from gongmun.forums.succession_preview import SuccessionPreview
from gongmun.forums.succession_preview import preview as succession_preview
from gongmun.forums.wrapping_up import WrapUp, wrap_up
from tasks.document_tasks import issued
from tasks.progress import ISSUING, progress
from tasks.scheduling import run_once
from tasks.service_task import service_task

WRAP_UP_DEPLOYMENT = "wrap-up-forum/wrap-up-forum"


@service_task("wrap-ups due")
def wrap_ups_due_task(now: datetime) -> Sequence[WrapUpDue]:
    """The wrap-ups to schedule."""
    return wrap_ups_due(wiring.database(), now=now)


@service_task("schedule {forum}")
def schedule_wrap_up_task(forum: str, at: datetime, key: str) -> None:
    """Schedule one wrap-up; the same key makes one run, however often this is called."""
    run_once(
        WRAP_UP_DEPLOYMENT,
        parameters={"forum": forum},
        key=key,
        name=f"WRAP-UP {forum}",
        at=at,
    )


@service_task("draft {forum}")
def wrap_up_task(forum: str, key: str, now: datetime) -> WrapUp:
    """Draft the outcome of a forum, or find the one this run has drafted before."""
    db = wiring.database()
    with db.reading() as session:
        forum_id = queries.required_forum(session, forum).id
    return wrap_up(db, forum_id, key=key, now=now)


@service_task("overview of outcome {outcome_id}")
def outcome_overview_task(outcome_id: int, now: datetime) -> OutcomeOverview:
    """What a coordinator looks at before deciding."""
    with wiring.database().reading() as session:
        return outcome_overview(session, outcome_id, now)


@service_task("decide outcome {outcome_id}")
def decide_outcome_task(
    outcome_id: int, decision: str, name: str, reason: str, revision: int, now: datetime
) -> OutcomeStatus:
    """Record a coordinator's decision on the draft of that revision."""
    return decide_outcome(
        wiring.database(),
        outcome_id,
        decision=decision,
        name=name,
        reason=reason,
        revision=revision,
        now=now,
    ).status


@service_task("follow successions")
def follow_successions_task(now: datetime) -> SuccessionReport:
    """Pass on what is open with ministries that are no more."""
    return follow_successions(wiring.database(), now=now)


@service_task("preview of successions")
def preview_successions_task(now: datetime) -> SuccessionPreview:
    """What following them would do."""
    with wiring.database().reading() as session:
        return succession_preview(session, now=now)


@service_task("what is to be printed")
def to_print_task(now: datetime) -> Sequence[int]:
    """The documents that are approved and have no file, in the order of their ids."""
    return to_print(wiring.database(), now=now)


@service_task("print {first} to {last}")
def print_share_task(first: int, last: int, now: datetime) -> Sequence[int]:
    """Number and print those of them with an id from `first` to `last`; the ids of those that were."""
    share = [each for each in to_print(wiring.database(), now=now) if first <= each <= last]
    return issued(share, now).issued


@service_task("what was printed")
def printed_task(documents: Sequence[int]) -> Sequence[int]:
    """Those of these documents that have their file."""
    with wiring.database().reading() as session:
        found = document_queries.these(session, documents)
    return sorted(document.id for document in found if document.status not in WITHOUT_FILE)


@service_task("issue outcomes")
def issue_outcomes_task(now: datetime) -> IssuedOutcomes:
    """Number, render and queue all that is approved. Rendering fans out over worker processes."""
    db = wiring.database()
    with db.reading() as session:
        total = document_queries.without_file(session, papers_to_issue(session))
    with (
        wiring.renderer() as pool,
        progress(pool, "issue-progress", ISSUING, total) as renderer,
    ):
        return issue_outcomes(
            db,
            renderer=renderer,
            store=wiring.file_store(),
            now=now,
            key=wiring.signer,
        )


@service_task("reconcile")
def reconcile_task(now: datetime) -> Sequence[Finding]:
    """What should have gone on, and did not."""
    with wiring.database().reading() as session:
        return reconcile(session, ladder=wiring.ladder(), now=now)
