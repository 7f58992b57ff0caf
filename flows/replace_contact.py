"""Replace a mailbox that mail came back from (연락처 교체): wait for a coordinator who knows the new one."""

from datetime import datetime
from typing import Any

from prefect import flow

from gongmun import clock
from gongmun.decisions import Kind
from tasks.asking import decided
from tasks.decision_tasks import replace_contact_task


@flow(flow_run_name="REPLACE contact {contact}")
def replace_contact(contact: int, as_of: datetime | None = None) -> str:
    """메일이 반송되는 기관 연락처를 새 주소로 바꿉니다. 실행이 멈추면 Resume 단추를 눌러 새 주소와 성명, 사유를 적어 주십시오.

    Wait until a coordinator gives another address for the contact of that id, from which mail came back, by the form of
    this run ("Resume") or by `gongmun contact set`. Returns where it stands then.
    """

    def take(number: int, form: Any) -> None:
        replace_contact_task(number, form.email, form.name, form.reason, clock.resolve(as_of))

    return decided(Kind.CONTACT, contact, take, as_of)
