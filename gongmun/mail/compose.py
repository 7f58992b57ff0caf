"""The words of a mail, from `templates/mail/<intent>/subject.txt.j2` and `body.txt.j2`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound, UndefinedError

from gongmun.errors import GongmunError
from gongmun.mail.message import BLANK
from gongmun.settings import settings
from gongmun.text import clean_line, english_date, korean_date, lay_out, with_particle


class MailTemplateMissing(GongmunError):
    """There is no template for this intent."""

    code = "mail.template_missing"
    ko = "메일 서식이 없습니다: {template}. 서식 폴더(GONGMUN_TEMPLATES)를 확인해 주십시오."
    en = "There is no mail template {template}. Check the folder of templates (GONGMUN_TEMPLATES)."


class MailTemplateUnfilled(GongmunError):
    """A template asks for something its context does not have."""

    code = "mail.template_unfilled"
    ko = "메일 서식 {intent}에 채울 값이 없습니다: {reason}. 서식의 이름을 확인해 주십시오."
    en = "The mail template {intent} lacks a value: {reason}. Check the names in the template."


@dataclass(frozen=True, kw_only=True, slots=True)
class Composed:
    """A subject on one line, and a plain-text body."""

    subject: str
    body: str


def compose(intent: str, context: Mapping[str, Any]) -> Composed:
    """Fill in the templates of `intent`; control characters and stray blank lines are removed.

    For a secret pass `message.BLANK` itself, and print it alone: `{{ link }}`.

    Raises:
        MailTemplateMissing: there is none for this intent.
        MailTemplateUnfilled: the context lacks a name the template uses.
    """
    environment = _environment(settings().templates / "mail")
    try:
        subject, body = (
            environment.get_template(f"{intent}/{part}.txt.j2").render(context)
            for part in ("subject", "body")
        )
    except TemplateNotFound as error:
        raise MailTemplateMissing(template=error.name) from error
    except UndefinedError as error:
        raise MailTemplateUnfilled(intent=intent, reason=error.message) from error
    return Composed(subject=clean_line(subject), body=lay_out(body))


# What stands around BLANK: in the words of anybody else it would be taken for a secret to fill in.
_OPENING, _CLOSING = "⟦⟧"


def _outside(value: Any) -> Any:
    """A value as a template prints it: nothing that came from outside reads like BLANK."""
    if not isinstance(value, str) or value is BLANK:
        return value
    return value.replace(_OPENING, "[").replace(_CLOSING, "]")


@cache
def _environment(folder: Path) -> Environment:
    # Plain text: there is no markup to escape, and a value is never taken for a template.
    environment = Environment(  # noqa: S701
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_outside,
    )
    environment.filters |= {
        "korean_date": korean_date,
        "english_date": english_date,
        "with_particle": with_particle,
    }
    return environment
