"""`gongmun chase`: what the next sweep would send, and ministries that are not reminded for a while."""

from datetime import date
from typing import Annotated

import typer

from gongmun import wiring
from gongmun.cli.dates import a_day
from gongmun.cli.output import AsOf, Name, Reason, done, moment, table
from gongmun.clock import seoul_date
from gongmun.referrals import chase_pause_queries, chase_pauses
from gongmun.referrals.chase_preview import FATES, QUIET, Planned, Preview, preview
from gongmun.referrals.models import ChasePause
from gongmun.referrals.names import RUNGS
from gongmun.text import Bilingual, english_date, korean_date

app = typer.Typer()

_Ministry = Annotated[str, typer.Argument(help="기관 코드 / code of the ministry", metavar="CODE")]


@app.command("preview")
def show_preview(
    as_of: AsOf = None,
    details: Annotated[
        bool, typer.Option("--details", help="이송마다 한 줄씩 / a line for each referral")
    ] = False,
) -> None:
    """다음 점검에서 보낼 것과 보내지 않을 것을 미리 봅니다. / What a sweep would send, and what not, and why.

    아무것도 바꾸지 않습니다. --as-of로 앞날의 점검도 볼 수 있습니다. / Nothing is changed.
    """
    with wiring.database().reading() as session:
        seen = preview(session, ladder=wiring.ladder(), now=moment(as_of))
    if seen.quiet:
        done(QUIET)
    if not seen.lines:
        done(Bilingual(ko="처리할 독촉이 없습니다.", en="Nothing is due."))
        return
    _show_lines(seen) if details else _show_planned(seen)


def _title(seen: Preview) -> Bilingual:
    to = f"메일을 받을 기관 {seen.sent}곳" if seen.sent else "보낼 메일 없음"
    return Bilingual(
        ko=f"독촉 예정: {korean_date(seen.today, weekday=True)}, {to}",
        en=f"Due on {english_date(seen.today)}; ministries written to: {seen.sent or 'none'}",
    )


def _show_planned(seen: Preview) -> None:
    """For each ministry and rung: of how many, what becomes of them, and where the mail goes."""
    table(
        _title(seen),
        (
            Bilingual(ko="기관과 받는 주소", en="ministry and address"),
            Bilingual(ko="단계", en="rung"),
            Bilingual(ko="건수", en="count"),
            Bilingual(ko="처리", en="what becomes of it"),
        ),
        [
            (
                f"{planned.ministry.ko} ({planned.code}){_address(planned)}",
                RUNGS[planned.rung] if planned.rung else None,
                count,
                FATES[planned.fate],
            )
            for planned, count in seen.planned.items()
        ],
    )
    if seen.skipped:
        done(
            Bilingual(
                ko=f"상위 단계로 갈음하는 단계: {seen.skipped}건",
                en=f"Rungs left out for a higher one: {seen.skipped}.",
            )
        )
    done(
        Bilingual(
            ko="이송마다 보려면: gongmun chase preview --details",
            en="With --details: a line for each referral.",
        )
    )


def _address(planned: Planned) -> str:
    """Where its mail goes, on a line of its own; an escalation goes to the parent body."""
    if not planned.is_mailed:
        return ""
    name = f"{planned.to.ko} " if planned.to != planned.ministry else ""
    return f"\n→ {name}{planned.address or '연락처 없음 no mailbox'}"


def _show_lines(seen: Preview) -> None:
    table(
        _title(seen),
        (
            Bilingual(ko="기관", en="ministry"),
            Bilingual(ko="이송", en="id"),
            Bilingual(ko="제안", en="suggestion"),
            Bilingual(ko="단계", en="rung"),
            Bilingual(ko="해당일", en="due on"),
            Bilingual(ko="처리", en="what becomes of it"),
        ),
        [
            (
                line.code,
                line.referral_id,
                line.reference,
                RUNGS[line.rung] if line.rung else None,
                line.due_on,
                FATES[line.fate],
            )
            for line in seen.lines
        ],
    )


@app.command("pause")
def pause(
    ministry: _Ministry,
    until: Annotated[
        date, typer.Option(parser=a_day, metavar="DATE", help="종료일 / its last day")
    ],
    name: Name,
    reason: Reason,
    as_of: AsOf = None,
) -> None:
    """한 기관에 대한 독촉을 정한 날까지 보류합니다. 기한은 그대로 지나갑니다. / Pause the reminders to one ministry."""
    begun = chase_pauses.pause(
        wiring.database(),
        ministry,
        until=until,
        name=name,
        reason=reason,
        now=moment(as_of),
    )
    done(
        Bilingual(
            ko=f"{ministry}: {korean_date(begun.until, weekday=True)}까지 독촉을 보류합니다. 그 뒤 첫 점검에서 밀린 단계를 처리합니다.",
            en=f"{ministry}: no reminders until the end of {english_date(begun.until, weekday=True)}; the first sweep "
            "after that catches up.",
        )
    )


@app.command("resume")
def resume(ministry: _Ministry, name: Name, as_of: AsOf = None) -> None:
    """독촉 보류를 오늘 끝냅니다. / End the pause today."""
    chase_pauses.resume(wiring.database(), ministry, name=name, now=moment(as_of))
    done(
        Bilingual(
            ko=f"{ministry}: 독촉 보류를 끝냈습니다. 다음 점검에서 밀린 단계를 처리합니다.",
            en=f"{ministry}: the pause is over; the next sweep catches up.",
        )
    )


@app.command("pauses")
def pauses(as_of: AsOf = None) -> None:
    """독촉을 보류한 기관과 그 사유 / ministries that are not reminded, and why."""
    today = seoul_date(moment(as_of))
    with wiring.database().reading() as session:
        rows = [
            (
                Bilingual(ko=ministry.name_ko, en=ministry.code),
                one.begun_at,
                one.until,
                _standing(one, today),
                one.name,
                one.reason,
            )
            for one, ministry in chase_pause_queries.all_pauses(session)
        ]
    if not rows:
        done(Bilingual(ko="독촉을 보류한 기관이 없습니다.", en="No ministry is paused."))
        return
    table(
        Bilingual(ko="독촉 보류", en="Pauses"),
        (
            Bilingual(ko="기관", en="ministry"),
            Bilingual(ko="시작", en="begun"),
            Bilingual(ko="예정 종료일", en="planned until"),
            Bilingual(ko="상태", en="status"),
            Bilingual(ko="처리자", en="by"),
            Bilingual(ko="사유", en="reason"),
        ),
        rows,
    )


def _standing(pause: ChasePause, today: date) -> Bilingual:
    """Whether it stands; of one that ended before its last day, when and by whom."""
    if pause.ended_at is not None:
        day = seoul_date(pause.ended_at)
        by = pause.ended_by or "승계"
        # Nobody ended it: it goes on for the body that the ministry has become.
        return Bilingual(
            ko=f"{day} 종료({by})",
            en="ended early" if pause.ended_by else "passed to its successor",
        )
    if pause.until >= today:
        return Bilingual(ko="보류 중", en="paused")
    return Bilingual(ko="종료", en="over")
