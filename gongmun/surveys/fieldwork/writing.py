"""Write to respondents (응답자 안내): one text for all, and a link for each, which is made when the mail leaves."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Table
from sqlalchemy.orm import Session

from gongmun.access import links
from gongmun.clock import seoul_date
from gongmun.db import add_rows
from gongmun.mail import OutgoingMessage, compose, enqueue_to_each
from gongmun.mail.recipients import RESPONDENT
from gongmun.settings import settings
from gongmun.surveys.fieldwork import queries
from gongmun.surveys.fieldwork.models import SurveyMail, SurveyMailKind

# What the mails are called in the outbox.
INTENTS = {
    SurveyMailKind.INVITATION: "survey_invitation",
    SurveyMailKind.REMINDER: "survey_reminder",
    SurveyMailKind.NEWS: "survey_news",
}
# Mails of one transaction: half a second of others' waiting on SQLite. With fewer the pages of the indexes on random
# keys are written anew more often.
TOGETHER = 10_000
_MAILS = cast(Table, SurveyMail.__table__)


def write(
    session: Session,
    cycle_id: int,
    kind: SurveyMailKind,
    people: Sequence[Row[Any]],
    *,
    now: datetime,
    count: int = 1,
    told: Mapping[str, object] | None = None,
) -> Sequence[int]:
    """Put a mail to each of these people into the outbox, in the caller's transaction; the ids of their dispatches.

    `people` have the `id` of their invitation and a `contact`. `count` is 1, 2, 3… of reminders. `told` is
    what the words of the mail need beside the wave; news carry no link.
    """
    if not people:
        return ()
    wave = queries.cycle(session, cycle_id)
    mail = compose(
        INTENTS[kind],
        {
            "agency": settings().agency,
            "series": queries.series_of(session, cycle_id),
            "wave": wave.wave,
            "closes_on": seoul_date(wave.closes_at),
            "link": links.blank(),
            **(told or {}),
        },
    )
    key = f"{INTENTS[kind]}:{count}"
    message = OutgoingMessage(
        key=key,
        intent=INTENTS[kind],
        organisation_code=RESPONDENT,
        address=None,
        subject=mail.subject,
        body=mail.body,
        wants_proof=False,
    )
    ids = enqueue_to_each(
        session, message, [(f"{key}:{each.id}", each.contact) for each in people], now
    )
    add_rows(
        session,
        _MAILS,
        [
            {"dispatch_id": dispatch_id, "invitation_id": each.id}
            for each, dispatch_id in zip(people, ids, strict=True)
        ],
        alike={"kind": kind, "count": count},
    )
    if kind is not SurveyMailKind.NEWS:
        links.grant_respondents(session, ids, now)
    return ids
