"""The desk: all referrals of a document to one ministry on one page, and their answers in one form.

GET  /m                 the documents of the session
GET  /m/DOCUMENT        the desk
POST /m/DOCUMENT        keep what was typed (do=save), or submit it (do=submit)
GET  /m/receipts/NAME   what was taken, with the hash of each file

What is typed is kept whether or not it can be taken, files too: nothing is lost by a mistake.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from gongmun.access.sessions import Officer
from gongmun.answers import queries, receipts, submitting
from gongmun.answers.checks import NotTaken
from gongmun.answers.models import Channel
from gongmun.answers.submitting import AlreadyTaken
from gongmun.db import Database
from gongmun.documents import Language, disclosure
from gongmun.documents import queries as document_queries
from gongmun.portal import keeping, reach, typed
from gongmun.portal.articles import article, line
from gongmun.portal.flaws import Flaw
from gongmun.portal.gone import gone
from gongmun.portal.guards import ActingOfficer, Db, Now, Received, SentForm
from gongmun.portal.pages import AskedLanguage, page, to
from gongmun.portal.typed import Typed
from gongmun.referrals.life import Status
from gongmun.referrals.names import DECISIONS
from gongmun.settings import settings
from gongmun.text import Bilingual

router = APIRouter()

# What a page says after something was done: the word of the catalogue, by what stands in the address.
_DONE = frozenset(
    {
        *("saved", "more_rows_done", "removed", "taken_over"),
        *("acknowledged", "asked_question", "asked_extension", "asked_transfer", "delegated"),
    }
)
# Those that concern the draft, and are said beside its buttons.
_KEPT = frozenset({"saved", "more_rows_done", "removed", "taken_over"})


@router.get("/m")
def documents(
    request: Request, db: Db, officer: ActingOfficer, language: AskedLanguage
) -> Response:
    """The documents that the session is for; the only one of them at once."""
    with db.reading() as session:
        found = reach.documents(session, officer)
        ministry = reach.ministry(session, officer)
    if len(found) == 1:
        return to(f"/m/{found[0].document_id}", language)
    return page(request, "documents", language, documents=found, ministry=ministry)


@router.get("/m/{document_id:int}")
def desk(
    request: Request,
    document_id: int,
    db: Db,
    officer: ActingOfficer,
    now: Now,
    language: AskedLanguage,
    done: str = "",
    rows: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None,
) -> HTMLResponse:
    """The desk. `done` says what was just done, `rows` which referral gets more rows."""
    return show(request, db, officer, document_id, language, now=now, done=done, more_rows=rows)


@router.post("/m/{document_id:int}")
def keep(
    request: Request,
    document_id: int,
    db: Db,
    store: Received,
    officer: ActingOfficer,
    form: SentForm,
    now: Now,
    language: AskedLanguage,
    rows: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None,
) -> Response:
    """Keep what was typed, or submit it."""
    is_final = form.text("do") == keeping.SUBMIT
    kept = keeping.keep(db, officer, document_id, form, store=store, now=now, hold=is_final)
    if kept.gone:
        return gone(request, db, officer, document_id, language, typed=kept.gone)
    if is_final and not kept.flaws:
        answers, left_open = kept.submission
        try:
            receipt = submitting.submit(
                db,
                document_id,
                organisation_id=officer.organisation_id,
                answers=answers,
                left_open=left_open,
                channel=Channel.PORTAL,
                address=officer.address,
                now=now,
            )
        except Exception as error:
            # Whatever the reason, what was typed is kept.
            kept = keeping.keep_held(db, officer, document_id, kept, now=now)
            if kept.gone:
                return gone(request, db, officer, document_id, language, typed=kept.gone)
            if isinstance(error, AlreadyTaken):
                # Its drafts are gone with the answer that came first: what was typed is shown once more.
                typed_ = tuple(kept.typed.values())
                return gone(request, db, officer, document_id, language, error, typed=typed_)
            if not isinstance(error, NotTaken):
                raise
            kept = kept.with_flaws(error.problems)
        else:
            return to(f"/m/receipts/{receipt.name}", language)
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
    if rows is not None:
        place = f"r{rows}-commitments"
        return to(f"/m/{document_id}", language, done="more_rows_done", rows=str(rows), place=place)
    place = f"r{kept.changed}" if kept.changed else ""
    return to(f"/m/{document_id}", language, done="saved", place=place)


@router.get("/m/receipts/{name}")
def receipt(
    request: Request, name: str, db: Db, officer: ActingOfficer, language: AskedLanguage
) -> HTMLResponse:
    """A receipt, to look at and to print."""
    with db.reading() as session:
        found = reach.receipt(session, officer, name)
        document = document_queries.by_id(session, found.document_id)
        return page(
            request,
            "receipt",
            language,
            receipt=found,
            items=receipts.items(found),
            document=document,
            ministry=reach.ministry(session, officer),
            decisions=DECISIONS,
        )


def show(
    request: Request,
    db: Database,
    officer: Officer,
    document_id: int,
    language: Language,
    *,
    now: datetime,
    done: str = "",
    more_rows: int | None = None,
    typed_now: Mapping[int, Typed] | None = None,
    flaws: Sequence[Flaw] = (),
) -> HTMLResponse:
    """The page of a desk: what is kept, or `typed_now` where it has flaws."""
    with db.reading() as session:
        found = reach.desk(session, officer, document_id, now=now)
        given = queries.receipts_of(session, document_id, officer.organisation_id)
    fields = {view.id: typed.kept(view) for view in found.referrals if view.with_ministry}
    # The form is filled with what was typed, on top of what is kept now: that its officer sees here.
    fields |= {
        referral_id: replace(each, was=fields[referral_id].was)
        for referral_id, each in (typed_now or {}).items()
        if referral_id in fields
    }
    return page(
        request,
        "desk",
        language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if flaws else HTTPStatus.OK,
        # What was sent to an address without a page of its own is shown as the desk.
        path=f"/m/{document_id}",
        desk=found,
        ministry=found.organisation,
        disclosed=Bilingual(ko=found.disclosure, en=disclosure.in_english(found.disclosure)),
        to_acknowledge=next(
            (view for view in found.referrals if view.status is Status.DISPATCHED), None
        ),
        lacks_number=any(
            view.with_ministry and view.registration_number is None for view in found.referrals
        ),
        answerable=bool(fields),
        contents=[line(language, view) for view in found.referrals],
        articles=[
            article(
                language,
                document_id,
                view,
                fields[view.id].with_rows(more=view.id == more_rows) if view.id in fields else None,
                flaws,
            )
            for view in found.referrals
        ],
        flaws=flaws,
        done=done if done in _DONE else "",
        is_kept=done in _KEPT,
        receipts=given,
        minutes=settings().portal.session_idle_minutes,
    )
