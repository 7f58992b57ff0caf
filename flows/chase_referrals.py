"""Chase what is not acknowledged or not answered (독촉): one sweep of the ladder."""

from datetime import datetime

from prefect import flow

from gongmun import clock, wiring
from gongmun.db.sweeps import lease
from gongmun.referrals.chase_preview import QUIET
from gongmun.referrals.chasing import CHASE_SWEEP
from gongmun.referrals.ladder import Rung
from gongmun.referrals.names import RUNGS
from gongmun.text import Bilingual, korean_date
from tasks.artifacts import (
    documents_table,
    notes_of,
    paused_table,
    preview_table,
    publish,
)
from tasks.boards import publish_board_task, publish_waiting_task, waiting_note
from tasks.deadline_tasks import tell_changes_task
from tasks.document_tasks import documents_task
from tasks.referral_tasks import (
    enqueue_notices_task,
    issue_notices_task,
    note_dispatches_task,
    paused_task,
    prepare_notices_task,
    preview_task,
    sweep_task,
    told_task,
)
from tasks.run_names import of_day
from tasks.sweep_tables import suppressed_table, told_table

_QUIET = Bilingual(
    ko="근무시간이 아니므로 안내와 독촉을 보내지 않았습니다. 다음 근무시간의 점검에서 처리합니다.",
    en="Outside of working hours nothing is sent: what is due waits for the next sweep in them.",
)


# A sweep that was killed keeps its lease for a quarter of an hour: the next one comes again until
# it has it. Every try finds what the one before has done.
@flow(flow_run_name=of_day("CHASE referrals"), retries=4, retry_delay_seconds=300)
def chase_referrals(as_of: datetime | None = None, dry_run: bool = False) -> int:
    """접수·회신 기한을 점검하여 안내와 독촉을 보냅니다. 밀린 점검도 빠짐없이 처리합니다. dry_run은 보낼 것만 보여 줍니다.

    Take every rung of the ladder that is due, however old: one mail for each ministry, formal
    reminders as numbered documents, escalations drafted for a coordinator. Returns how many mails
    were queued. With `dry_run` nothing is done: the artifact shows what would go to whom, and what not.
    """
    now = clock.resolve(as_of)
    if dry_run:
        return _show(now)
    with lease(wiring.database(), CHASE_SWEEP):
        note_dispatches_task(now)
        # What was moved at night or on a day off: told before anybody is reminded of it.
        changes = tell_changes_task(now)
        swept = sweep_task(now)
        dropped = prepare_notices_task(now)
        issued = issue_notices_task(now)
        notices = enqueue_notices_task(now)
    publish_board_task(now)
    problems = (*changes.problems, *swept.problems, *notices.problems)
    publish(
        "chase-referrals",
        Bilingual(
            ko=f"독촉 점검: {korean_date(swept.today, weekday=True)}",
            en=f"Chase of {swept.today.isoformat()}",
        ),
        {
            **{
                Bilingual(ko=f"{RUNGS[rung].ko}", en=RUNGS[rung].en): swept.fired[rung]
                for rung in Rung
                if rung in swept.fired
            },
            Bilingual(ko="건너뛴 단계(상위 단계로 갈음)", en="rungs skipped for a higher one"): sum(
                swept.skipped.values()
            ),
            Bilingual(ko="시행한 독촉 공문", en="documents issued"): len(issued.issued),
            Bilingual(ko="발송 대기 메일", en="mails queued"): len(notices.enqueued),
            Bilingual(ko="기한 조정 안내 메일", en="mails about moved deadlines"): len(
                changes.mails
            ),
            Bilingual(ko="사유가 없어져 보내지 않음", en="suppressed, no longer true"): len(
                notices.suppressed
            )
            + len(dropped),
            Bilingual(ko="결재 또는 문서를 기다림", en="waiting for approval or a document"): len(
                notices.waiting
            ),
            Bilingual(ko="독촉을 보류 중인 기관", en="ministries passed over, paused"): len(
                swept.paused
            ),
        },
        tables=[
            told_table(told_task(notices.enqueued)),
            suppressed_table(told_task([*dropped, *notices.suppressed])),
            paused_table(paused_task(swept.paused, now)),
            documents_table(documents_task(issued.issued)),
        ],
        notes=[
            *([_QUIET] if swept.quiet else []),
            *waiting_note(publish_waiting_task(now)),
            *notes_of(problems),
        ],
    )
    # All the others have been served: a run that fails is what a coordinator sees.
    for error in problems:
        raise error
    return len(notices.enqueued)


def _show(now: datetime) -> int:
    """Publish what a sweep would do; how many ministries it would write to."""
    seen = preview_task(now)
    publish(
        "chase-preview",
        Bilingual(
            ko=f"독촉 예정: {korean_date(seen.today, weekday=True)}",
            en=f"What the chase of {seen.today.isoformat()} would do",
        ),
        {
            Bilingual(ko="메일을 받을 기관", en="ministries written to"): seen.sent,
            Bilingual(
                ko="건너뛸 단계(상위 단계로 갈음)", en="rungs skipped for a higher one"
            ): seen.skipped,
        },
        tables=[preview_table(seen)],
        notes=[QUIET] if seen.quiet else [],
    )
    return seen.sent
