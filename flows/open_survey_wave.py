"""Open survey waves (설문 개시): start what is due or asked for, freeze, write down who is asked, invite."""

from datetime import datetime

from prefect import flow

from gongmun import clock, wiring
from gongmun.clock import seoul_date
from gongmun.db.sweeps import lease
from gongmun.surveys.fieldwork.opening import OPEN_SWEEP
from gongmun.surveys.fieldwork.starting import DueStarted
from gongmun.text import Bilingual, korean_date
from tasks.artifacts import notes_of, publish
from tasks.boards import publish_fieldwork_task
from tasks.run_names import of_day
from tasks.survey_tasks import (
    open_waves_task,
    start_due_waves_task,
    start_wave_task,
)

_QUIET = Bilingual(
    ko="근무시간이 아니므로 초대 메일은 다음 근무시간에 보냅니다.",
    en="Outside of working hours nobody is invited: the mails wait for the next sweep in them.",
)


# See chase_referrals: a lease that a killed sweep has left runs out after a quarter of an hour.
@flow(flow_run_name=of_day("OPEN survey", whom="series"), retries=4, retry_delay_seconds=300)
def open_survey_wave(
    series: str | None = None, key: str | None = None, as_of: datetime | None = None
) -> int:
    """설문 회차를 시작하고 초대합니다. series를 비우면 주기가 된 설문만, 적으면 그 설문의 새 회차를 시작합니다. 같은 key는 한 번만 시작합니다.

    Start the waves that are due by their rule, or one of `series`, and take every wave that is not open yet as
    far as it can go. The same `key` starts one wave, however often it is called, and so do several for the same day of
    the series' rule; without one, a series is started once a day. Returns how many invitations were queued.
    """
    now = clock.resolve(as_of)
    with lease(wiring.database(), OPEN_SWEEP):
        if series:
            due = DueStarted(started=(start_wave_task(series, key, now),))
        else:
            due = start_due_waves_task(now)
        opened = open_waves_task(now)
    problems = (*due.problems, *opened.problems)
    started = [each for each in due.started if each.is_new]
    publish(
        "open-survey-wave",
        Bilingual(
            ko=f"설문 개시: {korean_date(seoul_date(now), weekday=True)}",
            en=f"Surveys opened, {seoul_date(now).isoformat()}",
        ),
        {
            Bilingual(ko="시작한 회차", en="waves started"): len(started),
            Bilingual(ko="초대 메일", en="invitations queued"): opened.mails,
        },
        notes=[*([_QUIET] if opened.quiet else []), *notes_of(problems)],
    )
    publish_fieldwork_task(now)
    # All the others have been served: a run that fails is what a coordinator sees.
    for error in problems:
        raise error
    return opened.mails
