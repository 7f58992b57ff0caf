"""Show the boards (현황판): open referrals, what waits for a person, what is to come, suggestions, surveys."""

from datetime import datetime

from prefect import flow

from gongmun import clock, wiring
from gongmun.db.sweeps import beat
from gongmun.forums.waiting import BOARD_SWEEP
from tasks.boards import (
    publish_board_task,
    publish_fieldwork_task,
    publish_funnel_task,
    publish_upcoming_task,
    publish_waiting_task,
)
from tasks.run_names import of_day


@flow(flow_run_name=of_day("BOARDS"))
def show_boards(as_of: datetime | None = None) -> int:
    """현황판, 담당자 확인이 필요한 사항, 앞으로의 일정, 제안 처리 단계, 설문 진행을 새로 보여 줍니다. 지금 보려면 실행(Run)을 누르신 뒤 아래 링크를 여십시오.

    Write the boards anew: open referrals by ministry and urgency, what waits for you, what is to come, how far
    suggestions came, how surveys get on. Run it to see the present. Returns how many things wait for a person.
    """
    now = clock.resolve(as_of)
    publish_board_task(now)
    publish_upcoming_task(now)
    publish_funnel_task(now)
    publish_fieldwork_task(now)
    waiting = publish_waiting_task(now)
    beat(wiring.database(), BOARD_SWEEP)
    return waiting
