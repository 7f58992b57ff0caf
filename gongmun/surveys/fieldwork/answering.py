"""Answer a survey (응답): begin, save page by page, go on later, submit, change until the wave closes.

Whoever has the link of an invitation is its respondent. What he answers goes into a sheet that the invitation
does not name; what the invitation says is that he has begun, answered or refused.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import TypeAlias

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.clock import seoul_date, seoul_time
from gongmun.db import Database
from gongmun.errors import GongmunError
from gongmun.ledger import Actor
from gongmun.surveys.fieldwork import (
    invitation_life,
    invitation_queries,
    keys,
    queries,
    sheet_queries,
)
from gongmun.surveys.fieldwork.invitation_life import Event
from gongmun.surveys.fieldwork.life import Status
from gongmun.surveys.fieldwork.models import (
    AnswerSheet,
    Invitation,
    InvitationStatus,
    Mode,
    SurveyCycle,
    SurveySeries,
)
from gongmun.surveys.fieldwork.queries import Held
from gongmun.surveys.questionnaire.checking import Checked, check_answers
from gongmun.surveys.questionnaire.freezing import restore
from gongmun.surveys.questionnaire.items import Questionnaire
from gongmun.surveys.questionnaire.refusals import AnswerFlaw
from gongmun.text import Bilingual

_BEGINS = frozenset({Status.INVITING, Status.FIELDING})
_HAS_SHEET = (InvitationStatus.OPENED, InvitationStatus.ANSWERED)


class Door(StrEnum):
    """What a respondent may do now."""

    OPEN = "open"
    CLOSED = "closed"
    REFUSED = "refused"  # he did not want to; he may still say that he would after all


class SurveyClosed(GongmunError):
    """The wave takes no answers any more."""

    code = "surveys.closed"
    ko = "이 설문은 마감되었습니다. 관심을 가져 주셔서 고맙습니다."
    en = "This survey is closed. Thank you for your interest."


class TakesNoPart(GongmunError):
    """Answers of somebody who has refused, from a page that was open before: the refusal stands."""

    code = "surveys.takes_no_part"
    ko = "참여하지 않겠다고 밝히셨습니다. 참여하시려면 메일의 주소를 열어 ‘다시 참여하기’를 눌러 주십시오."
    en = "You have chosen not to take part. To take part after all, open the address in our mail and say so there."


@dataclass(frozen=True, kw_only=True, slots=True)
class Sitting:
    """What a respondent is shown: the survey, and his answers as they stand.

    `submitted_on` is None until he has submitted, and again when a change has left something open.
    """

    title: Bilingual
    wave: int
    closes_at: datetime
    door: Door
    questionnaire: Questionnaire
    checked: Checked
    submitted_on: date | None


def invited_by(session: Session, dispatch_id: int) -> int:
    """The invitation whose mail this was."""
    invitation_id = invitation_queries.invited_by(session, dispatch_id)
    assert invitation_id is not None, (
        "a respondent's link is granted with the mail of an invitation"
    )
    return invitation_id


def sitting(session: Session, invitation_id: int) -> Sitting:
    """What whoever has this invitation sees. Nothing is changed by looking."""
    place = invitation_queries.place(session, invitation_id)
    invitation, wave, series, *_ = place
    sheet = sheet_queries.sheet(session, keys.sheet_key(series.code, invitation_id))
    return _sitting(session, invitation, wave, series, sheet)


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """What a respondent sees after his answers were kept, and before; `flaws` are of what could not be taken."""

    before: Sitting
    after: Sitting
    flaws: Sequence[AnswerFlaw]


# What was given, by item, as `check_answers` takes it; a form is read by what was shown.
Given: TypeAlias = Mapping[str, object] | Callable[[Sitting], Mapping[str, object]]


def save(db: Database, invitation_id: int, given: Given, *, now: datetime) -> Saved:
    """Keep these answers beside those of before; what cannot be taken is left as it was, and said.

    A sheet that was submitted stays so while nothing is open in it.

    Raises:
        SurveyClosed: the wave takes no answers any more.
        TakesNoPart: he has refused.
    """
    with db.transaction() as session:
        place = invitation_queries.place(session, invitation_id, Held.WHERE_IT_IS)
        invitation, wave, series, *_ = place
        sheet = _begun(session, invitation, wave, now)
        before = _sitting(session, invitation, wave, series, sheet)
        raw = given(before) if callable(given) else given
        told = check_answers(before.questionnaire, {**sheet.answers, **raw})
        wrong = {flaw.item for flaw in told.flaws}
        checked = told
        if wrong:
            kept = {code: value for code, value in raw.items() if code not in wrong}
            checked = check_answers(before.questionnaire, {**sheet.answers, **kept})
        sheet.answers = dict(checked.stored())
        if sheet.submitted_on is not None and not checked.complete:
            sheet.submitted_on = None
            mark(session, invitation, Event.REOPENED, now)
        after = replace(before, checked=checked, submitted_on=sheet.submitted_on)
        return Saved(before=before, after=after, flaws=told.flaws)


def _sitting(
    session: Session,
    invitation: Invitation,
    wave: SurveyCycle,
    series: SurveySeries,
    sheet: AnswerSheet | None,
) -> Sitting:
    questionnaire = questionnaire_of(session, wave)
    return Sitting(
        title=Bilingual(ko=series.title_ko, en=series.title_en),
        wave=wave.wave,
        closes_at=wave.closes_at,
        door=_door(invitation, wave),
        questionnaire=questionnaire,
        checked=check_answers(questionnaire, sheet.answers if sheet else {}),
        submitted_on=sheet.submitted_on if sheet else None,
    )


def submit(db: Database, invitation_id: int, *, now: datetime) -> Checked:
    """Hand in what was saved; where something is missing nothing is, and it is said.

    Raises:
        SurveyClosed: the wave takes no answers any more.
        TakesNoPart: he has refused.
    """
    with db.transaction() as session:
        place = invitation_queries.place(session, invitation_id, Held.WHERE_IT_IS)
        invitation, wave, *_ = place
        sheet = _begun(session, invitation, wave, now)
        checked = check_answers(questionnaire_of(session, wave), sheet.answers, submit=True)
        if checked.complete and sheet.submitted_on is None:
            sheet.submitted_on = seoul_date(now)
            mark(session, invitation, Event.ANSWERED, now)
        return checked


def refuse(db: Database, invitation_id: int, *, now: datetime) -> None:
    """Somebody does not want to take part: he is not reminded, and what he has answered is deleted.

    Nothing happens where he has refused before.

    Raises:
        SurveyClosed: the wave is closed, and its answers are counted.
    """
    with db.transaction() as session:
        place = invitation_queries.place(session, invitation_id, Held.WHERE_IT_IS)
        invitation, wave, series, *_ = place
        door = _door(invitation, wave)
        if door is Door.CLOSED:
            raise SurveyClosed
        if door is Door.OPEN:
            sheet_queries.discard_one(session, keys.sheet_key(series.code, invitation_id))
            mark(session, invitation, Event.REFUSED, now)


def reconsider(db: Database, invitation_id: int, *, now: datetime) -> Sitting:
    """Somebody who had refused would take part after all: he is asked as before, and begins anew.

    Nothing happens where he has not refused.

    Raises:
        SurveyClosed: the wave takes no answers any more.
    """
    with db.transaction() as session:
        place = invitation_queries.place(session, invitation_id, Held.WHERE_IT_IS)
        invitation, wave, series, *_ = place
        door = _door(invitation, wave)
        if door is Door.CLOSED:
            raise SurveyClosed
        if door is Door.REFUSED:
            mark(session, invitation, Event.RECONSIDERED, now)
        sheet = sheet_queries.sheet(session, keys.sheet_key(series.code, invitation_id))
        return _sitting(session, invitation, wave, series, sheet)


def _begun(
    session: Session, invitation: Invitation, wave: SurveyCycle, now: datetime
) -> AnswerSheet:
    """The respondent's sheet, locked, a new one where there is none."""
    door = _door(invitation, wave)
    if door is Door.CLOSED:
        raise SurveyClosed
    if door is Door.REFUSED:
        raise TakesNoPart
    return begin(session, invitation, now=now, mode=Mode.WEB)


