"""Decide on a request for more time (연장 결정): wait for a coordinator who grants or refuses it."""

from datetime import datetime
from typing import Any

from prefect import flow

from gongmun import clock
from gongmun.answers.extension_form import decision
from gongmun.decisions import Kind
from tasks.asking import decided
from tasks.decision_tasks import decide_extension_task


@flow(flow_run_name="DECIDE extension {extension}")
def decide_extension(extension: int, as_of: datetime | None = None) -> str:
    """기관의 기한 연장 요청을 승인하거나 승인하지 않습니다. 실행이 멈추면 Resume 단추를 눌러 결정과 성명, 사유를 적어 주십시오.

    Wait until a coordinator grants or refuses the request of that id, by the form of this run ("Resume") or by
    `gongmun extension`. The decision is sent to the ministry as a document. Returns where it stands then.
    """

    def take(number: int, form: Any) -> None:
        chosen, now = decision(form.decision), clock.resolve(as_of)
        decide_extension_task(number, chosen, form.until, form.name, form.reason, now)

    return decided(Kind.EXTENSION, extension, take, as_of)
