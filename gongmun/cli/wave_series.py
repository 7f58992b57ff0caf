"""Recurring surveys as a whole: `gongmun wave register`, `end` and `archive`."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from gongmun import wiring
from gongmun.cli.output import AsOf, Name, Reason, done, moment, table, weekday
from gongmun.clock import seoul_date
from gongmun.surveys.fieldwork.archiving import DueWave, archive_due, ended_waves
from gongmun.surveys.fieldwork.board import SeriesLine, series_lines
from gongmun.surveys.fieldwork.names import STATUSES
from gongmun.surveys.fieldwork.series import (
    end_series,
    read_series,
    register_series,
)
from gongmun.surveys.fieldwork.storing import store
from gongmun.surveys.questionnaire import load
from gongmun.surveys.reports.telling import is_untold
from gongmun.text import Bilingual, korean_date

app = typer.Typer()

_DUE = Bilingual(ko="지금 처리", en="due")


@app.command("register")
def register(
    series: Annotated[
        Path, typer.Argument(help="반복 설문 파일(series.toml) / the file of the series")
    ],
    questionnaire: Annotated[
        Path | None,
        typer.Option(
            "--questionnaire", help="함께 등록할 설문지 / a questionnaire to load with it"
        ),
    ] = None,
    as_of: AsOf = None,
) -> None:
    """반복 설문을 등록하거나 고칩니다. / Register a recurring survey, or bring it up to date."""
    db, now = wiring.database(), moment(as_of)
    file = read_series(series)
    if questionnaire is not None:
        store(db, load(questionnaire), now=now)
    register_series(db, file, now=now)
    with db.reading() as session:
        (line,) = (each for each in series_lines(session, now=now) if each.code == file.code)
    done(
        Bilingual(
            ko=f"반복 설문 '{file.code}'을(를) 등록하였습니다.",
            en=f"The series '{file.code}' is registered.",
        )
    )
    if line.next_on is not None:
        done(_when(line.next_on, is_due=line.next_on <= seoul_date(now)))


def _when(day: date, *, is_due: bool) -> Bilingual:
    if is_due:
        return Bilingual(
            ko=f"{korean_date(day, weekday=True)} 회차를 다음 점검에서 시작합니다.",
            en=f"The wave of {day.isoformat()} is due: the next sweep starts it.",
        )
    return Bilingual(
        ko=f"다음 주기는 {korean_date(day, weekday=True)}입니다.",
        en=f"Its next wave is due on {day.isoformat()}.",
    )


@app.command("end")
def end(
    series: Annotated[str, typer.Argument(help="반복 설문 코드 / code of the series")],
    name: Name,
    reason: Reason,
    as_of: AsOf = None,
) -> None:
    """반복 설문을 종료합니다. 진행 중인 회차는 끝까지 갑니다. / End a series; a wave under way goes on to its end."""
    is_new = end_series(wiring.database(), series, name=name, reason=reason, now=moment(as_of))
    done(
        Bilingual(
            ko=f"반복 설문 '{series}'을(를) 종료하였습니다. 새 회차를 시작하지 않습니다.",
            en=f"The series '{series}' has ended: no further wave is started.",
        )
        if is_new
        else Bilingual(ko="이미 종료된 반복 설문입니다.", en="It has ended already.")
    )


@app.command("archive")
def archive(
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="언제 무엇을 보존 처리할지만 보여 줍니다 / show what is due when, no more",
        ),
    ] = False,
    as_of: AsOf = None,
) -> None:
    """보관 기간이 지난 회차에서 사람에게 이르는 길을 없앱니다. / Take what leads to people from waves whose days are over.

    답안의 응답 내용과 보고서는 남습니다. 되돌릴 수 없습니다. / What was answered and the reports stay. There is no way
    back.
    """
    now = moment(as_of)
    db = wiring.database()
    if dry_run:
        with db.reading() as session:
            _ended(ended_waves(session), seoul_date(now))
        return
    report = archive_due(db, now=now, is_untold=is_untold)
    done(
        Bilingual(
            ko=f"보존 처리한 회차 {len(report.archived)}건, 파기한 열쇠 {len(report.keys)}건, 보낼 메일이나 알릴 소식이 남아 기다리는 "
            f"회차 {len(report.waiting)}건.",
            en=f"Waves archived: {len(report.archived)}; keys destroyed: {len(report.keys)}; waiting for mails or news to "
            f"leave: {len(report.waiting)}.",
        )
    )
    for error in report.problems:
        raise error


def show(lines: Sequence[SeriesLine]) -> None:
    """The table of what recurs."""
    table(
        Bilingual(ko="반복 설문", en="Series"),
        (
            Bilingual(ko="코드", en="code"),
            Bilingual(ko="이름", en="title"),
            Bilingual(ko="회차", en="waves"),
            Bilingual(ko="다음 주기", en="next due"),
        ),
        [(line.code, line.title, line.waves, _next(line)) for line in lines],
    )


def _ended(lines: Sequence[DueWave], today: date) -> None:
    table(
        Bilingual(ko="보존할 회차(미리 보기)", en="Waves to archive"),
        (
            Bilingual(ko="번호", en="id"),
            Bilingual(ko="설문, 회차", en="survey, wave"),
            Bilingual(ko="상태", en="state"),
            Bilingual(ko="보존일", en="archived on"),
            Bilingual(ko="지금", en="now"),
        ),
        [
            (
                line.cycle_id,
                f"{line.series} {line.wave}",
                STATUSES[line.status],
                line.due_on,
                _DUE if line.due_on <= today else "",
            )
            for line in lines
        ],
    )


def _next(line: SeriesLine) -> Bilingual | str:
    if line.ended_on is not None:
        return Bilingual(ko=f"종료({line.ended_on})", en="ended")
    if line.is_over:
        return Bilingual(ko="주기 끝남", en="its rule is over")
    return weekday(line.next_on) if line.next_on else ""
