"""`gongmun deadline`: how deadlines are counted, day by day."""

from datetime import datetime
from typing import Annotated

import typer

from gongmun import wiring
from gongmun.calendar import calendar, days_of, deadline, rule
from gongmun.calendar.rules import in_force
from gongmun.cli.dates import a_moment
from gongmun.cli.day_tables import show_days
from gongmun.cli.output import LARGEST_ID, AsOf, done, moment, table
from gongmun.cli.rule_words import counting, may_change
from gongmun.cli.words import in_working_hours
from gongmun.clock import seoul_date
from gongmun.db.sweeps import lease
from gongmun.errors import GongmunError
from gongmun.referrals import explaining, untold_queries
from gongmun.referrals.explaining import Explained
from gongmun.referrals.names import CLOCKS
from gongmun.referrals.recompute_preview import Preview, preview
from gongmun.referrals.recomputing import RECOMPUTE, recompute
from gongmun.referrals.telling_changes import tell_changes
from gongmun.text import Bilingual, english_date, korean_date

app = typer.Typer()

_RECEIPT = Bilingual(ko="접수 기한 계산", en="The days until the acknowledgement is due")
_ANSWER = Bilingual(ko="회신 기한 계산", en="The days until the answer is due")
_NO_NEED = Bilingual(
    ko="조정할 것이 없습니다. 바뀐 것은 없습니다.",
    en="Nothing is to be moved; nothing was changed.",
)
_NEXT = Bilingual(
    ko="미리 보기이며, 아직 바뀐 것은 없습니다. 조정하고 기관에 알리려면: "
    'gongmun deadline recompute --apply --name "성명" --reason "사유"',
    en="This is a preview; nothing was changed. The command above moves them and tells the ministries.",
)


class Unsigned(GongmunError):
    """Deadlines are to be moved, but nobody says who asks for it, or why."""

    code = "deadline.unsigned"
    ko = "기한을 조정하지 않았습니다. 처리자 성명은 --name, 사유는 --reason 으로 함께 지정해 주십시오."
    en = "No deadline was moved. Give your name by --name and the reason by --reason, both."


class NothingToExplain(GongmunError):
    """An explanation of neither a rule nor a referral, or of both."""

    code = "deadline.nothing_to_explain"
    ko = "무엇의 기한인지 --rule 과 --referral 중 하나로 지정해 주십시오."
    en = "Say whose deadline it is, by either --rule or --referral."


@app.command("explain")
def explain(
    rule_code: Annotated[
        str | None, typer.Option("--rule", help="기한 규칙 / code of the rule", metavar="CODE")
    ] = None,
    start: Annotated[
        datetime | None,
        typer.Option(
            parser=a_moment,
            metavar="DATE",
            help='시작 일시(서울 시각), 생략하면 지금. 예: "2026-11-23 10:00" / the start, now if left out',
        ),
    ] = None,
    referral_id: Annotated[
        int | None,
        typer.Option(
            "--referral", help="이송 번호 / id of a referral", metavar="ID", min=1, max=LARGEST_ID
        ),
    ] = None,
) -> None:
    """기한을 하루씩 세어 보여 줍니다. 세지 않은 날은 사유를 밝힙니다. / A deadline, counted day by day.

    이송은 그동안 기한이 조정된 경과도 함께 보여 줍니다. / Of a referral, with all that moved it since.
    """
    if (rule_code is None) is (referral_id is None):
        raise NothingToExplain()
    if referral_id is not None:
        _explain_referral(referral_id)
        return
    assert rule_code is not None
    started = moment(start)
    found = deadline(rule(rule_code, seoul_date(started)), started, calendar())
    done(found.explain())
    done(may_change(found.rule))
    show_days(Bilingual(ko="기한 계산", en="The days"), days_of(found, calendar()))


def _explain_referral(referral_id: int) -> None:
    with wiring.database().reading() as session:
        found = explaining.explain(session, referral_id, cal=calendar())
    say_counted(found)
    done(may_change(found.clocks.answer.rule))
    if found.moves:
        table(
            Bilingual(ko="기한의 변동", en="What moved it"),
            (Bilingual(ko="일시", en="when"), Bilingual(ko="내용", en="what")),
            found.moves,
        )
    show_days(_RECEIPT, found.receipt_days)
    show_days(_ANSWER, found.days)
    if found.extension is not None:
        old, new = found.extension.old_due, found.extension.new_due
        show_days(
            Bilingual(
                ko=f"연장된 기간 계산: {korean_date(old, weekday=True)} → {korean_date(new, weekday=True)}",
                en=f"The days of the extension, until {english_date(new)}",
            ),
            found.extension.days,
        )
    say_due(found)


def say_counted(found: Explained) -> None:
    """How both deadlines of a referral were counted at first, and why the answer's is another day now."""
    done(found.clocks.acknowledge.explain())
    done(found.clocks.answer.explain())
    if found.moved is not None:
        done(found.moved)


