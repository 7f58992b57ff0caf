"""Reconcile what was approved, sent and proved with what should have been (일일 대사)."""

from collections import Counter
from datetime import datetime

from prefect import flow

from gongmun import clock, wiring
from gongmun.clock import seoul_date
from gongmun.db.sweeps import beat
from gongmun.forums.reconciling import RECONCILE_SWEEP, Gap, NotReconciled
from gongmun.text import Bilingual, korean_date
from tasks.artifacts import findings_table, publish
from tasks.forum_tasks import reconcile_task
from tasks.run_names import of_day

_GAPS = {
    Gap.DISPATCH: Bilingual(ko="발송되지 않은 공문", en="approved documents without a dispatch"),
    Gap.PROOF: Bilingual(
        ko="확인되지 않은 발송", en="dispatches without proof or with an open problem"
    ),
    Gap.NEXT_DATE: Bilingual(ko="다음 처리일이 없는 이송", en="open referrals without a next date"),
    Gap.DEADLINE: Bilingual(
        ko="휴무일이 바뀌어 다시 계산할 기한",
        en="deadlines to be counted again, days off have changed",
    ),
}


@flow(flow_run_name=of_day("RECONCILE"))
def reconcile(as_of: datetime | None = None) -> int:
    """승인된 공문, 발송, 이송을 대조하여 빠진 것을 찾습니다. 빠진 것이 있으면 이 실행은 실패로 표시됩니다.

    Hold approved documents, dispatches and open referrals against each other. Expected: no gap. A run
    that finds one fails, so that it is seen; it changes nothing, and looking again is harmless.
    """
    now = clock.resolve(as_of)
    today = seoul_date(now)
    findings = reconcile_task(now)
    counts = Counter(finding.gap for finding in findings)
    publish(
        "reconcile",
        Bilingual(
            ko=f"일일 대사: {korean_date(today, weekday=True)}",
            en=f"Reconciliation of {today.isoformat()}",
        ),
        {name: counts[gap] for gap, name in _GAPS.items()},
        tables=[findings_table(findings)],
    )
    # It ran, whatever it found.
    beat(wiring.database(), RECONCILE_SWEEP)
    if findings:
        raise NotReconciled(count=len(findings))
    return 0
