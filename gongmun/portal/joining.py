"""Volunteering for a panel (참여단 신청), for everybody; then by the link in the mail, for whoever reads the mailbox.

GET  /join               the calls that are open
GET  /join/CALL          what it is about, and the form
POST /join/CALL          sign up: the same answer whatever is known of the address
GET  /join/CALL/asked    that a mail is on its way
GET  /v/TOKEN            what was told; changes nothing
POST /v/TOKEN/confirm    that it is so
POST /v/TOKEN/withdraw   delete it
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from gongmun.clock import seoul_date
from gongmun.documents import Language
from gongmun.portal.flaws import Flaw
from gongmun.portal.guards import ActingVolunteer, Db, Ip, Now, Public, SentForm, Store
from gongmun.portal.join_fields import FIELDS, PROVINCES, SEXES, filled, read
from gongmun.portal.pages import AskedLanguage, page, to
from gongmun.settings import settings
from gongmun.surveys.panels import call_queries
from gongmun.surveys.panels.calls import Called, CallOver, called
from gongmun.surveys.panels.volunteering import CONFIRM_DAYS, confirm, entry, sign_up, withdraw

router = APIRouter()

_DONE = frozenset({"confirmed", "withdrawn", "over"})


@router.get("/join", dependencies=[Public])
def calls(
    request: Request, db: Db, now: Now, language: AskedLanguage, done: str = ""
) -> HTMLResponse:
    """The calls that are open."""
    with db.reading() as session:
        found = [
            called(session, each, now) for each in call_queries.calls_on(session, seoul_date(now))
        ]
    return page(
        request,
        "join",
        language,
        calls=found,
        done=done if done in _DONE else "",
        office=settings().agency,
    )


@router.get("/join/{code}", dependencies=[Public])
def call(request: Request, code: str, db: Db, now: Now, language: AskedLanguage) -> HTMLResponse:
    """One call, and the form where it is open."""
    with db.reading() as session:
        found = called(session, call_queries.call(session, code), now)
    return _form(request, found, language, typed=dict.fromkeys(FIELDS, ""))


@router.post("/join/{code}", dependencies=[Public])
def ask(
    request: Request, code: str, db: Db, ip: Ip, form: SentForm, now: Now, language: AskedLanguage
) -> Response:
    """Sign up."""
    with db.reading() as session:
        found = called(session, call_queries.call(session, code), now)
    if not found.is_open:
        return to(f"/join/{found.code}", language)
    told, flaws = read(form, found.closes_on.year)
    if told is None:
        return _form(request, found, language, typed=filled(form), flaws=flaws)
    try:
        sign_up(db, found.code, told, ip=ip, now=now)
    except CallOver:
        return to(f"/join/{found.code}", language)
    return to(f"/join/{found.code}/asked", language)


@router.get("/join/{code}/asked", dependencies=[Public])
def asked(request: Request, code: str, db: Db, now: Now, language: AskedLanguage) -> HTMLResponse:
    """That a mail is on its way: the same for everybody."""
    with db.reading() as session:
        found = called(session, call_queries.call(session, code), now)
    return page(
        request, "join_asked", language, call=found, days=CONFIRM_DAYS, office=settings().agency
    )


@router.get("/v/{token}")
def told_so_far(
    request: Request,
    token: str,
    db: Db,
    volunteer: ActingVolunteer,
    now: Now,
    language: AskedLanguage,
    done: str = "",
) -> HTMLResponse:
    """What was told, and the buttons."""
    with db.reading() as session:
        found = entry(session, volunteer, now)
    return page(
        request,
        "join_entry",
        language,
        path=f"/v/{token}",
        entry=found,
        sexes=SEXES,
        provinces=PROVINCES,
        done=done if done in _DONE else "",
        office=settings().agency,
    )


@router.post("/v/{token}/confirm")
def say_yes(
    token: str,
    db: Db,
    volunteer: ActingVolunteer,
    form: SentForm,
    now: Now,
    language: AskedLanguage,
) -> Response:
    """Confirm it."""
    try:
        confirm(db, volunteer, now=now)
    except CallOver:
        return to(f"/v/{token}", language, done="over")
    return to(f"/v/{token}", language, done="confirmed")


@router.post("/v/{token}/withdraw")
def say_no(
    db: Db,
    volunteer: ActingVolunteer,
    form: SentForm,
    store: Store,
    now: Now,
    language: AskedLanguage,
) -> Response:
    """Delete it."""
    withdraw(db, volunteer, store=store, now=now)
    return to("/join", language, done="withdrawn")


def _form(
    request: Request,
    found: Called,
    language: Language,
    *,
    typed: Mapping[str, str],
    flaws: Sequence[Flaw] = (),
) -> HTMLResponse:
    return page(
        request,
        "join_call",
        language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if flaws else HTTPStatus.OK,
        path=f"/join/{found.code}",
        call=found,
        typed=typed,
        flaws=flaws,
        sexes=SEXES,
        provinces=PROVINCES,
        year=found.closes_on.year,
        office=settings().agency,
    )
