"""What waits for a coordinator, gathered from all rooms: nothing may wait unseen."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from gongmun import clock
from gongmun.answers import request_queries
from gongmun.calendar import calendar, hours
from gongmun.db.restored import unsettled
from gongmun.db.sweeps import last_finished
from gongmun.forums import queries
from gongmun.forums.documents_waiting import CHASE, not_issued, to_approve
from gongmun.forums.follow_ups_waiting import follow_ups, missing_follow_up
from gongmun.forums.life import Status as OutcomeStatus
from gongmun.forums.ministries_waiting import Waiting, broken_mailboxes, ministries_waiting
from gongmun.forums.route_form import unrouted
from gongmun.forums.successions_waiting import successions
from gongmun.mail import queries as mail_queries
from gongmun.mail.models import HoldReason
from gongmun.mail.recipients import recipient
from gongmun.referrals import queries as referral_queries
from gongmun.referrals import recompute_preview, untold_queries
from gongmun.referrals.chasing import CHASE_SWEEP
from gongmun.text import Bilingual, english_date, korean_date

# The name of the heartbeat of the run that shows this list and the other boards.
BOARD_SWEEP = "show-boards"
_WRAP_UP_MISSING_AFTER = timedelta(hours=1)
_MAIL_DELAYED_AFTER = timedelta(hours=1)
# The chase runs on weekdays: from Friday to Monday are three days.
_CHASE_MISSING_AFTER = timedelta(days=4)

__all__ = ["BOARD_SWEEP", "Waiting", "waiting"]


def waiting(session: Session, now: datetime) -> Sequence[Waiting]:
    """Everything a coordinator has to decide or mend, most important first."""
    return [
        *_restored(session),
        *_missing_sweep(session),
        *missing_follow_up(session),
        *_approvals(session),
        *_stuck(session, now),
        *to_approve(session),
        *_late(session),
        *_recount(session, now),
        *successions(session, now),
        *ministries_waiting(session),
        *follow_ups(session, now),
        *_unrouted(session, now),
        *broken_mailboxes(session),
        *_dispatches(session),
        *_delayed(session, now),
        *not_issued(session),
    ]


def _restored(session: Session) -> Iterator[Waiting]:
    """A restore that nobody has settled: nothing is numbered and nothing leaves meanwhile."""
    restoration = unsettled(session)
    if restoration is not None:
        day = clock.seoul_date(restoration.backup_at)
        yield Waiting(
            what=Bilingual(
                ko=f"복원 확인 대기: {korean_date(day)} 백업을 복원하였습니다. 그때까지 번호를 부여하거나 발송하지 않습니다.",
                en=f"to settle: the backup of {english_date(day)} was restored; nothing is numbered or sent before",
            ),
            remedy="gongmun restored show",
        )


def _missing_sweep(session: Session) -> Iterator[Waiting]:
    """The chase that no longer runs. By the machine's clock, which the heartbeat is kept in."""
    before = clock.now() - _CHASE_MISSING_AFTER
    finished = last_finished(session, CHASE_SWEEP)
    if finished is not None and finished >= before:
        return  # the rest looks at all that is open
    oldest = referral_queries.oldest_dispatch(session)
    if oldest is None:
        return
    alive = max(finished or oldest, oldest)
    if alive < before:
        yield Waiting(
            what=Bilingual(
                ko=f"독촉 점검이 {korean_date(clock.seoul_date(alive))} 이후 실행되지 않았습니다.",
                en=f"The chase has not run since {english_date(clock.seoul_date(alive))}.",
            ),
            remedy=CHASE,
        )


def _approvals(session: Session) -> Iterator[Waiting]:
    for outcome in queries.outcomes_with(session, OutcomeStatus.DRAFTED, OutcomeStatus.RETURNED):
        forum = queries.forum(session, outcome.forum_id)
        if outcome.status is OutcomeStatus.DRAFTED:
            yield Waiting(
                what=Bilingual(
                    ko=f"결재 대기: 포럼 {forum.code} 결과 {outcome.round}차",
                    en=f"to approve: outcome {outcome.round} of forum {forum.code}",
                ),
                remedy=f"gongmun outcome approve {outcome.id} --name … --reason …",
                run=f"WRAP-UP {forum.code}",
            )
        elif queries.latest_outcome(session, forum.id) is outcome:
            yield Waiting(
                what=Bilingual(
                    ko=f"반려됨: 포럼 {forum.code} 결과 {outcome.round}차(수정 후 다시 정리)",
                    en=f"returned: outcome {outcome.round} of forum {forum.code}; mend, wrap up again",
                ),
                remedy=f"gongmun forum wrap-up {forum.code}",
            )


