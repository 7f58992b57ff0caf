"""The boards (현황판) as artifacts, each kept by its key with all that it said before: ids, codes and references only."""

from collections.abc import Sequence
from datetime import datetime

from gongmun import wiring
from gongmun.clock import SEOUL, seoul_date
from gongmun.forums.funnel import Funnel, funnel
from gongmun.forums.funnel_queries import Stages
from gongmun.forums.scheduling import wrap_ups_due
from gongmun.forums.waiting import Waiting, waiting
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.board import BoardLine, UrgentLine, board, urgent
from gongmun.referrals.names import STATUSES
from gongmun.surveys.fieldwork.board import board as fieldwork_board
from gongmun.surveys.fieldwork.board import series_lines
from gongmun.text import Bilingual, Link, korean_date
from tasks.artifacts import Table, publish, waves_tables
from tasks.links import (
    BOARD,
    FIELDWORK,
    FUNNEL,
    UPCOMING,
    WAITING,
    artifact_path,
    case_link,
    document_link,
    waiting_runs,
)
from tasks.service_task import service_task

# Lines of the board, and forums of the funnel, that a page can show.
_MOST_URGENT = 100
_WAITING = 300
_FORUMS = 20
_PAUSED = Bilingual(ko="질의로 정지", en="paused: our turn")
_HISTORY = Bilingual(
    ko="내용이 바뀔 때마다 새로 기록되며, 이전 기록은 아래에 남습니다.",
    en="It is written anew whenever it changes; what it said before stands below.",
)
_STAGES = {
    "received": Bilingual(ko="접수", en="received"),
    "selected": Bilingual(ko="선정", en="selected"),
    "referred": Bilingual(ko="이송", en="referred"),
    "answered": Bilingual(ko="회신 공개", en="answered"),
    "adopted": Bilingual(ko="채택(수용·일부수용)", en="adopted, wholly or in part"),
    "done": Bilingual(ko="이행 완료", en="carried out"),
}


@service_task("board")
def publish_board_task(now: datetime) -> int:
    """The board: open referrals by ministry and by urgency; how many are overdue."""
    with wiring.database().reading() as session:
        lines = board(session, now)
        first = urgent(session, now, limit=_MOST_URGENT)
    overdue = sum(line.overdue for line in lines)
    today = seoul_date(now)
    publish(
        BOARD,
        Bilingual(
            ko=f"현황판: {korean_date(today, weekday=True)}", en=f"Board of {today.isoformat()}"
        ),
        {
            Bilingual(ko="미회신 이송", en="open referrals"): sum(line.open for line in lines),
            Bilingual(ko="기한 경과", en="overdue"): overdue,
            Bilingual(ko="3근무일 안에 기한", en="due within three working days"): sum(
                line.due_soon for line in lines
            ),
            Bilingual(ko="미접수", en="unacknowledged"): sum(line.unacknowledged for line in lines),
        },
        tables=[_ministries(lines), _urgent(first)],
        notes=[_HISTORY],
        board=True,
    )
    return overdue


@service_task("waiting for a coordinator")
def publish_waiting_task(now: datetime) -> int:
    """What waits for a person, each with the run that asks and the command that settles it; how many things."""
    with wiring.database().reading() as session:
        items = waiting(session, now)
    # All of them are shown by the command: after a drive there may be as many as suggestions.
    first = items[:_WAITING]
    runs = waiting_runs([item.run for item in first if item.run])
    publish(
        WAITING,
        Bilingual(ko="담당자 확인이 필요한 사항", en="Waiting for you"),
        {Bilingual(ko="건수", en="items"): len(items)},
        tables=[
            (
                Bilingual(
                    ko=f"목록(최대 {_WAITING}건, 모두 보려면 gongmun waiting)",
                    en=f"List, {_WAITING} at most; all of them by gongmun waiting",
                ),
                (
                    Bilingual(ko="내용", en="what"),
                    Bilingual(ko="양식(Resume)", en="by the form"),
                    Bilingual(ko="처리 명령", en="by a command"),
                ),
                [(item.what, _form(item, runs), item.remedy) for item in first],
            )
        ],
        notes=[_HISTORY],
        board=True,
    )
    return len(items)


@service_task("fieldwork")
def publish_fieldwork_task(now: datetime) -> int:
    """The surveys under way, each with its answers by category against what is enough; how many surveys."""
    with wiring.database().reading() as session:
        lines = fieldwork_board(session, now=now)
    publish(
        FIELDWORK,
        Bilingual(ko="설문 진행 현황", en="Surveys under way"),
        {Bilingual(ko="진행 중인 설문", en="surveys under way"): len(lines)},
        tables=waves_tables(lines),
        notes=[_HISTORY],
        board=True,
    )
    return len(lines)


