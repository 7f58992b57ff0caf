"""Reminders to one ministry stand still (독촉 보류): a coordinator has a reason, and says until when.

Nothing is claimed for it and nothing is sent to it or about it meanwhile; what was claimed and has not left is
taken back. Its clocks run on: the law's period
is not ours to stretch. What falls due in the meantime is caught up by the first sweep after the last day, which
fires the highest rung only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.errors import GongmunError
from gongmun.ledger import Actor
from gongmun.organisations import in_force
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import chase_pause_queries as queries
from gongmun.referrals.life import CHASED
from gongmun.referrals.models import ChasePause
from gongmun.referrals.pausing import take_back
from gongmun.text import Bilingual, clean, clean_line, english_date, korean_date

LONGEST = timedelta(days=92)
_REASON_LIMIT = 500
_NAME_LIMIT = 100
_NAME = Bilingual(ko="처리자 성명을", en="your name")
_REASON = Bilingual(ko="사유를", en="a reason")


class PauseIncomplete(GongmunError):
    """A pause, or its end, without a name, or a pause without a reason."""

    code = "chase.pause_incomplete"
    ko = "처리하지 않았습니다. {field_ko} {limit}자 이내로 지정해 주십시오({option})."
    en = "Nothing was changed. Give {field_en} of at most {limit} characters ({option})."


class EndOutOfRange(GongmunError):
    """A pause whose last day has passed, or is too far away."""

    code = "chase.end_out_of_range"
    ko = (
        "독촉을 보류하지 않았습니다. 종료일은 오늘({first_ko})부터 {last_ko}까지의 날짜로 지정해 주십시오(--until). "
        "더 필요하면 종료된 뒤 다시 보류할 수 있습니다."
    )
    en = (
        "Nothing was paused. The last day must lie between today, {first_en}, and {last_en} (--until); a "
        "pause can be begun again after it has ended."
    )


class AlreadyPaused(GongmunError):
    """A second pause of the same ministry."""

    code = "chase.already_paused"
    ko = "{name_ko}에 대한 독촉은 이미 {until_ko}까지 보류되어 있습니다. 바꾸려면 먼저 'gongmun chase resume {ministry} --name 성명'을 실행해 주십시오."
    en = "Reminders are paused until {until_en} already: {name_en}. To change that, run `gongmun chase resume {ministry} --name NAME` first."


class NotPaused(GongmunError):
    """The end of a pause that is not there."""

    code = "chase.not_paused"
    ko = "{name_ko}에 대한 독촉은 보류되어 있지 않습니다."
    en = "There is no pause to end: {name_en}."


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """A ministry whose reminders are paused, until the end of a day."""

    organisation_id: int
    code: str
    ministry: Bilingual
    until: date


def pause(
    db: Database, code: str, *, until: date, name: str, reason: str, now: datetime
) -> ChasePause:
    """Pause the reminders to the ministry `code` until the end of the day `until`.

    Raises:
        NotFound: there is no such organisation today.
        PauseIncomplete: the name or the reason is missing or too long.
        EndOutOfRange: the end has passed or is too far away.
        AlreadyPaused: they are.
    """
    today = seoul_date(now)
    name = _name(name)
    reason = _filled(clean(reason), _REASON_LIMIT, _REASON, "--reason")
    last = today + LONGEST
    if not today <= until <= last:
        raise EndOutOfRange(
            first_ko=korean_date(today),
            first_en=english_date(today),
            last_ko=korean_date(last),
            last_en=english_date(last),
        )
    with db.transaction() as session:
        ministry = in_force(session, code, today)
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
        for referral in queries.about_to_be_chased(session, ministry.id):
            # It falls due again; the first sweep after the pause says it in the words of that day.
            if take_back(session, referral, now) and referral.status in CHASED:
                referral.next_action_on = today
    return begun


def resume(db: Database, code: str, *, name: str, now: datetime) -> ChasePause:
    """End the pause of the ministry `code` today; the next sweep finds what is due.

    Raises:
        NotFound: there is no such organisation today.
        PauseIncomplete: without a name, or with one that is too long.
        NotPaused: there is nothing to end.
    """
    today = seoul_date(now)
    name = _name(name)
    with db.transaction() as session:
        ministry = in_force(session, code, today)
        standing = queries.of_organisation(session, ministry.id, today)
        if standing is None:
            raise NotPaused(name_ko=ministry.name_ko, name_en=ministry.name_en)
        standing.ended_at, standing.ended_by = now, name
        _record(session, "chase.resumed", standing, now)
    return standing


def pass_on_pauses(db: Database, *, now: datetime) -> Sequence[int]:
    """Let a pause go on for the body that a ministry has become; the ids of the new pauses.

    Only where the one is the other under a new name or in a new form. A ministry that was there before, or
    one of several successors, is not spared for what it takes over.
    """
    today = seoul_date(now)
    begun: list[int] = []
    with db.transaction() as session:
        for pause, ministry in queries.of_ended(session, today):
            heirs = organisation_queries.successors(session, ministry.code, today)
            if len(heirs) != 1 or ministry.valid_to is None:
                continue
            if heirs[0].valid_from != ministry.valid_to + timedelta(days=1):
                continue
            if queries.of_organisation(session, heirs[0].id, today) is not None:
                continue
            pause.ended_at = now
            follows = ChasePause(
                organisation_id=heirs[0].id,
                name=pause.name,
                reason=pause.reason,
                begun_at=now,
                until=pause.until,
            )
            session.add(follows)
            session.flush()
            _record(session, "chase.pause_passed_on", follows, now, actor=Actor.SYSTEM)
            begun.append(follows.id)
    return begun


def standing(session: Session, today: date) -> Sequence[Standing]:
    """The ministries whose reminders are paused on `today`, by their code."""
    return [
        Standing(
            organisation_id=ministry.id,
            code=ministry.code,
            ministry=Bilingual(ko=ministry.name_ko, en=ministry.name_en),
            until=begun.until,
        )
        for begun, ministry in queries.standing(session, today)
    ]


def _name(name: str) -> str:
    return _filled(clean_line(name), _NAME_LIMIT, _NAME, "--name")


def _filled(text: str, limit: int, field: Bilingual, option: str) -> str:
    if not 0 < len(text) <= limit:
        raise PauseIncomplete(field_ko=field.ko, field_en=field.en, limit=limit, option=option)
    return text


def _record(
    session: Session,
    kind: str,
    pause: ChasePause,
    now: datetime,
    actor: Actor = Actor.COORDINATOR,
) -> None:
    ledger.record(
        session,
        kind,
        subject=("chase_pause", pause.id),
        now=now,
        actor=actor,
        organisation=pause.organisation_id,
        until=pause.until.isoformat(),
    )
