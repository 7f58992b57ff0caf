"""Text from outside, made safe to keep; text in two languages."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

# C0 and C1 controls except tab and newline; bidirectional controls that reorder what a reader sees;
# zero-width and invisible format characters; interlinear annotations; lone surrogates; non-characters.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Bilingual:
    """One sentence in both languages, Korean first."""

    ko: str
    en: str

    def __str__(self) -> str:
        return f"{self.ko} / {self.en}"


def printable(text: str) -> str:
    """NFC text of printable characters; line breaks become a newline, spaces stay as they are.

    Markup is kept as the characters it is: escaping belongs to output.
    """
    text = _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return unicodedata.normalize("NFC", text)


def clean(text: str) -> str:
    """Printable text with runs of spaces and of blank lines shortened."""
    lines = (_SPACES.sub(" ", line).strip() for line in printable(text).split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def lay_out(text: str) -> str:
    """Printable text whose indents and runs of spaces mean something: only blank lines go."""
    lines = (line.rstrip() for line in printable(text).split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


def clean_line(text: str) -> str:
    """As `clean`, on a single line: what goes into titles, names and headers."""
    return " ".join(clean(text).split())


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, the last one `…` where something was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def korean_date(day: date, *, weekday: bool = False) -> str:
    """`2026. 11. 14.`, or `2026. 11. 14.(토)`, as official documents write it."""
    written = f"{day.year}. {day.month}. {day.day}."
    return f"{written}({'월화수목금토일'[day.weekday()]})" if weekday else written


def english_date(day: date, *, weekday: bool = False) -> str:
    """`21 November 2026`, or `Sat 21 November 2026`."""
    written = f"{day.day} {day:%B} {day.year}"
    return f"{day:%a} {written}" if weekday else written
