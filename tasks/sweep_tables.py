"""What a sweep did, as tables of its artifact: what was sent to whom and why, and what was not."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from gongmun.mail.intents import INTENTS
from gongmun.mail.summary import Mailed
from gongmun.referrals.names import RUNGS, STATUSES
from gongmun.referrals.told import Told
from gongmun.text import Bilingual
from tasks.artifacts import Table, some

_K = TypeVar("_K", bound=StrEnum)
_MINISTRY = Bilingual(ko="기관", en="ministry")
_REFERRALS = Bilingual(ko="이송 번호", en="referrals")


def told_table(told: Sequence[Told]) -> Table:
    """The notices that were queued: to whom, which rungs, of which referrals."""
    return (
        Bilingual(ko="발송 대기열에 넣은 안내", en="Sent to whom, and why"),
        (
            _MINISTRY,
            Bilingual(ko="수신", en="to"),
            Bilingual(ko="단계와 건수", en="rungs, of how many"),
            _REFERRALS,
        ),
        [
            (_name(each), _to(each), _counted(RUNGS, each.rungs), some(each.referral_ids))
            for each in told
        ],
    )


def suppressed_table(told: Sequence[Told]) -> Table:
    """The notices that were suppressed, and where their referrals stand now, which is why."""
    return (
        Bilingual(ko="사유가 없어져 보내지 않은 안내", en="Suppressed, no longer true"),
        (
            _MINISTRY,
            Bilingual(ko="단계와 건수", en="rungs, of how many"),
            _REFERRALS,
            Bilingual(ko="현재 상태(사유)", en="where they stand now"),
        ),
        [
            (
                _name(each),
                _counted(RUNGS, each.rungs),
                some(each.referral_ids),
                _counted(STATUSES, each.statuses),
            )
            for each in told
        ],
    )


def mailed_table(mailed: Sequence[Mailed]) -> Table:
    """Mails by whom they go to and what they are."""
    return (
        Bilingual(ko="보낸 곳과 내용", en="Sent to whom, and why"),
        (
            Bilingual(ko="수신", en="to"),
            Bilingual(ko="내용", en="what"),
            Bilingual(ko="통", en="mails"),
            Bilingual(ko="발송 번호", en="their ids"),
        ),
        [
            (
                each.organisation_code,
                INTENTS.get(each.intent, each.intent),
                len(each.ids),
                some(each.ids),
            )
            for each in mailed
        ],
    )


def _name(told: Told) -> str:
    return f"{told.ministry.ko} ({told.code})"


def _to(told: Told) -> str:
    backup = "예비 담당자 / backup contact" if told.to_backup else ""
    return f"{told.addressee} {backup}"


def _counted(names: Mapping[_K, Bilingual], counts: Mapping[_K, int]) -> Bilingual:
    return Bilingual(
        ko=", ".join(f"{names[each].ko} {count}" for each, count in counts.items()),
        en=", ".join(f"{names[each].en} {count}" for each, count in counts.items()),
    )
