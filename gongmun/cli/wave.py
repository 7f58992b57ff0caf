"""`gongmun wave`: recurring surveys and their waves, from the start to the seal."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from gongmun import wiring
from gongmun.cli import wave_reports, wave_series
from gongmun.cli.dates import a_day
from gongmun.cli.output import LARGEST_ID, AsOf, Name, Reason, done, moment, table
from gongmun.clock import seoul_date
from gongmun.surveys.fieldwork.board import WaveLine, board, series_lines, wave_line
from gongmun.surveys.fieldwork.closing import cancel, close_now, put_off
from gongmun.surveys.fieldwork.life import AWAITS_REPORT, UNDER_WAY, Status
from gongmun.surveys.fieldwork.models import InvitationStatus
from gongmun.surveys.fieldwork.names import INVITATIONS, STATUSES, category
from gongmun.surveys.fieldwork.opening import open_waves
from gongmun.surveys.fieldwork.paper import PaperRefused, take_paper
from gongmun.surveys.fieldwork.starting import start
from gongmun.text import Bilingual, korean_date

app = typer.Typer()

WaveId = Annotated[
    int,
    typer.Argument(help="회차의 관리 번호 / id of the wave", metavar="ID", min=1, max=LARGEST_ID),
]
_FEW = Bilingual(ko="5명 미만 보호", en="hidden: few people")


@app.command("start")
def start_(
    series: Annotated[str, typer.Argument(help="반복 설문 코드 / code of the series")],
    key: Annotated[
        str | None,
        typer.Option(
            "--key",
            help="같은 값으로 다시 부르면 새로 시작하지 않습니다 / who calls twice starts one",
        ),
    ] = None,
    opens_on: Annotated[
        date | None,
        typer.Option("--opens-on", help="개시일, 생략하면 지금 / the day it opens", parser=a_day),
    ] = None,
    as_of: AsOf = None,
) -> None:
    """새 회차를 시작합니다. / Start the next wave of a series.

    열 시각이 되면 대상자를 확정하고 근무시간에 초대합니다. / It is opened, and people are invited, by the next
    sweep in working hours (open-survey-wave), or by `gongmun wave open`.
    """
    now = moment(as_of)
    made = start(
        wiring.database(),
        series,
        key=key,
        opens_on=opens_on,
        now=now,
    )
    if made.is_new:
        told = Bilingual(
            ko=f"{made.wave}회차를 시작하였습니다(번호 {made.cycle_id}).",
            en=f"Wave {made.wave} is started (id {made.cycle_id}).",
        )
    else:
        told = Bilingual(
            ko=f"이미 시작한 {made.wave}회차입니다(번호 {made.cycle_id}).",
            en=f"This is wave {made.wave}, which was started before (id {made.cycle_id}).",
        )
    done(told)


@app.command("open")
def open_(as_of: AsOf = None) -> None:
    """개시할 회차를 열고 초대합니다. / Open every wave whose time has come, and invite."""
    opened = open_waves(wiring.database(), now=moment(as_of))
    waits = " 나머지는 근무시간에 초대합니다." if opened.quiet else ""
    done(
        Bilingual(
            ko=f"초대 메일 {opened.mails}통을 발송 대기에 넣었습니다.{waits}",
            en=f"Invitations queued: {opened.mails}."
            + (" The others wait for working hours." if opened.quiet else ""),
        )
    )
    for error in opened.problems:
        raise error


@app.command("list")
def list_(
    all_: Annotated[
        bool,
        typer.Option(
            "--all",
            help="공개·보존·취소한 회차도 함께 / published, archived and cancelled ones too",
        ),
    ] = False,
    as_of: AsOf = None,
) -> None:
    """반복 설문, 진행 중이거나 결과를 아직 공개하지 않은 회차 / the series, and the waves that are not published yet"""
    now = moment(as_of)
    statuses = frozenset(Status) if all_ else UNDER_WAY | AWAITS_REPORT
    with wiring.database().reading() as session:
        lines = board(session, now=now, statuses=statuses)
        recurring = series_lines(session, now=now)
    wave_series.show(recurring)
    _waves(lines)


@app.command("show")
def show(wave: WaveId, as_of: AsOf = None) -> None:
    """한 회차의 응답 현황 / one wave, by category"""
    with wiring.database().reading() as session:
        line = wave_line(session, wave, now=moment(as_of))
    _waves([line])
    if line.refused_before:
        done(
            Bilingual(
                ko=f"거절 가운데 {line.refused_before}명은 앞선 회차에서 거절하여 이번에 안내를 보내지 않았습니다.",
                en=f"Of those who refused, {line.refused_before} did so in an earlier wave and were not written to.",
            )
        )
    table(
        Bilingual(ko="구분별 응답", en="Answers by category"),
        (
            Bilingual(ko="구분", en="category"),
            Bilingual(ko="대상", en="asked"),
            Bilingual(ko="응답", en="answered"),
            Bilingual(ko="목표", en="enough at"),
        ),
        [
            (
                category(each.feature, each.value),
                each.asked,
                _FEW if each.answered is None else each.answered,
                each.quota or "",
            )
            for each in line.categories
        ],
    )


@app.command("close")
def close(wave: WaveId, name: Name, reason: Reason, as_of: AsOf = None) -> None:
    """기한 전에 마감합니다. / Close a wave before its time."""
    is_new = close_now(wiring.database(), wave, name=name, reason=reason, now=moment(as_of))
    done(
        Bilingual(
            ko="마감에 들어갔습니다. 답하던 분은 하루 동안 마칠 수 있습니다.",
            en="The wave is closing: who has begun may end within a day.",
        )
        if is_new
        else Bilingual(ko="이미 마감 중입니다.", en="It is closing already.")
    )


@app.command("put-off")
def put_off_(
    wave: WaveId,
    until: Annotated[date, typer.Argument(help="새 마감일 / the new last day", parser=a_day)],
    name: Name,
    reason: Reason,
    as_of: AsOf = None,
) -> None:
    """마감을 미룹니다. / Put the closing off to a later day."""
    closes_at = put_off(
        wiring.database(), wave, until=until, name=name, reason=reason, now=moment(as_of)
    )
    day = seoul_date(closes_at)
    done(
        Bilingual(
            ko=f"{korean_date(day, weekday=True)} 18시에 마감합니다.",
            en=f"The wave closes at 18:00 on {day.isoformat()}.",
        )
    )


@app.command("cancel")
def cancel_(wave: WaveId, name: Name, reason: Reason, as_of: AsOf = None) -> None:
    """회차를 취소하고 받은 답안을 지웁니다. / Cancel a wave and delete its answers."""
    cancel(wiring.database(), wave, name=name, reason=reason, now=moment(as_of))
    done(Bilingual(ko="취소하고 답안을 지웠습니다.", en="Cancelled; its answers are deleted."))


@app.command("paper")
def paper(
    wave: WaveId,
    file: Annotated[Path, typer.Argument(help="종이 응답(CSV) / answers on paper, typed")],
    as_of: AsOf = None,
) -> None:
    """종이로 받은 답을 올립니다. 한 줄이라도 틀리면 아무것도 올리지 않습니다. / Take answers on paper, all or none."""
    report = take_paper(wiring.database(), wave, file, now=moment(as_of))
    if report.problems:
        table(
            Bilingual(ko="고칠 줄", en="Lines to correct"),
            (
                Bilingual(ko="줄", en="line"),
                Bilingual(ko="번호", en="number"),
                Bilingual(ko="사유", en="why"),
            ),
            [(each.line, each.number, each.why) for each in report.problems],
        )
        raise PaperRefused(lines=len(report.problems))
    done(
        Bilingual(
            ko=f"답안 {report.taken}건을 올렸습니다. 이미 올린 답안 {report.again}건.",
            en=f"Answers taken: {report.taken}; taken before: {report.again}.",
        )
    )
    if report.replaced:
        done(
            Bilingual(
                ko=f"그 가운데 {report.replaced}건은 온라인에 저장만 하고 제출하지 않은 답을 대신하였습니다.",
                en=f"Of those taken, {report.replaced} replaced answers saved online and not handed in.",
            )
        )
    if report.unasked:
        done(
            Bilingual(
                ko=f"앞선 답에 따라 묻지 않는 문항에 적힌 답 {report.unasked}개는 올리지 않았습니다.",
                en=f"Left out, as earlier answers lead past their questions: {report.unasked} answers.",
            )
        )


def _waves(lines: Sequence[WaveLine]) -> None:
    table(
        Bilingual(ko="설문 회차", en="Waves"),
        (
            Bilingual(ko="번호", en="id"),
            Bilingual(ko="설문, 회차", en="survey, wave"),
            Bilingual(ko="상태", en="state"),
            Bilingual(ko="응답", en="answered"),
            Bilingual(ko="기타", en="others"),
            Bilingual(ko="일정", en="dates"),
        ),
        [
            (
                line.cycle_id,
                Bilingual(ko=f"{line.title.ko} {line.wave}회차", en=f"{line.series} {line.wave}"),
                STATUSES[line.status],
                _answered(line),
                ", ".join(
                    f"{name.ko} {line.counts[each]}"
                    for each, name in INVITATIONS.items()
                    if line.counts[each] and each is not InvitationStatus.ANSWERED
                ),
                _dates(line),
            )
            for line in lines
        ],
    )


def _answered(line: WaveLine) -> str:
    """How many have answered; nothing while it is not known who is asked."""
    if not line.asked:
        return "–"
    return f"{line.counts[InvitationStatus.ANSWERED]} / {line.asked} ({line.share:.0%})"


def _dates(line: WaveLine) -> Bilingual:
    """What comes next of a wave under way, and else when it ended."""
    if line.ended_on is not None:
        is_cancelled = line.status is Status.CANCELLED
        return Bilingual(
            ko=f"{'취소' if is_cancelled else '마감'} {line.ended_on}",
            en="cancelled" if is_cancelled else "closed",
        )
    told = [("마감", "closes", seoul_date(line.closes_at))]
    if not line.asked:
        told.insert(0, ("개시", "opens", seoul_date(line.opens_at)))
    if line.next_reminder_on is not None and line.asked:
        told.append(("다음 안내", "next reminder", line.next_reminder_on))
    return Bilingual(
        ko="\n".join(f"{ko} {day}" for ko, _, day in told), en=", ".join(en for _, en, _ in told)
    )


app.add_typer(wave_series.app)
app.add_typer(wave_reports.app)
