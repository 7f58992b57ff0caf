"""`gongmun commitment`: what ministries have promised, and what became of it."""

from typing import Annotated

import typer

from gongmun import wiring
from gongmun.answers.models import CommitmentStatus
from gongmun.answers.names import COMMITMENTS
from gongmun.calendar import calendar
from gongmun.cli.evidence import Files, attach
from gongmun.cli.output import AsOf, CommitmentId, Reason, done, moment, table
from gongmun.clock import seoul_date
from gongmun.followups import queries
from gongmun.followups.commitments import required, settle
from gongmun.forums.routing import responsible
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals.clocks import days_overdue
from gongmun.suggestions import queries as suggestion_queries
from gongmun.text import Bilingual

app = typer.Typer()


@app.command("list")
def list_(
    ministry: Annotated[str | None, typer.Option(help="기관 코드 / code of the ministry")] = None,
    all_: Annotated[bool, typer.Option("--all", help="끝난 것도 함께 / settled ones too")] = False,
    as_of: AsOf = None,
) -> None:
    """공개된 회신의 이행과제 / the commitments of published responses."""
    now = moment(as_of)
    rows = []
    with wiring.database().reading() as session:
        asked = None if ministry is None else responsible(session, ministry, now).id
        for commitment, referral in queries.commitments(
            session, settled_too=all_, organisation_id=asked
        ):
            organisation = organisation_queries.by_id(session, referral.organisation_id)
            suggestion = suggestion_queries.by_id(session, referral.suggestion_id)
            open_ = commitment.status is CommitmentStatus.OPEN
            late = days_overdue(commitment.due_on, seoul_date(now), calendar()) if open_ else 0
            rows.append(
                (
                    commitment.id,
                    suggestion.reference,
                    organisation.code,
                    commitment.text,
                    Bilingual(ko=f"{commitment.due_on}\n{late}일 경과", en=f"+{late} days")
                    if late
                    else commitment.due_on,
                    COMMITMENTS[commitment.status],
                )
            )
    table(
        Bilingual(ko="이행과제", en="Commitments"),
        (
            Bilingual(ko="번호", en="id"),
            Bilingual(ko="제안", en="suggestion"),
            Bilingual(ko="기관", en="ministry"),
            Bilingual(ko="과제", en="commitment"),
            Bilingual(ko="이행 기한", en="due"),
            Bilingual(ko="상태", en="status"),
        ),
        rows,
    )


@app.command("done")
def done_(
    commitment_id: CommitmentId,
    account: Annotated[
        str, typer.Option(help="이행한 내용(파일이 있으면 생략 가능) / what was done")
    ] = "",
    file: Files = None,
    as_of: AsOf = None,
) -> None:
    """이행되었음을 증빙과 함께 기록합니다. / Record that it was done, with evidence."""
    db, now = wiring.database(), moment(as_of)
    with db.reading() as session:
        referral_id = required(session, commitment_id, organisation_id=None).referral_id
    attach(file or [], referral_id, now=now, commitment_id=commitment_id)
    settle(
        db,
        commitment_id,
        organisation_id=None,
        status=CommitmentStatus.DONE,
        account=account,
        now=now,
    )
    done(
        Bilingual(
            ko=f"이행과제 {commitment_id}번을 이행 완료로 기록했습니다.",
            en=f"Commitment {commitment_id} is recorded as done.",
        )
    )


@app.command("withdraw")
def withdraw(commitment_id: CommitmentId, reason: Reason, as_of: AsOf = None) -> None:
    """기관이 철회하였음을 사유와 함께 기록합니다. / Record that the ministry withdrew it, and why."""
    settle(
        wiring.database(),
        commitment_id,
        organisation_id=None,
        status=CommitmentStatus.WITHDRAWN,
        account=reason,
        now=moment(as_of),
    )
    done(
        Bilingual(
            ko=f"이행과제 {commitment_id}번을 철회로 기록했습니다.",
            en=f"Commitment {commitment_id} is recorded as withdrawn.",
        )
    )
