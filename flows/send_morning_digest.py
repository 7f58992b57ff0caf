"""Send the morning's digest (아침 요약) to the coordinators, once a working day."""

from datetime import datetime

from prefect import flow

from gongmun import clock, wiring
from gongmun.briefing.digest import DIGEST_SWEEP
from gongmun.db.sweeps import beat
from tasks.briefing_tasks import send_digest_task
from tasks.run_names import of_day


@flow(flow_run_name=of_day("DIGEST"))
def send_morning_digest(as_of: datetime | None = None) -> int:
    """근무일 아침에 담당자(GONGMUN_COORDINATORS)에게 확인이 필요한 사항, 오늘 기한, 밤사이 들어온 것을 한 쪽으로 보냅니다.

    On the morning of a working day mail each coordinator of GONGMUN_COORDINATORS one page: what is stuck, what is due
    today, what came in since the morning before. Once a day, however often it runs; nothing where nobody is named.
    Returns how many mails were queued.
    """
    sent = send_digest_task(clock.resolve(as_of))
    beat(wiring.database(), DIGEST_SWEEP)
    return len(sent)
