"""The sheet: a document's context, laid into the HTML of the official form."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from markupsafe import Markup, escape

from gongmun.documents import glyphs, wording
from gongmun.documents.contexts import Context
from gongmun.documents.endmark import end_place
from gongmun.documents.numbering import TooManyItems, marks
from gongmun.documents.printing import RenderFailed
from gongmun.documents.seal import seal_rows
from gongmun.settings import settings
from gongmun.text import korean_date


@dataclass(frozen=True, kw_only=True, slots=True)
class Imprint:
    """What the register and the decision add to a context."""

    number: str
    issued_on: date
    approver: str | None  # the name of who decided; None where the ladder did


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """HTML ready to print, and how many of its characters no font covers."""

    html: str
    replaced: int


def to_html(context: Context, imprint: Imprint) -> Sheet:
    """The whole document as HTML. Same context, imprint and settings, same HTML.

    Raises:
        RenderFailed: a template is missing or at fault.
    """
    templates = settings().templates
    language = context.letter.language
    try:
        html = (
            _environment(templates)
            .get_template(f"{context.kind.value}/body.{language}.html.j2")
            .render(
                context=context,
                letter=context.letter,
                imprint=imprint,
                agency=_agency(language),
                words=_words(templates, language),
                language=language,
            )
        )
    except (TemplateError, TooManyItems, OSError) as error:
        raise RenderFailed(reason=f"{type(error).__name__}: {error}") from error
    text, replaced = glyphs.printable(html, templates / "fonts" / "coverage.txt")
    return Sheet(html=text, replaced=replaced)


@lru_cache(maxsize=4)
def _environment(templates: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates / "documents"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "words": _kept,
        "day": korean_date,
        "day_with_weekday": partial(korean_date, weekday=True),
        "period": period,
        "excerpt": wording.excerpt,
    }
    environment.globals |= {"marks": marks, "end_place": end_place, "seal_rows": seal_rows}
    return environment


@lru_cache(maxsize=4)
def _words(templates: Path, language: str) -> Mapping[str, Any]:
    path = templates / "documents" / "words" / f"{language}.toml"
    return tomllib.loads(path.read_text("utf-8"))


def _agency(language: str) -> dict[str, str]:
    """The agency's settings as one language names them: `name_ko` is `name`."""
    suffix = f"_{language}"
    fields = settings().agency.model_dump()
    return fields | {
        name.removesuffix(suffix): value for name, value in fields.items() if name.endswith(suffix)
    }


def _kept(text: str | Markup) -> Markup:
    """Text for the page, words kept whole. Markup stays markup: it was escaped when it was made."""
    if isinstance(text, Markup):
        return Markup(wording.keep_words(text))  # noqa: S704
    return escape(wording.keep_words(wording.break_tokens(text)))


def period(days: tuple[date, date]) -> str:
    """First and last day: `2026. 9. 18.~9. 19.`, the year once where it is the same."""
    first, last = days
    if first == last:
        return korean_date(first)
    end = f"{last.month}. {last.day}." if first.year == last.year else korean_date(last)
    return f"{korean_date(first)}~{end}"
