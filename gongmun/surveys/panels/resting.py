"""Rest (휴식) after a rotation: who of a pool may not be drawn yet."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.errors import GongmunError
from gongmun.surveys.panels import queries
from gongmun.surveys.panels.contacts import Contact, read_contacts


class PeopleResting(GongmunError):
    """People of a pool who rest, or who live with somebody that rests."""

    code = "panels.people_resting"
    ko = (
        "쉬는 중인 사람이나 그와 함께 사는 사람이 명단에 있어 등록하지 않았습니다: {numbers}. 그 번호를 명단에서 빼고 다시 "
        "추첨해 주십시오."
    )
    en = (
        "Nobody was enrolled: {numbers} of the pool rest, or live with somebody who does. Take them out of the pool "
        "and draw again."
    )


def resting_numbers(db: Database, people: bytes, *, now: datetime) -> Sequence[str]:
    """The numbers of a file of contacts whose people rest: to be taken out of the pool before it is published.

    Raises:
        PeopleInvalid: the file has lines to correct.
    """
    contacts = read_contacts(people, None)
    with db.reading() as session:
        return _resting(session, contacts, now)


def _resting(session: Session, contacts: Mapping[str, Contact], now: datetime) -> Sequence[str]:
    resting = queries.resting(session, seoul_date(now))
    return sorted(
        number
        for number, each in contacts.items()
        if each.contact in resting.contacts or each.household in resting.households
    )


def refuse_resting(session: Session, contacts: Mapping[str, Contact], now: datetime) -> None:
    """Raises PeopleResting where somebody of these rests, or lives with somebody who does."""
    numbers = _resting(session, contacts, now)
    if numbers:
        raise PeopleResting(numbers=", ".join(numbers[:20]) + (" …" if len(numbers) > 20 else ""))
