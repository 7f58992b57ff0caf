"""Ask for what waits for a decision (결정 요청): a suspended run with a form for each, ended where it is settled elsewhere."""

from collections import Counter
from datetime import datetime

from prefect import flow

from gongmun import clock, wiring
from gongmun.db.sweeps import SweepBusy, lease
from gongmun.decisions import ASK_SWEEP, KINDS, Kind
from gongmun.text import Bilingual
from tasks.artifacts import publish
from tasks.decision_tasks import ask_task, end_settled_task, forget_task, pending_task
from tasks.run_names import of_day


@flow(flow_run_name=of_day("ASK decisions"))
def ask_decisions(as_of: datetime | None = None) -> int:
    """결정을 기다리는 일마다 양식이 있는 실행을 하나씩 만들어 둡니다(Runs 화면의 Suspended). 다른 곳에서 처리된 일의 실행은 끝냅니다.

    See that a suspended run with a form stands for each thing that waits for a decision: uncertain dispatches,
    suggestions without a ministry, requests for more time, escalations, survey reports. A run whose matter was settled
    elsewhere is ended, and names that were filled in for runs which have ended since are taken out of Prefect. Returns how
    many were begun.
    """
    now = clock.resolve(as_of)
    try:
        with lease(wiring.database(), ASK_SWEEP):
            return _ask(now)
    except SweepBusy:
        return 0  # the run before is still at it


def _ask(now: datetime) -> int:
    pending = pending_task(now)
    ended = end_settled_task(pending, now)
    begun = ask_task(pending, now)
    forget_task()
    waiting = Counter(each.kind for each in pending)
    # It comes every few minutes: where nothing has happened it says nothing.
    if ended or any(begun.values()):
        publish(
            "ask-decisions",
            Bilingual(ko="결정 요청", en="Decisions asked for"),
            {
                Bilingual(
                    ko="다른 곳에서 처리되어 끝낸 실행", en="runs ended, settled elsewhere"
                ): ended
            },
            tables=[
                (
                    Bilingual(ko="결정을 기다리는 일", en="What waits for a decision"),
                    (
                        Bilingual(ko="종류", en="kind"),
                        Bilingual(ko="대기", en="waiting"),
                        Bilingual(ko="새로 물음", en="asked now"),
                    ),
                    [(KINDS[kind], waiting[kind], begun[kind]) for kind in Kind],
                )
            ],
        )
    return sum(begun.values())
