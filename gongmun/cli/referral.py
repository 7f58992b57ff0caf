"""`gongmun referral`: see referrals, and record what a ministry did."""

from datetime import date, datetime
from typing import Annotated

import typer

from gongmun import ledger, wiring
from gongmun.answers.checks import COMMITMENT_LIMIT, PROMISING
from gongmun.answers.content import CommitmentContent, Content, day
from gongmun.answers.models import Channel
from gongmun.answers.submitting import record
from gongmun.calendar import calendar
from gongmun.cli.output import AsOf, Name, Reason, ReferralId, done, moment, say, table
from gongmun.clock import seoul_date
from gongmun.documents import queries as document_queries
from gongmun.forums.assigning import assign
from gongmun.forums.routing import responsible
from gongmun.ledger import LedgerEvent
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import queries
from gongmun.referrals.answering import acknowledge
from gongmun.referrals.clocks import days_overdue, start_clocks
from gongmun.referrals.history import told
from gongmun.referrals.ladder import Rung
from gongmun.referrals.life import CHASED, OPEN, Status
from gongmun.referrals.models import Referral, ResponseDecision
from gongmun.referrals.names import DECISIONS, ROLES, RUNGS, STATUSES
from gongmun.suggestions import queries as suggestion_queries
from gongmun.text import Bilingual, shorten

app = typer.Typer()

# What happens to a referral beside what its history tells.
_ALSO = {
    "referral.rearmed": Bilingual(ko="독촉 단계를 새로 시작", en="the ladder begins anew"),
    "referral.chase_taken_back": Bilingual(
        ko="보내지 않은 독촉을 거둠", en="a reminder that had not left was taken back"
    ),
    "referral.registered": Bilingual(ko="접수번호 기록", en="registration number recorded"),
    "referral.overdue": Bilingual(ko="회신 기한 경과", en="overdue"),
    "referral.assigned": Bilingual(ko="승계 기관 지정", en="the successor was named"),
    "referral.reopened": Bilingual(ko="재검토", en="reopened for re-examination"),
}


@app.command("list")
def list_(
    ministry: Annotated[str | None, typer.Option(help="기관 코드 / code of the ministry")] = None,
    all_: Annotated[bool, typer.Option("--all", help="끝난 것도 함께 / closed ones too")] = False,
    as_of: AsOf = None,
) -> None:
    """이송 현황 / referrals and their clocks."""
    statuses = frozenset(Status) if all_ else OPEN
    today = seoul_date(moment(as_of))
    rows = []
    with wiring.database().reading() as session:
        for referral in queries.with_status(session, statuses):
            organisation = organisation_queries.by_id(session, referral.organisation_id)
            if ministry is not None and organisation.code != ministry:
                continue
            suggestion = suggestion_queries.by_id(session, referral.suggestion_id)
            rows.append(
                (
                    referral.id,
                    suggestion.reference,
                    Bilingual(
                        ko=f"{organisation.name_ko}({ROLES[referral.role].ko})",
                        en=f"{organisation.code}, {ROLES[referral.role].en}",
                    ),
                    STATUSES[referral.status],
                    referral.acknowledge_due,
                    _answer_due(referral, today),
                )
            )
        if ministry is not None and not rows:
            # An empty list must not come of a mistyped code.
            responsible(session, ministry, moment(as_of))
    table(
        Bilingual(ko="이송", en="Referrals"),
        (
            Bilingual(ko="번호", en="id"),
            Bilingual(ko="제안", en="suggestion"),
            Bilingual(ko="기관(구분)", en="ministry, role"),
            Bilingual(ko="상태", en="status"),
            Bilingual(ko="접수 기한", en="receipt by"),
            Bilingual(ko="회신 기한", en="answer by"),
        ),
        rows,
    )


def _answer_due(referral: Referral, today: date) -> object:
    """The date, and by how many working days it is over while the answer is still owed."""
    if referral.status in CHASED:
        due = referral.clocks.answer_due
        if referral.paused_at is not None:
            return Bilingual(ko=f"{due}\n질의로 정지", en="paused")
        if over := days_overdue(due, today, calendar()):
            return Bilingual(ko=f"{due}\n{over}일 경과", en=f"+{over} days")
    return referral.answer_due


@app.command("show")
def show(referral_id: ReferralId) -> None:
    """이송 한 건의 기한과 경과 / one referral: its deadlines explained, its history."""
    with wiring.database().reading() as session:
        referral = queries.by_id(session, referral_id)
        suggestion = suggestion_queries.by_id(session, referral.suggestion_id)
        events = ledger.history(session, "referral", referral_id)
        steps = queries.steps(session, referral_id)
        response = queries.latest_response(session, referral_id)
    say(suggestion.reference, suggestion.title)
    if referral.dispatched_at is not None:
        clocks = start_clocks(referral.answer_rule, referral.dispatched_at, calendar())
        done(clocks.acknowledge.explain())
        done(clocks.answer.explain())
    table(
        Bilingual(ko="경과", en="History"),
        (Bilingual(ko="일시", en="when"), Bilingual(ko="내용", en="what")),
        [
            *((event.occurred_at, _told(event)) for event in events),
            *((step.fired_on, _skipped(RUNGS[step.rung])) for step in steps if step.skipped),
        ],
    )
    if response is not None:
        promised = f"({response.promised_on})" if response.promised_on else ""
        say(DECISIONS[response.decision], promised)
        say(response.reason)


