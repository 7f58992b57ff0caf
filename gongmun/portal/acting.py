"""What an officer does on a desk besides answering.

POST /m/DOCUMENT/acknowledge     the ministry has the document; its own registration number
GET, POST /m/DOCUMENT/delegate   a link for a colleague of the same mail domain
POST /m/r/REFERRAL/joint         the other ministries' answers into the lead's draft
POST /m/files/NAME/remove        take a file back from a draft

The last two are sent by buttons of the desk's form: what was typed in it is kept first.
"""

from dataclasses import replace
from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response

from gongmun import wiring
from gongmun.access.sessions import Officer
from gongmun.answers import delegating, drafting, files, receipts
from gongmun.answers.desk import Desk
from gongmun.answers.models import Channel
from gongmun.answers.view import joint_reason
from gongmun.db import Database
from gongmun.documents import Language
from gongmun.errors import GongmunError, NotFound
from gongmun.portal import keeping, reach, typed
from gongmun.portal.desk import show
from gongmun.portal.flaws import of_error
from gongmun.portal.gone import gone
from gongmun.portal.guards import ActingOfficer, Db, Now, Received, SentForm
from gongmun.portal.keeping import Kept
from gongmun.portal.pages import AskedLanguage, page, to
from gongmun.portal.problems import is_to_be_read
from gongmun.referrals.pausing import NotWithMinistry

router = APIRouter()


@router.post("/m/{document_id:int}/acknowledge")
def acknowledge(
    document_id: int,
    db: Db,
    officer: ActingOfficer,
    form: SentForm,
    now: Now,
    language: AskedLanguage,
) -> Response:
    """The ministry has the document. A second time changes nothing, but may add the number."""
    reach.require_document(officer, document_id)
    receipts.acknowledge_document(
        db,
        document_id,
        organisation_id=officer.organisation_id,
        registration_number=form.text("registration_number") or None,
        channel=Channel.PORTAL,
        address=officer.address,
        ladder=wiring.ladder(),
        now=now,
    )
    return to(f"/m/{document_id}", language, done="acknowledged")


@router.get("/m/{document_id:int}/delegate")
def ask_for_colleague(
    request: Request,
    document_id: int,
    db: Db,
    officer: ActingOfficer,
    now: Now,
    language: AskedLanguage,
) -> Response:
    """Ask for a colleague's address."""
    with db.reading() as session:
        desk = reach.desk(session, officer, document_id, now=now)
    return _delegate_page(request, officer, desk, language)


@router.post("/m/{document_id:int}/delegate")
def delegate(
    request: Request,
    document_id: int,
    db: Db,
    officer: ActingOfficer,
    form: SentForm,
    now: Now,
    language: AskedLanguage,
) -> Response:
    """Mail a colleague a link."""
    with db.reading() as session:
        desk = reach.desk(session, officer, document_id, now=now)
    address = form.text("address")
    try:
        delegating.delegate(db, officer=officer, document_id=document_id, address=address, now=now)
    except NotFound:
        raise
    except GongmunError as error:
        if not is_to_be_read(error):
            raise
        return _delegate_page(request, officer, desk, language, address=address, error=error)
    return to(f"/m/{document_id}", language, done="delegated")


@router.post("/m/r/{referral_id:int}/joint")
def take_over(
    request: Request,
    referral_id: int,
    db: Db,
    store: Received,
    officer: ActingOfficer,
    form: SentForm,
    now: Now,
    language: AskedLanguage,
) -> Response:
    """Add what the other ministries answered to the end of the reason, once."""
    with db.reading() as session:
        desk, _ = reach.referral(session, officer, referral_id, now=now)
    kept = keeping.keep(db, officer, desk.document_id, form, store=store, now=now)
    if stopped := _stopped(request, db, officer, desk.document_id, kept, language, now):
        return stopped
    with db.reading() as session:
        _, view = reach.referral(session, officer, referral_id, now=now)
    content, joint = typed.kept_content(view), joint_reason(view)
    if joint and joint not in content.reason:
        reason = "\n\n".join(part for part in (content.reason, joint) if part)
        try:
            drafting.save(
                db,
                referral_id,
                content=replace(content, reason=reason),
                channel=Channel.PORTAL,
                now=now,
            )
        except NotWithMinistry as error:
            return gone(request, db, officer, desk.document_id, language, error, text=reason)
    return to(f"/m/{desk.document_id}", language, done="taken_over", place=f"r{referral_id}")


@router.post("/m/files/{name}/remove")
def remove(
    request: Request,
    name: str,
    db: Db,
    store: Received,
    officer: ActingOfficer,
    form: SentForm,
    now: Now,
    language: AskedLanguage,
) -> Response:
    """Take a file back that was not submitted yet."""
    with db.reading() as session:
        file = reach.file(session, officer, name)
        desk, _ = reach.referral(session, officer, file.referral_id, now=now)
    kept = keeping.keep(db, officer, desk.document_id, form, store=store, now=now)
    if stopped := _stopped(request, db, officer, desk.document_id, kept, language, now):
        return stopped
    try:
        files.remove(db, file.id, now=now)
    except files.FileKept as error:
        return gone(request, db, officer, desk.document_id, language, error)
    return to(f"/m/{desk.document_id}", language, done="removed", place=f"r{file.referral_id}")


def _stopped(
    request: Request,
    db: Database,
    officer: Officer,
    document_id: int,
    kept: Kept,
    language: Language,
    now: datetime,
) -> Response | None:
    """The page of a form that was not kept whole; None where it was."""
    if kept.gone:
        return gone(request, db, officer, document_id, language, typed=kept.gone)
    if kept.flaws:
        return show(
            request,
            db,
            officer,
            document_id,
            language,
            now=now,
            typed_now=kept.typed,
            flaws=kept.flaws,
        )
    return None


def _delegate_page(
    request: Request,
    officer: Officer,
    desk: Desk,
    language: Language,
    *,
    address: str = "",
    error: GongmunError | None = None,
) -> Response:
    return page(
        request,
        "delegate",
        language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        desk=desk,
        ministry=desk.organisation,
        address=address,
        domain=officer.address.rpartition("@")[2],
        flaws=[of_error("address", error)] if error else [],
    )
