"""Text from outside, as it is printed: cut where it is too long, words kept whole."""

import re
from dataclasses import dataclass

WORD_JOINER = "\u2060"
TOKEN_LIMIT = 200
BODY_LIMIT = 2000

_LONG_TOKEN = re.compile(rf"\S{{{TOKEN_LIMIT + 1},}}")
# With the digit before it, a number stays with its counter: 3건. A run of syllables longer than this
# may break anywhere: it would not fit on a line.
_KEPT_WORD = re.compile("[0-9]?[가-힣]{1,15}(?![가-힣])")


@dataclass(frozen=True, kw_only=True, slots=True)
class Excerpt:
    """What is printed of a text, and whether something was left out."""

    paragraphs: tuple[str, ...]
    is_cut: bool


def excerpt(text: str, limit: int = BODY_LIMIT) -> Excerpt:
    """The first `limit` characters of `text`, as paragraphs."""
    is_cut = len(text) > limit
    printed = text[:limit].rstrip() + "…" if is_cut else text
    return Excerpt(paragraphs=tuple(line for line in printed.split("\n") if line), is_cut=is_cut)


def break_tokens(text: str) -> str:
    """`text` with a space after every 200 characters that have none: layout time stays bounded."""
    return _LONG_TOKEN.sub(_broken, text)


def _broken(match: re.Match[str]) -> str:
    token = match[0]
    pieces = (token[start : start + TOKEN_LIMIT] for start in range(0, len(token), TOKEN_LIMIT))
    return " ".join(pieces)


def keep_words(text: str) -> str:
    """`text` with word joiners, so that lines break between Korean words and not inside them.

    For text that is read on the page only: titles and metadata are searched and copied.
    """
    return _KEPT_WORD.sub(lambda word: WORD_JOINER.join(word[0]), text)
