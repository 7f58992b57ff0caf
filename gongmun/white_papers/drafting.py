"""Draft the white paper of a year (백서 기안): count what the tables say now, and lay it before a coordinator."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from gongmun.clock import seoul_date, seoul_time
from gongmun.db import Database
from gongmun.documents import INTERNAL_CODE, Document, DocumentKind, Reference, Status, draft
from gongmun.documents import queries as document_queries
from gongmun.errors import GongmunError
from gongmun.surveys.reports import showing
from gongmun.surveys.reports.showing import Published
from gongmun.white_papers import queries
from gongmun.white_papers.counting import by_ministry, tally
from gongmun.white_papers.letters import Counted, white_paper_context


class YearNotBegun(GongmunError):
    """A white paper of a year that is still to come."""

    code = "white_papers.year_not_begun"
    ko = "{year}년은 아직 시작되지 않았습니다. 지난해나 올해를 지정해 주십시오."
    en = "The year {year} has not begun. Name this year or an earlier one."


class WhitePaperSettled(GongmunError):
    """A white paper is drafted anew after it was approved."""

    code = "white_papers.settled"
    ko = "{year}년 백서(문서 {document})는 이미 승인되었습니다. 잘못이 있으면 'gongmun document correct'로 정정해 주십시오."
    en = "The white paper of {year} (document {document}) is approved already. Mend a mistake by `gongmun document correct`."


def draft_white_paper(db: Database, year: int, *, now: datetime) -> int:
    """The id of the drafted document. A draft that waits is brought up to date; one that was returned is followed by another.

    Raises:
        YearNotBegun: the year is still to come.
        WhitePaperSettled: it is approved, or issued.
    """
    if year > seoul_date(now).year:
        raise YearNotBegun(year=year)
    with db.transaction() as session:
        drafts = queries.of_year(session, year)
        returned = sum(document.status is Status.DISCARDED for document in drafts)
        for document in drafts:
            if document.status not in (Status.DRAFTED, Status.DISCARDED):
                raise WhitePaperSettled(year=year, document=document.number or document.id)
        return _draft(session, year, edition=returned + 1, now=now).id


def _draft(session: Session, year: int, *, edition: int, now: datetime) -> Document:
    return draft(
        session,
        kind=DocumentKind.WHITE_PAPER,
        key=queries.key(year, edition),
        recipient_code=INTERNAL_CODE,
        context=white_paper_context(
            _count(session, year, now), now=now, references=_references(session, year)
        ),
        now=now,
    )


def _references(session: Session, year: int) -> tuple[Reference, ...]:
    """The last white paper of an earlier year."""
    earlier = [each for each in queries.issued(session) if each.context["year"] < year]
    if not earlier:
        return ()
    last = max(earlier, key=lambda each: int(each.context["year"]))
    return (document_queries.in_force(session, last).reference,)


def _count(session: Session, year: int, now: datetime) -> Counted:
    """The year, in figures, as it stands now."""
    moments = (seoul_time(date(year, 1, 1)), seoul_time(date(year + 1, 1, 1)))
    sent, promised = queries.sent(session, moments), queries.promised(session, moments)
    names = queries.names(session)
    return Counted(
        year=year,
        suggestions=queries.suggestions(session, moments),
        all=tally(sent, promised, now),
        ministries=tuple(
            (names[organisation], counts)
            for organisation, counts in by_ministry(sent, promised, now).items()
        ),
        waves=tuple(_published(session, year)),
    )


def _published(session: Session, year: int) -> Sequence[Published]:
    """The waves whose results were published in the year, the oldest first."""
    return [
        showing.published_wave(session, each.series, each.wave)
        for each in reversed(showing.published_waves(session))
        if each.published_on.year == year
    ]
