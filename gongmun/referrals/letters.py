"""The documents of this room: what a formal reminder and an escalation say."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from gongmun.calendar import calendar, rule
from gongmun.clock import seoul_date
from gongmun.documents import (
    Document,
    DocumentKind,
    EscalationContext,
    Letter,
    OverdueItem,
    Recipient,
    Reference,
    ReminderContext,
    drafting,
)
from gongmun.documents import Rung as ReminderRung
from gongmun.organisations import Division, Organisation
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import paper_queries
from gongmun.referrals.explaining import each_in_short
from gongmun.referrals.history import case_of
from gongmun.referrals.ladder import Rung
from gongmun.referrals.listing import Listed, items_of
from gongmun.referrals.models import Notice, Referral
from gongmun.referrals.names import RUNGS
from gongmun.referrals.papers import Papers, papers
from gongmun.suggestions import queries as suggestion_queries
from gongmun.text import Bilingual

_FORMS = {
    Rung.FIRST_REMINDER: (ReminderRung.FIRST, DocumentKind.FIRST_REMINDER),
    Rung.SECOND_REMINDER: (ReminderRung.SECOND, DocumentKind.SECOND_REMINDER),
}


def reminder(
    read: Papers,
    key: str,
    ministry: Organisation,
    rung: Rung,
    ids: Collection[int],
    today: date,
) -> drafting.Draft:
    """A formal reminder of these referrals."""
    return drafting.Draft(
        kind=_FORMS[rung][1],
        key=key,
        recipient_code=ministry.code,
        context=_reminder(read, ministry, rung, ids, today, decided_on=today),
    )


def _reminder(
    read: Papers,
    ministry: Organisation,
    rung: Rung,
    ids: Collection[int],
    today: date,
    *,
    decided_on: date,
) -> ReminderContext:
    about = [read.listed[each] for each in ids]
    handling = read.handling(ministry.id, {each.topic for each in about})
    return ReminderContext(
        letter=Letter(
            recipients=(_recipient(ministry, handling),),
            title=Bilingual(
                ko=f"시민 제안 미회신 사항 회신 요청({RUNGS[rung].ko})",
                en=f"Request to answer overdue citizens' suggestions ({RUNGS[rung].en})",
            ),
            decided_on=decided_on,
            legal_basis=_legal_basis(about),
            references=_references(read, about),
        ),
        rung=_FORMS[rung][0],
        items=tuple(items_of(about, today)),
        counted=each_in_short(about, calendar()),
    )


def escalation(
    read: Papers,
    key: str,
    ministry: Organisation,
    parent: Organisation,
    ids: Collection[int],
    today: date,
) -> drafting.Draft:
    """The escalation to the parent body with the whole case of these referrals."""
    return drafting.Draft(
        kind=DocumentKind.ESCALATION,
        key=key,
        recipient_code=parent.code,
        context=_escalation(read, ministry, parent, ids, today, decided_on=today),
    )


def _escalation(
    read: Papers,
    ministry: Organisation,
    parent: Organisation,
    ids: Collection[int],
    today: date,
    *,
    decided_on: date,
) -> EscalationContext:
    about = [read.listed[each] for each in ids]
    return EscalationContext(
        letter=Letter(
            recipients=(Recipient(office=_head(parent)),),
            title=Bilingual(
                ko=f"시민 제안 장기 미회신 사항 통보({ministry.name_ko})",
                en=f"Citizens' suggestions long unanswered ({ministry.name_en})",
            ),
            decided_on=decided_on,
            legal_basis=_legal_basis(about),
            references=_references(read, about),
        ),
        ministry_name=organisation_name(ministry),
        items=tuple(items_of(about, today)),
        cases=tuple(case_of(read.listed[each], read.cases[each], today) for each in ids),
    )


def refresh_document(
    session: Session,
    notice: Notice,
    document: Document,
    rung: Rung,
    ids: Collection[int],
    *,
    now: datetime,
) -> None:
    """Let a document that has no number yet say what is still true, under the same approval."""
    today = seoul_date(now)
    decided_on = seoul_date(document.approved_at) if document.approved_at else today
    ministry = organisation_queries.by_id(session, notice.organisation_id)
    escalates = rung is Rung.ESCALATION
    read = papers(session, ids, ministries=[ministry.id], with_cases=ids if escalates else ())
    addressee = organisation_queries.by_id(session, notice.addressee_id)
    if escalates:
        context: ReminderContext | EscalationContext = _escalation(
            read, ministry, addressee, ids, today, decided_on=decided_on
        )
    else:
        context = _reminder(read, ministry, rung, ids, today, decided_on=decided_on)
    drafting.refresh(session, document, context, now, recipient_code=addressee.code)


def overdue_items(
    session: Session, referrals: Iterable[Referral], today: date
) -> Sequence[OverdueItem]:
    """One line for each referral, as documents and mails list them, in order of number."""
    found = paper_queries.listed(session, [referral.id for referral in referrals])
    return items_of(found.values(), today)


def recipient(session: Session, ministry: Organisation, referrals: Sequence[Referral]) -> Recipient:
    """The office of the ministry's head, with the division that handles all of the referrals.

    Without a division where the referrals differ in it.
    """
    topics = {
        suggestion_queries.by_id(session, referral.suggestion_id).topic for referral in referrals
    }
    return _recipient(
        ministry,
        [
            organisation_queries.handling_division(session, ministry.id, topic) if topic else None
            for topic in topics
        ],
    )


def _recipient(ministry: Organisation, handling: Iterable[Division | None]) -> Recipient:
    heads = {_head(division) if division else None for division in handling}
    return Recipient(office=_head(ministry), handling=heads.pop() if len(heads) == 1 else None)


def organisation_name(organisation: Organisation) -> Bilingual:
    """The name of an organisation, as documents write it."""
    return Bilingual(ko=organisation.name_ko, en=organisation.name_en)


def _head(body: Organisation | Division) -> Bilingual:
    return Bilingual(ko=body.head_ko, en=body.head_en)


def _legal_basis(about: Iterable[Listed]) -> tuple[Bilingual, ...]:
    """What each deadline rests on: the rule as it was when its clock began."""
    begun = dict.fromkeys((each.answer_rule, each.sent_on) for each in about)
    rules = (rule(code, sent_on) for code, sent_on in begun)
    cited = (Bilingual(ko=each.citation_ko, en=each.citation_en) for each in rules)
    return tuple(dict.fromkeys(cited))


def _references(read: Papers, about: Sequence[Listed]) -> tuple[Reference, ...]:
    """The outcome documents, and those that moved a deadline, once each."""
    carried = dict.fromkeys((each.original_number, each.numbered_on) for each in about)
    moved = [extension for each in about for extension in read.extended.get(each.referral_id, ())]
    written = [Reference(number=number, on=on) for number, on in carried]
    return tuple(dict.fromkeys([*written, *moved]))
