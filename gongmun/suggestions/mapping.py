"""Which column of a file means what: read from a small TOML file that a division writes once.

encoding = "cp949"          # default utf-8, with or without a byte order mark
delimiter = ";"             # default ,

[columns]                   # our field = their column; only the title is required
title = "제목"
channel = "접수경로"

[constants]                 # where there is no such column, or its cell is empty
channel = "website"

[channels]                  # their words = our codes
"국민생각함" = "idea_box"

[topics]
"대중교통" = "public_transport"
"""

import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from gongmun.suggestions.errors import MappingInvalid
from gongmun.suggestions.models import Channel
from gongmun.suggestions.topics import is_topic_code
from gongmun.text import clean_line


def _code(word: str) -> str:
    if not is_topic_code(word):
        raise ValueError("not a topic code such as public_transport")
    return word


# Names and words are compared cleaned, as the file's own are: a Mac writes Hangul decomposed.
_Word = Annotated[str, AfterValidator(clean_line), Field(min_length=1)]
_Topic = Annotated[str, AfterValidator(_code)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Columns(_Part):
    """The name of the column (or JSON key) of each field; None where the file has none."""

    title: _Word
    body: _Word | None = None
    topic: _Word | None = None
    channel: _Word | None = None
    external_id: _Word | None = None
    submitted_at: _Word | None = None
    selected: _Word | None = None
    proposer_name: _Word | None = None
    proposer_contact: _Word | None = None

    def by_field(self) -> dict[str, str]:
        """The columns that the file must have, by field."""
        return self.model_dump(exclude_none=True)


class Constants(_Part):
    """Values for records whose file has no such column, or nothing in it."""

    channel: Channel | None = None
    topic: _Topic | None = None
    selected: bool = False


class ColumnMapping(_Part):
    """How to read one kind of file."""

    encoding: Literal["utf-8", "cp949"] = "utf-8"
    delimiter: Literal[",", ";", "\t", "|"] = ","
    columns: Columns
    constants: Constants = Constants()
    channels: dict[_Word, Channel] = Field(default_factory=dict)
    topics: dict[_Word, _Topic] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _says_the_channel(self) -> Self:
        if self.columns.channel is None and self.constants.channel is None:
            raise ValueError("columns.channel or constants.channel is needed")
        return self

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a mapping file.

        Raises:
            MappingInvalid: it is missing, no TOML, or says something unknown or too little; every
                problem is named with its key.
        """
        try:
            return cls.model_validate(tomllib.loads(path.read_text("utf-8-sig")))
        except OSError as error:
            raise MappingInvalid(file=path.name, problems=error.strerror or "unreadable") from None
        except ValidationError as error:
            problems = "; ".join(
                f"{'.'.join(map(str, problem['loc'])) or 'mapping'}: {problem['msg']}"
                for problem in error.errors(include_input=False)
            )
            raise MappingInvalid(file=path.name, problems=problems) from None
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise MappingInvalid(file=path.name, problems=str(error)) from None
