"""Text from outside, made safe to keep; text in two languages."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

# C0 and C1 controls except tab and newline; bidirectional controls that reorder what a reader sees;
# zero-width and invisible format characters; interlinear annotations; lone surrogates; non-characters.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n\n\n+")  # ten times as fast as \n{3,}: it begins with a literal
# A particle in both its forms, as a sentence has it after a word that is put in.
_PARTICLE = re.compile(r"(?:은\(는\)|이\(가\)|을\(를\)|과\(와\)|와\(과\)|\(으\)로)")
# What may stand between a word and its particle, and is not read aloud.
_CLOSING = "'\"’”」』)]}>"
# Digits, and Latin letters by their names, that are read with a final consonant, or with ㄹ as one.
_CONSONANT, _RIEUL = frozenset("036MN"), frozenset("178LR")
# Hours of half a day, as a clock has them.
_NOON = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Bilingual:
    """One sentence in both languages, Korean first."""

    ko: str
    en: str

    def __str__(self) -> str:
        return f"{self.ko} / {self.en}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A text that leads somewhere: an address of the web, or a path on the page that shows it."""

    text: str
    to: str


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
    lines = map(str.rstrip, printable(text).split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


def clean_line(text: str) -> str:
    """As `clean`, on a single line: what goes into titles, names and headers."""
    return " ".join(printable(text).split())


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, the last one `…` where something was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


@lru_cache(maxsize=1024)
def korean_date(day: date, *, weekday: bool = False) -> str:
    """`2026. 11. 14.`, or `2026. 11. 14.(토)`, as official documents write it."""
    written = f"{day.year}. {day.month}. {day.day}."
    return f"{written}({'월화수목금토일'[day.weekday()]})" if weekday else written


@lru_cache(maxsize=1024)
def english_date(day: date, *, weekday: bool = False) -> str:
    """`21 November 2026`, or `Sat 21 November 2026`."""
    written = f"{day.day} {day:%B} {day.year}"
    return f"{day:%a} {written}" if weekday else written


def korean_closing(moment: datetime) -> str:
    """`2026. 11. 30.(월) 오후 6시`, as mails name the end of a day's work; `moment` in the zone it is told in."""
    half = "오전" if moment.hour < _NOON else "오후"
    minutes = f" {moment.minute}분" if moment.minute else ""
    return f"{korean_date(moment.date(), weekday=True)} {half} {_hour(moment)}시{minutes}"


def english_closing(moment: datetime) -> str:
    """`6 p.m. on 30 November 2026`, or `6.30 p.m. on …`; `moment` in the zone it is told in."""
    half = "a.m." if moment.hour < _NOON else "p.m."
    minutes = f".{moment.minute:02}" if moment.minute else ""
    return f"{_hour(moment)}{minutes} {half} on {english_date(moment.date())}"


def _hour(moment: datetime) -> int:
    """The hour of a half day, from 1 to 12."""
    return moment.hour % _NOON or _NOON


def particles(sentence: str) -> str:
    """A Korean sentence with each `은(는)`, `이(가)`, `을(를)`, `와(과)`, `(으)로` in the form that fits.

    It is chosen by the last sound of what stands before it, past closing quotes and brackets. After what
    has no reading, such as a symbol, both forms stay.
    """
    return _PARTICLE.sub(lambda found: _fitting(found.string[: found.start()], found[0]), sentence)


def with_particle(word: str, both: str) -> str:
    """A word and its particle: `with_particle("교육부", "(으)로")` is `교육부로`."""
    return word + _fitting(word, both)


def _fitting(before: str, both: str) -> str:
    sound = _final(before.rstrip(_CLOSING))
    if sound is None:
        return both
    if both == "(으)로":
        # After ㄹ as after a vowel: 서울로.
        return "으로" if sound and sound != "ㄹ" else "로"
    first, second = both[0], both[2]
    with_consonant, with_vowel = (second, first) if first == "와" else (first, second)
    return with_consonant if sound else with_vowel


def _final(word: str) -> str | None:
    """The final consonant of a word: ㄹ, any other one as `-`, or none; None where nobody can say."""
    last = word[-1:].upper()
    if "가" <= last <= "힣":
        final = (ord(last) - ord("가")) % 28
        return "" if not final else "ㄹ" if final == 8 else "-"
    if not (last.isascii() and last.isalnum()):
        return None
    # 0 is read 영, or 십, 백, 천 and so on: with a consonant as well.
    if last in _RIEUL:
        return "ㄹ"
    return "-" if last in _CONSONANT else ""
