"""`gongmun reply complete` and `confirm`: what came by mail becomes the ministry's answer."""

from datetime import date
from typing import Annotated

import typer

from gongmun import wiring
from gongmun.answers import confirming
from gongmun.cli.dates import a_day
from gongmun.cli.output import AsOf, Name, ReplyId, done, moment
from gongmun.cli.referral import CommitmentsWritten, commitment_content
from gongmun.referrals.models import ResponseDecision
from gongmun.referrals.names import DECISIONS
from gongmun.text import Bilingual

app = typer.Typer()


@app.command("complete")
def complete_(
    reply_id: ReplyId,
    referral_id: Annotated[int, typer.Argument(help="이송 번호 / id of the referral", min=1)],
    decision: Annotated[
        ResponseDecision,
        typer.Option(help=" / ".join(f"{code} {name.ko}" for code, name in DECISIONS.items())),
    ],
    reason: Annotated[
        str,
        typer.Option(
            help="사유, 메일의 글을 대신합니다. / the reason, in place of the mail's words"
        ),
    ] = "",
    review_by: Annotated[
        date | None,
        typer.Option(
            parser=a_day, metavar="DATE", help="검토 기한 / the day by which a review ends"
        ),
    ] = None,
    commitment: CommitmentsWritten = None,
    as_of: AsOf = None,
) -> None:
    """메일에 없는 처리 결과와 이행과제를 초안에 보탭니다. / Add to a draft what the mail does not say."""
    confirming.complete(
        wiring.database(),
        reply_id,
        referral_id=referral_id,
        decision=decision,
        reason=reason,
        review_by=review_by,
        commitments=tuple(commitment_content(written) for written in commitment or ()),
        now=moment(as_of),
    )
    done(Bilingual(ko="초안에 보탰습니다.", en="Added to the draft."))


@app.command("confirm")
def confirm_(reply_id: ReplyId, name: Name, as_of: AsOf = None) -> None:
    """메일로 온 초안을 기관을 대신하여 제출합니다. / Submit what came by mail for the ministry."""
    confirming.confirm(wiring.database(), reply_id, name=name, now=moment(as_of))
    done(
        Bilingual(
            ko="제출하였습니다. 기관에 접수증을 보내며, 'gongmun answer list'에서 확인하여 공개해 주십시오.",
            en="Submitted. The ministry gets a receipt; review and publish it: see `gongmun answer list`.",
        )
    )
