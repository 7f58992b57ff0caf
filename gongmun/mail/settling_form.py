"""The form on which a coordinator settles an uncertain dispatch (발송 불명), as the Prefect UI shows it.

The address and the relay's words, which may hold one, stay out of it.
"""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field
from sqlalchemy.orm import Session

from gongmun.clock import SEOUL
from gongmun.db.restored import unsettled
from gongmun.decisions import Kind, Matter, Pending, form
from gongmun.mail import queries
from gongmun.mail.life import Status
from gongmun.mail.models import HoldReason
from gongmun.mail.names import STATUSES
from gongmun.text import Bilingual

ARRIVED = "도착함 / it arrived"
NOT_ARRIVED = "도착하지 않음(다시 발송) / it did not arrive, send it again"
_OUTCOME: Any = Literal[ARRIVED, NOT_ARRIVED]
_FORM = form(outcome=(_OUTCOME, Field(title="도착 여부 / Did it arrive")))
_CUT_OFF = Bilingual(ko="연결이 끊김", en="it was cut off")
_RESTORED = Bilingual(ko="백업을 복원함", en="a restore")
_HOW = Bilingual(
    ko="Message-ID: `{message_id}`. 중계 서버의 기록에서 찾거나 받는 쪽에 물어 도착 여부를 확인해 주십시오. ‘도착함’을 고르면 "
    "기한이 지금부터 계산되고, ‘도착하지 않음’을 고르면 같은 Message-ID로 다시 보냅니다. 도착한 시각을 따로 "
    "적으려면 `gongmun mail settle {number} --accepted --as-of` 명령을 사용해 주십시오.",
    en="Look for this Message-ID in the relay's log, or ask the recipient. If it arrived, the clocks count from now; if "
    "it did not, it is sent again under the same Message-ID. To name the moment at which it arrived, use gongmun mail "
    "settle {number} --accepted --as-of.",
)


def pending(session: Session) -> Sequence[Pending]:
    """The dispatches of which nobody knows whether they left, oldest first.

    While a restore is to be settled, which decides on all that it left open, those are not asked one by one.
    """
    passed = HoldReason.RESTORED if unsettled(session) else None
    return [
        # The same one may become uncertain again, after it was sent anew.
        Pending(kind=Kind.DISPATCH, number=each.id, occasion=f"{each.sending_at}")
        for each in queries.uncertain(session)
        if passed is None or each.hold_reason is not passed
    ]


def matter(session: Session, dispatch_id: int) -> Matter:
    """What the form shows of one dispatch; NotFound where there is none."""
    dispatch = queries.by_id(session, dispatch_id)
    begun = dispatch.sending_at
    return Matter(
        title=Bilingual(
            ko=f"발송 {dispatch_id}번의 도착 여부", en=f"Did dispatch {dispatch_id} arrive"
        ),
        standing=STATUSES[dispatch.status],
        is_open=dispatch.status is Status.UNCERTAIN,
        facts={
            Bilingual(ko="수신", en="to"): dispatch.organisation_code,
            Bilingual(ko="종류", en="kind of mail"): dispatch.intent,
            Bilingual(ko="문서", en="document"): dispatch.document_id or "-",
            Bilingual(ko="사유", en="why"): (
                _RESTORED if dispatch.hold_reason is HoldReason.RESTORED else _CUT_OFF
            ),
            Bilingual(ko="발송 시작", en="sending began"): (
                f"{begun.astimezone(SEOUL):%Y-%m-%d %H:%M:%S}" if begun else "-"
            ),
        },
        how=Bilingual(
            # In the table the page would cut it off, and without the mark take it for an address.
            ko=_HOW.ko.format(number=dispatch_id, message_id=dispatch.message_id.strip("<>")),
            en=_HOW.en.format(number=dispatch_id),
        ),
        form=_FORM,
    )
