"""`gongmun extension`: ministries ask for more time; grant it or refuse it."""

from datetime import date
from typing import Annotated

import typer

from gongmun import wiring
from gongmun.answers import extending, request_queries
from gongmun.answers.models import Channel
from gongmun.cli.dates import a_day
from gongmun.cli.output import AsOf, ExtensionId, Name, Reason, ReferralId, done, moment, table
from gongmun.documents import Decision
from gongmun.text import Bilingual, english_date, korean_date

app = typer.Typer()


@app.command("list")
def list_() -> None:
    """결정을 기다리는 연장 요청 / requests for more time that wait for a decision."""
    with wiring.database().reading() as session:
        rows = [
            (
                extension.id,
                suggestion.reference,
                Bilingual(ko=ministry.name_ko, en=ministry.code),
                extension.old_due,
                extension.until,
                extension.reason,
            )
            for extension, (_, suggestion, ministry) in request_queries.open_extensions(session)
        ]
    table(
        Bilingual(ko="연장 요청", en="Requests for more time"),
        (
            Bilingual(ko="번호", en="id"),
            Bilingual(ko="제안", en="suggestion"),
            Bilingual(ko="기관", en="ministry"),
            Bilingual(ko="회신 기한", en="due"),
            Bilingual(ko="요청 기한", en="asked for"),
            Bilingual(ko="사유", en="reason"),
        ),
        rows,
    )


@app.command("grant")
def grant(
    extension_id: ExtensionId,
    name: Name,
    reason: Reason,
    until: Annotated[
        date | None,
        typer.Option(
            parser=a_day,
            metavar="DATE",
            help="다른 날짜로 연장(생략하면 요청한 날짜) / another day than was asked for",
        ),
    ] = None,
    as_of: AsOf = None,
) -> None:
    """연장합니다. 결정 공문은 다음 시행에서 발송됩니다. / Grant it; the decision is sent as a document."""
    due = _decide(extension_id, Decision.APPROVE, name, reason, as_of, until)
    assert due is not None
    done(
        Bilingual(
            ko=f"{korean_date(due, weekday=True)}까지 연장했습니다. 다음 시행에서 공문으로 알립니다.",
            en=f"Granted until {due}; the next issuing sweep sends the decision.",
        )
    )


@app.command("refuse")
def refuse(extension_id: ExtensionId, name: Name, reason: Reason, as_of: AsOf = None) -> None:
    """연장하지 않습니다. 결정 공문은 다음 시행에서 발송됩니다. / Refuse it; the decision is sent."""
    _decide(extension_id, Decision.RETURN, name, reason, as_of, None)
    done(
        Bilingual(
            ko="연장하지 않기로 했습니다. 당초 기한이 유지되며 다음 시행에서 공문으로 알립니다.",
            en="Refused; the old day stands, and the next issuing sweep sends the decision.",
        )
    )


@app.command("request")
def request(
    referral_id: ReferralId,
    until: Annotated[
        date, typer.Option(parser=a_day, metavar="DATE", help="요청 기한 / asked for")
    ],
    reason: Reason,
    as_of: AsOf = None,
) -> None:
    """메일이나 전화로 받은 연장 요청을 기록합니다. / Record a request that came by mail or telephone."""
    extension = extending.request(
        wiring.database(),
        referral_id,
        until=until,
        reason=reason,
        channel=Channel.COORDINATOR,
        now=moment(as_of),
    )
    done(
        Bilingual(
            ko=f"연장 요청 {extension.id}번({korean_date(extension.until, weekday=True)}까지)을 기록했습니다. "
            "결정할 때까지 독촉하지 않습니다.",
            en=f"Request {extension.id}, until {english_date(extension.until, weekday=True)}, is recorded; nobody "
            "is reminded until it is decided.",
        )
    )


def _decide(
    extension_id: int,
    decision: Decision,
    name: str,
    reason: str,
    as_of: AsOf,
    until: date | None,
) -> date | None:
    return extending.decide(
        wiring.database(),
        extension_id,
        decision=decision,
        name=name,
        reason=reason,
        new_due=until,
        ladder=wiring.ladder(),
        now=moment(as_of),
    ).new_due
