"""Every SELECT of what documents and mails cite: one does for many referrals."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongmun.clock import seoul_date
from gongmun.db import rows_of, some_of
from gongmun.documents import Document, Reference
from gongmun.mail import Dispatch
from gongmun.organisations import Division, Organisation
from gongmun.referrals.clocks import counting_of
from gongmun.referrals.listing import Listed
from gongmun.referrals.models import LadderStep, Referral, Response
from gongmun.suggestions.models import Suggestion


def listed(session: Session, ids: Collection[int]) -> Mapping[int, Listed]:
    """What documents and mails list of these referrals, all of which were dispatched, by their id."""
    found: dict[int, Listed] = {}
    day_of, counting = cache(seoul_date), cache(counting_of)  # many were sent together
    for some in some_of(ids):
        rows = rows_of(
            session,
            select(
                Referral.id,
                Referral.answer_rule,
                Suggestion.topic,
                Suggestion.reference,
                Suggestion.title,
                Document.division,
                Document.serial,
                Document.numbered_at,
                Referral.dispatched_at,
                Referral.answer_counted_in,
                Referral.answer_counted_since,
                Referral.answer_counted,
                Referral.answer_due,
                Referral.answer_due_at,
                Referral.answer_due_promised,
            )
            .join(Suggestion, Suggestion.id == Referral.suggestion_id)
            .join(Document, Document.id == Referral.document_id)
            .where(Referral.id.in_(some))
            .order_by(Referral.id),
        )
        for (
            referral_id,
            answer_rule,
            topic,
            reference,
            title,
            division,
            serial,
            numbered_at,
            dispatched_at,
            unit,
            since,
            amount,
            answer_due,
            answer_due_at,
            promised_on,
        ) in rows:
            found[referral_id] = Listed(
                referral_id=referral_id,
                answer_rule=answer_rule,
                topic=topic,
                reference=reference,
                title=title,
                original_number=f"{division}-{serial}",
                numbered_on=day_of(numbered_at),
                sent_on=day_of(dispatched_at),
                dispatched_at=dispatched_at,
                counting=counting(unit, since, amount, answer_due),
                due_on=answer_due,
                due_at=answer_due_at,
                promised_on=promised_on,
            )
    return found


def referrals(session: Session, ids: Collection[int]) -> Mapping[int, Referral]:
    """These referrals, by their id, in its order."""
    return {
        referral.id: referral
        for some in some_of(ids)
        for referral in session.scalars(
            select(Referral)
            .where(Referral.id.in_(some))
            .order_by(Referral.id)
            .execution_options(populate_existing=True)
        )
    }


def cited(session: Session, ids: Collection[int]) -> Mapping[int, Reference]:
    """Those of these documents that have a number, as later ones refer to them, by their id."""
    return {
        row.id: Reference(number=f"{row.division}-{row.serial}", on=seoul_date(row.numbered_at))
        for some in some_of(ids)
        for row in session.execute(
            select(Document.id, Document.division, Document.serial, Document.numbered_at).where(
                Document.id.in_(some), Document.serial.is_not(None)
            )
        )
    }


def bodies(session: Session, ids: Collection[int]) -> Mapping[int, str]:
    """What citizens suggested, in their words, by the id of the referral."""
    return {
        referral_id: body
        for some in some_of(ids)
        for referral_id, body in rows_of(
            session,
            select(Referral.id, Suggestion.body)
            .join(Suggestion, Suggestion.id == Referral.suggestion_id)
            .where(Referral.id.in_(some)),
        )
    }


def responses(session: Session, ids: Collection[int]) -> Mapping[int, Sequence[Response]]:
    """What was answered to these referrals, and sent back or examined again since; the oldest first."""
    found: dict[int, list[Response]] = defaultdict(list)
    for some in some_of(ids):
        for response in session.scalars(
            select(Response).where(Response.referral_id.in_(some)).order_by(Response.id)
        ):
            found[response.referral_id].append(response)
    return found


def mailed_steps(session: Session, ids: Collection[int]) -> Mapping[int, Sequence[LadderStep]]:
    """The steps of these referrals that a mail carries, to their ministry or about it, in the order they were due."""
    found: dict[int, list[LadderStep]] = defaultdict(list)
    for some in some_of(ids):
        for step in session.scalars(
            select(LadderStep)
            .where(
                LadderStep.referral_id.in_(some),
                LadderStep.skipped.is_(False),
                LadderStep.notice_id.is_not(None),
            )
            .order_by(LadderStep.due_on, LadderStep.id)
        ):
            found[step.referral_id].append(step)
    return found


def accepted(session: Session, keys: Collection[str]) -> Mapping[str, datetime]:
    """When the relay took the mails with these keys, of those that it did take."""
    wanted = sorted(keys)
    rows = [
        row
        for start in range(0, len(wanted), 1000)
        for row in session.execute(
            select(Dispatch.key, Dispatch.accepted_at).where(
                Dispatch.key.in_(wanted[start : start + 1000]), Dispatch.accepted_at.is_not(None)
            )
        )
    ]
    return {key: at for key, at in rows if at is not None}


def divisions(
    session: Session, organisation_ids: Collection[int]
) -> Mapping[int, Sequence[Division]]:
    """The divisions of these organisations, by the id of each."""
    found: dict[int, list[Division]] = defaultdict(list)
    for division in session.scalars(
        select(Division).where(Division.organisation_id.in_(organisation_ids)).order_by(Division.id)
    ):
        found[division.organisation_id].append(division)
    return found


def names(session: Session, organisation_ids: Collection[int]) -> Mapping[int, Organisation]:
    """These organisations, by their id."""
    if not organisation_ids:
        return {}
    rows = session.scalars(select(Organisation).where(Organisation.id.in_(organisation_ids)))
    return {organisation.id: organisation for organisation in rows}