def say_due(found: Explained) -> None:
    """The days that hold, and the one that was promised before."""
    done(
        Bilingual(
            ko=f"접수 기한: {korean_date(found.acknowledge_due, weekday=True)}",
            en=f"To be acknowledged by {english_date(found.acknowledge_due, weekday=True)}.",
        )
    )
    done(
        Bilingual(
            ko=f"회신 기한: {korean_date(found.due, weekday=True)}{'(질의로 정지 중)' if found.paused else ''}",
            en=f"The answer is due on {english_date(found.due, weekday=True)}"
            f"{'; its clock stands still' if found.paused else ''}.",
        )
    )
    if found.promised is not None:
        done(
            Bilingual(
                ko=f"당초 안내한 기한: {korean_date(found.promised, weekday=True)}",
                en=f"Promised before the days off changed: {english_date(found.promised, weekday=True)}.",
            )
        )


@app.command("recompute")
def recompute_(
    apply: Annotated[
        bool,
        typer.Option("--apply", help="기한을 실제로 조정하고 알립니다 / move them, and tell of it"),
    ] = False,
    name: Annotated[str, typer.Option(help="처리자 성명 / your name")] = "",
    reason: Annotated[
        str,
        typer.Option(
            help="사유. 기관에 보내는 안내 메일에도 적힙니다 / the reason; the mails quote it"
        ),
    ] = "",
    as_of: AsOf = None,
) -> None:
    """휴무일이 바뀐 뒤 달라지는 기한을 보여 주고, --apply 로 조정합니다. / Count again after the days off changed."""
    if apply and not (name.strip() and reason.strip()):
        raise Unsigned()
    db, now = wiring.database(), moment(as_of)
    if not apply:
        with db.reading() as session:
            found = preview(session, cal=calendar(), now=now)
        _show(found)
        done(_NEXT if found.lines else _NO_NEED)
        return
    with lease(db, RECOMPUTE):
        moved = recompute(
            db, cal=calendar(), ladder=wiring.ladder(), now=now, name=name, reason=reason
        )
        told = tell_changes(db, now=now)
        with db.reading() as session:
            untold = untold_queries.untold(session)
    _show(moved.preview)
    done(_moved(moved.moved, len(told.mails)))
    if untold and not told.problems:
        when = in_working_hours(now)
        done(
            Bilingual(
                ko=f"이송 {untold}건의 조정된 기한은 {when.ko} 메일로 알립니다(독촉 점검).",
                en=f"Of {untold} referrals the new deadline is told {when.en}, by the chase.",
            )
        )
    for error in told.problems:
        raise error


def _moved(deadlines: int, mails: int) -> Bilingual:
    """What a run has done; one that finishes another may have moved none and still tell of them."""
    if not deadlines and not mails:
        return Bilingual(
            ko="조정한 기한이 없고, 보낼 메일도 없습니다.",
            en="No deadline was moved, and there is nothing to tell.",
        )
    moved = Bilingual(
        ko=f"기한 {deadlines}건을 조정했습니다." if deadlines else "조정한 기한은 없습니다.",
        en=f"Deadlines moved: {deadlines or 'none'}.",
    )
    told = Bilingual(
        ko=f"기관에 보낼 메일 {mails}통을 발송함에 넣었습니다."
        if mails
        else "지금 보낼 메일은 없습니다.",
        en=f"Mails to ministries: {mails or 'none now'}.",
    )
    return Bilingual(ko=f"{moved.ko} {told.ko}", en=f"{moved.en} {told.en}")


def _show(found: Preview) -> None:
    if not found.lines:
        done(
            Bilingual(
                ko="현재 휴무일과 다른 기한이 없습니다.",
                en="Every deadline agrees with the calendar.",
            )
        )
        return
    table(
        Bilingual(ko="기한의 변동", en="Deadlines that move"),
        (
            Bilingual(ko="기관", en="ministry"),
            Bilingual(ko="구분", en="deadline"),
            Bilingual(ko="종전", en="before"),
            Bilingual(ko="조정", en="after"),
            Bilingual(ko="이송 번호", en="referrals"),
            Bilingual(ko="사유", en="why"),
        ),
        [
            (
                Bilingual(ko=line.ministry.ko, en=line.code),
                CLOCKS[line.clock],
                line.old,
                line.new,
                ", ".join(map(str, line.referral_ids)),
                line.why,
            )
            for line in found.lines
        ],
    )
    count = len(found.referral_ids)
    done(Bilingual(ko=f"기한이 달라지는 이송: {count}건", en=f"Referrals concerned: {count}."))


@app.command("rules")
def rules_(as_of: AsOf = None) -> None:
    """시행 중인 기한 규칙 / the deadline rules in force."""
    table(
        Bilingual(ko="기한 규칙", en="Deadline rules"),
        (
            Bilingual(ko="규칙", en="rule"),
            Bilingual(ko="기간과 계산", en="period and counting"),
            Bilingual(ko="근거", en="basis"),
        ),
        [
            (
                Bilingual(
                    ko=f"{each.code}\n{each.name_ko}", en=f"{each.name_en} (version {each.version})"
                ),
                counting(each),
                Bilingual(ko=each.citation_ko, en=each.citation_en),
            )
            for each in in_force(seoul_date(moment(as_of)))
        ],
    )