def _stuck(session: Session, now: datetime) -> Iterator[Waiting]:
    """Forums whose wrap-up did not happen, and outcomes that are approved but not issued."""
    for forum in queries.not_wrapped_up(session):
        if forum.ends_at is not None and forum.ends_at + _WRAP_UP_MISSING_AFTER < now:
            yield Waiting(
                what=Bilingual(
                    ko=f"결과 정리가 되지 않음: 포럼 {forum.code}",
                    en=f"forum {forum.code} has ended and was not wrapped up",
                ),
                remedy=f"gongmun forum wrap-up {forum.code}",
            )
    for outcome in queries.outcomes_with(session, OutcomeStatus.APPROVED):
        forum = queries.forum(session, outcome.forum_id)
        yield Waiting(
            what=Bilingual(
                ko=f"시행 대기: 포럼 {forum.code} 결과 {outcome.round}차",
                en=f"approved, not issued yet: outcome {outcome.round} of forum {forum.code}",
            ),
            remedy="gongmun outcome issue",
        )


def _late(session: Session) -> Iterator[Waiting]:
    """Decisions on extensions, and documents of transfers, that the sweep has not taken yet."""
    for extension in request_queries.unsent_extensions(session):
        yield Waiting(
            what=Bilingual(
                ko=f"시행 대기: 기한 연장 결정 문서 {extension.document_id}",
                en=f"approved, not issued yet: decision on an extension, document {extension.document_id}",
            ),
            remedy="gongmun outcome issue",
        )
    for outcome_id in queries.late_outcomes(session):
        yield Waiting(
            what=Bilingual(
                ko=f"시행 대기: 결과 {outcome_id}번의 이관 공문",
                en=f"approved, not issued yet: a transfer of outcome {outcome_id}",
            ),
            remedy="gongmun outcome issue",
        )


def _recount(session: Session, now: datetime) -> Iterator[Waiting]:
    """The days off have changed, and deadlines still stand on the days that were counted before."""
    if recompute_preview.disagreeing(session, cal=calendar(), now=now):
        yield Waiting(
            what=Bilingual(
                ko="휴무일이 바뀌어 다시 계산할 기한이 있습니다.",
                en="the days off have changed: deadlines are to be counted again",
            ),
            remedy="gongmun deadline recompute",
        )
    # Outside of working hours nobody is told yet: the next chase does it.
    if hours.is_open(now, calendar()) and (untold := untold_queries.untold(session)):
        yield Waiting(
            what=Bilingual(
                ko=f"기한이 조정된 이송 {untold}건을 아직 기관에 알리지 않았습니다.",
                en=f"referrals whose ministry was not told of the new deadline: {untold}",
            ),
            remedy="gongmun deadline recompute --apply --name … --reason …",
        )


def _unrouted(session: Session, now: datetime) -> Iterator[Waiting]:
    for suggestion_id, reference in unrouted(session, now):
        yield Waiting(
            what=Bilingual(
                ko=f"소관 미지정: {reference}", en=f"no responsible ministry: {reference}"
            ),
            remedy=f"gongmun suggestion route {suggestion_id} --lead … --name … --reason …",
            run=f"ROUTE suggestion {suggestion_id}",
        )


def _dispatches(session: Session) -> Iterator[Waiting]:
    # One line stands for all that a restore leaves open.
    passed = HoldReason.RESTORED if unsettled(session) else None
    for dispatch in mail_queries.needing_a_person(session):
        to = recipient(dispatch.organisation_code)
        if passed and dispatch.hold_reason is passed:
            continue
        yield Waiting(
            what=Bilingual(
                # Not the relay's words, which hold an address: this list is published in runs.
                ko=f"발송 확인 필요({dispatch.status.value}): {to.ko}",
                en=f"mail {dispatch.id} to {to.en} is {dispatch.status.value}",
            ),
            remedy=f"gongmun mail show {dispatch.id}",
            run=f"SETTLE dispatch {dispatch.id}",
        )


def _delayed(session: Session, now: datetime) -> Iterator[Waiting]:
    count = mail_queries.delayed(session, now - _MAIL_DELAYED_AFTER)
    if count:
        yield Waiting(
            what=Bilingual(
                ko=f"발송이 늦어지는 메일 {count}통: 중계 서버와 설정을 확인해 주십시오.",
                en=f"mails that do not go out: {count}. Check the relay and its settings.",
            ),
            remedy="gongmun mail list",
        )
