"""Tasks around what coordinators decide by a form of its own."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from gongmun import wiring
from gongmun.answers import extending, extension_form
from gongmun.decisions import Kind, Matter, Pending
from gongmun.documents import Decision
from gongmun.errors import NotFound
from gongmun.forums import route_form
from gongmun.forums.redrafting import redraft
from gongmun.forums.routing import RouteKnown, route_suggestion
from gongmun.mail import settle, settling_form
from gongmun.organisations import contact_form, replace_contact
from gongmun.referrals import escalation_form
from gongmun.referrals.escalating import decide_escalation
from gongmun.surveys.reports import report_form
from gongmun.surveys.reports.deciding import decide_report
from tasks.forgetting import forget_ended
from tasks.forum_tasks import WRAP_UP_DEPLOYMENT
from tasks.reply_tasks import FILE_DEPLOYMENT
from tasks.scheduling import end, run_once, under_way
from tasks.service_task import service_task

# Deployment, its parameter, and what its runs are called.
RUNS: Mapping[Kind, tuple[str, str, str]] = {
    Kind.DISPATCH: ("settle-dispatch", "dispatch", "SETTLE dispatch"),
    Kind.SUGGESTION: ("route-suggestion", "suggestion", "ROUTE suggestion"),
    Kind.EXTENSION: ("decide-extension", "extension", "DECIDE extension"),
    Kind.ESCALATION: ("decide-escalation", "document", "DECIDE escalation"),
    Kind.REPORT: ("decide-survey-report", "wave", "DECIDE survey report"),
    Kind.CONTACT: ("replace-contact", "contact", "REPLACE contact"),
}
# All whose runs ask a person by a form.
ASKING = (
    *(deployment for deployment, _, _ in RUNS.values()),
    *(each.partition("/")[0] for each in (WRAP_UP_DEPLOYMENT, FILE_DEPLOYMENT)),
)
# Of one kind at the same time: nobody reads more, and each takes a process to ask.
ASKED_AT_ONCE = 20


@service_task("{kind} {number}")
def matter_task(kind: Kind, number: int, now: datetime) -> Matter:
    """What there is to decide."""
    return _matter(kind, number, now)


def _matter(kind: Kind, number: int, now: datetime) -> Matter:
    with wiring.database().reading() as session:
        match kind:
            case Kind.DISPATCH:
                return settling_form.matter(session, number)
            case Kind.SUGGESTION:
                return route_form.matter(session, number, now)
            case Kind.EXTENSION:
                return extension_form.matter(session, number)
            case Kind.ESCALATION:
                return escalation_form.matter(session, number)
            case Kind.REPORT:
                return report_form.matter(session, number)
            case Kind.CONTACT:
                return contact_form.matter(session, number)


@service_task("pending decisions")
def pending_task(now: datetime) -> Sequence[Pending]:
    """All that waits for a decision by one of these forms."""
    with wiring.database().reading() as session:
        return [
            *settling_form.pending(session),
            *route_form.pending(session, now),
            *extension_form.pending(session),
            *escalation_form.pending(session),
            *report_form.pending(session),
            *contact_form.pending(session),
        ]


@service_task("ask for decisions")
def ask_task(pending: Sequence[Pending], now: datetime) -> Mapping[Kind, int]:
    """See that a run asks about each of these, the first ones first; how many of each kind were begun.

    What a person has cancelled is not asked again.
    """
    return {kind: _ask(kind, [each for each in pending if each.kind is kind], now) for kind in Kind}


def _ask(kind: Kind, pending: Sequence[Pending], now: datetime) -> int:
    deployment, parameter, name = RUNS[kind]
    asked = {run.parameters.get(parameter) for run in under_way(deployment)} if pending else set()
    begun = 0
    for each in pending:
        if len(asked) + begun >= ASKED_AT_ONCE:
            break
        if each.number not in asked:
            begun += run_once(
                f"{deployment}/{deployment}",
                parameters={parameter: each.number},
                key=f"{kind}:{each.number}:{each.occasion}",
                name=f"{name} {each.number}",
                at=now,
            )
    return begun


@service_task("end settled runs")
def end_settled_task(pending: Sequence[Pending], now: datetime) -> int:
    """End the suspended runs that ask for what was settled elsewhere; how many."""
    waits = {(each.kind, each.number) for each in pending}
    ended = 0
    for kind, (deployment, parameter, _) in RUNS.items():
        for run in under_way(deployment):
            number = int(run.parameters[parameter])
            if (kind, number) in waits or not (run.state and run.state.is_paused()):
                continue
            try:
                matter = _matter(kind, number, now)
            except NotFound:
                continue  # it asks for another number
            if not matter.is_open:
                ended += end(run.id, str(matter.standing))
    return ended


@service_task("forget what was filled in")
def forget_task() -> int:
    """Take out of Prefect's database what was filled in for runs that have ended; for how many."""
    return forget_ended(ASKING)


@service_task("settle dispatch {dispatch_id}")
def settle_dispatch_task(
    dispatch_id: int, arrived: bool, name: str, reason: str, now: datetime
) -> None:
    """Record whether an uncertain dispatch arrived."""
    settle(wiring.database(), dispatch_id, accepted=arrived, name=name, reason=reason, now=now)


@service_task("route suggestion {suggestion_id}")
def route_suggestion_task(
    suggestion_id: int,
    lead: str,
    cooperating: Sequence[str],
    name: str,
    reason: str,
    now: datetime,
) -> None:
    """Record the ministries of a suggestion, and bring the outcome that waits for approval up to date."""
    db = wiring.database()
    try:
        route_suggestion(
            db,
            suggestion_id,
            lead=lead,
            cooperating=cooperating,
            name=name,
            reason=reason,
            now=now,
            unrouted=True,
        )
    except RouteKnown:
        # Known by the try before, perhaps, whose draft did not follow.
        redraft(db, suggestion_id, now=now)
        raise
    redraft(db, suggestion_id, now=now)


@service_task("decide extension {extension_id}")
def decide_extension_task(
    extension_id: int,
    decision: Decision,
    until: date | None,
    name: str,
    reason: str,
    now: datetime,
) -> None:
    """Grant or refuse more time."""
    extending.decide(
        wiring.database(),
        extension_id,
        decision=decision,
        name=name,
        reason=reason,
        new_due=until,
        ladder=wiring.ladder(),
        now=now,
    )


@service_task("decide escalation {document_id}")
def decide_escalation_task(
    document_id: int, decision: Decision, name: str, reason: str, now: datetime
) -> None:
    """Approve or return an escalation."""
    decide_escalation(
        wiring.database(), document_id, decision=decision, name=name, reason=reason, now=now
    )


@service_task("decide survey report {cycle_id}")
def decide_report_task(
    cycle_id: int, decision: Decision, name: str, reason: str, now: datetime
) -> None:
    """Approve or return the report of a wave."""
    decide_report(wiring.database(), cycle_id, decision=decision, name=name, reason=reason, now=now)


@service_task("replace contact {contact_id}")
def replace_contact_task(
    contact_id: int, email: str, name: str, reason: str, now: datetime
) -> None:
    """Put a mailbox right that mail came back from."""
    replace_contact(wiring.database(), contact_id, email=email, name=name, reason=reason, now=now)
