"""The pages of a survey (설문 응답 화면), for whoever was invited, by the link in our mails.

GET  /s/TOKEN            what it is about, how far he has come, where to begin or to go on; changes nothing
GET  /s/TOKEN/p/PAGE     the questions of a page, as they were answered so far
POST /s/TOKEN/p/PAGE     keep the answers of a page, and on to the next one
GET  /s/TOKEN/check      what is still missing, and the way to hand it in
POST /s/TOKEN/submit     hand it in
POST /s/TOKEN/refuse     not to take part
POST /s/TOKEN/reconsider to take part after all: until then nothing is kept that an older page sends in

The token is nowhere but in the respondent's mail, so that no other site can know where to send a form; a form
that comes from another site is refused besides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from gongmun.db import Database
from gongmun.documents import Language
from gongmun.errors import NotFound
from gongmun.portal.flaws import Flaw
from gongmun.portal.forms import Form
from gongmun.portal.guards import ActingRespondent, Db, Now, SentForm
from gongmun.portal.pages import AskedLanguage, page, to
from gongmun.portal.survey_fields import filled, flaws_of, raw_of
from gongmun.settings import settings
from gongmun.surveys.fieldwork import answering
from gongmun.surveys.fieldwork.answering import Door, Sitting, SurveyClosed, TakesNoPart
from gongmun.surveys.questionnaire.checking import check_answers
from gongmun.surveys.questionnaire.items import Page
from gongmun.surveys.questionnaire.pages import asked_pages, view

router = APIRouter()

_DONE = frozenset({"submitted", "refused", "saved", "empty"})


@router.get("/s/{token}")
def survey(
    request: Request,
    token: str,
    db: Db,
    invitation: ActingRespondent,
    language: AskedLanguage,
    done: str = "",
) -> HTMLResponse:
    """What the survey is about, and where to begin or to go on."""
    return _front(request, token, _sitting(db, invitation), language, done=done)


@router.get("/s/{token}/p/{code}")
def questions(
    request: Request,
    token: str,
    code: str,
    db: Db,
    invitation: ActingRespondent,
    language: AskedLanguage,
    more: str = "",
    missing: str = "",
) -> Response:
    """The questions of a page; from the list of pages with what it still lacks, at each question."""
    sitting = _sitting(db, invitation)
    if sitting.door is not Door.OPEN:
        return to(f"/s/{token}", language)
    asked = _page(sitting, code)
    if asked not in asked_pages(sitting.questionnaire, sitting.checked):
        return to(f"/s/{token}", language)
    flaws = _lacking(sitting, asked) if missing else ()
    return _asked(request, token, sitting, asked, language, lacking=flaws, has_more=bool(more))


@router.post("/s/{token}/p/{code}")
def keep(
    request: Request,
    token: str,
    code: str,
    db: Db,
    invitation: ActingRespondent,
    form: SentForm,
    now: Now,
    language: AskedLanguage,
) -> Response:
    """Keep the answers of a page."""

    def of_page(sitting: Sitting) -> Mapping[str, object]:
        raw = raw_of(_page(sitting, code), form)
        return {item: given for item, given in raw.items() if item in sitting.checked.shown}

    try:
        saved = answering.save(db, invitation, of_page, now=now)
    except (SurveyClosed, TakesNoPart):
        return to(f"/s/{token}", language)
    before, after = saved.before, saved.after
    asked = _page(after, code)
    if asked not in asked_pages(before.questionnaire, before.checked):
        return to(f"/s/{token}", language)
    flaws = flaws_of(asked, saved.flaws)
    if flaws:
        return _asked(request, token, after, asked, language, form=form, flaws=flaws)
    place = f"/s/{token}"
    if form.text("go") == "later":
        return to(place, language, done="saved")
    seen = view(after.questionnaire, after.checked, code)
    if form.text("go") == "back":
        return to(f"{place}/p/{seen.previous}" if seen.previous else place, language)
    # An answer has brought up questions of this very page, which were not there to be seen.
    new = set(after.checked.shown) - set(before.checked.shown)
    if any(item.code in new for item in asked.items):
        return to(f"{place}/p/{code}", language, more="yes")
    return to(f"{place}/p/{seen.next}" if seen.next else f"{place}/check", language)


@router.get("/s/{token}/check")
def check(
    request: Request, token: str, db: Db, invitation: ActingRespondent, language: AskedLanguage
) -> Response:
    """What is still missing."""
    sitting = _sitting(db, invitation)
    if sitting.door is not Door.OPEN:
        return to(f"/s/{token}", language)
    if not sitting.checked.done:
        return to(f"/s/{token}", language, done="empty")
    return _check(request, token, sitting, language)


@router.post("/s/{token}/submit")
def submit(
    request: Request,
    token: str,
    db: Db,
    invitation: ActingRespondent,
    form: SentForm,
    now: Now,
    language: AskedLanguage,
) -> Response:
    """Hand in what was kept."""
    try:
        checked = answering.submit(db, invitation, now=now)
    except (SurveyClosed, TakesNoPart):
        return to(f"/s/{token}", language)
    if not checked.complete:
        return _check(request, token, _sitting(db, invitation), language, is_refused=True)
    return to(f"/s/{token}", language, done="submitted")


@router.post("/s/{token}/refuse")
def refuse(
    token: str,
    db: Db,
    invitation: ActingRespondent,
    form: SentForm,
    now: Now,
    language: AskedLanguage,
) -> Response:
    """Do not take part."""
    try:
        answering.refuse(db, invitation, now=now)
    except SurveyClosed:
        return to(f"/s/{token}", language)
    return to(f"/s/{token}", language, done="refused")


@router.post("/s/{token}/reconsider")
def reconsider(
    token: str,
    db: Db,
    invitation: ActingRespondent,
    form: SentForm,
    now: Now,
    language: AskedLanguage,
) -> Response:
    """Take part after all: on to the first page."""
    try:
        sitting = answering.reconsider(db, invitation, now=now)
    except SurveyClosed:
        return to(f"/s/{token}", language)
    first = asked_pages(sitting.questionnaire, sitting.checked)[0]
    return to(f"/s/{token}/p/{first.code}", language)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Standing:
    """A page in the list of pages: how many of its questions are answered."""

    page: Page
    number: int
    done: int
    total: int
    is_open: bool


def _sitting(db: Database, invitation: int) -> Sitting:
    with db.reading() as session:
        return answering.sitting(session, invitation)


def _lacking(sitting: Sitting, asked: Page) -> Sequence[Flaw]:
    """What a page lacks to be handed in."""
    stored = sitting.checked.stored()
    return flaws_of(asked, check_answers(sitting.questionnaire, stored, submit=True).flaws)


def _page(sitting: Sitting, code: str) -> Page:
    """A page of the questionnaire; NotFound without one."""
    for each in sitting.questionnaire.pages:
        if each.code == code:
            return each
    raise NotFound(thing_ko="설문 화면", thing_en="page of the survey")


def _standings(sitting: Sitting) -> Sequence[_Standing]:
    shown, checked = set(sitting.checked.shown), sitting.checked
    return [
        _Standing(
            page=each,
            number=number,
            done=sum(item.code in checked.answers for item in each.items),
            total=sum(item.code in shown for item in each.items),
            is_open=each.code in checked.open_pages,
        )
        for number, each in enumerate(asked_pages(sitting.questionnaire, checked), start=1)
    ]


def _front(
    request: Request, token: str, sitting: Sitting, language: Language, *, done: str
) -> HTMLResponse:
    checked = sitting.checked
    first = checked.first_open_page if checked.done else None
    first = first or asked_pages(sitting.questionnaire, checked)[0].code
    return page(
        request,
        "survey",
        language,
        path=f"/s/{token}",
        sitting=sitting,
        start=f"/s/{token}/p/{first}",
        done=done if done in _DONE else "",
        office=settings().agency,
    )


def _asked(
    request: Request,
    token: str,
    sitting: Sitting,
    asked: Page,
    language: Language,
    *,
    form: Form | None = None,
    flaws: Sequence[Flaw] = (),
    lacking: Sequence[Flaw] = (),
    has_more: bool = False,
) -> HTMLResponse:
    seen = view(sitting.questionnaire, sitting.checked, asked.code)
    return page(
        request,
        "survey_page",
        language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if flaws else HTTPStatus.OK,
        path=f"/s/{token}/p/{asked.code}",
        front=f"/s/{token}",
        sitting=sitting,
        asked=asked,
        number=seen.number,
        count=seen.count,
        items=filled(asked, sitting.checked.shown, sitting.checked.answers, form),
        flaws=flaws or lacking,
        has_more=has_more,
        office=settings().agency,
    )


def _check(
    request: Request, token: str, sitting: Sitting, language: Language, *, is_refused: bool = False
) -> HTMLResponse:
    return page(
        request,
        "survey_check",
        language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK,
        path=f"/s/{token}/check",
        front=f"/s/{token}",
        sitting=sitting,
        standings=_standings(sitting),
        is_refused=is_refused,
        office=settings().agency,
    )
