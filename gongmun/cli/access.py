"""`gongmun access`: the links and sessions of officers and proposers, and how to end them."""

from typing import Annotated

import typer
from sqlalchemy.orm import Session

from gongmun import wiring
from gongmun.access import entering, links, queries, sessions
from gongmun.access.models import Audience
from gongmun.cli.output import done, moment, say, table
from gongmun.errors import NotFound
from gongmun.organisations import Organisation
from gongmun.organisations import queries as organisation_queries
from gongmun.text import Bilingual

app = typer.Typer()

_AUDIENCES = {
    Audience.MINISTRY: Bilingual(ko="기관", en="ministry"),
    Audience.DELEGATE: Bilingual(ko="위임받은 동료", en="delegate"),
    Audience.PROPOSER: Bilingual(ko="제안자", en="proposer"),
    Audience.RESPONDENT: Bilingual(ko="설문 응답자", en="respondent"),
    Audience.VOLUNTEER: Bilingual(ko="참여 희망자", en="volunteer"),
}

Code = Annotated[str, typer.Argument(help="기관 코드 / code of the ministry")]


@app.command("list")
def list_(
    ministry: Annotated[
        str | None, typer.Option(help="기관 코드 / links of this ministry only")
    ] = None,
    all_: Annotated[
        bool, typer.Option("--all", help="만료·폐기한 링크도 / expired and revoked ones too")
    ] = False,
) -> None:
    """쓸 수 있는 접속 링크 / the links that can be used."""
    now = moment(None)
    with wiring.database().reading() as session:
        organisation_id = _organisation(session, ministry).id if ministry else None
        found = queries.links(session, now, organisation_id=organisation_id, with_dead=all_)
        live = queries.live_sessions(session, [link.id for link in found], now)
        rows = [
            (
                link.id,
                _AUDIENCES[link.audience],
                organisation_queries.by_id(session, link.organisation_id).code
                if link.organisation_id is not None
                else None,
                ", ".join(map(str, link.document_ids)) or link.suggestion_id,
                link.created_at,
                link.revoked_at or link.expires_at,
                Bilingual(ko="폐기", en="revoked") if link.revoked_at else live.get(link.id, 0),
            )
            for link in found
        ]
    table(
        Bilingual(ko="접속 링크", en="Links"),
        (
            Bilingual(ko="번호", en="id"),
            Bilingual(ko="대상", en="for"),
            Bilingual(ko="기관", en="ministry"),
            Bilingual(ko="문서·제안", en="documents, suggestion"),
            Bilingual(ko="발급", en="granted"),
            Bilingual(ko="끝", en="until"),
            Bilingual(ko="접속 중", en="sessions"),
        ),
        rows,
    )


@app.command("revoke")
def revoke(
    link_id: Annotated[
        int, typer.Argument(help="링크 번호 / id of the link", min=1, max=2**31 - 1)
    ],
) -> None:
    """링크를 폐기하고 그 링크로 들어온 접속을 끊습니다. / Revoke a link and end its sessions."""
    now = moment(None)
    if links.revoke(wiring.database(), link_id, now=now):
        done(
            Bilingual(
                ko="링크를 폐기하였습니다. 다음에 나가는 메일에는 새 링크가 실립니다.",
                en="The link is revoked. The next mail to the ministry carries a new one.",
            )
        )
    else:
        done(Bilingual(ko="이미 폐기된 링크입니다.", en="It was revoked before."))
    with wiring.database().reading() as session:
        delegates = links.delegates_beside(session, link_id, now=now)
    if delegates:
        done(
            Bilingual(
                ko="같은 공문에 위임받은 동료의 링크가 남아 있습니다. 그것도 폐기하려면:",
                en="Colleagues who were named for the same documents still have a link. To revoke it too:",
            )
        )
    for each in delegates:
        say(f"  gongmun access revoke {each.id}")


@app.command("revoke-sessions")
def revoke_sessions(code: Code) -> None:
    """기관의 모든 접속을 끊고 발송 중인 인증번호를 무효로 합니다. / End all sessions of a ministry, and its codes."""
    now = moment(None)
    with wiring.database().reading() as session:
        organisation = _organisation(session, code)
    # First the codes: one that is entered just now leaves a session that is ended then.
    codes = entering.void_codes(wiring.database(), organisation.id, now=now)
    count = sessions.end_all(wiring.database(), organisation.id, now=now)
    done(
        Bilingual(
            ko=f"접속 {count}건을 끊고 쓰지 않은 인증번호 {codes}건을 무효로 하였습니다. 링크는 그대로이며, 다시 "
            "들어오려면 새 인증번호가 필요합니다.",
            en=f"{count} sessions ended, {codes} unused codes are void. Links still work; whoever comes "
            "back needs a new code.",
        )
    )


def _organisation(session: Session, code: str) -> Organisation:
    found = queries.organisation_by_code(session, code)
    if found is None:
        raise NotFound(thing_ko=f"기관 {code}", thing_en=f"organisation {code}")
    return found
