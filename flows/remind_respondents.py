"""Remind respondents (미응답자 안내): one sweep over the open waves."""

from datetime import datetime

from prefect import flow

from gongmun import clock, wiring
from gongmun.clock import seoul_date
from gongmun.db.sweeps import lease
from gongmun.surveys.fieldwork.reminding import REMIND_SWEEP
from gongmun.text import Bilingual, korean_date
from tasks.artifacts import notes_of, publish
from tasks.boards import publish_fieldwork_task
from tasks.run_names import of_day
from tasks.survey_tasks import remind_respondents_task

_QUIET = Bilingual(
    ko="근무시간이 아니므로 안내하지 않았습니다. 다음 점검에서 처리합니다.",
    en="Outside of working hours nobody is reminded: what is due waits for the next sweep in them.",
)


# See chase_referrals: a lease that a killed sweep has left runs out after a quarter of an hour.
@flow(flow_run_name=of_day("REMIND respondents"), retries=4, retry_delay_seconds=300)
def remind_respondents(as_of: datetime | None = None) -> int:
    """아직 답하지 않은 응답자에게 정해진 날 한 번씩 안내합니다. 답한 분과 거절한 분께는 보내지 않습니다.

    Remind those who have not answered, on the days that the series names, and nobody else. Of several
    reminders that are overdue only the latest is sent. Returns how many mails were queued.
    """
    now = clock.resolve(as_of)
    with lease(wiring.database(), REMIND_SWEEP):
        reminded = remind_respondents_task(now)
    publish(
        "remind-respondents",
        Bilingual(
            ko=f"미응답자 안내: {korean_date(seoul_date(now), weekday=True)}",
            en=f"Respondents reminded, {seoul_date(now).isoformat()}",
        ),
        {
            Bilingual(ko="안내 메일", en="reminders queued"): reminded.mails,
            Bilingual(
                ko="응답이 충분한 구분이어서 안내하지 않음", en="left in peace, enough answers"
            ): reminded.spared,
            Bilingual(ko="메일이 되돌아온 응답자", en="not reached: mail came back"): (
                reminded.unreachable
            ),
        },
        notes=[*([_QUIET] if reminded.quiet else []), *notes_of(reminded.problems)],
    )
    publish_fieldwork_task(now)
    for error in reminded.problems:
        raise error
    return reminded.mails
