"""The deadline rules in force, read from data/deadline_rules.toml."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from gongmun.calendar.deadlines import DeadlineRule
from gongmun.errors import GongmunError

RULES = Path(__file__).parent / "data" / "deadline_rules.toml"


class UnknownRule(GongmunError):
    """A deadline rule that does not exist."""

    code = "calendar.unknown_rule"
    ko = "'{rule}'은(는) 없는 기한 규칙입니다. 사용할 수 있는 규칙: {known}"
    en = "There is no deadline rule '{rule}'. Known rules: {known}"


class RuleNotInForce(GongmunError):
    """A day before the first version of a rule."""

    code = "calendar.rule_not_in_force"
    ko = "기한 규칙 '{rule}'은(는) {since}부터 적용됩니다. {on}에는 다른 규칙을 지정해 주십시오."
    en = "The deadline rule '{rule}' holds from {since}; name another one for {on}."


class RulesInvalid(GongmunError):
    """The file of deadline rules cannot be used."""

    code = "calendar.rules_invalid"
    ko = "기한 규칙 파일 {file}을(를) 고쳐 주십시오: {what}"
    en = "Correct the file of deadline rules {file}: {what}"


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    rule: list[DeadlineRule]


def rule(code: str, on: date) -> DeadlineRule:
    """The version of the rule `code` in force on the day `on`.

    Raises:
        UnknownRule: no such rule; the error names those there are.
        RuleNotInForce: `on` lies before its first version.
    """
    versions = _rules().get(code)
    if versions is None:
        raise UnknownRule(rule=code, known=", ".join(sorted(_rules())))
    for version in reversed(versions):
        if version.valid_from <= on:
            return version
    raise RuleNotInForce(rule=code, since=versions[0].valid_from.isoformat(), on=on.isoformat())


def in_force(on: date) -> Sequence[DeadlineRule]:
    """The version of each rule that is in force on the day `on`, by code."""
    known = _rules()
    return [rule(code, on) for code in sorted(known) if known[code][0].valid_from <= on]


def answer_rules(on: date) -> Sequence[str]:
    """The codes of the rules by which ministries answer; the others are periods for something else."""
    return [each.code for each in in_force(on) if each.for_answers]


@lru_cache(maxsize=1)
def _rules() -> Mapping[str, tuple[DeadlineRule, ...]]:
    return read_rules(RULES)


def read_rules(path: Path) -> Mapping[str, tuple[DeadlineRule, ...]]:
    """Every rule of the file by its code, oldest version first.

    Raises:
        RulesInvalid: not TOML in UTF-8, a wrong or missing value, or versions out of order.
    """
    try:
        content = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RulesInvalid(file=path.name, what=f"{where}: {first['msg']}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RulesInvalid(file=path.name, what=str(error)) from None

    rules: dict[str, tuple[DeadlineRule, ...]] = {}
    for item in content.rule:
        rules[item.code] = (*rules.get(item.code, ()), item)
    for code, versions in rules.items():
        for older, newer in pairwise(versions):
            if newer.version <= older.version or newer.valid_from <= older.valid_from:
                raise RulesInvalid(
                    file=path.name, what=f"{code}: versions must follow each other in time"
                )
    return rules
