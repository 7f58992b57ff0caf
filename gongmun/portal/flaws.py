"""What has to be put right in a form: each beside its field, and all of them at the top of the page."""

from dataclasses import dataclass

from gongmun.answers.checks import Field, Problem
from gongmun.errors import GongmunError
from gongmun.text import Bilingual

_IN_ROWS = frozenset({Field.TEXT, Field.OWNER, Field.DUE_ON})


@dataclass(frozen=True, kw_only=True, slots=True)
class Flaw:
    """One of them. `field` is the id of the field; `place` names it where a page has many, or is empty."""

    field: str
    why: Bilingual
    place: str = ""


def of_error(field: str, error: GongmunError, *, place: str = "") -> Flaw:
    """What an error says, at a field."""
    return Flaw(field=field, why=Bilingual(ko=error.message_ko, en=error.message_en), place=place)


def of_problem(problem: Problem, reference: str) -> Flaw:
    """What the checks found in an answer, at its field on the desk."""
    prefix, place = f"r{problem.referral_id}", reference
    if problem.field in _IN_ROWS and problem.index is not None:
        prefix, place = f"{prefix}-c{problem.index}", f"{reference} ({problem.index + 1})"
    return Flaw(field=f"{prefix}-{problem.field.value}", why=problem.why, place=place)
