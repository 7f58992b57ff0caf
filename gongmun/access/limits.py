"""How often something may be tried, counted in the database: by every process of the portal together.

A window slides. What is refused for its number is not counted again, so that whoever goes on trying does
not keep others out any longer. Keys are hashed: no address and no IP stands in the table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from gongmun.access import queries, tokens
from gongmun.errors import GongmunError

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


class TooManyAttempts(GongmunError):
    """Somebody has tried this as often as it may be tried."""

    code = "access.too_many_attempts"
    ko = "짧은 시간에 여러 번 시도하여 잠시 받지 않습니다. 한 시간쯤 뒤 다시 시도하시거나 메일에 적힌 연락처로 알려 주십시오."
    en = "This was tried too often in a short time. Try again in about an hour, or contact the office named in our mail."


class Trial(StrEnum):
    """What is limited, and what it counts for. In the order in which one transaction takes them."""

    CODE_BY_LINK = "code_by_link"  # codes asked for with one link
    CODE_BY_ADDRESS = "code_by_address"  # codes sent to one mailbox, with links
    # Codes sent to one mailbox, asked for with the code in print, which many can read: these are counted
    # apart, so that a stranger with a copy of the document cannot keep out whoever has the link.
    CODE_BY_PRINT = "code_by_print"
    CODE_BY_IP = "code_by_ip"
    WRONG_CODE_BY_IP = "wrong_code_by_ip"
    UNKNOWN_TOKEN_BY_IP = "unknown_token_by_ip"  # noqa: S105 (a name)
    RATING_BY_SUGGESTION = "rating_by_suggestion"  # what a proposer says of answers
    VOLUNTEER_BY_ADDRESS = "volunteer_by_address"  # mails to one mailbox that ask it to confirm
    VOLUNTEER_BY_IP = "volunteer_by_ip"
    WRONG_LOGIN_BY_IP = "wrong_login_by_ip"  # of coordinators


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """So many within that time."""

    count: int
    within: timedelta


# A whole ministry may come from one IP; a mailbox is read by a few people.
LIMITS: Mapping[Trial, tuple[Limit, ...]] = {
    Trial.CODE_BY_LINK: (Limit(count=5, within=_HOUR), Limit(count=20, within=_DAY)),
    Trial.CODE_BY_ADDRESS: (Limit(count=10, within=_HOUR), Limit(count=40, within=_DAY)),
    Trial.CODE_BY_PRINT: (Limit(count=3, within=_HOUR), Limit(count=6, within=_DAY)),
    Trial.CODE_BY_IP: (Limit(count=60, within=_HOUR),),
    Trial.WRONG_CODE_BY_IP: (Limit(count=30, within=_HOUR), Limit(count=100, within=_DAY)),
    Trial.UNKNOWN_TOKEN_BY_IP: (Limit(count=60, within=_HOUR),),
    Trial.RATING_BY_SUGGESTION: (Limit(count=20, within=_HOUR), Limit(count=60, within=_DAY)),
    Trial.VOLUNTEER_BY_ADDRESS: (Limit(count=3, within=_HOUR), Limit(count=6, within=_DAY)),
    # A whole library, or many telephones of one provider, may come from one IP.
    Trial.WRONG_LOGIN_BY_IP: (Limit(count=20, within=_HOUR), Limit(count=60, within=_DAY)),
    Trial.VOLUNTEER_BY_IP: (Limit(count=60, within=_HOUR), Limit(count=300, within=_DAY)),
}
# An attempt that is older counts for nothing.
LONGEST = max(limit.within for limits in LIMITS.values() for limit in limits)


def check(session: Session, trial: Trial, key: str, now: datetime) -> None:
    """Let the caller go on, if `key` may be tried once more; takes turns with all that try the same key.

    Raises:
        TooManyAttempts: not now.
    """
    queries.take_turn(session, f"{trial}:{tokens.hash_of(key)}")
    look(session, trial, key, now)


def look(session: Session, trial: Trial, key: str, now: datetime) -> None:
    """Do the same without taking turns, for whoever counts nothing: a crowd behind one IP need not wait for itself.

    Raises:
        TooManyAttempts: not now.
    """
    key_hash = tokens.hash_of(key)
    for limit in LIMITS[trial]:
        if queries.attempts(session, trial, key_hash, since=now - limit.within) >= limit.count:
            raise TooManyAttempts()


def note(session: Session, trial: Trial, key: str, now: datetime) -> None:
    """Count one."""
    queries.add_attempt(session, trial, tokens.hash_of(key), now)
