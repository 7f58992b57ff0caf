"""Pages: templates and fixed words, in Korean or in English, and the way from one page to the next."""

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache, partial
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from gongmun.clock import SEOUL
from gongmun.documents import Language
from gongmun.documents.letter import said
from gongmun.portal.guards import csrf_token
from gongmun.settings import settings
from gongmun.text import (
    Bilingual,
    english_closing,
    english_date,
    korean_closing,
    korean_date,
    particles,
)

_DATES = {Language.KO: korean_date, Language.EN: english_date}
# Mails say the day of the week in Korean alone.
_WEEKDAY = {Language.KO: {"weekday": True}, Language.EN: {}}
_CLOSINGS = {Language.KO: korean_closing, Language.EN: english_closing}
# A date in a sentence, as either language writes it.
_DATE = re.compile(r"\d{4}\. \d{1,2}\. \d{1,2}\.|\b\d{1,2} [A-Z][a-z]+ \d{4}\b")


def language_of(lang: str) -> Language:
    """The language of the page: Korean, or English where `?lang=en` asks for it."""
    return Language.EN if lang == Language.EN.value else Language.KO


async def _asked_language(lang: Annotated[str, Query()] = Language.KO.value) -> Language:
    return language_of(lang)


AskedLanguage = Annotated[Language, Depends(_asked_language)]


def page(
    request: Request, template: str, language: Language, *, status: int = 200, **values: Any
) -> HTMLResponse:
    """The template filled: a page of this portal.

    Besides `values` it has `csrf`, which each form of an officer sends along, and `path`, where its other
    language is: that of the request unless a page that answers a form names another.
    """
    agency = settings().agency
    html = (
        _environment(language)
        .get_template(f"{template}.html.j2")
        .render(
            {"path": _path(request), **values},
            language=language.value,
            words=_words(language),
            agency=agency.name_en if language is Language.EN else agency.name_ko,
            csrf=csrf_token(request),
        )
    )
    return HTMLResponse(html, status_code=status)


def part(template: str, language: Language, **values: Any) -> Markup:
    """The template filled: a part of a page, which knows nothing of the request."""
    return Markup(  # noqa: S704 - a template of ours, which escapes what it is given
        _environment(language)
        .get_template(f"{template}.html.j2")
        .render(values, language=language.value, words=_words(language))
    )


def _path(request: Request) -> str:
    """The path of a request as a link of ours: `//host` would lead to another site."""
    return "/" + quote(request.scope["path"].lstrip("/"))


def to(path: str, language: Language, *, place: str = "", **query: str) -> RedirectResponse:
    """On to a page of ours by GET, in the same language; `place` is an id on it.

    `path` is put together of our own words and ids; one that would lead to another host is a mistake.
    """
    assert path.startswith("/")
    assert not path.startswith("//")
    if language is not Language.KO:
        query["lang"] = language.value
    address = path + (f"?{urlencode(query)}" if query else "") + (f"#{place}" if place else "")
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)


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
        "said": partial(_said, language=language),
        "day": lambda day: _on_one_line(_DATES[language](day)),
        # A date until which something can be done, in the form of our mails: a day, or a moment of it.
        "last_day": lambda day: _on_one_line(_DATES[language](day, **_WEEKDAY[language])),
        "closing": lambda moment: _on_one_line(_CLOSINGS[language](moment.astimezone(SEOUL))),
        "moment": lambda moment: _on_one_line(f"{moment.astimezone(SEOUL):%Y-%m-%d %H:%M} KST"),
        # A sentence of the catalogue into which a name was put.
        "particles": lambda sentence: Markup(particles(escape(sentence))),  # noqa: S704 - words of ours, escaped
        "unbroken": Markup('<span class="unbroken">{}</span>').format,
    }
    return environment


def _said(text: Bilingual, language: Language) -> str:
    """A text as the page says it, its dates each on one line."""
    return _DATE.sub(lambda found: _on_one_line(found[0]), said(text, language))


def _on_one_line(date: str) -> str:
    return date.replace(" ", "\u00a0")


class _Words(dict[str, Any]):
    """A table of words whose keys are attributes as well: a template reads those three times as fast."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        # Escaped here, once, instead of wherever a page shows them.
        super().__init__({key: _escaped(value) for key, value in table.items()})
        self.__dict__ = self


def _escaped(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _Words(value)
    return [escape(each) for each in value] if isinstance(value, list) else escape(value)


@lru_cache(maxsize=2)
def _words(language: Language) -> Mapping[str, Any]:
    path = settings().templates / "portal" / "words" / f"{language}.toml"
    return _Words(tomllib.loads(path.read_text("utf-8")))
