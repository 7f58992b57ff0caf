"""Follow up what was answered (후속 조치): chase commitments, tell proposers."""

from datetime import datetime

from prefect import flow

from gongmun import clock, wiring
from gongmun.db.sweeps import lease
from gongmun.followups.chasing import FOLLOW_UP_SWEEP
from gongmun.followups.models import CommitmentRung
from gongmun.followups.names import RUNGS
from gongmun.text import Bilingual, korean_date
from tasks.access_tasks import forget_volunteers_task, purge_access_task
from tasks.artifacts import notes_of, publish
from tasks.boards import publish_waiting_task, waiting_note
from tasks.followup_tasks import chase_commitments_task, tell_proposers_task
from tasks.mail_tasks import mailed_task
from tasks.run_names import of_day
from tasks.sweep_tables import mailed_table

_QUIET = Bilingual(
    ko="오늘은 근무일이 아니므로 이행과제를 점검하지 않았습니다. 다음 근무일에 처리합니다.",
    en="Today is no working day: no commitment was chased. What is due waits for the next one.",
)


# See chase_referrals: a lease that a killed sweep has left runs out after a quarter of an hour.
@flow(flow_run_name=of_day("FOLLOW-UP"), retries=4, retry_delay_seconds=300)
def follow_up(as_of: datetime | None = None) -> int:
    """기관이 약속한 이행과제를 점검하여 안내하고, 제안자에게 진행 상황을 한 번씩 알려 드립니다. 오래된 접속 기록과
    보유 기한이 지난 참여단 신청은 지웁니다.

    Remind the ministries of the commitments that are due, one mail each, however old; tell proposers of
    published answers, settled commitments and dated meetings, each once; forget old records of access, and volunteers
    whose retention is over.
    Returns how many mails were queued.
    """
    now = clock.resolve(as_of)
    with lease(wiring.database(), FOLLOW_UP_SWEEP):
        chased = chase_commitments_task(now)
        told = tell_proposers_task(now)
    forgotten = purge_access_task(now)
    volunteers = forget_volunteers_task(now)
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
            Bilingual(
                ko="지운 참여단 신청(확인하지 않음·보유 기한 지남)",
                en="sign-ups for panels forgotten",
            ): volunteers.unconfirmed + volunteers.kept + volunteers.enrolled,
        },
        tables=[mailed_table(mailed_task([*chased.mails, *told.mails]))],
        notes=[
            *([_QUIET] if chased.quiet else []),
            *waiting_note(publish_waiting_task(now)),
            *notes_of(problems),
        ],
    )
    # All the others have been served: a run that fails is what a coordinator sees.
    for error in problems:
        raise error
    return len(chased.mails) + len(told.mails)
