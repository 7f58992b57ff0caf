"""What everybody may see of white papers (백서 공개): those that are issued."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from gongmun.clock import seoul_date
from gongmun.documents import Status
from gongmun.errors import NotFound
from gongmun.text import Bilingual
from gongmun.white_papers import queries
from gongmun.white_papers.deciding import context_of


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedPaper:
    """The white paper of a year: its main figures, and its document; `size` is that of the file in bytes.

    Where it was corrected, the page of its check code names the correction.
    """

    year: int
    published_on: date
    highlights: tuple[Bilingual, ...]
    number: str
    check_code: str | None
    sha256: str
    size: int
    is_corrected: bool


def published_papers(session: Session) -> Sequence[PublishedPaper]:
    """The white papers that are issued, the newest year first."""
    found = []
    for document in queries.issued(session):
        context = context_of(document)
        assert document.number is not None
        assert document.numbered_at is not None
        assert document.file_sha256 is not None
        found.append(
            PublishedPaper(
                year=context.year,
                published_on=seoul_date(document.numbered_at),
                highlights=context.highlights,
                number=document.number,
                check_code=document.check_code,
                sha256=document.file_sha256,
                size=document.signed_size or document.size or 0,
                is_corrected=document.status is Status.SUPERSEDED,
            )
        )
    return sorted(found, key=lambda paper: paper.year, reverse=True)


def published_paper(session: Session, year: int) -> PublishedPaper:
    """The white paper of a year.

    Raises:
        NotFound: there is none, or it is not issued.
    """
    for paper in published_papers(session):
        if paper.year == year:
            return paper
    raise NotFound(thing_ko=f"{year}년 백서", thing_en=f"white paper of {year}")
