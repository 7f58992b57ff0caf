"""Characters that no font of ours has are printed as a visible mark, never as nothing."""

import re
from functools import lru_cache
from pathlib import Path

MARK = "〓"


@lru_cache(maxsize=4)
def _uncovered(coverage: Path) -> re.Pattern[str]:
    """What matches a character outside the ranges of the file `coverage` (and no line break)."""
    ranges = (line.split("-") for line in coverage.read_text("ascii").split())
    covered = "".join(f"\\U{int(first, 16):08x}-\\U{int(last, 16):08x}" for first, last in ranges)
    # The word joiner is ours (see `wording.keep_words`): it has no glyph and needs none.
    return re.compile(f"[^\n\t\u2060{covered}]")


def printable(text: str, coverage: Path) -> tuple[str, int]:
    """`text` with the mark for every character the fonts lack, and how many there were."""
    return _uncovered(coverage).subn(MARK, text)
