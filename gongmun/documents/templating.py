"""Filling the forms: templates and fixed words, ours or a division's own (see `overrides.py`)."""

import re
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from stat import S_ISDIR
from traceback import walk_tb
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from gongmun.documents import dates, wording
from gongmun.documents import overrides as own
from gongmun.documents.disclosure import in_english
from gongmun.documents.endmark import end_place
from gongmun.documents.letter import Language, Reference
from gongmun.documents.numbering import marks
from gongmun.documents.printing import NotPrinted, RenderFailed
from gongmun.documents.seal import seal_rows
from gongmun.errors import GongmunError
from gongmun.settings import settings
from gongmun.text import english_date, korean_date

# Syllables, and the letters they are made of.
_HANGUL = re.compile("[가-힣ㄱ-ㆎ\u1100-\u11ff]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where the forms lie: those of the product, and a division's own where it has any."""

    templates: Path
    overrides: Path | None

    @classmethod
    def of_settings(cls) -> "Place":
        """The place that the settings name."""
        return cls(templates=settings().templates, overrides=settings().document_overrides)

    def stamp(self) -> tuple[tuple[str, int, int], ...]:
        """Changes whenever a file changes that documents are made of."""
        folders = [self.templates / "documents", *([self.overrides] if self.overrides else [])]
        found = []
        for path in (path for folder in folders for path in folder.rglob("*")):
            # An editor may be putting a new file in its place at this very moment.
            with suppress(FileNotFoundError):
                stat = path.stat()
                if not S_ISDIR(stat.st_mode) and not own.is_ignored(path.name):
                    found.append((str(path), stat.st_mtime_ns, stat.st_size))
        return tuple(sorted(found))


def fill(name: str, language: Language, values: Mapping[str, Any]) -> str:
    """The template `name` with `values` and, as `words`, the fixed words of `language`.

    A changed file is seen at the next call.

    Raises:
        OverrideRefused: a file of the division's own is at fault.
        RenderFailed: one of ours is missing or at fault.
    """
    place = Place.of_settings()
    stamp = place.stamp()
    try:
        environment = _environment(place, language, stamp)
        words = _words(place, language, stamp)
        return environment.get_template(name).render(values, words=words, language=language.value)
    except own.OverrideRefused:
        raise
    # A template can raise whatever an expression in it leads to.
    except Exception as error:
        raise _explained(error, place) from error


@lru_cache(maxsize=4)
def _environment(place: Place, language: Language, stamp: object) -> Environment:
    """The environment of this very state of the files, checked."""
    folders = [place.templates / "documents"]
    if place.overrides:
        folders.insert(0, place.overrides)
    # Forms run in the process that holds the signing key: they say what is printed, and run nothing.
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= _FILTERS[language] | {
        "words": _kept,
        "lines": _lines_kept,
        "excerpt": wording.excerpt,
    }
    # What a citizen wrote is never markup.
    del environment.filters["safe"]
    environment.globals |= {
        "marks": partial(marks, language=language),
        "end_place": end_place,
        "seal_rows": seal_rows,
    }
    if place.overrides:
        own.check(place.templates, place.overrides, environment)
    return environment


@lru_cache(maxsize=4)
def _words(place: Place, language: Language, stamp: object) -> Mapping[str, Any]:
    name = f"words/{language}.toml"
    ours = tomllib.loads((place.templates / "documents" / name).read_text("utf-8"))
    path = place.overrides / name if place.overrides else None
    if path is None or not path.is_file():
        return ours
    return own.merged(ours, own.parse_words(name, path.read_text("utf-8")))


def _explained(error: Exception, place: Place) -> NotPrinted:
    """What went wrong while a template was filled, and on which line of it.

    The last line of a division's own file is named, also where one of ours then failed: it extends
    or includes ours. Only the messages of Jinja are told; others may quote what citizens wrote.
    """
    problem = type(error).__name__
    if isinstance(error, TemplateError):
        problem += f": {error.message}"
    elif isinstance(error, GongmunError):
        problem += f": {error}"
    if place.overrides and (lines := _lines(error, place.overrides)):
        return own.refused(*lines[-1], f"{problem}.", f"{problem}.")
    ours = _lines(error, place.templates / "documents")
    return RenderFailed(reason=problem + "".join(f" ({file}:{line})" for file, line in ours[-1:]))


def _lines(error: Exception, folder: Path) -> list[tuple[str, int]]:
    """The lines of templates in `folder` that led to the error, outermost first."""
    frames = (
        (Path(frame.f_code.co_filename), line) for frame, line in walk_tb(error.__traceback__)
    )
    return [
        (path.relative_to(folder).as_posix(), line)
        for path, line in frames
        if path.is_relative_to(folder)
    ]


def _kept(text: str | Markup) -> Markup:
    """Text for the page, words kept whole. Markup stays markup: it was escaped when it was made."""
    if isinstance(text, Markup):
        return Markup(wording.keep_words(text))  # noqa: S704
    return escape(wording.keep_words(wording.break_tokens(text)))


def _lines_kept(text: str) -> Markup:
    """Text of several lines for the page, each on a line of its own."""
    return Markup("<br>").join(_kept(line) for line in text.split("\n"))


def _korean(text: str | Markup) -> Markup:
    """Text that is not translated: on an English page, what is Korean is read aloud as such."""
    kept = _kept(text)
    return Markup('<span lang="ko">{}</span>').format(kept) if _HANGUL.search(kept) else kept


def _english_citation(reference: Reference) -> Markup:
    return _korean(reference.number) + f" ({english_date(reference.on)})"


def _whole(written: Callable[..., str], **options: Any) -> Callable[..., Markup]:
    """A filter whose words stay on one line: a day that is torn apart is read twice."""

    def filled(value: Any) -> Markup:
        return Markup('<span class="whole">{}</span>').format(written(value, **options))

    return filled


# The same names in every language, so that templates differ in their words only.
_FILTERS: Mapping[Language, dict[str, Callable[..., Any]]] = {
    Language.KO: {
        "day": _whole(korean_date),
        "day_with_weekday": _whole(korean_date, weekday=True),
        "decided": dates.korean_decided,
        "period": _whole(dates.korean_period),
        "citation": dates.korean_citation,
        "disclosure": str,
        "korean": _kept,
    },
    Language.EN: {
        "day": _whole(english_date),
        "day_with_weekday": _whole(english_date, weekday=True),
        "decided": english_date,
        "period": _whole(dates.english_period),
        "citation": _english_citation,
        "disclosure": in_english,
        "korean": _korean,
    },
}
