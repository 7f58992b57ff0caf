"""`gongmun panel call`: open calls, by which people volunteer for a panel to come."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from gongmun import wiring
from gongmun.cli import files
from gongmun.cli.dates import a_day
from gongmun.cli.output import AsOf, done, moment, table
from gongmun.settings import settings
from gongmun.surveys.panels import call_queries
from gongmun.surveys.panels.calls import Called, called, close_call, open_call
from gongmun.surveys.panels.exporting import export_pool
from gongmun.text import Bilingual, english_date, korean_date

app = typer.Typer(help="참여단 공개 모집 / open calls for a panel")

Code = Annotated[str, typer.Argument(help="모집 코드 / code of the call", metavar="CODE")]
_DAY = "YYYY-MM-DD"


@app.command("open")
def open_(
    code: Code,
    panel: Annotated[
        str, typer.Option("--panel", help="뽑을 참여단의 코드 / code of the panel to come")
    ],
    title: Annotated[str, typer.Option("--title", help="이름 / its title in Korean")],
    title_en: Annotated[str, typer.Option("--title-en", help="영문 이름 / its title in English")],
    first: Annotated[
        date,
        typer.Option("--from", help="첫날 / the first day", parser=a_day, metavar=_DAY),
    ],
    last: Annotated[
        date, typer.Option("--to", help="마지막 날 / the last day", parser=a_day, metavar=_DAY)
    ],
    keep_until: Annotated[
        date | None,
        typer.Option(
            "--keep-until",
            help="신청자 정보를 보유하는 마지막 날, 생략하면 마감 2년 뒤 / until when data are kept; 2 years if left out",
            parser=a_day,
            metavar=_DAY,
        ),
    ] = None,
    invited: Annotated[
        int | None,
        typer.Option(
            "--invited",
            help="안내를 보낸 사람 수. 공고만 하였으면 생략 / how many were written to; leave out if nobody counted",
            min=1,
        ),
    ] = None,
    as_of: AsOf = None,
) -> None:
    """참여단을 공개 모집합니다. / Open a call: people volunteer on a page of the portal."""
    found = open_call(
        wiring.database(),
        code,
        panel_code=panel,
        title=Bilingual(ko=title, en=title_en),
        opens_on=first,
        closes_on=last,
        keep_until=keep_until,
        invited=invited,
        now=moment(as_of),
    )
    address = f"{settings().public_url}/join/{found.code}"
    done(
        Bilingual(
            ko=f"모집 '{code}'을(를) 열었습니다: {korean_date(first)}부터 {korean_date(last)}까지. {address} 을(를) 알려 "
            f"주십시오. 신청자 정보는 {korean_date(found.keep_until)} 뒤에 지웁니다.",
            en=f"The call '{code}' is open from {english_date(first)} to {english_date(last)}. Make {address} known. "
            f"What volunteers tell is deleted after {english_date(found.keep_until)}.",
        )
    )


@app.command("show")
def show(
    code: Annotated[
        str | None,
        typer.Argument(
            help="모집 코드, 생략하면 모두 / code of the call; all if left out", metavar="CODE"
        ),
    ] = None,
    as_of: AsOf = None,
) -> None:
    """모집의 기간과 신청자 수 / the calls, and how many have volunteered"""
    now = moment(as_of)
    with wiring.database().reading() as session:
        rows = call_queries.calls(session) if code is None else [call_queries.call(session, code)]
        found = [called(session, each, now) for each in rows]
    table(
        Bilingual(ko="참여단 모집", en="Open calls"),
        (
            Bilingual(ko="코드", en="code"),
            Bilingual(ko="참여단", en="panel"),
            Bilingual(ko="기간", en="days"),
            Bilingual(ko="상태", en="state"),
            Bilingual(ko="안내", en="invited"),
            Bilingual(ko="확인", en="confirmed"),
            Bilingual(ko="확인 대기", en="not confirmed"),
            Bilingual(ko="취소", en="withdrew"),
            Bilingual(ko="보유 기한", en="kept until"),
        ),
        [
            (
                each.code,
                each.panel_code,
                f"{each.opens_on} ~ {each.over_on}",
                _state(each),
                each.invited if each.invited is not None else "–",
                each.confirmed,
                each.waiting,
                each.withdrawn,
                each.keep_until,
            )
            for each in found
        ],
    )


@app.command("close")
def close(code: Code, as_of: AsOf = None) -> None:
    """마감일 전에 모집을 마감합니다. / Close a call before its last day."""
    found = close_call(wiring.database(), code, now=moment(as_of))
    done(
        Bilingual(
            ko=f"모집 '{code}'을(를) 마감하였습니다. 확인된 신청 {found.confirmed}명.",
            en=f"The call '{code}' is closed; confirmed: {found.confirmed}.",
        )
    )


@app.command("export")
def export(
    code: Code,
    output: Annotated[
        Path, typer.Option("--output", help="저장할 명단(CSV) / the pool to write", metavar="FILE")
    ],
    as_of: AsOf = None,
) -> None:
    """마감한 모집의 참여 희망자 명단을 저장합니다. / Write the pool of a call that is over, without addresses.

    이 명단으로 gongmun panel lottery 를 실행합니다. / It is what gongmun panel lottery reads.
    """
    made = export_pool(wiring.database(), code, now=moment(as_of))
    files.save(made.content, output)
    done(
        Bilingual(
            ko=f"참여 희망자 {made.people}명의 명단을 저장하였습니다: {output}",
            en=f"The pool of {made.people} people was saved: {output}",
        )
    )
    if made.resting:
        done(
            Bilingual(
                ko=f"쉬는 중이거나 쉬는 사람과 함께 사는 {made.resting}명은 넣지 않았습니다.",
                en=f"Left out, because they or their household rest: {made.resting}.",
            )
        )


def _state(found: Called) -> Bilingual:
    if found.is_open:
        return Bilingual(ko="모집 중", en="open")
    return Bilingual(ko="마감", en="over") if found.is_over else Bilingual(ko="예정", en="to come")
