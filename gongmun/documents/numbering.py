"""Marks of numbered items (항목 표시) in official documents.

Source: Enforcement rule of the Regulation on the Operation and Innovation of Administrative Affairs:
1. 가. 1) 가) (1) (가) ① ㉮, in this order; after 하 come 거, 너, 더 …; an item that stands alone has no
mark. The English twin has the same order with Latin letters: 1. a. 1) a) (1) (a) ① ⓐ; after z come aa, ab.
"""

from collections.abc import Callable, Mapping, Sequence

from gongmun.documents.letter import Language
from gongmun.errors import GongmunError

_CONSONANTS = 14  # 가 나 다 라 마 바 사 아 자 차 카 타 파 하
_INITIALS = (0, 2, 3, 5, 6, 7, 9, 11, 12, 14, 15, 16, 17, 18)  # without the doubled ㄲ ㄸ ㅃ ㅆ ㅉ
_VOWELS = (0, 4, 8, 13, 18, 20)  # ㅏ ㅓ ㅗ ㅜ ㅡ ㅣ
_SYLLABLES = _CONSONANTS * len(_VOWELS)
_LETTERS = 26


class TooManyItems(GongmunError):
    """More items on one level than there are marks."""

    code = "documents.too_many_items"
    ko = "한 단계에 항목을 {limit}개까지만 둘 수 있습니다({count}개). 항목을 나누어 주십시오."
    en = "One level holds {limit} items at most ({count} given). Split the items."


def _syllable(index: int) -> str:
    vowel, initial = divmod(index, _CONSONANTS)
    return chr(0xAC00 + (_INITIALS[initial] * 21 + _VOWELS[vowel]) * 28)


def _letters(index: int) -> str:
    """a to z, then aa, ab …: as columns of a sheet are named."""
    rest, last = divmod(index, _LETTERS)
    return (_letters(rest - 1) if rest else "") + chr(ord("a") + last)


_Level = tuple[Callable[[int], str], int | None]  # the mark of an index, and how many there are

_CIRCLED_NUMBERS: _Level = (lambda index: chr(ord("①") + index), 20)
_LEVELS: Mapping[Language, Sequence[_Level]] = {
    Language.KO: (
        (lambda index: f"{index + 1}.", None),
        (lambda index: f"{_syllable(index)}.", _SYLLABLES),
        (lambda index: f"{index + 1})", None),
        (lambda index: f"{_syllable(index)})", _SYLLABLES),
        (lambda index: f"({index + 1})", None),
        (lambda index: f"({_syllable(index)})", _SYLLABLES),
        _CIRCLED_NUMBERS,
        (lambda index: chr(ord("㉮") + index), _CONSONANTS),
    ),
    Language.EN: (
        (lambda index: f"{index + 1}.", None),
        (lambda index: f"{_letters(index)}.", None),
        (lambda index: f"{index + 1})", None),
        (lambda index: f"{_letters(index)})", None),
        (lambda index: f"({index + 1})", None),
        (lambda index: f"({_letters(index)})", None),
        _CIRCLED_NUMBERS,
        (lambda index: chr(ord("ⓐ") + index), _LETTERS),
    ),
}


def marks(level: int, count: int, language: Language = Language.KO) -> list[str]:
    """The marks of `count` items on `level` (1 to 8); one empty mark for an item alone.

    Raises:
        TooManyItems: the level has fewer marks.
    """
    mark, limit = _LEVELS[language][level - 1]
    if limit is not None and count > limit:
        raise TooManyItems(limit=limit, count=count)
    return [""] if count == 1 else [mark(index) for index in range(count)]
