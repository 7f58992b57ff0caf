"""The history of a case: what was sent, asked and decided, by date, as a parent body reads it.

Questions, extensions and transfers are rows of the rooms above. What they did to a referral stands in its
ledger, and is told from there.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.clock import seoul_date
from gongmun.documents import HistoryLine, Reference
from gongmun.ledger import LedgerEvent
from gongmun.referrals import paper_queries
from gongmun.referrals.mailing import notice_key
from gongmun.referrals.models import LadderStep, Referral
from gongmun.referrals.names import EVENTS, RUNGS
from gongmun.text import Bilingual, english_date, korean_date

_DUE = Bilingual(ko="회신 기한", en="The answer was due")
_SILENT = Bilingual(ko="현재까지 회신 없음", en="No answer so far")
# When a line was, and its place among those of that day.
Line = tuple[date, int, Bilingual]


def history(lines: Iterable[Line], today: date) -> tuple[HistoryLine, ...]:
    """The whole case by date: what was sent, what came back, what was asked again."""
    in_order = sorted({*lines, (today, 99, _SILENT)}, key=lambda line: (*line[:2], line[2].ko))
    return tuple(HistoryLine(on=on, text=text) for on, _, text in in_order)


def cases(session: Session, ids: Collection[int]) -> Mapping[int, Sequence[Line]]:
    """What is told of each of these referrals, and of those it was transferred from."""
    everyone = dict(paper_queries.referrals(session, ids))
    while missing := {each.transferred_from_id for each in everyone.values()} - {
        None,
        *everyone,
    }:
        everyone |= paper_queries.referrals(session, [each for each in missing if each is not None])
    events = ledger.histories(session, "referral", everyone, EVENTS)
    steps = paper_queries.mailed_steps(session, everyone)
    all_steps = [step for of_one in steps.values() for step in of_one]
    facts = _Facts(
        events=events,
        steps=steps,
        accepted=paper_queries.accepted(
            session, {notice_key(step.notice_id) for step in all_steps if step.notice_id}
        ),
        cited=paper_queries.cited(
            session,
            {each.document_id for each in everyone.values() if each.document_id}
            | {step.document_id for step in all_steps if step.document_id},
        ),
    )
    holders = paper_queries.names(
        session, {each.organisation_id for each in everyone.values() if each.id not in set(ids)}
    )

    def told_of(referral: Referral) -> Iterator[Line]:
        yield from _lines(facts, referral)
        yield referral.clocks.answer_due, 50, _DUE
        while referral.transferred_from_id is not None:
            referral = everyone[referral.transferred_from_id]
            holder = holders[referral.organisation_id]
            for on, order, text in _lines(facts, referral):
                ko, en = f"[{holder.name_ko}] {text.ko}", f"[{holder.name_en}] {text.en}"
                yield on, order, Bilingual(ko=ko, en=en)

    return {referral_id: list(told_of(everyone[referral_id])) for referral_id in ids}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Facts:
    """What the rows around referrals say, by the ids of these, of documents and the keys of mails."""

    events: Mapping[int, Sequence[LedgerEvent]]
    steps: Mapping[int, Sequence[LadderStep]]
    accepted: Mapping[str, datetime]
    cited: Mapping[int, Reference]


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


def _lines(facts: _Facts, referral: Referral) -> Iterator[Line]:
    assert referral.document_id is not None
    assert referral.dispatched_at is not None
    number = facts.cited[referral.document_id].number
    sent = Bilingual(ko=f"결과 통보 공문 발송({number})", en=f"Outcome document sent ({number})")
    yield seoul_date(referral.dispatched_at), 0, sent
    if referral.acknowledged_at is not None:
        yield seoul_date(referral.acknowledged_at), 1, _acknowledged(referral)
    for order, event in enumerate(facts.events.get(referral.id, ()), start=2):
        words = told(event)
        if words is not None:
            yield seoul_date(event.occurred_at), min(order, 49), words
    for order, step in enumerate(facts.steps.get(referral.id, ()), start=51):
        mailed = _mailed(facts, step)
        if mailed is not None:
            yield mailed[0], min(order, 98), mailed[1]


def _acknowledged(referral: Referral) -> Bilingual:
    registered = referral.registration_number
    return Bilingual(
        ko="소관 기관 접수" + (f"({registered})" if registered else ""),
        en="Acknowledged by the ministry" + (f" ({registered})" if registered else ""),
    )


def _mailed(facts: _Facts, step: LadderStep) -> tuple[date, Bilingual] | None:
    """When the relay accepted the mail of a step, and what it was; None if none went out."""
    assert step.notice_id is not None
    accepted_at = facts.accepted.get(notice_key(step.notice_id))
    if accepted_at is None:
        return None
    on = seoul_date(accepted_at)
    name_ko, name_en = RUNGS[step.rung].ko, RUNGS[step.rung].en.capitalize()
    if step.document_id is None:
        return on, Bilingual(ko=f"{name_ko}(전자우편)", en=f"{name_en} (by e-mail)")
    number = facts.cited[step.document_id].number
    return on, Bilingual(ko=f"{name_ko} 공문 발송({number})", en=f"{name_en} sent ({number})")
