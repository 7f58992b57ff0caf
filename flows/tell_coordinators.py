"""Tell the coordinators by mail (담당자 알림): what the automations start when something went wrong."""

from datetime import datetime

from prefect import flow

from gongmun import clock
from gongmun.briefing.names import RunState
from gongmun.briefing.telling import Trouble
from tasks.briefing_tasks import tell_coordinators_task


@flow(flow_run_name="TELL coordinators")
def tell_coordinators(
    run: str | None = None,
    state: RunState = RunState.FAILED,
    run_id: str | None = None,
    as_of: datetime | None = None,
) -> int:
    """담당자(GONGMUN_COORDINATORS)에게 아직 알리지 않은 알림과, run에 적힌 실행의 문제를 메일로 알립니다. 자동화가 실행하며 직접 실행해도 됩니다.

    Mail the coordinators of GONGMUN_COORDINATORS the alarms they were not told of and, where one is named, what became
    of a run: once a day for each name of a run. Started by the automations; harmless by hand. Returns how many mails
    were queued.
    """
    now = clock.resolve(as_of)
    trouble = Trouble(name=run, state=state, run_id=run_id) if run else None
    return len(tell_coordinators_task(trouble, now))
