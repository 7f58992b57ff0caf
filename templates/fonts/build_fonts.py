"""Build the four fonts of the documents, and the list of the characters they cover.

    python templates/fonts/build_fonts.py NANUM_FOLDER PRETENDARD_FOLDER

NANUM_FOLDER holds NanumMyeongjo.ttf and NanumMyeongjoBold.ttf, PRETENDARD_FOLDER holds
PretendardGOV-Regular.ttf and PretendardGOV-Bold.ttf; README.md says where they come from. The same
sources give the same bytes.
"""

import argparse
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.woff2 import WOFF2FlavorData

HERE = Path(__file__).parent
LICENCE = "This Font Software is licensed under the SIL Open Font License, Version 1.1."
LICENCE_URL = "https://openfontlicense.org"
HANGUL_SYLLABLES = range(0xAC00, 0xD7A4)
HANJA = (range(0x3400, 0xA000), range(0xF900, 0xFB00), range(0x20000, 0x32000))
# What stands for a character no font has; see gongmun/documents/glyphs.py.
MARK = "〓"
# Records of the name table that are ours; copyright and trademark stay as they were.
FAMILY, STYLE, UNIQUE, FULL, VERSION, POSTSCRIPT, LICENCE_TEXT, LICENCE_LINK = (
    1,
    2,
    3,
    4,
    5,
    6,
    13,
    14,
)
KEPT_NAMES = {0, 7, 8, 9, VERSION}


def is_printed(character: int) -> bool:
    """Whether a document may print this character: no controls, no private use."""
    return unicodedata.category(chr(character))[0] != "C"


def is_printed_and_no_hanja(character: int) -> bool:
    """As `is_printed`, without hanja: bold text takes them from the regular font."""
    return is_printed(character) and not any(character in block for block in HANJA)


def build(source: Path, target: Path, family: str, style: str, keep: Callable[[int], bool]) -> None:
    """Subset `source`, rename it and write it as woff2."""
    options = subset.Options(
        hinting=False, layout_features=["kern"], notdef_outline=True, recalc_timestamp=False
    )
    options.drop_tables += ["FFTM"]
    options.name_IDs = ["*"]
    font = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[code for code in font.getBestCmap() if keep(code)])
    subsetter.subset(font)
    rename(font, family, style)
    # The transformed outlines of woff2 would save a seventh of the size, and cost every render
    # worker eleven seconds at its start, because they are undone in Python.
    font.flavor, font.flavorData = "woff2", WOFF2FlavorData(transformedTables=[])
    font.save(target)


def rename(font: TTFont, family: str, style: str) -> None:
    """Give the font its own name: those of the sources are reserved by their licence."""
    names = font["name"]
    names.names = [
        record
        for record in names.names
        if record.nameID in KEPT_NAMES and (record.platformID, record.langID) == (3, 0x409)
    ]
    postscript = f"{family.replace(' ', '')}-{style}"
    for name_id, text in (
        (FAMILY, family),
        (STYLE, style),
        (UNIQUE, postscript),
        (FULL, f"{family} {style}"),
        (POSTSCRIPT, postscript),
        (LICENCE_TEXT, LICENCE),
        (LICENCE_LINK, LICENCE_URL),
    ):
        names.setName(text, name_id, 3, 1, 0x409)


def ranges(characters: Iterable[int]) -> Iterator[str]:
    """`AC00-D7A3` for each run of characters, ascending."""
    first = last = None
    for code in sorted(characters):
        if first is not None and last is not None and code == last + 1:
            last = code
            continue
        if first is not None:
            yield f"{first:04X}-{last:04X}"
        first = last = code
    if first is not None:
        yield f"{first:04X}-{last:04X}"


def main() -> None:
    """Build all four and write coverage.txt beside them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("nanum", type=Path)
    parser.add_argument("pretendard", type=Path)
    given = parser.parse_args()
    serif, sans = "Gongmun Serif", "Gongmun Sans"
    for source, target, family, style, keep in (
        (given.nanum / "NanumMyeongjo.ttf", "serif-regular", serif, "Regular", is_printed),
        (given.nanum / "NanumMyeongjoBold.ttf", "serif-bold", serif, "Bold", is_printed),
        (
            given.pretendard / "PretendardGOV-Regular.ttf",
            "sans-regular",
            sans,
            "Regular",
            is_printed,
        ),
        (
            given.pretendard / "PretendardGOV-Bold.ttf",
            "sans-bold",
            sans,
            "Bold",
            is_printed_and_no_hanja,
        ),
    ):
        build(source, HERE / f"{target}.woff2", family, style, keep)
    # Either family falls back to the other, so a character of one regular font is always printed.
    covered = {
        code
        for name in ("serif-regular", "sans-regular")
        for code in TTFont(HERE / f"{name}.woff2").getBestCmap()
    }
    missing = [code for code in (*HANGUL_SYLLABLES, ord(MARK)) if code not in covered]
    if missing:
        raise SystemExit(f"The sources lack {len(missing)} needed characters.")
    (HERE / "coverage.txt").write_text("\n".join(ranges(covered)) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
