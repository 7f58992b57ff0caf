"""What the mail of a notice says: what still holds of what it was to say, the most urgent first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from gongmun.access import links
from gongmun.calendar import calendar
from gongmun.documents import Document
from gongmun.mail.compose import Composed, compose
from gongmun.organisations import Organisation
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import notice_queries
from gongmun.referrals.explaining import each_in_short
from gongmun.referrals.ladder import COURTESIES, Rung
from gongmun.referrals.listing import Listed, MailedItem, mailed_items
from gongmun.referrals.models import Notice
from gongmun.referrals.names import REQUESTS, RUNGS
from gongmun.referrals.notice_queries import Line
from gongmun.settings import settings
from gongmun.text import Bilingual


@dataclass(frozen=True, kw_only=True, slots=True)
class _Section:
    """The lines of one rung in a mail."""

    name: Bilingual
    request: Bilingual
    items: Sequence[MailedItem]


def still_true(session: Session, notices: Sequence[Notice]) -> Mapping[int, Sequence[Line]]:
    """The lines of each of these notices that hold, by its id."""
    lines = notice_queries.lines_of(session, notices)
    return {
        notice.id: [line for line in lines.get(notice.id, ()) if line.holds] for notice in notices
    }


def timely(lines: Sequence[Line], listed: Mapping[int, Listed], today: date) -> Sequence[Line]:
    """Those of these lines that may be said today: nobody is told that his deadline is coming when it has passed."""
    return [
        line
        for line in lines
        if line.rung not in COURTESIES or listed[line.referral_id].due_on >= today
    ]


def worded(
    session: Session,
    notice: Notice,
    addressee: Organisation,
    lines: Sequence[Line],
    *,
    listed: Mapping[int, Listed],
    documents: Sequence[Document],
    today: date,
) -> Composed:
    """The subject and body of a notice's mail, as of `today`; `listed` has the referral of every line."""
    context: Mapping[str, Any] = {
        "agency": settings().agency,
        "ministry": organisation_queries.by_id(session, notice.organisation_id),
        "addressee": addressee,
        "sections": _sections(listed, lines, today, to_backup=notice.to_backup),
        "total": len({line.referral_id for line in lines}),
        "counted": each_in_short(
            [listed[each] for each in dict.fromkeys(line.referral_id for line in lines)], calendar()
        ),
        "documents": documents,
        "link": links.blank(),
    }
    return compose(notice.kind.value, context)


def _sections(
    listed: Mapping[int, Listed], lines: Sequence[Line], today: date, *, to_backup: bool
) -> Sequence[_Section]:
    """The most urgent first: who reads no further has read that."""
    asked: dict[Rung, list[Listed]] = {rung: [] for rung in reversed(Rung)}
    for line in lines:
        # Where there is no backup contact the main one is asked again, in the words of before.
        again = line.rung is Rung.BACKUP_NUDGE and not to_backup
        asked[Rung.NUDGE if again else line.rung].append(listed[line.referral_id])
    return [
        _Section(name=RUNGS[rung], request=REQUESTS[rung], items=mailed_items(about, today))
        for rung, about in asked.items()
        if about
    ]
