"""`gongmun`: the commands by noun, and errors as a person reads them.

`gongmun --help` answers at once, because nothing of the product is imported before a command needs
it: a noun's module when one of its commands is asked for, the rest inside the commands below.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from gongmun.cli.backup import backup, restore
from gongmun.cli.doctor import doctor
from gongmun.cli.expire import expire
from gongmun.cli.output import AsOf, done, errors, fail, moment, table
from gongmun.cli.prefect_login import show_login
from gongmun.cli.simulate import simulate
from gongmun.errors import GongmunError
from gongmun.text import Bilingual

if TYPE_CHECKING:
    from gongmun.organisations import Route

# Each is the module gongmun/cli/<noun>.py, with `_` for `-`.
NOUNS = {
    "forum": "포럼 / forums",
    "suggestion": "제안 / suggestions",
    "outcome": "결과 / outcomes",
    "document": "공문 / official documents",
    "escalation": "상향 통보 / escalations",
    "referral": "이송 / referrals",
    "chase": "독촉 / reminders",
    "deadline": "기한 / deadlines",
    "calendar": "근무일과 휴무일 / working days and days off",
    "question": "질의 / questions of ministries",
    "extension": "기한 연장 / extensions",
    "transfer": "이관 / transfers",
    "succession": "기관 승계 / successions of ministries",
    "commitment": "이행과제 / commitments",
    "meeting": "후속 협의 / follow-up meetings",
    "reply": "회신 메일 / replies by mail",
    "answer": "회신 확인과 공개 / answers",
    "survey": "설문 / surveys",
    "panel": "시민참여단 / panels",
    "wave": "설문 회차 / waves of recurring surveys",
    "white-paper": "백서 / white papers",
    "mail": "발송 / mail",
    "restored": "복원 확인 / what a restore left open",
    "contact": "연락처 / contacts",
    "access": "접속 링크와 세션 / links and sessions",
}
_USAGE = 2


class _Noun(TyperGroup):
    """The commands of one noun."""

    def list_commands(self, ctx: Any) -> list[str]:
        self._load()
        return super().list_commands(ctx)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        self._load()
        return super().get_command(ctx, cmd_name)

    def _load(self) -> None:
        if not self.commands:
            module = import_module(f"gongmun.cli.{(self.name or '').replace('-', '_')}")
            self.commands.update(get_group(module.app).commands)


app = typer.Typer(
    name="gongmun",
    help="공문: 시민 제안의 이송과 회신을 끝까지 챙깁니다. / Referrals of citizens' suggestions.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for noun, meaning in NOUNS.items():
    app.add_typer(typer.Typer(), cls=_Noun, name=noun, help=meaning, no_args_is_help=True)


@app.command("setup")
def setup() -> None:
    """데이터베이스를 최신 상태로 만들고 기관 자료를 적재합니다. / Prepare the database, load the organisations.

    조직이 개편되어 gongmun/organisations/data의 파일을 고친 뒤에도 다시 실행합니다. / Run it again after the files
    of gongmun/organisations/data were changed: all lines are loaded, or none and each one to correct is named.
    """
    from gongmun import wiring
    from gongmun.clock import seoul_date
    from gongmun.db.schema import upgrade
    from gongmun.organisations import load, settled_on, stale_routes

    db, now = wiring.database(), moment(None)
    upgrade(db)
    report = load(db, now)
    done(
        Bilingual(
            ko=f"데이터베이스를 준비했습니다. 기관 자료 {report.added + report.changed}건을 적재했습니다.",
            en=f"The database is ready; {report.added + report.changed} entries of the organisations were loaded.",
        )
    )
    with db.reading() as session:
        # A reorganisation is loaded before its day.
        stale = stale_routes(session, settled_on(session, seoul_date(now)))
    if stale:
        table(
            Bilingual(
                ko="폐지된 기관으로 이어지는 소관", en="Routes to ministries that are no more"
            ),
            (
                Bilingual(ko="분야", en="topic"),
                Bilingual(ko="routing.csv의 기관", en="named there"),
                Bilingual(ko="처리", en="what becomes of it"),
            ),
            [
                (rule.topic, ", ".join((rule.lead_code, *rule.cooperating_codes)), _fate(route))
                for rule, route in stale
            ],
        )


def _fate(route: "Route | None") -> Bilingual:
    if route is None:
        return Bilingual(
            ko="정해지지 않음: routing.csv에 새 줄을 적거나 건마다 지정해야 합니다",
            en="undecided: write a new line, or say it for each suggestion",
        )
    codes = ", ".join((route.lead, *route.cooperating))
    return Bilingual(ko=f"승계 기관으로 이어짐: {codes}", en="goes on to the successors")


@app.command("waiting")
def show_waiting(as_of: AsOf = None) -> None:
    """담당자 확인이 필요한 사항을 모두 보여 줍니다. / Everything that waits for you."""
    from gongmun import wiring
    from gongmun.forums.waiting import waiting

    with wiring.database().reading() as session:
        items = waiting(session, moment(as_of))
    if not items:
        done(Bilingual(ko="확인이 필요한 사항이 없습니다.", en="Nothing waits for you."))
        return
    table(
        Bilingual(ko="담당자 확인이 필요한 사항", en="Waiting for you"),
        (Bilingual(ko="내용", en="what"), Bilingual(ko="처리 명령", en="settled by")),
        [(item.what, item.remedy) for item in items],
    )


@app.command("reconcile")
def reconcile_(as_of: AsOf = None) -> None:
    """승인·발송·이송을 대조하여 빠진 것을 찾습니다. / What should have gone on, and did not.

    빠진 것이 있으면 종료 코드 1 / exit code 1 where something is found.
    """
    from gongmun import wiring
    from gongmun.forums.reconciling import reconcile

    with wiring.database().reading() as session:
        findings = reconcile(session, ladder=wiring.ladder(), now=moment(as_of))
    if not findings:
        done(Bilingual(ko="빠진 것이 없습니다.", en="Nothing is missing."))
        return
    table(
        Bilingual(ko="일일 대사", en="Reconciliation"),
        (Bilingual(ko="내용", en="what"), Bilingual(ko="처리 명령", en="settled by")),
        [(finding.what, finding.remedy) for finding in findings],
    )
    raise typer.Exit(1)


@app.command("verify-ledger")
def verify_ledger() -> None:
    """원장이 변조되지 않았는지 확인합니다. / Verify the hash chain of the ledger."""
    from gongmun import ledger, wiring

    with wiring.database().reading() as session:
        count = ledger.verify(session)
    done(
        Bilingual(
            ko=f"원장 {count:,}건이 모두 이어져 있습니다.", en=f"All {count:,} events are intact."
        )
    )


app.command("doctor")(doctor)
app.command("prefect-login")(show_login)
app.command("backup")(backup)
app.command("restore")(restore)
app.command("expire")(expire)
app.command("simulate")(simulate)


def main() -> None:
    """Run the command line; an error of ours is a message and exit code 1, never a traceback."""
    try:
        app()
    except GongmunError as error:
        fail(error)
        sys.exit(1)
    except SystemExit as ended:
        # Typer has said in English what it could not read.
        if ended.code == _USAGE:
            errors.print("명령과 값을 확인해 주십시오. 사용법은 --help 로 볼 수 있습니다.")
        raise


if __name__ == "__main__":
    main()
