"""`gongmun panel enrol` and what follows: the people behind the numbers of a draw."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from gongmun import wiring
from gongmun.cli import files
from gongmun.cli.dates import a_day
from gongmun.cli.output import AsOf, done, moment, table
from gongmun.clock import seoul_date
from gongmun.surveys.panels import queries
from gongmun.surveys.panels.dropping_out import drop_out
from gongmun.surveys.panels.enrolling import (
    Enrolled,
    Recruited,
    enrol_call,
    enrol_draw,
    enrol_list,
)
from gongmun.surveys.panels.lines import LARGEST
from gongmun.surveys.panels.models import Panel, PanelKind, Standing
from gongmun.surveys.panels.publishing import FILES
from gongmun.text import Bilingual

app = typer.Typer()

Code = Annotated[str, typer.Argument(help="참여단 코드 / code of the panel", metavar="CODE")]
Folder = Annotated[
    Path, typer.Argument(help="공개한 추첨 폴더 / the folder of the draw", metavar="DIR")
]
People = Annotated[
    Path,
    typer.Option(
        "--people",
        help="연락처 파일(CSV: id, contact, name). 공개하지 않습니다 / who is behind the numbers; never published",
        metavar="FILE",
    ),
]
Invited = Annotated[
    int | None,
    typer.Option(
        "--invited",
        help="참여 의향을 물은 사람 수 / how many were asked whether they would take part",
        min=1,
    ),
]
Willing = Annotated[
    int | None,
    typer.Option("--willing", help="참여를 희망한 사람 수 / how many of them were willing", min=1),
]
KeepUntil = Annotated[
    date | None,
    typer.Option(
        "--keep-until",
        help="연락처를 보유하는 마지막 날, 생략하면 2년 뒤 / until when the contacts are kept; 2 years if left out",
        parser=a_day,
        metavar="YYYY-MM-DD",
    ),
]
TitleKo = Annotated[str, typer.Option("--title", help="이름 / its name in Korean")]
TitleEn = Annotated[str, typer.Option("--title-en", help="영문 이름 / its name in English")]
OtherTitle = Annotated[
    str | None,
    typer.Option(
        "--title", help="이름, 생략하면 모집의 이름 / its name in Korean; the call's if left out"
    ),
]
OtherTitleEn = Annotated[
    str | None,
    typer.Option(
        "--title-en", help="영문 이름. --title 과 함께 / its name in English, with --title"
    ),
]

_KINDS = {
    PanelKind.DRAWN: Bilingual(ko="추첨", en="drawn"),
    PanelKind.LISTED: Bilingual(ko="명단(모두에게 설문)", en="a list, all are asked"),
}
_COUNTS = (
    Bilingual(ko="활동", en="members"),
    Bilingual(ko="예비", en="reserves"),
    Bilingual(ko="미선정", en="not drawn"),
    Bilingual(ko="하차", en="dropped out"),
    Bilingual(ko="교체로 물러남", en="rotated out"),
)


@app.command("enrol")
def enrol(
    code: Code,
    folder: Folder,
    people: People,
    title: TitleKo,
    title_en: TitleEn,
    invited: Invited = None,
    willing: Willing = None,
    keep_until: KeepUntil = None,
    as_of: AsOf = None,
) -> None:
    """공개한 추첨을 검증하고 참여단을 등록합니다. / Verify a draw, and enrol its people."""
    if invited is not None and willing is not None and willing > invited:
        raise typer.BadParameter(
            "--willing 은 --invited 보다 클 수 없습니다. / --willing cannot be more than --invited."
        )
    now = moment(as_of)
    _check(keep_until, now)
    published = _published(folder)
    report = enrol_draw(
        wiring.database(),
        code,
        Bilingual(ko=title, en=title_en),
        published,
        files.read(people, LARGEST),
        recruited=Recruited(invited=invited, willing=willing),
        keep_until=keep_until,
        store=wiring.file_store(),
        now=now,
    )
    _say(code, report)


@app.command("enrol-call")
def enrol_volunteers(
    call: Annotated[str, typer.Argument(help="모집 코드 / code of the call", metavar="CALL")],
    folder: Folder,
    title: OtherTitle = None,
    title_en: OtherTitleEn = None,
    as_of: AsOf = None,
) -> None:
    """공개 모집에서 추첨한 참여단을 등록합니다. / Verify a draw from the volunteers of an open call, and enrol them.

    연락처는 신청한 그대로 씁니다. / Their addresses are those that they signed up with.
    """
    if (title is None) is not (title_en is None):
        raise typer.BadParameter(
            "--title 과 --title-en 은 함께 적어 주십시오. / Give --title and --title-en together."
        )
    database = wiring.database()
    report = enrol_call(
        database,
        call,
        _published(folder),
        title=Bilingual(ko=title, en=title_en) if title and title_en else None,
        store=wiring.file_store(),
        now=moment(as_of),
    )
    with database.reading() as session:
        code = queries.by_id(session, report.panel_id).code
    _say(code, report)


@app.command("enrol-list")
def enrol_all(
    code: Code,
    people: People,
    title: TitleKo,
    title_en: TitleEn,
    keep_until: KeepUntil = None,
    as_of: AsOf = None,
) -> None:
    """추첨하지 않는 명단을 등록합니다. 모두에게 설문합니다. / Enrol a list, of which everybody is asked."""
    now = moment(as_of)
    _check(keep_until, now)
    report = enrol_list(
        wiring.database(),
        code,
        Bilingual(ko=title, en=title_en),
        files.read(people, LARGEST),
        keep_until=keep_until,
        now=now,
    )
    _say(code, report)


@app.command("list")
def list_() -> None:
    """등록된 참여단 / the panels that are enrolled"""
    with wiring.database().reading() as session:
        rows = [
            (
                panel.code,
                Bilingual(ko=panel.title_ko, en=panel.title_en),
                _KINDS[panel.kind],
                *_counted(session, panel),
            )
            for panel in queries.panels(session)
        ]
    table(
        Bilingual(ko="참여단", en="Panels"),
        (
            Bilingual(ko="코드", en="code"),
            Bilingual(ko="이름", en="name"),
            Bilingual(ko="구성", en="kind"),
            *_COUNTS,
        ),
        rows,
    )


def _counted(session: Session, panel: Panel) -> Sequence[object]:
    """How many stand where, in the order of `_COUNTS`; of a list nobody was drawn, and all take part."""
    counts = queries.counted(session, panel.id)
    if panel.kind is PanelKind.LISTED:
        return [sum(counts.values()), *("–" for _ in _COUNTS[1:])]
    gone = len(queries.dropped_out(session, panel.id))
    return [
        counts[Standing.SELECTED],
        counts[Standing.RESERVE],
        counts[Standing.CANDIDATE],
        gone,
        counts[Standing.LEFT] - gone,
    ]


@app.command("drop-out")
def drop_out_(
    code: Code,
    numbers: Annotated[
        list[str], typer.Argument(help="그만두는 번호 / their numbers", metavar="NUMBER...")
    ],
    as_of: AsOf = None,
) -> None:
    """그만두는 사람의 자리를 예비자로 채웁니다. / Take members off, and put the reserves in their place."""
    out = drop_out(wiring.database(), code, numbers, store=wiring.file_store(), now=moment(as_of))
    table(
        Bilingual(ko="충원", en="Replacements"),
        (
            Bilingual(ko="그만둔 번호", en="gone"),
            Bilingual(ko="이어받은 번호", en="followed by"),
            Bilingual(ko="다른 점", en="differs in"),
        ),
        [
            (
                each.gone,
                each.by
                or Bilingual(ko="할당에 맞는 예비자가 없습니다", en="no reserve keeps the quotas"),
                ", ".join(each.differs),
            )
            for each in out.replacements
        ],
    )


def _check(keep_until: date | None, now: datetime) -> None:
    if keep_until is not None and keep_until < seoul_date(now):
        raise typer.BadParameter(
            "--keep-until 은 오늘보다 앞설 수 없습니다. / --keep-until cannot be before today."
        )


def _published(folder: Path) -> dict[str, bytes]:
    return {name: files.read(folder / name, LARGEST) for name in FILES}


def _say(code: str, report: Enrolled) -> None:
    told = Bilingual(
        ko=f"'{code}'에 {report.members}명을 등록하였습니다. 예비 {report.reserves}명.",
        en=f"'{code}' is enrolled: members {report.members}, reserves {report.reserves}.",
    )
    if not report.is_new:
        told = Bilingual(
            ko=f"'{code}'은(는) 이미 등록되어 있습니다.", en=f"'{code}' was enrolled before."
        )
    done(told)
    if report.without_contact:
        done(
            Bilingual(
                ko=f"연락처가 없는 사람 {report.without_contact}명에게는 설문을 보낼 수 없습니다.",
                en=f"Without a contact, and not to be asked: {report.without_contact}.",
            )
        )
