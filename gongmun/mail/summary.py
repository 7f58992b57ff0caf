"""What was mailed to whom, counted: intents and codes of organisations, no address and no word of a mail."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongmun.db import some_of
from gongmun.mail.models import Dispatch


@dataclass(frozen=True, kw_only=True, slots=True)
class Mailed:
    """The mails of one intent to one organisation: their ids."""

    organisation_code: str
    intent: str
    ids: tuple[int, ...]


def of(session: Session, dispatch_ids: Collection[int]) -> Sequence[Mailed]:
    """These mails, by organisation and intent."""
    columns = (Dispatch.id, Dispatch.organisation_code, Dispatch.intent)
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for some in some_of(dispatch_ids):
        for dispatch_id, code, intent in session.execute(
            select(*columns).where(Dispatch.id.in_(some))
        ):
            groups[code, intent].append(dispatch_id)
    return [
        Mailed(organisation_code=code, intent=intent, ids=tuple(sorted(ids)))
        for (code, intent), ids in sorted(groups.items())
    ]
