"""What a reorganisation leaves to a coordinator: referrals of ministries that are no more, without an heir.

The list is published in runs: references and codes only.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun.clock import seoul_date
from gongmun.followups import queries as followup_queries
from gongmun.forums.ministries_waiting import Waiting
from gongmun.organisations import Organisation
from gongmun.referrals import succession_queries as queries
from gongmun.referrals.models import Referral
from gongmun.referrals.succeeding import successor_of
from gongmun.suggestions import queries as suggestion_queries
from gongmun.text import Bilingual


def successions(session: Session, now: datetime) -> Iterator[Waiting]:
    """Those to assign; and one line for all that no run has looked at yet."""
    today = seoul_date(now)
    promised = followup_queries.promised(session, queries.not_in_force(session, today))
    for _, referral, predecessor in queries.undecided(session, promised=promised):
        yield _to_assign(session, referral, predecessor, now)
    unseen = [
        referral
        for referral in (*queries.left_behind(session, today), *queries.unnumbered(session, today))
        if queries.takeover(session, referral) is None
    ]
    if unseen:
        yield Waiting(
            what=Bilingual(
                ko=f"개편된 기관에 남아 있는 이송 {len(unseen)}건: 승계 처리가 아직 실행되지 않았습니다.",
                en=f"referrals left with ministries that are no more: {len(unseen)}",
            ),
            remedy="gongmun succession follow",
        )


def _to_assign(
    session: Session, referral: Referral, predecessor: Organisation, now: datetime
) -> Waiting:
    reference = suggestion_queries.by_id(session, referral.suggestion_id).reference
    successor = successor_of(session, referral, seoul_date(now))
    other = queries.held_by(session, referral, successor.id) if successor is not None else None
    if successor is None or other is None:
        return Waiting(
            what=Bilingual(
                ko=f"승계 기관 지정 대기: {reference}, {predecessor.name_ko}",
                en=f"to assign: {reference} of {predecessor.code}, which is no more",
            ),
            remedy=f"gongmun referral assign {referral.id} --to … --name … --reason …",
        )
    return Waiting(
        what=Bilingual(
            ko=f"승계 기관이 같은 제안을 이미 받음: {reference}, {predecessor.name_ko} → {successor.name_ko}"
            f"(이송 {referral.id}번, {other.id}번)",
            en=f"to assign: {reference} of {predecessor.code}; {successor.code} has it already "
            f"(referrals {referral.id}, {other.id})",
        ),
        remedy=f"gongmun referral assign {referral.id} --to {successor.code} --withdraw … "
        "--name … --reason …",
    )
