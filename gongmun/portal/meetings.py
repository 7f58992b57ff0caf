"""Follow-up meetings (후속 협의) about a referral, for its ministry.

GET, POST /m/r/REFERRAL/meeting   the meetings there were and will be; propose one
"""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gongmun.access.sessions import Officer
from gongmun.answers import files
from gongmun.db import Database
from gongmun.documents import Language
from gongmun.followups import meeting_queries, meetings
from gongmun.followups.inviting import when
from gongmun.followups.life import COMING
from gongmun.followups.names import MEETINGS
from gongmun.portal import reach
from gongmun.portal.flaws import Flaw, of_error
from gongmun.portal.gone import gone
from gongmun.portal.guards import ActingOfficer, Db, Now, SentForm
from gongmun.portal.pages import AskedLanguage, page, to
from gongmun.referrals.names import ROLES

router = APIRouter()


@router.get("/m/r/{referral_id:int}/meeting")
def listed(
    request: Request,
    referral_id: int,
    db: Db,
    officer: ActingOfficer,
    now: Now,
    language: AskedLanguage,
    done: str = "",
) -> Response:
    """The meetings about a referral, and a form where none is to come."""
    return _show(request, db, officer, referral_id, now, language, done=done)


@router.post("/m/r/{referral_id:int}/meeting")
def propose(
    request: Request,
    referral_id: int,
    db: Db,
    officer: ActingOfficer,
    form: SentForm,
    now: Now,
    language: AskedLanguage,
) -> Response:
    """Propose a meeting; the division dates it."""
    with db.reading() as session:
        desk, _ = reach.referral(session, officer, referral_id, now=now)
    agenda, with_proposer = form.text("agenda"), form.text("with_proposer") == "yes"
    try:
        meetings.propose(
            db,
            referral_id,
            agenda=agenda,
            by_ministry=True,
            with_proposer=with_proposer,
            now=now,
            organisation_id=officer.organisation_id,
        )
    except meetings.MeetingIncomplete as error:
        return _show(
            request,
            db,
            officer,
            referral_id,
            now,
            language,
            agenda=agenda,
            with_proposer=with_proposer,
            flaws=[of_error("agenda", error)],
        )
    except (meetings.MeetingComing, meetings.MeetingImpossible) as error:
        return gone(request, db, officer, desk.document_id, language, error, text=agenda)
    return to(f"/m/r/{referral_id}/meeting", language, done="proposed")


def _show(
    request: Request,
    db: Database,
    officer: Officer,
    referral_id: int,
    now: datetime,
    language: Language,
    *,
    agenda: str = "",
    with_proposer: bool = True,
    flaws: Sequence[Flaw] = (),
    done: str = "",
) -> Response:
    with db.reading() as session:
        desk, view = reach.referral(session, officer, referral_id, now=now)
        found = meeting_queries.meetings_of(session, referral_id)
        minutes = {
            meeting.id: files.files_of(session, referral_id, meeting_id=meeting.id)
            for meeting in found
        }
        possible = meetings.is_possible(session, referral_id)
    return page(
        request,
        "meeting",
        language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if flaws else HTTPStatus.OK,
        desk=desk,
        view=view,
        ministry=desk.organisation,
        meetings=found,
        when={meeting.id: when(meeting) for meeting in found if meeting.starts_at},
        minutes=minutes,
        may_propose=possible and not any(meeting.status in COMING for meeting in found),
        typed={"agenda": agenda, "with_proposer": with_proposer},
        flaws=flaws,
        done=done == "proposed",
        statuses=MEETINGS,
        roles=ROLES,
    )
