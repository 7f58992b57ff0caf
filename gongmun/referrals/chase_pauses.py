"""Reminders to one ministry stand still (독촉 보류): a coordinator has a reason, and says until when.

Nothing is claimed for it and nothing is sent to it or about it meanwhile. Its clocks run on: the law's period
is not ours to stretch. What falls due in the meantime is caught up by the first sweep after the last day, which
fires the highest rung only.
"""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.errors import GongmunError, NotFound
from gongmun.ledger import Actor
from gongmun.organisations import Organisation
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import chase_pause_queries as queries
from gongmun.referrals.models import ChasePause
from gongmun.text import clean, clean_line, english_date, korean_date

LONGEST = timedelta(days=92)
_REASON_LIMIT = 500
_NAME_LIMIT = 100


class PauseIncomplete(GongmunError):
    """A pause without a name or a reason, or without an end that is near enough."""

    code = "chase.pause_incomplete"
    ko = (
        "독촉을 보류하지 않았습니다. 담당자 이름과 사유({limit}자 이내), 그리고 오늘부터 {longest_ko}까지의 종료일을 "
        "지정해 주십시오. 더 필요하면 종료된 뒤 다시 보류할 수 있습니다."
    )
    en = (
        "Nothing was paused. Give your name, a reason of at most {limit} characters and a last day from "
        "today until {longest_en}; a pause can be begun again after it has ended."
    )


class AlreadyPaused(GongmunError):
    """A second pause of the same ministry."""

    code = "chase.already_paused"
    ko = "{name_ko}에 대한 독촉은 이미 {until_ko}까지 보류되어 있습니다. 바꾸려면 먼저 'gongmun chase resume {ministry}'를 실행해 주십시오."
    en = "Reminders to {name_en} are paused until {until_en} already. To change that, run `gongmun chase resume {ministry}` first."


class NotPaused(GongmunError):
    """The end of a pause that is not there."""

    code = "chase.not_paused"
    ko = "{name_ko}에 대한 독촉은 보류되어 있지 않습니다."
    en = "Reminders to {name_en} are not paused."


def pause(
    db: Database, code: str, *, until: date, name: str, reason: str, now: datetime
) -> ChasePause:
    """Pause the reminders to the ministry `code` until the end of the day `until`.

    Raises:
        NotFound: there is no such organisation today.
        PauseIncomplete: something is missing, or the end has passed or is too far away.
        AlreadyPaused: they are.
    """
    today = seoul_date(now)
    name, reason, longest = clean_line(name), clean(reason), today + LONGEST
    filled = 0 < len(name) <= _NAME_LIMIT and 0 < len(reason) <= _REASON_LIMIT
    if not filled or not today <= until <= longest:
        raise _incomplete(today)
    with db.transaction() as session:
        ministry = _ministry(session, code, today)
        standing = queries.of_organisation(session, ministry.id, today)
        if standing is not None:
            raise AlreadyPaused(
                name_ko=ministry.name_ko,
                name_en=ministry.name_en,
                until_ko=korean_date(standing.until),
                until_en=english_date(standing.until),
                ministry=code,
            )
        begun = ChasePause(
            organisation_id=ministry.id, name=name, reason=reason, begun_at=now, until=until
        )
        session.add(begun)
        session.flush()
        _record(session, "chase.paused", begun, now)
    return begun


def resume(db: Database, code: str, *, name: str, now: datetime) -> ChasePause:
    """End the pause of the ministry `code` today; the next sweep finds what is due.

    Raises:
        NotFound: there is no such organisation today.
        PauseIncomplete: without a name.
        NotPaused: there is nothing to end.
    """
    today = seoul_date(now)
    name = clean_line(name)[:_NAME_LIMIT]
    if not name:
        raise _incomplete(today)
    with db.transaction() as session:
        ministry = _ministry(session, code, today)
        standing = queries.of_organisation(session, ministry.id, today)
        if standing is None:
            raise NotPaused(name_ko=ministry.name_ko, name_en=ministry.name_en)
        standing.ended_at, standing.ended_by = now, name
        _record(session, "chase.resumed", standing, now)
    return standing


def _incomplete(today: date) -> PauseIncomplete:
    longest = today + LONGEST
    return PauseIncomplete(
        limit=_REASON_LIMIT, longest_ko=korean_date(longest), longest_en=english_date(longest)
    )


def _ministry(session: Session, code: str, today: date) -> Organisation:
    found = organisation_queries.organisation(session, code, today)
    if found is None:
        raise NotFound(thing_ko=f"기관 {code}", thing_en=f"organisation {code}")
    return found


def _record(session: Session, kind: str, pause: ChasePause, now: datetime) -> None:
    ledger.record(
        session,
        kind,
        subject=("chase_pause", pause.id),
        now=now,
        actor=Actor.COORDINATOR,
        organisation=pause.organisation_id,
        until=pause.until.isoformat(),
    )
