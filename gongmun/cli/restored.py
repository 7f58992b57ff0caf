"""`gongmun restored`: what a restore left open, and to let the work go on."""

from typing import Annotated

import typer

from gongmun import backups, wiring
from gongmun.cli.output import AsOf, Name, Reason, done, moment, say, table
from gongmun.settings import settings
from gongmun.text import Bilingual

app = typer.Typer()


@app.command("show")
def show(as_of: AsOf = None) -> None:
    """백업 이후에 나갔을 수 있는 메일과 문서 번호 / mails and numbers that may have left after the backup."""
    found = backups.doubts(
        wiring.database(),
        division=settings().agency.register_division,
        witness=wiring.witness(),
        journal=settings().mail.journal,
        now=moment(as_of),
    )
    table(
        Bilingual(ko="복원 확인", en="After the restore"),
        (Bilingual(ko="항목", en="item"), Bilingual(ko="값", en="value")),
        [
            (Bilingual(ko="백업 시점", en="moment of the backup"), found.backup_at),
            (Bilingual(ko="복원 시각", en="restored"), found.restored_at),
            (Bilingual(ko="나갔을 수 있는 메일", en="mails that may have left"), found.waiting),
            (
                Bilingual(ko="그중 발송 기록이 있는 메일", en="of them, known to have left"),
                _or_unknown(found.seen),
            ),
            (
                Bilingual(ko="등록대장의 마지막 번호", en="last number in the register"),
                f"{found.division}-{found.registered}",
            ),
            (
                Bilingual(ko="발송 사본함의 마지막 번호", en="last number in the journal"),
                _or_unknown(found.sent and f"{found.division}-{found.sent}"),
            ),
        ],
    )
    say("나간 마지막 번호를 확인한 뒤 / when you know the last number that left:")
    say("  gongmun restored settle --last-number N --name … --reason …")
    say("나머지 메일이 나가지 않은 것이 확실하면 / and if the other mails surely did not leave:")
    say("  … --resend")


def _or_unknown(value: object) -> object:
    return Bilingual(ko="알 수 없음", en="not known") if value is None else value


@app.command("settle")
def settle(
    last_number: Annotated[
        int,
        typer.Option(
            min=0,
            max=10**8,
            help="올해 나간 마지막 문서 번호 / the last number of this year that left",
        ),
    ],
    name: Name,
    reason: Reason,
    resend: Annotated[
        bool,
        typer.Option(
            "--resend",
            help="기록이 없는 메일은 나가지 않았으므로 다시 보냄 / mails of which nothing is known did not leave: send them",
        ),
    ] = False,
    as_of: AsOf = None,
) -> None:
    """복원을 확정하여 번호 부여와 발송을 다시 시작합니다. / Settle the restore: numbering and sending go on.

    --resend가 없으면 기록이 없는 메일은 한 통씩 확정합니다(gongmun mail settle). / Without --resend each mail of which
    nothing is known is settled by itself (gongmun mail settle).
    """
    left = backups.settle(
        wiring.database(),
        division=settings().agency.register_division,
        last_number=last_number,
        resend=resend,
        name=name,
        reason=reason,
        witness=wiring.witness(),
        journal=settings().mail.journal,
        now=moment(as_of),
    )
    done(
        Bilingual(
            ko=f"확정했습니다. 번호 부여와 발송을 다시 시작합니다. 한 통씩 확정할 메일: {left:,}통.",
            en=f"Settled: numbering and sending go on. Mails to be settled one by one: {left:,}.",
        )
    )
