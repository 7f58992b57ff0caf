"""The shipped fonts hold what the recipe promises, under names of their own, and all of it prints."""

import unicodedata
from collections import Counter

import pypdfium2
import pytest
from fontTools.ttLib import TTFont

from gongmun.documents import RenderPool
from gongmun.documents.glyphs import MARK, printable
from gongmun.documents.printing import Page, RenderFailed
from gongmun.settings import settings

pytestmark = pytest.mark.long

FONTS = settings().templates / "fonts"
NAMES = ("serif-regular", "serif-bold", "sans-regular", "sans-bold")
SYLLABLES = "".join(map(chr, range(0xAC00, 0xD7A4)))
# The hanja of KS X 1001, which is what names are written with in nearly all records; as texts are
# kept, which makes one of each pair that differs in its reading only.
HANJA = unicodedata.normalize(
    "NFC",
    "".join(
        bytes((row, cell)).decode("euc_kr")
        for row in range(0xCA, 0xFE)
        for cell in range(0xA1, 0xFF)
    ),
)
# The families as the style sheet names them: each falls back to the other.
STYLES = (
    "font-family: Gongmun Serif, Gongmun Sans",
    "font-family: Gongmun Serif, Gongmun Sans; font-weight: bold",
    "font-family: Gongmun Sans, Gongmun Serif",
    "font-family: Gongmun Sans, Gongmun Serif; font-weight: bold",
)


def _page(body: str) -> Page:
    return Page(html=f'<html lang="ko" data-number="1"><title>가</title><body>{body}')


def _characters(name: str) -> set[int]:
    with TTFont(FONTS / f"{name}.woff2") as font:
        return set(font.getBestCmap())


@pytest.mark.parametrize("name", NAMES)
def test_every_font_holds_every_hangul_syllable(name: str) -> None:
    assert _characters(name).issuperset(map(ord, SYLLABLES))


def test_the_font_that_all_fall_back_to_holds_the_hanja_of_the_standard() -> None:
    assert (len(SYLLABLES), len(HANJA)) == (11172, 4888)
    assert _characters("sans-regular").issuperset(map(ord, HANJA))


def test_the_guide_says_how_many_hanja_there_are() -> None:
    hanja = [
        code
        for code in _characters("sans-regular")
        if unicodedata.name(chr(code), "").startswith("CJK UNIFIED IDEOGRAPH")
    ]
    assert f"{len(hanja):,} hanja" in (FONTS / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_the_reserved_names_are_not_used(name: str) -> None:
    with TTFont(FONTS / f"{name}.woff2") as font:
        names = {
            record.nameID: str(record)
            for record in font["name"].names
            if record.nameID in (1, 2, 3, 4, 6, 16, 17, 18, 20, 21, 22, 25)
        }
    family, style = name.split("-")
    assert names == {
        1: f"Gongmun {family.title()}",
        2: style.title(),
        3: f"Gongmun{family.title()}-{style.title()}",
        4: f"Gongmun {family.title()} {style.title()}",
        6: f"Gongmun{family.title()}-{style.title()}",
    }


@pytest.mark.parametrize(("family", "origin"), [("serif", "NanumMyeongjo"), ("sans", "Pretendard")])
def test_copyright_and_licence_come_along(family: str, origin: str) -> None:
    licence = (FONTS / f"OFL-{origin}.txt").read_text("utf-8")
    assert "SIL OPEN FONT LICENSE" in licence
    assert f"Reserved Font Name {origin[:5]}" in licence
    for name in (f"{family}-regular", f"{family}-bold"):
        with TTFont(FONTS / f"{name}.woff2") as font:
            assert "Copyright" in font["name"].getDebugName(0)
            assert "SIL Open Font License" in font["name"].getDebugName(13)


def test_the_coverage_file_says_what_the_fonts_hold() -> None:
    covered = _characters("serif-regular") | _characters("sans-regular")
    assert {ord(MARK), *map(ord, "㉮①漢")} <= covered
    coverage = FONTS / "coverage.txt"
    everything = "".join(map(chr, sorted(covered)))
    assert printable(everything, coverage) == (everything, 0)
    assert printable("😀가\ue000", coverage) == (f"{MARK}가{MARK}", 2)


def test_every_syllable_and_hanja_prints_in_every_style(pool: RenderPool) -> None:
    """Spread over the styles, which share their fonts; a missing glyph would fail the render."""
    characters = SYLLABLES + HANJA
    body = "".join(
        f'<p style="{style}; font-size: 6pt; line-height: 1">{characters[number :: len(STYLES)]}</p>'
        for number, style in enumerate(STYLES)
    )
    with pypdfium2.PdfDocument(pool.render(_page(body)).content) as document:
        text = "".join(page.get_textpage().get_text_bounded() for page in document)
    assert Counter(characters) - Counter(unicodedata.normalize("NFC", text)) == Counter()


@pytest.mark.parametrize(
    "body",
    [
        "<p>웃음 😀</p>",
        '<svg width="50" height="50"><text y="20">웃음 😀</text></svg>',
        '<style>p::after { content: "😀" }</style><p>웃음</p>',
    ],
    ids=["text", "drawing", "style sheet"],
)
def test_a_missing_glyph_fails_the_render(pool: RenderPool, body: str) -> None:
    with pytest.raises(RenderFailed, match=r"U\+1F600"):
        pool.render(_page(body))
