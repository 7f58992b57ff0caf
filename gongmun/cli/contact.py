"""`gongmun contact`: the mailboxes of ministries."""

from typing import Annotated

import typer

from gongmun import wiring
from gongmun.cli.output import done, moment
from gongmun.organisations import ContactRole, set_contact
from gongmun.text import Bilingual

app = typer.Typer()


@app.command("set")
def set_(
    code: Annotated[str, typer.Argument(help="기관 코드 / code of the ministry")],
    email: Annotated[str, typer.Argument(help="전자우편 주소 / the address")],
    backup: Annotated[bool, typer.Option(help="예비 담당자 / the backup contact")] = False,
) -> None:
    """기관의 전자우편 주소를 지정합니다. / Set the mailbox of a ministry."""
    role = ContactRole.BACKUP if backup else ContactRole.PRIMARY
    set_contact(wiring.database(), code, role, email, moment(None))
    done(
        Bilingual(
            ko="연락처를 고쳤습니다. 보류된 메일은 gongmun mail release 로 다시 보낼 수 있습니다.",
            en="The contact is set. Held mail can be sent again with `gongmun mail release`.",
        )
    )
