"""The history of a case: what was sent, asked and decided, by date, as a parent body reads it.

Questions, extensions and transfers are rows of the rooms above. What they did to a referral stands in its
ledger, and is told from there; in whose words it was done comes from `spoken`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from operator import attrgetter
from typing import Any

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.clock import SEOUL, seoul_date
from gongmun.documents import Case, HistoryLine, Reference
from gongmun.ledger import LedgerEvent
from gongmun.referrals import paper_queries
from gongmun.referrals.listing import Listed
from gongmun.referrals.models import LadderStep, Referral, Response, ResponseStatus, notice_key
from gongmun.referrals.names import DECISIONS, EVENTS, RUNGS
from gongmun.referrals.spoken import Occasion, spoken
from gongmun.text import Bilingual, english_date, korean_date

_DUE = Bilingual(ko="회신 기한", en="The answer was due")
_SILENT = Bilingual(ko="현재까지 회신 없음", en="No answer so far")
_SENT_BACK = "referral.sent_back"
# Where the data of an event holds the id of an organisation, and the name of it in a sentence.
_BODIES = {
    "predecessor_id": "predecessor",
    "successor_id": "successor",
    "to_organisation_id": "successor",
}
_NOBODY: Mapping[int, Bilingual] = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """What happened at a moment, and in whose words."""

    at: datetime
    text: Bilingual
    words: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """What a citizen suggested, and all that happened since, the oldest first."""

    body: str
    lines: Sequence[Line]


def case_of(listed: Listed, story: Story, today: date) -> Case:
    """The whole case of one referral, as it is printed on a day on which there is no answer."""
    told = [
        HistoryLine(on=seoul_date(line.at), text=line.text, words=line.words)
        for line in story.lines
    ]
    return Case(
        reference=listed.reference,
        title=listed.title,
        body=story.body,
        original_number=listed.original_number,
        sent_on=listed.sent_on,
        due_on=listed.due_on,
        history=(*told, HistoryLine(on=today, text=_SILENT)),
    )


def stories(session: Session, ids: Collection[int]) -> Mapping[int, Story]:
    """What is told of each of these referrals, and of those it was transferred from."""
    everyone = dict(paper_queries.referrals(session, ids))
    while missing := {each.transferred_from_id for each in everyone.values()} - {
        None,
        *everyone,
    }:
        everyone |= paper_queries.referrals(session, [each for each in missing if each is not None])
    facts = _facts(session, everyone)
    holders = paper_queries.names(
        session, {each.organisation_id for each in everyone.values() if each.id not in set(ids)}
    )
    bodies = paper_queries.bodies(session, ids)

    def told_of(referral: Referral) -> Iterator[Line]:
        yield from _lines(facts, referral)
        # The day is over when all that happened on it has.
        end = datetime.combine(referral.clocks.answer_due, time.max, SEOUL)
        yield Line(at=end, text=_DUE)
        while referral.transferred_from_id is not None:
            referral = everyone[referral.transferred_from_id]
            holder = holders[referral.organisation_id]
            for line in _lines(facts, referral):
                ko, en = f"[{holder.name_ko}] {line.text.ko}", f"[{holder.name_en}] {line.text.en}"
                yield replace(line, text=Bilingual(ko=ko, en=en))

    return {
        referral_id: Story(
            body=bodies[referral_id],
            lines=sorted(told_of(everyone[referral_id]), key=attrgetter("at")),
        )
        for referral_id in ids
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class _Facts:
    """What the rows around referrals say, by the ids of these, of documents and the keys of mails."""

    events: Mapping[int, Sequence[LedgerEvent]]
    responses: Mapping[int, Sequence[Response]]
    steps: Mapping[int, Sequence[LadderStep]]
    accepted: Mapping[str, datetime]
    cited: Mapping[int, Reference]
    bodies: Mapping[int, Bilingual]
    words: Mapping[Occasion, str]


def _facts(session: Session, everyone: Mapping[int, Referral]) -> _Facts:
    responses = paper_queries.responses(session, everyone)
    steps = paper_queries.mailed_steps(session, everyone)
    all_steps = [step for of_one in steps.values() for step in of_one]
    notes = {
        (each.referral_id, _SENT_BACK, each.decided_at): each.note or ""
        for of_one in responses.values()
        for each in of_one
        if each.status is ResponseStatus.SENT_BACK and each.decided_at is not None
    }
    events = ledger.histories(session, "referral", everyone, EVENTS)
    return _Facts(
        events=events,
        responses=responses,
        steps=steps,
        accepted=paper_queries.accepted(
            session, {notice_key(step.notice_id) for step in all_steps if step.notice_id}
        ),
        cited=paper_queries.cited(
            session,
            {each.document_id for each in everyone.values() if each.document_id}
            | {step.document_id for step in all_steps if step.document_id},
        ),
        bodies=bodies_of(session, [event for of_one in events.values() for event in of_one]),
        words={**spoken(session, everyone), **notes},
    )


def bodies_of(session: Session, events: Iterable[LedgerEvent]) -> Mapping[int, Bilingual]:
    """The names of the organisations that events speak of, by their id."""
    # Of a transfer that was refused there is nobody.
    ids = {
        each for event in events for name in _BODIES if (each := event.data.get(name)) is not None
    }
    return {
        each.id: Bilingual(ko=each.name_ko, en=each.name_en)
        for each in paper_queries.names(session, ids).values()
    }


def told(event: LedgerEvent, bodies: Mapping[int, Bilingual] = _NOBODY) -> Bilingual | None:
    """What the ministry asked and we decided, in words; None for an event of another kind.

    `bodies` are the names of the organisations that it speaks of, see `bodies_of`.
    """
    words = EVENTS.get(event.kind)
    return None if words is None else filled(words, event.data, bodies)


def filled(words: Bilingual, data: Mapping[str, Any], bodies: Mapping[int, Bilingual]) -> Bilingual:
    """These words, with what an event's data says in the place of the braces."""
    named = {name: bodies[data[key]] for key, name in _BODIES.items() if data.get(key) is not None}
    ko = {name: body.ko for name, body in named.items()}
    en = {name: body.en for name, body in named.items()}
    return Bilingual(
        ko=words.ko.format(**_written(data, korean_date), **ko),
        en=words.en.format(**_written(data, english_date), **en),
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
    yield Line(at=referral.dispatched_at, text=sent)
    if referral.acknowledged_at is not None:
        yield Line(at=referral.acknowledged_at, text=_acknowledged(referral))
    for response in facts.responses.get(referral.id, ()):
        yield Line(at=response.received_at, text=_answered(response), words=response.reason)
    for event in facts.events.get(referral.id, ()):
        text = told(event, facts.bodies)
        if text is not None:
            words = facts.words.get((referral.id, event.kind, event.occurred_at), "")
            yield Line(at=event.occurred_at, text=text, words=words)
    for step in facts.steps.get(referral.id, ()):
        mailed = _mailed(facts, step)
        if mailed is not None:
            yield mailed


def _answered(response: Response) -> Bilingual:
    decision = DECISIONS[response.decision]
    return Bilingual(
        ko=f"소관 기관 회신({decision.ko})", en=f"The ministry answered ({decision.en})"
    )


def _acknowledged(referral: Referral) -> Bilingual:
    registered = referral.registration_number
    return Bilingual(
        ko="소관 기관 접수" + (f"({registered})" if registered else ""),
        en="Acknowledged by the ministry" + (f" ({registered})" if registered else ""),
    )


def _mailed(facts: _Facts, step: LadderStep) -> Line | None:
    """When the relay accepted the mail of a step, and what it was; None if none went out."""
    assert step.notice_id is not None
    accepted_at = facts.accepted.get(notice_key(step.notice_id))
    if accepted_at is None:
        return None
    name_ko, name_en = RUNGS[step.rung].ko, RUNGS[step.rung].en.capitalize()
    if step.document_id is None:
        text = Bilingual(ko=f"{name_ko}(전자우편)", en=f"{name_en} (by e-mail)")
    else:
        number = facts.cited[step.document_id].number
        text = Bilingual(ko=f"{name_ko} 공문 발송({number})", en=f"{name_en} sent ({number})")
    return Line(at=accepted_at, text=text)
