"""`gongmun contact`: the mailboxes of ministries."""

from typing import Annotated

import typer

from gongmun import wiring
from gongmun.cli.output import done, moment
from gongmun.organisations import ContactRole, retire_contact, set_contact
from gongmun.text import Bilingual

app = typer.Typer()

Code = Annotated[str, typer.Argument(help="기관 코드 / code of the ministry")]
Backup = Annotated[bool, typer.Option("--backup", help="예비 담당자 / the backup contact")]


@app.command("set")
def set_(
    code: Code,
    email: Annotated[str, typer.Argument(help="전자우편 주소 / the address")],
    backup: Backup = False,
) -> None:
    """기관의 전자우편 주소를 지정합니다. / Set the mailbox of a ministry."""
    set_contact(wiring.database(), code, _role(backup), email, moment(None))
    done(
        Bilingual(
            ko="연락처를 고쳤습니다. 보류된 메일은 gongmun mail release 로 다시 보낼 수 있습니다.",
            en="The contact is set. Held mail can be sent again with `gongmun mail release`.",
        )
    )


@app.command("retire")
def retire(code: Code, backup: Backup = False) -> None:
    """더 이상 쓰지 않는 주소로 보내지 않습니다. / Stop using a mailbox."""
    retire_contact(wiring.database(), code, _role(backup), moment(None))
    done(
        Bilingual(
            ko="앞으로 이 연락처로 보내지 않습니다. 새 주소는 gongmun contact set 으로 지정할 수 있습니다.",
            en="Nothing more goes to this contact. Set another with `gongmun contact set`.",
        )
    )


def _role(backup: bool) -> ContactRole:
    return ContactRole.BACKUP if backup else ContactRole.PRIMARY
