"""The form on which a coordinator decides on a request for more time (연장), as the Prefect UI shows it.

The ministry's reason stays out of it: these are its own words.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from pydantic import Field
from sqlalchemy.orm import Session

from gongmun.answers import request_queries
from gongmun.answers.extending import latest
from gongmun.answers.names import REQUESTS
from gongmun.answers.undecided import is_open
from gongmun.clock import seoul_date
from gongmun.decisions import Kind, Matter, Pending, form
from gongmun.documents import Decision
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import queries as referral_queries
from gongmun.suggestions import queries as suggestion_queries
from gongmun.text import Bilingual, korean_date

GRANT = "연장 / grant"
REFUSE = "연장하지 않음 / refuse"
_DECISION: Any = Literal[GRANT, REFUSE]
_FORM = form(
    decision=(_DECISION, Field(title="결정 / Decision")),
    until=(
        date | None,
        Field(
            default=None,
            title="연장 기한 / Until",
            description="비워 두면 요청한 날짜까지 연장합니다. / Left empty: the day that was asked for.",
        ),
    ),
)
_HOW = Bilingual(
    ko="기관이 적은 사유는 `gongmun extension list` 명령으로 볼 수 있습니다. 결정은 다음 시행에서 공문으로 알립니다.",
    en="The ministry's reason is shown by gongmun extension list. The decision is sent as a document by the next "
    "issuing sweep.",
)


def decision(label: str) -> Decision:
    """The decision that a label stands for."""
    return Decision.APPROVE if label == GRANT else Decision.RETURN


def pending(session: Session) -> Sequence[Pending]:
    """The requests that wait for a decision, oldest first."""
    return [
        Pending(kind=Kind.EXTENSION, number=extension.id)
        for extension, _ in request_queries.open_extensions(session)
    ]


def matter(session: Session, extension_id: int) -> Matter:
    """What the form shows of one request; NotFound where there is none."""
    extension = request_queries.extension(session, extension_id)
    referral = referral_queries.by_id(session, extension.referral_id)
    suggestion = suggestion_queries.by_id(session, referral.suggestion_id)
    ministry = organisation_queries.by_id(session, referral.organisation_id)
    waits = is_open(extension, referral)
    return Matter(
        title=Bilingual(
            ko=f"연장 요청 {extension_id}번", en=f"Request {extension_id} for more time"
        ),
        standing=REQUESTS[extension.status],
        is_open=waits,
        facts={
            Bilingual(ko="제안", en="suggestion"): suggestion.reference,
            Bilingual(ko="이송", en="referral"): referral.id,
            Bilingual(ko="기관", en="ministry"): f"{ministry.name_ko} ({ministry.code})",
            Bilingual(ko="요청한 날", en="asked on"): _day(seoul_date(extension.requested_at)),
            Bilingual(ko="지금 기한", en="due now"): _day(referral.clocks.answer_due)
            if waits
            else "-",
            Bilingual(ko="요청한 기한", en="asked for"): _day(extension.until),
            Bilingual(ko="연장할 수 있는 마지막 날", en="the latest day allowed"): (
                _day(latest(referral)) if waits else "-"
            ),
        },
        how=_HOW,
        form=_FORM,
    )


def _day(day: date) -> str:
    return korean_date(day, weekday=True)