def begin(session: Session, invitation: Invitation, *, now: datetime, mode: Mode) -> AnswerSheet:
    """The sheet of an invitation, locked; a new one where there is none, and the invitation is begun.

    Raises:
        InvalidTransition: he has refused.
    """
    if invitation.status not in _HAS_SHEET:
        mark(session, invitation, Event.OPENED, now)
    series = queries.series_of(session, invitation.cycle_id)
    member = invitation_queries.member_of(session, invitation)
    return sheet_queries.begin(
        session,
        key=keys.sheet_key(series.code, invitation.id),
        cycle_id=invitation.cycle_id,
        mode=mode,
        pair_key=keys.pair_key(series.code, member.id),
        sex=member.sex,
        age_group=member.age_group,
        province=member.province,
    )


def _door(invitation: Invitation, wave: SurveyCycle) -> Door:
    has_begun = invitation.status in _HAS_SHEET
    if wave.status not in _BEGINS and not (wave.status is Status.CLOSING and has_begun):
        return Door.CLOSED
    return Door.REFUSED if invitation.status is InvitationStatus.REFUSED else Door.OPEN


def mark(session: Session, invitation: Invitation, event: Event, now: datetime) -> None:
    """Move an invitation, which is locked, on by `event`, and tell the ledger, which keeps the day and no time of it.

    Raises:
        InvalidTransition: it does not allow `event` where it stands.
    """
    status = invitation_life.advance(invitation.status, event)
    day = seoul_date(now)
    answered_on = day if status is InvitationStatus.ANSWERED else None
    has_moved = invitation_queries.move(session, invitation, status, answered_on=answered_on)
    assert has_moved, "nobody moves an invitation that is locked"
    ledger.record(
        session,
        f"survey_invitation.{event.value}",
        subject=("survey_invitation", invitation.id),
        now=seoul_time(
            day
        ),  # an event stays for good, also when the days at invitations and sheets go
        actor=Actor.RESPONDENT,
    )


def questionnaire_of(session: Session, wave: SurveyCycle) -> Questionnaire:
    """The questionnaire of a wave that was opened, as it was frozen."""
    assert wave.questionnaire_id is not None, "a wave is frozen before anybody is invited"
    return _restored(queries.content(session, wave.questionnaire_id))


@lru_cache(maxsize=16)
def _restored(content: str) -> Questionnaire:
    """A frozen questionnaire never changes: it is read once a process."""
    return restore(content)
