"""What waits after answers: meetings without a date or minutes, re-examinations, who cannot be reminded.

The list is published in runs: references and codes only, none of the words of ministries and citizens.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from gongmun import clock
from gongmun.clock import seoul_date
from gongmun.db.sweeps import last_finished
from gongmun.followups import meeting_queries, meetings, proposer_queries, queries
from gongmun.followups.chasing import FOLLOW_UP_SWEEP
from gongmun.forums.ministries_waiting import Waiting
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.mailing import mailbox
from gongmun.suggestions import queries as suggestion_queries
from gongmun.text import Bilingual, english_date, korean_date

# The sweep runs on weekdays: from Friday to Monday are three days.
_MISSING_AFTER = timedelta(days=4)


def missing_follow_up(session: Session) -> Iterator[Waiting]:
    """The follow-up that no longer runs. By the machine's clock, which the heartbeat is kept in."""
    oldest = queries.first_published(session)
    if oldest is None:
        return
    alive = max(last_finished(session, FOLLOW_UP_SWEEP) or oldest, oldest)
    if clock.now() - alive > _MISSING_AFTER:
        day = seoul_date(alive)
        yield Waiting(
            what=Bilingual(
                ko=f"후속 조치 점검이 {korean_date(day)} 이후 실행되지 않았습니다.",
                en=f"The follow-up has not run since {english_date(day)}.",
            ),
            remedy="prefect deployment run follow-up/follow-up",
        )


def follow_ups(session: Session, now: datetime) -> Iterator[Waiting]:
    """Meetings and re-examinations, and ministries whose commitments are due but have no mailbox."""
    for meeting in meeting_queries.undated_meetings(session):
        where = _where(session, meeting.referral_id)
        yield Waiting(
            what=Bilingual(
                ko=f"일정 지정 대기: 후속 협의 {where.ko}", en=f"to date: a meeting on {where.en}"
            ),
            remedy=f"gongmun meeting date {meeting.id} --starts … --place …"
            if meetings.is_possible(session, meeting.referral_id)
            else f"gongmun meeting cancel {meeting.id}",
        )
    for meeting in meeting_queries.unreported_meetings(session, now):
        where = _where(session, meeting.referral_id)
        yield Waiting(
            what=Bilingual(
                ko=f"회의록 등록 대기: 후속 협의 {where.ko}",
                en=f"to record: the minutes of the meeting on {where.en}",
            ),
            remedy=f"gongmun meeting hold {meeting.id} --minutes …",
        )
    for asked in proposer_queries.open_reexaminations(session):
        where = _where(session, asked.referral_id)
        yield Waiting(
            what=Bilingual(
                ko=f"재검토 진행 중: {where.ko}", en=f"being examined again: {where.en}"
            ),
            remedy=f"gongmun referral show {asked.referral_id}",
        )
    for organisation_id in queries.ministries_due(session, seoul_date(now)):
        if mailbox(session, organisation_id) is None:
            code = organisation_queries.by_id(session, organisation_id).code
            yield Waiting(
                what=Bilingual(
                    ko=f"이행과제를 안내할 연락처 없음: {code}",
                    en=f"no mailbox to remind {code} of its commitments",
                ),
                remedy=f"gongmun contact set {code} …",
            )


def _where(session: Session, referral_id: int) -> Bilingual:
    referral = referral_queries.by_id(session, referral_id)
    reference = suggestion_queries.by_id(session, referral.suggestion_id).reference
    ministry = organisation_queries.by_id(session, referral.organisation_id)
    return Bilingual(ko=f"{reference}, {ministry.name_ko}", en=f"{reference}, {ministry.code}")
