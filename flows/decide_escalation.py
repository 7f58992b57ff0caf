"""Decide on an escalation (상향 통보 결재): wait for a coordinator who approves or returns it."""

from datetime import datetime
from typing import Any

from prefect import flow

from gongmun import clock
from gongmun.decisions import Kind
from gongmun.documents.decision_form import decision
from tasks.asking import decided
from tasks.decision_tasks import decide_escalation_task


@flow(flow_run_name="DECIDE escalation {document}")
def decide_escalation(document: int, as_of: datetime | None = None) -> str:
    """상급기관에 보낼 상향 통보를 승인하거나 반려합니다. 실행이 멈추면 Resume 단추를 눌러 결정과 성명, 사유를 적어 주십시오.

    Wait until a coordinator approves or returns the escalation in the document of that id, by the form of this run
    ("Resume") or by `gongmun escalation`. Approved, the next chase sends it. Returns where it stands then.
    """

    def take(number: int, form: Any) -> None:
        chosen = decision(form.decision)
        decide_escalation_task(number, chosen, form.name, form.reason, clock.resolve(as_of))

    return decided(Kind.ESCALATION, document, take, as_of)