def _told(event: LedgerEvent) -> Bilingual:
    """An event of a referral's life, or the rung of the ladder that fired."""
    if rung := event.data.get("rung"):
        return RUNGS[Rung(rung)]
    if words := told(event) or _ALSO.get(event.kind):
        return words
    what = event.kind.removeprefix("referral.")
    return STATUSES[Status(what)] if what in set(Status) else Bilingual(ko=what, en="")


def _skipped(rung: Bilingual) -> Bilingual:
    return Bilingual(ko=f"(건너뜀) {rung.ko}", en=f"(skipped) {rung.en}")


@app.command("assign")
def assign_(
    referral_id: ReferralId,
    to: Annotated[str, typer.Option(help="승계 기관 코드 / code of the ministry that has it now")],
    name: Name,
    reason: Reason,
    withdraw: Annotated[
        int | None,
        typer.Option(
            help="그 기관이 같은 제안을 이미 받았으면 철회할 이송 번호 / where it has the suggestion already: "
            "the referral to withdraw"
        ),
    ] = None,
    as_of: AsOf = None,
) -> None:
    """개편된 기관의 이송을 맡을 기관을 지정합니다. / Say who took over from a ministry that is no more."""
    kept = assign(
        wiring.database(),
        referral_id,
        to_code=to,
        name=name,
        reason=reason,
        withdrawn_id=withdraw,
        now=moment(as_of),
    )
    done(
        Bilingual(
            ko=f"지정했습니다. 이송 {kept.id}번으로 이어지며, 승계 기관에 근무시간 중 메일로 알립니다.",
            en=f"Assigned; it goes on as referral {kept.id}. The ministry is told in working hours.",
        )
    )


@app.command("acknowledge")
def acknowledge_(
    number: Annotated[str, typer.Argument(help="우리 문서번호 / our document number")],
    registration: Annotated[
        str | None, typer.Option(help="기관의 접수번호 / the ministry's registration number")
    ] = None,
    as_of: AsOf = None,
) -> None:
    """기관이 공문을 접수했음을 기록합니다. / Record that the ministry has the document."""
    db, now = wiring.database(), moment(as_of)
    with db.reading() as session:
        document = document_queries.by_number(session, number)
    moved = acknowledge(
        db, document.id, registration_number=registration, now=now, ladder=wiring.ladder()
    )
    if moved:
        done(
            Bilingual(
                ko=f"{len(moved)}건의 접수를 기록했습니다.",
                en=f"Referrals acknowledged: {len(moved)}.",
            )
        )
    else:
        done(
            Bilingual(
                ko="접수를 기다리는 건이 없습니다. 이미 접수되었거나 아직 발송되지 않았습니다.",
                en="Nothing waits to be acknowledged: it is already, or was not dispatched yet.",
            )
        )


@app.command("respond")
def respond_(
    referral_id: ReferralId,
    decision: Annotated[
        ResponseDecision,
        typer.Option(help=" / ".join(f"{code} {name.ko}" for code, name in DECISIONS.items())),
    ],
    reason: Annotated[str, typer.Option(help="결정 사유 / the ministry's reason")],
    promised: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="이행(검토) 예정일. 수용이면 사유를 이행과제 한 건으로 적습니다. / the promised date; of an "
            "acceptance, the reason becomes one commitment",
        ),
    ] = None,
    commitment: Annotated[
        list[str] | None,
        typer.Option(
            help='이행과제 "내용|담당 부서|2027-06-30", 여러 번 / a commitment "text|division|date"; repeat it'
        ),
    ] = None,
    as_of: AsOf = None,
) -> None:
    """기관의 회신을 기록하고 접수증을 보냅니다. / Record the ministry's answer to one referral."""
    db = wiring.database()
    with db.reading() as session:
        referral = queries.by_id(session, referral_id)
        owner = organisation_queries.by_id(session, referral.organisation_id).name_ko
    by = promised.date() if promised else None
    commitments = tuple(commitment_content(written) for written in commitment or ())
    if by and not commitments and decision in PROMISING:
        commitments = (
            CommitmentContent(text=shorten(reason, COMMITMENT_LIMIT), owner=owner, due_on=by),
        )
    record(
        db,
        referral_id,
        content=Content(
            decision=decision,
            reason=reason,
            review_by=None if decision in PROMISING else by,
            commitments=commitments,
        ),
        channel=Channel.COORDINATOR,
        now=moment(as_of),
    )
    done(
        Bilingual(
            ko="회신을 기록했습니다. 'gongmun answer list'에서 확인하여 공개해 주십시오.",
            en="The response is recorded. Review and publish it: see `gongmun answer list`.",
        )
    )


def commitment_content(written: str) -> CommitmentContent:
    """What was written; the checks say what is missing of it."""
    text, *others = written.rsplit("|", 2)
    owner, due_on = (*others, "", "")[:2]
    return CommitmentContent(text=text, owner=owner, due_on=day(due_on))
