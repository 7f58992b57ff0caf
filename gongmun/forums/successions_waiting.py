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
from gongmun.referrals.succeeding import Standstill, standstill
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
    found = standstill(session, referral, seoul_date(now))
    why = why_undecided(found)
    return Waiting(
        what=Bilingual(
            ko=f"승계 기관 지정 대기: {reference}, {predecessor.name_ko}. {why.ko}",
            en=f"to assign: {reference} of {predecessor.code}, which is no more: {why.en}",
        ),
        remedy=remedy_of(referral, found),
    )


def why_undecided(found: Standstill) -> Bilingual:
    """Why a referral did not pass on by itself, with the candidates or the referral that is in the way."""
    heirs = ", ".join(f"{each.name_ko}({each.code})" for each in found.heirs)
    codes = ", ".join(each.code for each in found.heirs)
    if found.successor is not None and found.other is not None:
        return Bilingual(
            ko=f"승계 기관 {found.successor.name_ko}({found.successor.code})에 같은 제안의 이송 {found.other.id}번이 "
            "이미 있음(둘 중 하나를 --withdraw로 철회)",
            en=f"{found.successor.code} has it already as referral {found.other.id}; withdraw either",
        )
    if found.successor is not None:
        return Bilingual(
            ko=f"승계 기관은 {found.successor.name_ko}({found.successor.code}), 다음 승계 처리에서 넘어감",
            en=f"it passes to {found.successor.code} with the next run",
        )
    if found.heirs:
        return Bilingual(
            ko=f"여러 기관이 나누어 승계하였고 분야별 소관에 지정이 없음: {heirs}",
            en=f"it was split and the routing names none of {codes}",
        )
    return Bilingual(ko="승계 기관이 없음", en="nobody took over from it")


def remedy_of(referral: Referral, found: Standstill) -> str:
    """The command that settles it, with what is known filled in."""
    if found.successor is not None and found.other is not None:
        return (
            f"gongmun referral assign {referral.id} --to {found.successor.code} "
            f"--withdraw {referral.id} --name … --reason …"
        )
    if found.successor is not None:
        return "gongmun succession follow"
    return f"gongmun referral assign {referral.id} --to … --name … --reason …"
