"""Where `끝.` stands: after the last thing of the body or of the list of enclosures (붙임).

Two spaces before it on the same line; on the line below where a table ends the body.
"""

from enum import StrEnum


class EndPlace(StrEnum):
    """The place of `끝.`."""

    AFTER_ENCLOSURES = "after_enclosures"
    AFTER_TEXT = "after_text"
    BELOW_TABLE = "below_table"


def end_place(*, enclosures: int, body_ends_with_table: bool) -> EndPlace:
    """The place of `끝.` in a letter."""
    if enclosures:
        return EndPlace.AFTER_ENCLOSURES
    return EndPlace.BELOW_TABLE if body_ends_with_table else EndPlace.AFTER_TEXT
