"""Pages: templates and fixed words, in Korean or in English, and the headers that every answer has."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gongmun.clock import SEOUL
from gongmun.documents import Language
from gongmun.documents.letter import said
from gongmun.settings import settings
from gongmun.text import english_date, korean_date

# Nothing but our own style and fonts; forms to ourselves only; no page is kept or framed.
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_DATES = {Language.KO: korean_date, Language.EN: english_date}


def asked_language(lang: Annotated[str, Query()] = Language.KO.value) -> Language:
    """The language of the page: Korean, or English where `?lang=en` asks for it."""
    return Language.EN if lang == Language.EN.value else Language.KO


AskedLanguage = Annotated[Language, Depends(asked_language)]


def page(
    request: Request, template: str, language: Language, *, status: int = 200, **values: Any
) -> HTMLResponse:
    """The template filled: a page of this portal."""
    agency = settings().agency
    html = (
        _environment(language)
        .get_template(f"{template}.html.j2")
        .render(
            values,
            language=language.value,
            words=_words(language),
            agency=agency.name_en if language is Language.EN else agency.name_ko,
            path=request.url.path,
        )
    )
    return HTMLResponse(html, status_code=status, headers=dict(HEADERS))


@lru_cache(maxsize=2)
def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(settings().templates / "portal"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "said": partial(said, language=language),
        "day": _DATES[language],
        "moment": lambda moment: f"{moment.astimezone(SEOUL):%Y-%m-%d %H:%M} KST",
    }
    return environment


@lru_cache(maxsize=2)
def _words(language: Language) -> Mapping[str, Any]:
    path = settings().templates / "portal" / "words" / f"{language}.toml"
    return tomllib.loads(path.read_text("utf-8"))
