"""`gongmun referral`: see referrals, and record what a ministry did."""

from datetime import date, datetime
from typing import Annotated

import typer

from gongmun import wiring
from gongmun.answers.checks import COMMITMENT_LIMIT, PROMISING
from gongmun.answers.content import CommitmentContent, Content, day
from gongmun.answers.models import Channel
from gongmun.answers.submitting import record
from gongmun.calendar import calendar
from gongmun.cli.dates import a_day
from gongmun.cli.deadline import say_counted, say_due
from gongmun.cli.output import AsOf, Name, Reason, ReferralId, done, moment, say, table
from gongmun.cli.words import in_working_hours
from gongmun.clock import seoul_date
from gongmun.documents import queries as document_queries
from gongmun.forums.assigning import assign
from gongmun.forums.routing import responsible
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import explaining, queries, succession_queries
from gongmun.referrals.answering import acknowledge
from gongmun.referrals.clocks import days_overdue
from gongmun.referrals.life import CHASED, OPEN, Status
from gongmun.referrals.models import Referral, ResponseDecision, Takeover
from gongmun.referrals.names import DECISIONS, ROLES, STATUSES
from gongmun.referrals.retelling import retold
from gongmun.suggestions import queries as suggestion_queries
from gongmun.text import Bilingual, shorten

app = typer.Typer()


CommitmentsWritten = Annotated[
    list[str] | None,
    typer.Option(
        help='이행과제 "내용|담당 부서|2027-06-30", 여러 번 / a commitment "text|division|date"; repeat it'
    ),
]


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
        happened = retold(session, referral_id)
        response = queries.latest_response(session, referral_id)
        found = None
        if referral.dispatched_at is not None:
            found = explaining.explain(session, referral_id, cal=calendar())
    say(suggestion.reference, suggestion.title)
    if found is not None:
        say_counted(found)
        say_due(found)
    table(
        Bilingual(ko="경과", en="History"),
        (Bilingual(ko="일시", en="when"), Bilingual(ko="내용", en="what")),
        [(each.at, each.text) for each in happened],
    )
    if response is not None:
        promised = f"({response.promised_on})" if response.promised_on else ""
        say(DECISIONS[response.decision], promised)
        say(response.reason)


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
    db, now = wiring.database(), moment(as_of)
    kept = assign(
        db,
        referral_id,
        to_code=to,
        name=name,
        reason=reason,
        withdrawn_id=withdraw,
        now=now,
    )
    with db.reading() as session:
        takeover, _ = succession_queries.takeovers(session, referral_id)[-1]
        kept = queries.by_id(session, kept.id)
    done(_assigned(referral_id, kept.id, withdraw))
    done(_told(takeover, kept, now))


def _assigned(referral_id: int, kept_id: int, withdraw: int | None) -> Bilingual:
    if kept_id != referral_id:
        return Bilingual(
            ko=f"이송 {referral_id}번을 철회했습니다. 같은 제안은 이송 {kept_id}번으로 이어집니다.",
            en=f"Referral {referral_id} is withdrawn; the suggestion goes on as referral {kept_id}.",
        )
    if withdraw is not None:
        return Bilingual(
            ko=f"지정했습니다. 이송 {kept_id}번으로 이어지고, 이송 {withdraw}번은 철회했습니다.",
            en=f"Assigned; it goes on as referral {kept_id}, and referral {withdraw} is withdrawn.",
        )
    return Bilingual(
        ko=f"지정했습니다. 이송 {kept_id}번으로 이어집니다.",
        en=f"Assigned; it goes on as referral {kept_id}.",
    )


def _told(takeover: Takeover, kept: Referral, now: datetime) -> Bilingual:
    """Whether the successor is told, and when."""
    if takeover.dispatch_id is not None:
        return Bilingual(
            ko="승계 기관에 보낼 안내 메일을 발송함에 넣었습니다.",
            en="The mail that tells the successor is in the outbox.",
        )
    if takeover.told_at is not None:
        return Bilingual(
            ko="승계 기관이 이미 받은 이송이거나 회신이 끝난 건이므로 따로 알리지 않습니다.",
            en="The successor knows of it, or has nothing to answer: no mail is sent.",
        )
    if kept.status is Status.APPROVED:
        return Bilingual(
            ko="승계 기관에는 결과 통보 공문으로 알립니다.",
            en="The successor is told by the outcome document itself.",
        )
    when = in_working_hours(now)
    return Bilingual(
        ko=f"승계 기관에는 {when.ko} 메일로 알립니다.",
        en=f"The successor is told by mail {when.en}.",
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
        date | None,
        typer.Option(
            parser=a_day,
            metavar="DATE",
            help="이행(검토) 예정일. 수용이면 사유를 이행과제 한 건으로 적습니다. / the promised date; of an "
            "acceptance, the reason becomes one commitment",
        ),
    ] = None,
    commitment: CommitmentsWritten = None,
    as_of: AsOf = None,
) -> None:
    """기관의 회신을 기록하고 접수증을 보냅니다. / Record the ministry's answer to one referral."""
    db = wiring.database()
    with db.reading() as session:
        referral = queries.by_id(session, referral_id)
        owner = organisation_queries.by_id(session, referral.organisation_id).name_ko
    commitments = tuple(commitment_content(written) for written in commitment or ())
    if promised and not commitments and decision in PROMISING:
        commitments = (
            CommitmentContent(text=shorten(reason, COMMITMENT_LIMIT), owner=owner, due_on=promised),
        )
    record(
        db,
        referral_id,
        content=Content(
            decision=decision,
            reason=reason,
            review_by=None if decision in PROMISING else promised,
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
