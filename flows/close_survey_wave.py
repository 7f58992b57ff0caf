"""Close survey waves (설문 마감): whose time has come, or that have enough answers."""

from datetime import datetime

from prefect import flow

from gongmun import clock, wiring
from gongmun.clock import seoul_date
from gongmun.db.sweeps import lease
from gongmun.surveys.fieldwork.closing import CLOSE_SWEEP
from gongmun.text import Bilingual, korean_date
from tasks.artifacts import notes_of, publish
from tasks.boards import publish_fieldwork_task
from tasks.run_names import of_day
from tasks.survey_tasks import close_waves_task


# See chase_referrals: a lease that a killed sweep has left runs out after a quarter of an hour.
@flow(flow_run_name=of_day("CLOSE surveys"), retries=4, retry_delay_seconds=300)
def close_survey_wave(as_of: datetime | None = None) -> int:
    """마감 시각이 되었거나 응답이 충분한 설문을 마감합니다. 답하던 분은 하루 동안 마칠 수 있고, 그 뒤 답안을 봉인합니다.

    Close every wave whose time has come or that has enough answers: nobody begins any more, who has begun may
    end within a day, then the sheets are sealed by a hash. Returns how many waves were sealed.
    """
    now = clock.resolve(as_of)
    with lease(wiring.database(), CLOSE_SWEEP):
        closed = close_waves_task(now)
    # It comes every ten minutes: where nothing has happened it says nothing.
    if closed.closing or closed.closed or closed.problems:
        publish(
            "close-survey-wave",
            Bilingual(
                ko=f"설문 마감: {korean_date(seoul_date(now), weekday=True)}",
                en=f"Surveys closed, {seoul_date(now).isoformat()}",
            ),
            {
                Bilingual(ko="마감에 들어간 회차", en="waves closing"): len(closed.closing),
                Bilingual(ko="답안을 봉인한 회차", en="waves sealed"): len(closed.closed),
            },
            notes=notes_of(closed.problems),
        )
    publish_fieldwork_task(now)
    for error in closed.problems:
        raise error
    return len(closed.closed)
