"""The history of a case: what was sent, asked and decided, by date, as a parent body reads it.

Questions, extensions and transfers are rows of the rooms above. What they did to a referral stands in its
ledger, and is told from there.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.clock import seoul_date
from gongmun.documents import Document, HistoryLine
from gongmun.documents import queries as document_queries
from gongmun.ledger import LedgerEvent
from gongmun.mail import queries as mail_queries
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import queries
from gongmun.referrals.ladder import Rung
from gongmun.referrals.mailing import notice_key
from gongmun.referrals.models import LadderStep, Referral
from gongmun.referrals.names import EVENTS, RUNGS
from gongmun.text import Bilingual, english_date, korean_date

_DUE = Bilingual(ko="회신 기한", en="The answer was due")
_SILENT = Bilingual(ko="현재까지 회신 없음", en="No answer so far")
# When a line was, and its place among those of that day.
_Line = tuple[date, int, Bilingual]


def history(
    session: Session, referrals: Sequence[Referral], today: date
) -> tuple[HistoryLine, ...]:
    """The whole case by date: what was sent, what came back, what was asked again."""
    lines: set[_Line] = set()
    for referral in referrals:
        lines.update(_lines(session, referral))
        lines.add((referral.clocks.answer_due, 50, _DUE))
        for before in _before(session, referral):
            holder = organisation_queries.by_id(session, before.organisation_id)
            lines.update(
                (
                    on,
                    order,
                    Bilingual(
                        ko=f"[{holder.name_ko}] {text.ko}", en=f"[{holder.name_en}] {text.en}"
                    ),
                )
                for on, order, text in _lines(session, before)
            )
    lines.add((today, 99, _SILENT))
    in_order = sorted(lines, key=lambda line: (line[0], line[1], line[2].ko))
    return tuple(HistoryLine(on=on, text=text) for on, _, text in in_order)


def extensions_of(session: Session, referral_id: int) -> Sequence[Document]:
    """The numbered documents that granted an extension of a referral's deadline."""
    granted = (
        document_queries.by_id(session, event.data["document_id"])
        for event in ledger.history(session, "referral", referral_id)
        if event.kind == "referral.extension_granted"
    )
    return [document for document in granted if document.number is not None]


def told(event: LedgerEvent) -> Bilingual | None:
    """What the ministry asked and we decided, in words; None for an event of another kind."""
    words = EVENTS.get(event.kind)
    if words is None:
        return None
    return Bilingual(
        ko=words.ko.format(**_written(event.data, korean_date)),
        en=words.en.format(**_written(event.data, english_date)),
    )


def _written(data: Mapping[str, Any], day: Any) -> dict[str, Any]:
    """The data of an event as a sentence takes it: a date as the language writes it."""
    return {
        name: day(date.fromisoformat(value)) if isinstance(value, str) and name in _DAYS else value
        for name, value in data.items()
    }


_DAYS = frozenset({"answer_due", "was_due", "old_due", "new_due", "until"})


def _before(session: Session, referral: Referral) -> Iterator[Referral]:
    """The referrals that this one was transferred from, the last one first."""
    while referral.transferred_from_id is not None:
        referral = queries.by_id(session, referral.transferred_from_id)
        yield referral


def _lines(session: Session, referral: Referral) -> Iterator[_Line]:
    assert referral.document_id is not None
    assert referral.dispatched_at is not None
    number = document_queries.by_id(session, referral.document_id).number
    sent = Bilingual(ko=f"결과 통보 공문 발송({number})", en=f"Outcome document sent ({number})")
    yield seoul_date(referral.dispatched_at), 0, sent
    if referral.acknowledged_at is not None:
        yield seoul_date(referral.acknowledged_at), 1, _acknowledged(referral)
    for order, event in enumerate(ledger.history(session, "referral", referral.id), start=2):
        words = told(event)
        if words is not None:
            yield seoul_date(event.occurred_at), min(order, 49), words
    for order, step in enumerate(queries.steps(session, referral.id), start=51):
        mailed = _mailed(session, step)
        if mailed is not None:
            yield mailed[0], min(order, 98), mailed[1]


def _acknowledged(referral: Referral) -> Bilingual:
    registered = referral.registration_number
    return Bilingual(
        ko="소관 기관 접수" + (f"({registered})" if registered else ""),
        en="Acknowledged by the ministry" + (f" ({registered})" if registered else ""),
    )


def _mailed(session: Session, step: LadderStep) -> tuple[date, Bilingual] | None:
    """When the relay accepted the mail of a step, and what it was; None if none went out."""
    if step.skipped or step.notice_id is None or step.rung is Rung.ESCALATION:
        return None
    dispatch = mail_queries.find(session, notice_key(step.notice_id))
    if dispatch is None or dispatch.accepted_at is None:
        return None
    on = seoul_date(dispatch.accepted_at)
    name_ko, name_en = RUNGS[step.rung].ko, RUNGS[step.rung].en.capitalize()
    if step.document_id is None:
        return on, Bilingual(ko=f"{name_ko}(전자우편)", en=f"{name_en} (by e-mail)")
    number = document_queries.by_id(session, step.document_id).number
    return on, Bilingual(ko=f"{name_ko} 공문 발송({number})", en=f"{name_en} sent ({number})")
