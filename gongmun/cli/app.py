"""`gongmun`: the commands by noun, and errors as a person reads them."""

import sys

import typer

from gongmun import ledger, wiring
from gongmun.cli import (
    contact,
    escalation,
    forum,
    mail,
    outcome,
    referral,
    suggestion,
)
from gongmun.cli.output import AsOf, done, errors, moment, table
from gongmun.db.schema import upgrade
from gongmun.errors import GongmunError
from gongmun.forums.waiting import waiting
from gongmun.organisations import load
from gongmun.text import Bilingual

app = typer.Typer(
    name="gongmun",
    help="공문: 시민 제안의 이송과 회신을 끝까지 챙깁니다. / Referrals of citizens' suggestions.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(forum.app, name="forum")
app.add_typer(suggestion.app, name="suggestion")
app.add_typer(outcome.app, name="outcome")
app.add_typer(escalation.app, name="escalation")
app.add_typer(referral.app, name="referral")
app.add_typer(mail.app, name="mail")
app.add_typer(contact.app, name="contact")


@app.command("setup")
def setup() -> None:
    """데이터베이스를 최신 상태로 만들고 기관 자료를 적재합니다. / Prepare the database."""
    db = wiring.database()
    upgrade(db)
    report = load(db, moment(None))
    done(
        Bilingual(
            ko=f"데이터베이스를 준비했습니다. 기관 자료 {report.added + report.changed}건을 적재했습니다.",
            en=f"The database is ready; {report.added + report.changed} entries of the organisations were loaded.",
        )
    )


@app.command("waiting")
def show_waiting(as_of: AsOf = None) -> None:
    """담당자 확인이 필요한 사항을 모두 보여 줍니다. / Everything that waits for you."""
    with wiring.database().reading() as session:
        items = waiting(session, moment(as_of))
    if not items:
        done(Bilingual(ko="확인이 필요한 사항이 없습니다.", en="Nothing waits for you."))
        return
    table(
        Bilingual(ko="담당자 확인이 필요한 사항", en="Waiting for you"),
        (Bilingual(ko="내용", en="what"), Bilingual(ko="처리 명령", en="settled by")),
        [(f"{item.what.ko}\n{item.what.en}", item.remedy) for item in items],
    )


@app.command("verify-ledger")
def verify_ledger() -> None:
    """원장이 변조되지 않았는지 확인합니다. / Verify the hash chain of the ledger."""
    with wiring.database().reading() as session:
        count = ledger.verify(session)
    done(
        Bilingual(
            ko=f"원장 {count:,}건이 모두 이어져 있습니다.", en=f"All {count:,} events are intact."
        )
    )


def main() -> None:
    """Run the command line; an error of ours is a message and exit code 1, never a traceback."""
    try:
        app()
    except GongmunError as error:
        errors.print(f"[bold red]{error.code}[/]")
        errors.print(error.message_ko, markup=False)
        errors.print(error.message_en, markup=False, style="dim")
        sys.exit(1)


if __name__ == "__main__":
    main()
