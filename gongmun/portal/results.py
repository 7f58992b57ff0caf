"""Results of surveys (설문 결과), for everybody: nothing before it is published.

GET /surveys                      the waves that are published
GET /surveys/SERIES               those of one series
GET /surveys/SERIES/WAVE          a wave: what was found, how it was made, files
GET /surveys/SERIES/WAVE/NAME     a file of it
"""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from gongmun.errors import NotFound
from gongmun.portal.downloads import saved
from gongmun.portal.guards import Db, Public, Store
from gongmun.portal.pages import AskedLanguage, page
from gongmun.surveys.reports.showing import published_wave, published_waves, waves_of

router = APIRouter(dependencies=[Public])


@router.get("/surveys")
def surveys(request: Request, db: Db, language: AskedLanguage) -> HTMLResponse:
    """The waves that are published."""
    with db.reading() as session:
        waves = published_waves(session)
    return page(request, "results", language, waves=waves, series=None)


@router.get("/surveys/{series}")
def waves(request: Request, series: str, db: Db, language: AskedLanguage) -> HTMLResponse:
    """The waves of a series that are published."""
    with db.reading() as session:
        found = waves_of(session, series)
    return page(request, "results", language, waves=found, series=found[0].title)


@router.get("/surveys/{series}/{wave:int}")
def survey(
    request: Request, series: str, wave: int, db: Db, language: AskedLanguage
) -> HTMLResponse:
    """One wave."""
    with db.reading() as session:
        found = published_wave(session, series, wave)
    return page(request, "results_wave", language, found=found, figures=found.figures)


@router.get("/surveys/{series}/{wave:int}/{name}")
def file(series: str, wave: int, name: str, db: Db, store: Store) -> Response:
    """A file of a wave, saved under a name that tells which one it is of."""
    with db.reading() as session:
        files = published_wave(session, series, wave).files
    for each in files:
        if each.name == name:
            content = store.get(each.sha256)
            return saved(content, f"{series}-{wave}-{each.name}", each.media_type)
    raise NotFound(thing_ko="설문 결과", thing_en="survey results")
