"""Follow up what was answered (후속 조치): chase commitments, tell proposers."""

from datetime import datetime

from prefect import flow

from gongmun import clock, wiring
from gongmun.db.sweeps import lease
from gongmun.followups.chasing import FOLLOW_UP_SWEEP
from gongmun.followups.models import CommitmentRung
from gongmun.followups.names import RUNGS
from gongmun.text import Bilingual, korean_date
from tasks.access_tasks import purge_access_task
from tasks.artifacts import escaped, publish, waiting_table
from tasks.followup_tasks import chase_commitments_task, tell_proposers_task
from tasks.forum_tasks import waiting_task

_QUIET = Bilingual(
    ko="오늘은 근무일이 아니므로 이행과제를 점검하지 않았습니다. 다음 근무일에 처리합니다.",
    en="Today is no working day: no commitment was chased. What is due waits for the next one.",
)


# See chase_referrals: a lease that a killed sweep has left runs out after a quarter of an hour.
@flow(flow_run_name="FOLLOW-UP", retries=4, retry_delay_seconds=300)
def follow_up(as_of: datetime | None = None) -> int:
    """기관이 약속한 이행과제를 점검하여 안내하고, 제안자에게 진행 상황을 한 번씩 알려 드립니다. 오래된 접속 기록은 지웁니다.

    Remind the ministries of the commitments that are due, one mail each, however old; tell proposers of
    published answers, settled commitments and dated meetings, each once; forget old records of access.
    Returns how many mails were queued.
    """
    now = clock.resolve(as_of)
    with lease(wiring.database(), FOLLOW_UP_SWEEP):
        chased = chase_commitments_task(now)
        told = tell_proposers_task(now)
    forgotten = purge_access_task(now)
    problems = (*chased.problems, *told.problems)
    publish(
        "follow-up",
        Bilingual(
            ko=f"후속 조치: {korean_date(chased.today, weekday=True)}",
            en=f"Follow-up of {chased.today.isoformat()}",
        ),
        {
            **{RUNGS[rung]: chased.taken[rung] for rung in CommitmentRung if rung in chased.taken},
            Bilingual(ko="기관에 보낼 메일", en="mails to ministries"): len(chased.mails),
            Bilingual(ko="보낼 연락처가 없는 기관", en="ministries without a mailbox"): ", ".join(
                chased.unreachable
            )
            or 0,
            Bilingual(ko="제안자에게 보낼 메일", en="mails to proposers"): len(told.mails),
            Bilingual(
                ko="알릴 주소가 없는 제안", en="suggestions whose proposer left no address"
            ): told.without_address,
            Bilingual(
                ko="지운 접속 기록(시도·인증번호·세션·위임 주소)", en="records of access forgotten"
            ): forgotten.attempts + forgotten.codes + forgotten.sessions + forgotten.addresses,
        },
        tables=[waiting_table(waiting_task(now))],
        notes=[
            *([_QUIET] if chased.quiet else []),
            *(
                Bilingual(ko=escaped(error.message_ko), en=escaped(error.message_en))
                for error in problems
            ),
        ],
    )
    # All the others have been served: a run that fails is what a coordinator sees.
    for error in problems:
        raise error
    return len(chased.mails) + len(told.mails)
