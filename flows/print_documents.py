"""Print a share of what is approved (공문 분담 인쇄): asked for by a run that has more to print than one machine should."""

from datetime import datetime

from prefect import flow

from gongmun import clock
from tasks.forum_tasks import print_share_task


@flow(flow_run_name="PRINT {first} to {last}")
def print_documents(first: int, last: int, as_of: datetime | None = None) -> int:
    """결재된 공문 가운데 번호(내부)가 first부터 last까지인 것을 시행하여 PDF로 만듭니다. 공문이 많을 때 시행하는 실행이 여러 컴퓨터에 나누어 맡깁니다.

    Number and print what is approved and has an id from `first` to `last`: a share of a job that is larger than
    GONGMUN_PRINT_BATCH, and asked for by the run that issues it. Mail is that run's. Returns how many were printed.
    """
    return len(print_share_task(first, last, clock.resolve(as_of)))
