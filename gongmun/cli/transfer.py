"""`gongmun transfer`: ministries hand a referral on to another one; grant it or refuse it."""

from typing import Annotated

import typer

from gongmun import wiring
from gongmun.answers import request_queries
from gongmun.answers.models import Channel
from gongmun.answers.requesting import request_transfer
from gongmun.cli.output import AsOf, Name, Reason, ReferralId, TransferId, done, moment, table
from gongmun.documents import Decision
from gongmun.forums.transferring import decide_transfer
from gongmun.organisations import queries as organisation_queries
from gongmun.text import Bilingual

app = typer.Typer()


@app.command("list")
def list_() -> None:
    """결정을 기다리는 이관 요청 / requests for a transfer that wait for a decision."""
    with wiring.database().reading() as session:
        rows = []
        for transfer, (_, suggestion, ministry) in request_queries.open_transfers(session):
            to = organisation_queries.by_id(session, transfer.to_organisation_id)
            rows.append(
                (
                    transfer.id,
                    suggestion.reference,
                    Bilingual(ko=ministry.name_ko, en=ministry.code),
                    Bilingual(ko=to.name_ko, en=to.code),
                    transfer.reason,
                )
            )
    table(
        Bilingual(ko="이관 요청", en="Requests for a transfer"),
        (
            Bilingual(ko="번호", en="id"),
            Bilingual(ko="제안", en="suggestion"),
            Bilingual(ko="기관", en="from"),
            Bilingual(ko="이관받을 기관", en="to"),
            Bilingual(ko="사유", en="reason"),
        ),
        rows,
    )


@app.command("grant")
def grant(
    transfer_id: TransferId,
    name: Name,
    reason: Reason,
    to: Annotated[
        str | None,
        typer.Option(help="다른 기관 코드(생략하면 요청한 기관) / another ministry than was named"),
    ] = None,
    as_of: AsOf = None,
) -> None:
    """이관합니다. 새 기관에 결과 공문을 보냅니다. / Grant it; the other ministry gets a document."""
    new = decide_transfer(
        wiring.database(),
        transfer_id,
        decision=Decision.APPROVE,
        name=name,
        reason=reason,
        to_code=to,
        now=moment(as_of),
    )
    assert new is not None
    done(
        Bilingual(
            ko=f"이관했습니다(새 이송 {new.id}번). 다음 시행에서 공문을 발송합니다.",
            en=f"Transferred, as referral {new.id}; the next issuing sweep sends its document.",
        )
    )


@app.command("refuse")
def refuse(transfer_id: TransferId, name: Name, reason: Reason, as_of: AsOf = None) -> None:
    """이관하지 않고 그 사유를 기관에 알립니다. / Refuse it; the ministry is told why."""
    decide_transfer(
        wiring.database(),
        transfer_id,
        decision=Decision.RETURN,
        name=name,
        reason=reason,
        now=moment(as_of),
    )
    done(
        Bilingual(
            ko="이관하지 않기로 했습니다. 기관에 메일로 알립니다.",
            en="Refused; the ministry is told by mail.",
        )
    )


@app.command("request")
def request(
    referral_id: ReferralId,
    to: Annotated[str, typer.Option(help="이관받을 기관 코드 / code of the ministry named")],
    reason: Reason,
    as_of: AsOf = None,
) -> None:
    """메일이나 전화로 받은 이관 요청을 기록합니다. / Record a request that came by mail or telephone."""
    transfer = request_transfer(
        wiring.database(),
        referral_id,
        to_code=to,
        reason=reason,
        channel=Channel.COORDINATOR,
        now=moment(as_of),
    )
    done(
        Bilingual(
            ko=f"이관 요청 {transfer.id}번을 기록했습니다. 결정할 때까지 독촉하지 않습니다.",
            en=f"Request {transfer.id} is recorded; nobody is reminded until it is decided.",
        )
    )
