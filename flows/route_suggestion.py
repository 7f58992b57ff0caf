"""Name the ministries of a suggestion (소관 지정): wait for a coordinator where no rule knows them."""

from datetime import datetime
from typing import Any

from prefect import flow

from gongmun import clock
from gongmun.decisions import Kind
from gongmun.forums.route_form import code
from tasks.asking import decided
from tasks.decision_tasks import route_suggestion_task


@flow(flow_run_name="ROUTE suggestion {suggestion}")
def route_suggestion(suggestion: int, as_of: datetime | None = None) -> str:
    """소관이 지정되지 않은 제안의 주관·협조 기관을 지정합니다. 실행이 멈추면 Resume 단추를 눌러 기관을 고르고 성명과 사유를 적어 주십시오.

    Wait until a coordinator names the ministries of the suggestion of that id, by the form of this run ("Resume") or by
    `gongmun suggestion route`. An outcome that waits for its approval takes it up at once. Returns where it stands then.
    """

    def take(number: int, form: Any) -> None:
        cooperating = [code(label) for label in form.cooperating]
        now = clock.resolve(as_of)
        route_suggestion_task(number, code(form.lead), cooperating, form.name, form.reason, now)

    return decided(Kind.SUGGESTION, suggestion, take, as_of)
