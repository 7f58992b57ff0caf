"""Schedule the wrap-up of every forum that has an end (결과 정리 예약)."""

from datetime import datetime

from prefect import flow

from gongmun import clock, wiring
from gongmun.db.sweeps import beat
from gongmun.forums.scheduling import SCHEDULE_SWEEP
from gongmun.text import Bilingual, korean_date
from tasks.artifacts import publish
from tasks.forum_tasks import schedule_wrap_up_task, wrap_ups_due_task
from tasks.run_names import of_day


@flow(flow_run_name=of_day("SCHEDULE wrap-ups"))
def schedule_wrap_ups(as_of: datetime | None = None) -> int:
    """종료일이 정해진 포럼의 결과 정리를 예약합니다. 여러 번 실행해도 한 번만 예약됩니다.

    Schedule a wrap-up for each forum at its end, and for suggestions that were routed later. The
    same wrap-up is scheduled once however often this runs. Returns how many are due.
    """
    now = clock.resolve(as_of)
    due = wrap_ups_due_task(now)
    for wrap_up in due:
        schedule_wrap_up_task(wrap_up.forum_code, wrap_up.at, wrap_up.key)
    publish(
        "schedule-wrap-ups",
        Bilingual(ko="결과 정리 예약", en="Scheduled wrap-ups"),
        {Bilingual(ko="예약 대상 포럼", en="wrap-ups due"): len(due)},
        tables=[
            (
                Bilingual(ko="예약", en="Schedule"),
                (
                    Bilingual(ko="포럼", en="forum"),
                    Bilingual(ko="날짜", en="date"),
                    Bilingual(ko="시각(서울)", en="time in Seoul"),
                ),
                [
                    (
                        wrap_up.forum_code,
                        korean_date(clock.seoul_date(wrap_up.at), weekday=True),
                        f"{wrap_up.at.astimezone(clock.SEOUL):%H:%M}",
                    )
                    for wrap_up in due
                ],
            )
        ],
    )
    beat(wiring.database(), SCHEDULE_SWEEP)
    return len(due)
