"""The page of a suggestion (제안 화면), for whoever made it, by the link in our mails.

GET  /p/TOKEN                  the suggestion, its ministries and what each said or did not; changes nothing
POST /p/TOKEN/rating           whether an answer was one
POST /p/TOKEN/re-examination   that a refusal be examined again, once

The token is nowhere but in the proposer's mail, so that no other site can know where to send a form; a form
that comes from another site is refused besides.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from gongmun import wiring
from gongmun.access.looking import Proposer
from gongmun.answers.names import COMMITMENTS
from gongmun.db import Database
from gongmun.documents import Language
from gongmun.errors import GongmunError, NotFound
from gongmun.followups import reexamining
from gongmun.followups.models import Answered
from gongmun.followups.names import ANSWERED, MEETINGS
from gongmun.followups.page import suggestion_page
from gongmun.portal.flaws import Flaw, of_error
from gongmun.portal.guards import ActingProposer, Db, Now, SentForm
from gongmun.portal.pages import AskedLanguage, page, to
from gongmun.referrals.names import DECISIONS, ROLES
from gongmun.settings import settings
from gongmun.text import Bilingual

router = APIRouter()

_DONE = frozenset({"rated", "reexamined"})
_LARGEST_ID = 2**31 - 1
_NO_CHOICE = Bilingual(ko="세 가지 가운데 하나를 골라 주십시오.", en="Choose one of the three.")


@router.get("/p/{token}")
def suggestion(
    request: Request,
    token: str,
    db: Db,
    proposer: ActingProposer,
    now: Now,
    language: AskedLanguage,
    done: str = "",
) -> HTMLResponse:
    """The suggestion and all that became of it."""
    return _show(request, token, db, proposer, now, language, done=done)


@router.post("/p/{token}/rating")
def rate(
    request: Request,
    token: str,
    db: Db,
    proposer: ActingProposer,
    form: SentForm,
    now: Now,
    language: AskedLanguage,
) -> Response:
    """Say whether a published answer was one."""
    response_id, comment = _number(form.text("response")), form.text("comment")
    prefix = f"a{response_id}"
    chosen = form.text("answered")
    typed = {f"{prefix}-comment": comment, f"{prefix}-answered": chosen}
    if chosen not in set(Answered):
        flaws = [Flaw(field=f"{prefix}-answered", why=_NO_CHOICE)]
        return _show(request, token, db, proposer, now, language, typed=typed, flaws=flaws)
    try:
        reexamining.rate(
            db,
            response_id,
            suggestion_id=proposer.suggestion_id,
            answered=Answered(chosen),
            comment=comment,
            now=now,
        )
    except reexamining.ProposerTextTooLong as error:
        flaws = [of_error(f"{prefix}-comment", error)]
        return _show(request, token, db, proposer, now, language, typed=typed, flaws=flaws)
    return to(f"/p/{token}", language, done="rated", place=prefix)


@router.post("/p/{token}/re-examination")
def reexamine(
    request: Request,
    token: str,
    db: Db,
    proposer: ActingProposer,
    form: SentForm,
    now: Now,
    language: AskedLanguage,
) -> Response:
    """Ask that a refusal be examined again."""
    referral_id, reason = _number(form.text("referral")), form.text("reason")
    field = f"r{referral_id}-reason"
    try:
        reexamining.reexamine(
            db,
            referral_id,
            suggestion_id=proposer.suggestion_id,
            reason=reason,
            ladder=wiring.ladder(),
            now=now,
        )
    except (reexamining.ReexaminationReasonMissing, reexamining.ProposerTextTooLong) as error:
        flaws = [of_error(field, error)]
        return _show(
            request, token, db, proposer, now, language, typed={field: reason}, flaws=flaws
        )
    except (
        reexamining.AlreadyReexamined,
        reexamining.NothingToReexamine,
        reexamining.ReexaminationTooLate,
    ) as error:
        # There is no form any more: the page says why, and shows once more what was typed.
        return _show(request, token, db, proposer, now, language, refused=error, kept=reason)
    return to(f"/p/{token}", language, done="reexamined", place=f"r{referral_id}")


def _number(text: str) -> int:
    """An id that a form names.

    Raises:
        NotFound: it is none.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= _LARGEST_ID):
        raise NotFound(thing_ko="회신", thing_en="response")
    return int(text)


def _show(
    request: Request,
    token: str,
    db: Database,
    proposer: Proposer,
    now: datetime,
    language: Language,
    *,
    done: str = "",
    typed: Mapping[str, str] | None = None,
    flaws: Sequence[Flaw] = (),
    refused: GongmunError | None = None,
    kept: str = "",
) -> HTMLResponse:
    with db.reading() as session:
        found = suggestion_page(session, proposer.suggestion_id, now=now)
    status = HTTPStatus.OK
    if flaws:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    elif refused:
        status = HTTPStatus.CONFLICT
    return page(
        request,
        "suggestion",
        language,
        status=status,
        path=f"/p/{token}",
        suggestion=found,
        typed=typed or {},
        flaws=flaws,
        refused=refused and Bilingual(ko=refused.message_ko, en=refused.message_en),
        kept=kept,
        done=done if done in _DONE else "",
        roles=ROLES,
        decisions=DECISIONS,
        answered=ANSWERED,
        commitment_statuses=COMMITMENTS,
        meeting_statuses=MEETINGS,
        limits={"comment": reexamining.COMMENT_LIMIT, "reason": reexamining.REASON_LIMIT},
        office=settings().agency,
    )
