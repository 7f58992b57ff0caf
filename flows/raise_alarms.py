"""Raise alarms (경보): what goes wrong or waits too long becomes an event of Prefect's, once."""

from datetime import datetime

from prefect import flow

from gongmun import clock, wiring
from gongmun.briefing.names import SUBJECTS, WORDS
from gongmun.briefing.raising import ALARM_SWEEP
from gongmun.db.sweeps import SweepBusy, lease
from gongmun.text import Bilingual
from tasks.artifacts import publish
from tasks.briefing_tasks import emit_alarms_task, raise_alarms_task, tell_unheard_task
from tasks.run_names import of_day

# Lines of the artifact; the events have all.
_SHOWN = 50


@flow(flow_run_name=of_day("ALARMS"))
def raise_alarms(as_of: datetime | None = None) -> int:
    """잘못되었거나 오래 기다리는 일(기한 경과, 발송 불명, 반송, 이틀 넘은 결재, 실행되지 않은 작업)을 찾아 한 번씩 알림 이벤트로 보냅니다.

    Find what goes wrong or waits too long, and emit an event for each fact, once: gongmun.referral.overdue,
    gongmun.dispatch.uncertain and the like, with ids only. The automations mail the coordinators about those that need
    them. Returns how many events were emitted.
    """
    now = clock.resolve(as_of)
    try:
        with lease(wiring.database(), ALARM_SWEEP):
            alarms = raise_alarms_task(now)
            emitted = emit_alarms_task(alarms, now) if alarms else 0
            # The automation tells of what was emitted; what has got lost on that way is told from here.
            tell_unheard_task(now)
    except SweepBusy:
        return 0  # the run before still sends
    # It runs every quarter of an hour: nothing is shown where nothing happened.
    if alarms:
        publish(
            "raise-alarms",
            Bilingual(ko="알림", en="Alarms"),
            {Bilingual(ko="새 알림", en="new alarms"): len(alarms)},
            tables=[
                (
                    Bilingual(ko="새 알림", en="New alarms"),
                    (Bilingual(ko="내용", en="what"), Bilingual(ko="대상", en="of what")),
                    [
                        (WORDS[alarm.kind].name, _of_what(alarm.subject))
                        for alarm in alarms[:_SHOWN]
                    ],
                )
            ],
        )
    return emitted


def _of_what(subject: str) -> str:
    noun, _, what = subject.partition(".")
    return f"{SUBJECTS[noun]} {what}"
