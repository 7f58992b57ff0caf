"""What was mailed to whom, counted: intents and codes of organisations, no address and no word of a mail."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
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
    return _grouped(
        row for some in some_of(dispatch_ids) for row in _rows(session, Dispatch.id.in_(some))
    )


def accepted_since(session: Session, moment: datetime) -> Sequence[Mailed]:
    """The mails that the relay has accepted from that moment on."""
    return _grouped(_rows(session, Dispatch.accepted_at >= moment))


_Row = tuple[int, str, str]


def _rows(session: Session, which: ColumnElement[bool]) -> Iterable[_Row]:
    columns = (Dispatch.id, Dispatch.organisation_code, Dispatch.intent)
    return [row._tuple() for row in session.execute(select(*columns).where(which))]


def _grouped(rows: Iterable[_Row]) -> Sequence[Mailed]:
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for dispatch_id, code, intent in rows:
        groups[code, intent].append(dispatch_id)
    return [
        Mailed(organisation_code=code, intent=intent, ids=tuple(sorted(ids)))
        for (code, intent), ids in sorted(groups.items())
    ]