@service_task("upcoming")
def publish_upcoming_task(now: datetime) -> int:
    """What is to come: wrap-ups, survey waves, the ladder's next day; how many wrap-ups. Sweeps have their own list of Prefect's."""
    db = wiring.database()
    due = wrap_ups_due(db, now=now)
    with db.reading() as session:
        series = [each for each in series_lines(session, now=now) if each.next_on]
        ladder_on = referral_queries.next_action_on(session)
    publish(
        UPCOMING,
        Bilingual(ko="앞으로의 일정", en="Upcoming"),
        {
            Bilingual(ko="다음 독촉 점검이 필요한 날", en="the ladder has something to do on"): (
                korean_date(ladder_on, weekday=True) if ladder_on else "-"
            )
        },
        tables=[
            (
                Bilingual(ko="결과 정리", en="Wrap-ups"),
                (
                    Bilingual(ko="포럼", en="forum"),
                    Bilingual(ko="날짜", en="date"),
                    Bilingual(ko="시각(서울)", en="time in Seoul"),
                ),
                # One that is overdue waits for the next ten minutes.
                [
                    (
                        each.forum_code,
                        korean_date(seoul_date(each.at), weekday=True),
                        f"{each.at.astimezone(SEOUL):%H:%M}",
                    )
                    for each in sorted(due, key=lambda each: each.at)
                    if each.at > now
                ],
            ),
            (
                Bilingual(ko="설문 회차", en="Survey waves"),
                (
                    Bilingual(ko="반복 설문", en="series"),
                    Bilingual(ko="회차", en="wave"),
                    Bilingual(ko="개시일", en="opens on"),
                ),
                [
                    (
                        f"{each.title.ko} ({each.code})",
                        each.waves + 1,
                        korean_date(each.next_on, weekday=True) if each.next_on else "",
                    )
                    for each in series
                ],
            ),
        ],
        notes=[_HISTORY],
        board=True,
    )
    return len(due)


@service_task("funnel")
def publish_funnel_task(now: datetime) -> int:
    """How far the suggestions came; how many were received."""
    with wiring.database().reading() as session:
        found = funnel(session, forums=_FORUMS)
    publish(
        FUNNEL,
        Bilingual(ko="제안 처리 단계", en="The funnel of suggestions"),
        {name: getattr(found.total, stage) for stage, name in _STAGES.items()},
        tables=[_forums(found)],
        notes=[_HISTORY],
        board=True,
    )
    return found.total.received


def waiting_note(count: int) -> list[Bilingual]:
    """How much waits for a person, with the way there: under the artifact of a run."""
    to = artifact_path(WAITING)
    return [
        Bilingual(
            ko=f"담당자 확인이 필요한 사항: [{count}건]({to})",
            en=f"Waiting for you: [{count}]({to})",
        )
    ]


def _form(item: Waiting, runs: dict[str, str]) -> Link | str:
    return Link(text=item.run, to=runs[item.run]) if item.run in runs else ""


def _ministries(lines: Sequence[BoardLine]) -> Table:
    return (
        Bilingual(ko="기관별 현황", en="Open referrals by ministry"),
        (
            Bilingual(ko="기관", en="ministry"),
            Bilingual(ko="미회신", en="open"),
            Bilingual(ko="기한 경과", en="overdue"),
            Bilingual(ko="최장 경과(근무일)", en="most working days overdue"),
            Bilingual(ko="3근무일 안", en="due soon"),
            Bilingual(ko="질의로 정지", en="paused"),
            Bilingual(ko="미접수", en="unacknowledged"),
            Bilingual(ko="다음 기한", en="next due"),
        ),
        [
            (
                f"{line.name_ko} ({line.code})",
                line.open,
                line.overdue,
                line.most_days_overdue or "",
                line.due_soon,
                line.paused,
                line.unacknowledged,
                korean_date(line.next_due, weekday=True) if line.next_due else "",
            )
            for line in lines
        ],
    )


def _urgent(lines: Sequence[UrgentLine]) -> Table:
    return (
        Bilingual(
            ko=f"급한 순서(최대 {_MOST_URGENT}건)", en=f"The most urgent, {_MOST_URGENT} at most"
        ),
        (
            Bilingual(ko="이송(내용 보기)", en="referral: see the case"),
            Bilingual(ko="제안", en="suggestion"),
            Bilingual(ko="기관", en="ministry"),
            Bilingual(ko="상태", en="status"),
            Bilingual(ko="회신 기한", en="answer due"),
            Bilingual(ko="경과(근무일)", en="working days overdue"),
            Bilingual(ko="공문(PDF)", en="document"),
        ),
        [
            (
                case_link(line.owed.referral_id),
                line.owed.reference,
                f"{line.owed.ministry.ko} ({line.owed.code})",
                _PAUSED if line.paused else STATUSES[line.owed.status],
                korean_date(line.owed.answer_due, weekday=True),
                line.days_overdue or "",
                document_link(line.owed.document_id, line.owed.number),
            )
            for line in lines
        ],
    )


def _forums(found: Funnel) -> Table:
    def row(name: str, stages: Stages) -> list[object]:
        return [name, *(getattr(stages, stage) for stage in _STAGES)]

    return (
        Bilingual(ko=f"포럼별(최근 {_FORUMS}회)", en=f"By forum, the last {_FORUMS}"),
        (Bilingual(ko="포럼", en="forum"), *_STAGES.values()),
        [row(code, stages) for code, stages in found.forums],
    )
