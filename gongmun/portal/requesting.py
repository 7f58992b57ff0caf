"""What an officer asks us for about one referral: an answer, more time, another ministry.

GET, POST /m/r/REFERRAL/question
GET, POST /m/r/REFERRAL/extension
GET, POST /m/r/REFERRAL/transfer
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from gongmun.access.sessions import Officer
from gongmun.answers import asking, extending, requesting
from gongmun.answers.content import day
from gongmun.answers.models import Channel
from gongmun.answers.undecided import RequestIncomplete
from gongmun.db import Database
from gongmun.documents import Language
from gongmun.errors import GongmunError, NotFound
from gongmun.portal import reach
from gongmun.portal.flaws import Flaw, of_error
from gongmun.portal.forms import NOTHING, Form
from gongmun.portal.gone import gone
from gongmun.portal.guards import ActingOfficer, Db, Now, SentForm
from gongmun.portal.pages import AskedLanguage, page, to
from gongmun.portal.problems import is_to_be_read
from gongmun.portal.typed import day_type
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.names import ROLES
from gongmun.referrals.pausing import NotWithMinistry, WaitsForUs, stops_for_questions
from gongmun.text import Bilingual, clean

router = APIRouter()


def way(request: Request) -> str:
    """What is asked for: question, extension or transfer, the end of the address."""
    return request.url.path.rpartition("/")[2]


Way = Annotated[str, Depends(way)]
_NO_DAY = Bilingual(
    ko="연장을 원하시는 날을 적어 주십시오(예: 2027. 6. 30.).",
    en="Give the day until which you need more time (for example 2027-06-30).",
)
_NO_MINISTRY = Bilingual(
    ko="이 제안을 맡을 기관을 선택해 주십시오.", en="Choose the ministry whose matter it is."
)
_NO_TEXT = Bilingual(ko="내용을 적어 주십시오.", en="Write something here.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What was typed into one of these forms."""

    text: str
    until: str
    to: str

    @property
    def until_type(self) -> str:
        """The kind of field that shows the day."""
        return day_type(self.until)


@router.get("/m/r/{referral_id:int}/question")
@router.get("/m/r/{referral_id:int}/extension")
@router.get("/m/r/{referral_id:int}/transfer")
def ask_form(
    request: Request,
    referral_id: int,
    way: Way,
    db: Db,
    officer: ActingOfficer,
    now: Now,
    language: AskedLanguage,
) -> Response:
    """The form, where something can be asked for now."""
    return _form_page(request, referral_id, way, db, officer, now, language, _asked(NOTHING), [])


@router.post("/m/r/{referral_id:int}/question")
@router.post("/m/r/{referral_id:int}/extension")
@router.post("/m/r/{referral_id:int}/transfer")
def ask(
    request: Request,
    referral_id: int,
    way: Way,
    db: Db,
    officer: ActingOfficer,
    form: SentForm,
    now: Now,
    language: AskedLanguage,
) -> Response:
    """Ask."""
    with db.reading() as session:
        desk, _ = reach.referral(session, officer, referral_id, now=now)
    asked = _asked(form)
    flaws = _missing(way, asked)
    if not flaws:
        try:
            _send(db, way, referral_id, asked, now=now)
        except NotFound:
            raise
        except (NotWithMinistry, WaitsForUs) as error:
            return gone(request, db, officer, desk.document_id, language, error, text=asked.text)
        except GongmunError as error:
            if not is_to_be_read(error):
                raise
            flaws = [of_error(_field(way, error), error)]
    if flaws:
        return _form_page(request, referral_id, way, db, officer, now, language, asked, flaws)
    return to(f"/m/{desk.document_id}", language, done=f"asked_{way}")


def _asked(form: Form) -> Asked:
    return Asked(text=form.text("text"), until=form.text("until"), to=form.text("to"))


def _missing(way: str, asked: Asked) -> Sequence[Flaw]:
    found = []
    if way == "extension" and day(asked.until) is None:
        found.append(Flaw(field="until", why=_NO_DAY))
    if way == "transfer" and not asked.to:
        found.append(Flaw(field="to", why=_NO_MINISTRY))
    if not clean(asked.text):
        found.append(Flaw(field="text", why=_NO_TEXT))
    return found


def _send(db: Database, way: str, referral_id: int, asked: Asked, *, now: datetime) -> None:
    channel = Channel.PORTAL
    if way == "question":
        asking.ask(db, referral_id, text=asked.text, channel=channel, now=now)
    elif way == "extension":
        until = day(asked.until)
        assert until is not None
        extending.request(db, referral_id, until=until, reason=asked.text, channel=channel, now=now)
    else:
        requesting.request_transfer(
            db, referral_id, to_code=asked.to, reason=asked.text, channel=channel, now=now
        )


def _field(way: str, error: GongmunError) -> str:
    """The field that an error is about."""
    if isinstance(error, RequestIncomplete):
        return "text"
    return {"question": "text", "extension": "until", "transfer": "to"}[way]


def _form_page(
    request: Request,
    referral_id: int,
    way: str,
    db: Database,
    officer: Officer,
    now: datetime,
    language: Language,
    asked: Asked,
    flaws: Sequence[Flaw],
) -> Response:
    with db.reading() as session:
        desk, view = reach.referral(session, officer, referral_id, now=now)
        row = referral_queries.by_id(session, referral_id)
        longest = extending.longest(session, row) if way == "extension" else None
        ministries = [
            (each.code, Bilingual(ko=each.name_ko, en=each.name_en))
            for each in requesting.targets(session, row, now)
        ]
        stops = view.with_ministry and stops_for_questions(row)
        waits = row.paused_at is not None or row.asks_since is not None
    if not view.with_ministry:
        error = NotWithMinistry(referral_id=view.reference, status=view.status.value)
        return gone(request, db, officer, desk.document_id, language, error, text=asked.text)
    if waits:
        error_of_now = WaitsForUs(referral_id=view.reference)
        return gone(request, db, officer, desk.document_id, language, error_of_now, text=asked.text)
    return page(
        request,
        "ask",
        language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if flaws else HTTPStatus.OK,
        way=way,
        desk=desk,
        view=view,
        ministry=desk.organisation,
        typed=asked,
        longest=longest,
        stops=stops,
        ministries=sorted(ministries, key=lambda each: each[1].ko),
        roles=ROLES,
        flaws=flaws,
    )
