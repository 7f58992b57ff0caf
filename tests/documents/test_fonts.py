"""The shipped fonts hold what the recipe promises, under names of their own."""

import pytest
from fontTools.ttLib import TTFont

from gongmun.documents.glyphs import MARK, printable
from gongmun.settings import settings

FONTS = settings().templates / "fonts"
NAMES = ("serif-regular", "serif-bold", "sans-regular", "sans-bold")
SYLLABLES = range(0xAC00, 0xD7A4)


def _characters(name: str) -> set[int]:
    with TTFont(FONTS / f"{name}.woff2") as font:
        return set(font.getBestCmap())


@pytest.mark.parametrize("name", NAMES)
def test_every_font_holds_every_hangul_syllable(name: str) -> None:
    assert _characters(name).issuperset(SYLLABLES)


@pytest.mark.parametrize("name", NAMES)
def test_the_reserved_names_are_not_used(name: str) -> None:
    with TTFont(FONTS / f"{name}.woff2") as font:
        names = [
            str(record) for record in font["name"].names if record.nameID in (1, 2, 3, 4, 6, 16, 17)
        ]
    assert all("Gongmun" in text or text in ("Regular", "Bold") for text in names)


def test_the_coverage_file_says_what_the_fonts_hold() -> None:
    covered = _characters("serif-regular") | _characters("sans-regular")
    assert {ord(MARK), *map(ord, "㉮①漢")} <= covered
    coverage = FONTS / "coverage.txt"
    everything = "".join(map(chr, sorted(covered)))
    assert printable(everything, coverage) == (everything, 0)
    assert printable("😀가\ue000", coverage) == (f"{MARK}가{MARK}", 2)
