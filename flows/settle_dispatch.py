"""Settle an uncertain dispatch (발송 확정): wait for a coordinator who found out whether it arrived."""

from datetime import datetime
from typing import Any

from prefect import flow

from gongmun import clock
from gongmun.decisions import Kind
from gongmun.mail.settling_form import ARRIVED
from tasks.asking import decided
from tasks.decision_tasks import settle_dispatch_task


@flow(flow_run_name="SETTLE dispatch {dispatch}")
def settle_dispatch(dispatch: int, as_of: datetime | None = None) -> str:
    """도착 여부를 알 수 없는 발송을 확정합니다. 실행이 멈추면 Resume 단추를 눌러 도착했는지, 성명과 사유를 적어 주십시오.

    Wait until a coordinator says whether the dispatch of that id arrived, by the form of this run ("Resume") or by
    `gongmun mail settle`. What did not arrive is sent again. Returns where it stands then.
    """

    def take(number: int, form: Any) -> None:
        arrived = form.outcome == ARRIVED
        settle_dispatch_task(number, arrived, form.name, form.reason, clock.resolve(as_of))

    return decided(Kind.DISPATCH, dispatch, take, as_of)
