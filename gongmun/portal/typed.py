"""What an officer typed about one referral, as texts: from a form, or from what is kept. Pure.

A form shows again exactly what was typed, also where it is no day, or no decision, that we know.
"""

import hashlib
import json
import re
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from gongmun.answers.content import CommitmentContent, Content, day, to_json
from gongmun.answers.desk import DraftView, ReferralView
from gongmun.portal.forms import Form
from gongmun.referrals.models import ResponseDecision
from gongmun.text import clean

ROWS = 3
_MORE = 3
# A form of ours never has as many rows of commitments.
_MOST_ROWS = 200
# Names of fields: of a referral, and behind that what is of a row.
_OF_REFERRAL = re.compile(r"r(\d{1,9})-[a-z]", re.ASCII)
_IN_ROW = re.compile(r"c(\d{1,4})-(?:text|owner|due_on)", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A commitment as it was typed."""

    text: str = ""
    owner: str = ""
    due_on: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it."""
        return not any(clean(part) for part in (self.text, self.owner, self.due_on))

    @property
    def due_type(self) -> str:
        """The kind of field that shows the day."""
        return day_type(self.due_on)


@dataclass(frozen=True, kw_only=True, slots=True)
class Typed:
    """The fields of one referral. `was` is the mark of what was kept when the form was shown."""

    decision: str = ""
    reason: str = ""
    review_by: str = ""
    rows: tuple[Row, ...] = ()
    left_open: bool = False
    was: str = ""

    @property
    def review_type(self) -> str:
        """The kind of field that shows the day."""
        return day_type(self.review_by)

    @property
    def content(self) -> Content:
        """The same as what a draft keeps; days and decisions that are none are left out."""
        return Content(
            decision=_decision(self.decision),
            reason=self.reason,
            review_by=day(self.review_by),
            commitments=tuple(
                CommitmentContent(text=row.text, owner=row.owner, due_on=day(row.due_on))
                for row in self.rows
            ),
            left_open=self.left_open,
        )

    @property
    def unreadable(self) -> tuple[str, ...]:
        """The fields with a day that is none, by the end of their name."""
        days = {"review_by": self.review_by} | {
            f"c{index}-due_on": row.due_on for index, row in enumerate(self.rows)
        }
        return tuple(name for name, typed in days.items() if clean(typed) and day(typed) is None)

    def with_rows(self, *, more: bool = False) -> "Typed":
        """With empty rows to write into: three in all, or three more."""
        missing = _MORE if more else max(ROWS - len(self.rows), 1)
        return replace(self, rows=(*self.rows, *(Row() for _ in range(missing))))


def kept(view: ReferralView) -> Typed:
    """What is kept of a referral's answer."""
    content = kept_content(view)
    return Typed(
        decision=content.decision.value if content.decision else "",
        reason=content.reason,
        review_by=_iso(content.review_by),
        rows=tuple(
            Row(text=each.text, owner=each.owner, due_on=_iso(each.due_on))
            for each in content.commitments
        ),
        left_open=content.left_open,
        was=mark(content),
    )


def kept_content(view: ReferralView | DraftView) -> Content:
    """The draft of a referral; an empty one where there is none."""
    return view.draft or Content()


def received(form: Form, referral_id: int) -> Typed:
    """What a form says of one referral; empty rows are left out."""
    prefix = f"r{referral_id}-"
    numbers = sorted(
        {
            int(match[1])
            for name in form.names
            if name.startswith(prefix) and (match := _IN_ROW.fullmatch(name, len(prefix)))
        }
    )
    rows = (
        Row(
            text=form.text(f"{prefix}c{number}-text"),
            owner=form.text(f"{prefix}c{number}-owner"),
            due_on=form.text(f"{prefix}c{number}-due_on"),
        )
        for number in numbers[:_MOST_ROWS]
    )
    return Typed(
        decision=form.text(f"{prefix}decision"),
        reason=form.text(f"{prefix}reason"),
        review_by=form.text(f"{prefix}review_by"),
        rows=tuple(row for row in rows if not row.is_empty),
        left_open=bool(form.text(f"{prefix}left_open")),
        was=form.text(f"{prefix}was"),
    )


def named_referrals(form: Form) -> tuple[int, ...]:
    """The referrals that a form has fields of, in order of id."""
    names = (*form.names, *form.file_names)
    return tuple(sorted({int(match[1]) for name in names if (match := _OF_REFERRAL.match(name))}))


# Asked for of each referral by each page and each form, mostly of what has not changed.
@lru_cache(maxsize=1000)
def mark(content: Content) -> str:
    """Tells one content from another: a form carries that of what it was filled with."""
    written = json.dumps(to_json(content), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()[:16]


def day_type(typed: str) -> str:
    """The kind of field that shows this: a browser's choice of days shows nothing that is no day."""
    return "date" if not typed or _iso(day(typed)) == typed else "text"


def _decision(value: str) -> ResponseDecision | None:
    return ResponseDecision(value) if value in set(ResponseDecision) else None


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
