"""The sheet: a document's context, laid into the HTML of the official form."""

from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

from gongmun.documents import glyphs
from gongmun.documents.check_codes import CheckMark
from gongmun.documents.contexts import Context
from gongmun.documents.letter import Language, said
from gongmun.documents.templating import fill
from gongmun.settings import settings
from gongmun.text import Bilingual


@dataclass(frozen=True, kw_only=True, slots=True)
class Imprint:
    """What the register and the decision add to a context."""

    number: str
    issued_on: date
    approver: str | None  # the name of who decided; None where the ladder did
    check: CheckMark | None = None  # where a copy can be checked, if there is a portal
    # Whether the day of the decision is printed: of a preview it may be still to come.
    is_decided: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """HTML ready to print, and how many of its characters no font covers."""

    html: str
    replaced: int


def to_html(context: Context, imprint: Imprint, language: Language | None = None) -> Sheet:
    """The whole document as HTML. Same context, imprint and settings, same HTML.

    In the language of the official text, or in `language`: the other one is a translation for
    reference, which says so and carries no seal.

    Raises:
        RenderFailed: a template is missing or at fault.
        OverrideRefused: a file of the division's own is at fault.
    """
    official = context.letter.language
    language = language or official
    read = _read(context, language)
    html = fill(
        f"{context.kind.value}/body.{language}.html.j2",
        language,
        {
            "context": read,
            "letter": read.letter,
            "is_internal": context.letter.is_internal,
            "imprint": imprint,
            "agency": _agency(language),
            "is_official": language is official,
        },
    )
    text, replaced = glyphs.printable(html, settings().templates / "fonts" / "coverage.txt")
    return Sheet(html=text, replaced=replaced)


def _read(value: Any, language: Language) -> Any:
    """A context as one language reads it: what is bilingual becomes one text, at every depth."""
    if isinstance(value, Bilingual):
        return said(value, language)
    if isinstance(value, tuple):
        return tuple(_read(each, language) for each in value)
    if is_dataclass(value):
        names = (field.name for field in fields(value))
        return SimpleNamespace(**{name: _read(getattr(value, name), language) for name in names})
    return value


def _agency(language: Language) -> dict[str, str]:
    """The agency's settings as one language names them: `name_ko` is `name`."""
    suffix = f"_{language}"
    fields = settings().agency.model_dump()
    return fields | {
        name.removesuffix(suffix): value for name, value in fields.items() if name.endswith(suffix)
    }
