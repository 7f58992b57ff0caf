"""What an answer says of one referral, while it is written: anything may still be missing. Pure.

Text is cleaned when it is taken over (control characters, runs of spaces), never cut: `checks` says what
is too long or missing.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, TypeAdapter
from pydantic.dataclasses import dataclass

from gongmun.referrals.models import ResponseDecision
from gongmun.text import clean, clean_line

_Line = Annotated[str, AfterValidator(clean_line)]
_Paragraphs = Annotated[str, AfterValidator(clean)]
# 2026-12-31, 2026. 12. 31., 2026년 12월 31일, 2026/12/31, 20261231: as people type a day.
_DAY = re.compile(
    r"(\d{4})(?:\s*[-./년]\s*(\d{1,2})\s*[-./월]\s*(\d{1,2})\s*[.일]?|(\d{2})(\d{2}))", re.ASCII
)


@dataclass(frozen=True, kw_only=True, slots=True)
class CommitmentContent:
    """What is promised (이행과제): the text, who does it (a division or a post), and by when."""

    text: _Paragraphs = ""
    owner: _Line = ""
    due_on: date | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it: an empty row of a form."""
        return not (self.text or self.owner or self.due_on)


def _filled(rows: tuple[CommitmentContent, ...]) -> tuple[CommitmentContent, ...]:
    return tuple(row for row in rows if not row.is_empty)


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """What is written about one referral. Empty rows of commitments are left out.

    `review_by` is the day by which a long-term review ends. `left_open` is only kept with a draft: a
    submission names what it leaves open.
    """

    decision: ResponseDecision | None = None
    reason: _Paragraphs = ""
    review_by: date | None = None
    commitments: Annotated[tuple[CommitmentContent, ...], AfterValidator(_filled)] = ()
    left_open: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written."""
        return not (self.decision or self.reason or self.review_by or self.commitments)

    @property
    def promised_on(self) -> date | None:
        """The day by which all that is promised is done; None where nothing is."""
        days = [row.due_on for row in self.commitments if row.due_on]
        return max([*days, *([self.review_by] if self.review_by else [])], default=None)


_CONTENT = TypeAdapter(Content)


def to_json(content: Content) -> dict[str, Any]:
    """As a draft's row keeps it."""
    written: dict[str, Any] = _CONTENT.dump_python(content, mode="json")
    return written


def from_json(written: Mapping[str, Any]) -> Content:
    """What `to_json` wrote."""
    return _CONTENT.validate_python(dict(written))


def day(typed: str) -> date | None:
    """A day as a person typed it; None where it is none, which the checks then ask for."""
    found = _DAY.fullmatch(clean_line(typed))
    if found is None:
        return None
    year, *others = (int(part) for part in found.groups() if part)
    try:
        return date(year, others[0], others[1])
    except ValueError:
        return None
