"""White papers (백서), for everybody: nothing before it is issued.

GET /white-papers                         those that are issued, with their main figures
GET /white-papers/YEAR/white-paper.pdf    the document of a year
"""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from gongmun.portal.downloads import saved
from gongmun.portal.guards import Db, Public, Store
from gongmun.portal.pages import AskedLanguage, page
from gongmun.white_papers.showing import published_paper, published_papers

router = APIRouter(dependencies=[Public])


@router.get("/white-papers")
def white_papers(request: Request, db: Db, language: AskedLanguage) -> HTMLResponse:
    """The white papers that are issued."""
    with db.reading() as session:
        papers = published_papers(session)
    return page(request, "white_papers", language, papers=papers)


@router.get("/white-papers/{year:int}/white-paper.pdf")
def file(year: int, db: Db, store: Store) -> Response:
    """The document of a year."""
    with db.reading() as session:
        found = published_paper(session, year)
    return saved(store.get(found.sha256), f"white-paper-{year}.pdf", "application/pdf")
