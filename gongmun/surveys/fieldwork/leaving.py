"""A reminder to a respondent is looked at once more right before its envelope: he may have answered since."""

from datetime import datetime

from gongmun.calendar import calendar, hours
from gongmun.db import Database
from gongmun.followups import leaving
from gongmun.mail import Dispatch
from gongmun.mail.compose import Composed
from gongmun.mail.reviewing import NotBefore, unchanged
from gongmun.surveys.fieldwork import invitation_queries, queries
from gongmun.surveys.fieldwork.life import TAKES_ANSWERS
from gongmun.surveys.fieldwork.models import SurveyMailKind
from gongmun.surveys.fieldwork.writing import INTENTS

_OURS = frozenset(INTENTS.values())
_NEWS = INTENTS[SurveyMailKind.NEWS]


def review(db: Database, dispatch: Dispatch, now: datetime) -> Composed | NotBefore | None:
    """The words with which a claimed mail leaves now; what is not to a respondent is reviewed by its own room."""
    if dispatch.intent not in _OURS:
        return leaving.review(db, dispatch, now)
    if dispatch.intent != _NEWS and not _is_waited_for(db, dispatch, now):
        return None
    working = calendar()
    if not hours.is_open(now, working):
        return NotBefore(at=hours.opening(now, working))
    return unchanged(db, dispatch, now)


def _is_waited_for(db: Database, dispatch: Dispatch, now: datetime) -> bool:
    """Whether an invitation or reminder still asks for something that can be given."""
    with db.reading() as session:
        invitation = invitation_queries.invitation_of_dispatch(
            session, dispatch.instead_of_id or dispatch.id
        )
        if invitation is None or invitation.status not in invitation_queries.WAITED_FOR:
            return False
        if invitation_queries.has_left(session, invitation):
            return False
        wave = queries.cycle(session, invitation.cycle_id)
        return wave.status in TAKES_ANSWERS and wave.closes_at > now
