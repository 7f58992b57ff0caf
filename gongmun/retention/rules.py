"""How long personal data are kept (보유기간): dated by law, in a file; an installation may keep them otherwise.

Pure but for reading the files.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from gongmun.errors import GongmunError
from gongmun.text import Bilingual
from gongmun.toml_files import read_toml

DEFAULT = Path(__file__).parent / "data" / "retention.toml"
# A slip of the keyboard is not to delete what came in yesterday, nor to keep it for ever.
SHORTEST, LONGEST = 7, 36_500


class RetentionInvalid(GongmunError):
    """A file of retention periods that cannot be used: nothing is deleted by half of one."""

    code = "retention.invalid"
    ko = "보유기간 파일 {path}을(를) 고쳐 주십시오(GONGMUN_RETENTION). {reason}"
    en = "Correct the file of retention periods {path} (GONGMUN_RETENTION). {reason}"


class Code(StrEnum):
    """What personal data a rule is about."""

    PROPOSERS = "proposers"
    PROPOSER_MAILS = "proposer_mails"
    ACCESS_MAILS = "access_mails"
    COORDINATOR_MAILS = "coordinator_mails"
    MINISTRY_MAILS = "ministry_mails"
    REPLIES = "replies"
    STRAYS = "strays"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """Personal data that go after `days` (calendar days) since the day that `since` names, by that law."""

    code: Code
    what: Bilingual
    since: Bilingual
    days: int
    citation: Bilingual

    def before(self, now: datetime) -> datetime:
        """What is older than this moment goes."""
        return now - timedelta(days=self.days)


@dataclass(frozen=True, kw_only=True, slots=True)
class Elsewhere:
    """Personal data that another deployment deletes."""

    what: Bilingual
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What is not deleted, and why."""

    what: Bilingual
    why: Bilingual


@dataclass(frozen=True, kw_only=True, slots=True)
class Retention:
    """All that is known of what goes when; `rules` in the order in which they are carried out."""

    rules: Sequence[Rule]
    elsewhere: Sequence[Elsewhere]
    kept: Sequence[Kept]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Rule(_Strict):
    code: Code
    what_ko: str
    what_en: str
    since_ko: str
    since_en: str
    days: int = Field(ge=SHORTEST, le=LONGEST)
    citation_ko: str
    citation_en: str


class _Elsewhere(_Strict):
    what_ko: str
    what_en: str
    by: str


class _Kept(_Strict):
    what_ko: str
    what_en: str
    why_ko: str
    why_en: str


class _File(_Strict):
    rule: list[_Rule]
    elsewhere: list[_Elsewhere]
    kept: list[_Kept]


class _OwnDays(_Strict):
    days: dict[Code, int]


def load(own: Path | None = None) -> Retention:
    """The rules of the package, with the days that the file `own` names.

    Raises:
        RetentionInvalid: a file is unreadable, names an unknown rule, or days outside of 7 to 36,500.
    """
    file = read_toml(DEFAULT, _File, RetentionInvalid)
    days = _own_days(own) if own else {}
    return Retention(
        rules=[
            Rule(
                code=each.code,
                what=Bilingual(ko=each.what_ko, en=each.what_en),
                since=Bilingual(ko=each.since_ko, en=each.since_en),
                days=days.get(each.code, each.days),
                citation=Bilingual(ko=each.citation_ko, en=each.citation_en),
            )
            for each in file.rule
        ],
        elsewhere=[
            Elsewhere(what=Bilingual(ko=each.what_ko, en=each.what_en), by=each.by)
            for each in file.elsewhere
        ],
        kept=[
            Kept(
                what=Bilingual(ko=each.what_ko, en=each.what_en),
                why=Bilingual(ko=each.why_ko, en=each.why_en),
            )
            for each in file.kept
        ],
    )


def _own_days(path: Path) -> Mapping[Code, int]:
    days = read_toml(path, _OwnDays, RetentionInvalid).days
    for code, count in days.items():
        if not SHORTEST <= count <= LONGEST:
            raise RetentionInvalid(path=path.name, reason=f"days.{code}: {SHORTEST}..{LONGEST}")
    return days
