"""The records of the data files, one class a file; their fields are the columns.

Values are checked one by one here, and against each other in `checks`.
"""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from gongmun.organisations.addresses import AddressInvalid, checked_address
from gongmun.organisations.models import ContactRole, OrganisationKind
from gongmun.text import clean_line


def _plain(text: str) -> str:
    if text != clean_line(text):
        raise PydanticCustomError("not_plain", "control characters, stray spaces or not NFC")
    return text


def _day(text: str) -> date:
    try:
        if len(text) == len("2026-11-21"):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise PydanticCustomError("not_a_day", "not a date like 2026-11-21")


def _address(text: str) -> str:
    try:
        return checked_address(text)
    except AddressInvalid as error:
        raise PydanticCustomError("address", "not a plain e-mail address") from error


def _or_none(parse: Callable[[str], Any]) -> BeforeValidator:
    return BeforeValidator(lambda text: parse(text) if text else None)


_Name = Annotated[str, BeforeValidator(_plain), StringConstraints(min_length=1, max_length=100)]
_LongName = Annotated[str, BeforeValidator(_plain), StringConstraints(min_length=1, max_length=150)]
_Remark = Annotated[str, BeforeValidator(_plain), StringConstraints(min_length=1, max_length=200)]
_Code = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]*(-[0-9]{4})?$", max_length=20)]
_TopicCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
_Day = Annotated[date, BeforeValidator(_day)]
_OptionalDay = Annotated[date | None, _or_none(_day)]
_Words = BeforeValidator(str.split)


class Record(BaseModel):
    """What all lines share: `KEY` names the columns that tell two lines of a file apart."""

    model_config = ConfigDict(frozen=True)
    KEY: ClassVar[tuple[str, ...]]

    @property
    def key(self) -> tuple[Any, ...]:
        """The values of the key columns."""
        return tuple(getattr(self, column) for column in self.KEY)


class OrganisationRecord(Record):
    """A line of organisations.csv."""

    KEY = ("code",)

    code: _Code
    name_ko: _Name
    name_en: _LongName
    kind: OrganisationKind
    parent_code: Annotated[_Code | None, _or_none(str)]
    head_ko: _Name
    head_en: _LongName
    valid_from: _Day
    valid_to: _OptionalDay


class SuccessionRecord(Record):
    """A line of successions.csv."""

    KEY = ("predecessor_code", "successor_code")

    predecessor_code: _Code
    successor_code: _Code
    effective_on: _Day
    remark_ko: _Remark
    remark_en: _Remark


class TopicRecord(Record):
    """A line of topics.csv."""

    KEY = ("code",)

    code: _TopicCode
    name_ko: Annotated[_Name, Field(max_length=60)]
    name_en: Annotated[_Name, Field(max_length=60)]


class DivisionRecord(Record):
    """A line of divisions.csv; `topics` are codes with spaces between."""

    KEY = ("organisation_code", "name_ko")

    organisation_code: _Code
    name_ko: _Name
    head_ko: _Name
    name_en: _LongName
    head_en: _LongName
    topics: Annotated[list[_TopicCode], _Words]


class ContactRecord(Record):
    """A line of contacts.csv."""

    KEY = ("organisation_code", "role")

    organisation_code: _Code
    role: ContactRole
    email: Annotated[str, BeforeValidator(_address)]


class RoutingRecord(Record):
    """A line of routing.csv; `cooperating_codes` are codes with spaces between, three at most."""

    KEY = ("topic", "valid_from")

    topic: _TopicCode
    lead_code: _Code
    cooperating_codes: Annotated[list[_Code], _Words, Field(max_length=3)]
    remark_ko: _Remark
    remark_en: _Remark
    valid_from: _Day
    valid_to: _OptionalDay
