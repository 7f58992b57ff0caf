"""A commitment (이행과제) of the ministry: what became of it.

GET, POST /m/commitments/COMMITMENT   done, with evidence, or withdrawn, with the reason
"""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from gongmun import wiring
from gongmun.access.sessions import Officer
from gongmun.answers import files
from gongmun.answers.files import FileRefused
from gongmun.answers.models import Channel, CommitmentStatus
from gongmun.answers.names import COMMITMENTS
from gongmun.answers.scanning import ScannerUnavailable
from gongmun.calendar import calendar
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.documents import FileStore, Language
from gongmun.documents.store import StoreUnavailable
from gongmun.followups import commitments
from gongmun.portal import reach
from gongmun.portal.flaws import Flaw, of_error
from gongmun.portal.forms import Form
from gongmun.portal.gone import gone
from gongmun.portal.guards import ActingOfficer, Db, Now, Received, SentForm
from gongmun.portal.pages import AskedLanguage, page, to
from gongmun.referrals.clocks import days_overdue
from gongmun.settings import settings
from gongmun.text import Bilingual

router = APIRouter()

CommitmentId = Annotated[int, Path(ge=1, le=2**31 - 1)]
_SETTLED = frozenset({CommitmentStatus.DONE, CommitmentStatus.WITHDRAWN})
_NO_CHOICE = Bilingual(
    ko="이행하셨는지 철회하시는지 골라 주십시오.", en="Choose whether it is done or withdrawn."
)
_LATER = Bilingual(
    ko="지금은 파일을 받을 수 없습니다. 잠시 뒤 파일을 다시 보내 주십시오.",
    en="Files cannot be taken just now. Send the file again in a while.",
)


@router.get("/m/commitments/{commitment_id}")
def commitment(
    request: Request,
    commitment_id: CommitmentId,
    db: Db,
    officer: ActingOfficer,
    now: Now,
    language: AskedLanguage,
    done: str = "",
) -> Response:
    """A commitment: what was promised, and what became of it."""
    return _show(request, db, officer, commitment_id, now, language, done=done)


@router.post("/m/commitments/{commitment_id}")
def settle(
    request: Request,
    commitment_id: CommitmentId,
    db: Db,
    store: Received,
    officer: ActingOfficer,
    form: SentForm,
    now: Now,
    language: AskedLanguage,
) -> Response:
    """Settle it. Files are kept first, and stay where something else is wrong."""
    document_id = _within_reach(db, officer, commitment_id, now=now)
    status, account = form.text("status"), form.text("account")
    try:
        flaws = _keep_files(db, officer, commitment_id, form, store=store, now=now)
        if status not in _SETTLED:
            flaws.append(Flaw(field="status", why=_NO_CHOICE))
        if not flaws:
            commitments.settle(
                db,
                commitment_id,
                organisation_id=officer.organisation_id,
                status=CommitmentStatus(status),
                account=account,
                now=now,
            )
            return to(f"/m/commitments/{commitment_id}", language, done="settled")
    except commitments.CommitmentSettled as error:
        return gone(request, db, officer, document_id, language, error, text=account)
    except (commitments.AccountMissing, commitments.AccountTooLong) as error:
        flaws = [of_error("account", error)]
    return _show(
        request,
        db,
        officer,
        commitment_id,
        now,
        language,
        status=status,
        account=account,
        flaws=flaws,
    )


def _within_reach(db: Database, officer: Officer, commitment_id: int, *, now: datetime) -> int:
    """The document of a commitment that the session reaches; NotFound otherwise."""
    with db.reading() as session:
        found = commitments.visible(session, commitment_id, organisation_id=officer.organisation_id)
        desk, _ = reach.referral(session, officer, found.referral_id, now=now)
    return desk.document_id


def _keep_files(
    db: Database,
    officer: Officer,
    commitment_id: int,
    form: Form,
    *,
    store: FileStore,
    now: datetime,
) -> list[Flaw]:
    with db.reading() as session:
        found = commitments.required(
            session, commitment_id, organisation_id=officer.organisation_id
        )
    flaws = []
    for upload in form.files("files"):
        try:
            files.add(
                db,
                found.referral_id,
                filename=upload.filename,
                content=upload.content,
                channel=Channel.PORTAL,
                store=store,
                scanner=wiring.scanner(),
                now=now,
                commitment_id=commitment_id,
            )
        except FileRefused as refused:
            flaws.append(of_error("files", refused, place=upload.filename))
        except (ScannerUnavailable, StoreUnavailable):
            flaws.append(Flaw(field="files", why=_LATER, place=upload.filename))
    return flaws


def _show(
    request: Request,
    db: Database,
    officer: Officer,
    commitment_id: int,
    now: datetime,
    language: Language,
    *,
    status: str = "",
    account: str = "",
    flaws: Sequence[Flaw] = (),
    done: str = "",
) -> Response:
    with db.reading() as session:
        found = commitments.visible(session, commitment_id, organisation_id=officer.organisation_id)
        desk, view = reach.referral(session, officer, found.referral_id, now=now)
        evidence = files.files_of(session, found.referral_id, commitment_id=commitment_id)
    is_open = found.status is CommitmentStatus.OPEN
    return page(
        request,
        "commitment",
        language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if flaws else HTTPStatus.OK,
        desk=desk,
        view=view,
        ministry=desk.organisation,
        commitment=found,
        is_open=is_open,
        settled_on=seoul_date(found.settled_at) if found.settled_at else None,
        days_overdue=days_overdue(found.due_on, seoul_date(now), calendar()) if is_open else 0,
        evidence=evidence,
        typed={"status": status, "account": account},
        flaws=flaws,
        done=done == "settled" and not is_open,
        statuses=COMMITMENTS,
        limits=settings().portal,
    )
