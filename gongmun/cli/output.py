"""What all commands share: the console, tables, the moment, errors.

Titles, names and replies of relays come from outside. They are printed as the characters they are:
never as markup, and without control characters, which a terminal would obey.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gongmun import clock
from gongmun.errors import GongmunError
from gongmun.text import Bilingual, clean

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

# A cell that is not wider than this is never broken.
_SHORT = 16
# The largest number that an id column of PostgreSQL can be compared with.
_LARGEST_ID = 2**31 - 1


def _id(meaning: str) -> Any:
    return typer.Argument(help=meaning, metavar="ID", min=1, max=_LARGEST_ID)


AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        help="기준 일시(서울 시각), 생략하면 지금. 예: 2026-10-12T09:30 / the moment, now if left out",
        metavar="DATE",
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M%z"],
    ),
]
Name = Annotated[str, typer.Option("--name", help="처리자 성명 / your name")]
Reason = Annotated[str, typer.Option("--reason", help="사유 / the reason")]
ForumCode = Annotated[str, typer.Argument(help="포럼 코드 / code of the forum")]
SuggestionId = Annotated[int, _id("제안 번호 / id of the suggestion")]
OutcomeId = Annotated[int, _id("결과 번호 / id of the outcome")]
DocumentId = Annotated[int, _id("문서 번호 / id of the document")]
ReferralId = Annotated[int, _id("이송 번호 / id of the referral")]
CommitmentId = Annotated[int, _id("이행과제 번호 / id of the commitment")]
MeetingId = Annotated[int, _id("후속 협의 번호 / id of the meeting")]
ReplyId = Annotated[int, _id("회신 메일 번호 / id of the reply")]
ResponseId = Annotated[int, _id("회신 번호 / id of the response")]
QuestionId = Annotated[int, _id("질의 번호 / id of the question")]
ExtensionId = Annotated[int, _id("연장 요청 번호 / id of the request for more time")]
TransferId = Annotated[int, _id("이관 요청 번호 / id of the request for a transfer")]
DispatchId = Annotated[int, _id("발송 번호 / id of the dispatch")]


def moment(as_of: datetime | None) -> datetime:
    """What was typed, as a moment: without a zone it is the clock of Seoul."""
    if as_of is not None and as_of.tzinfo is None:
        as_of = as_of.replace(tzinfo=clock.SEOUL)
    return clock.resolve(as_of)


def table(title: Bilingual, columns: Sequence[Bilingual], rows: Iterable[Sequence[object]]) -> None:
    """Print a table."""
    printed = Table(
        title=_text(title, between=" "),
        title_style="",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    cells = [[_text(value) for value in row] for row in rows]
    for number, column in enumerate(columns):
        texts = [_text(column), *(row[number] for row in cells)]
        # Codes, dates and states are kept whole: long texts make room for them.
        short = all(cell_len(line.plain) <= _SHORT for text in texts for line in text.split())
        printed.add_column(texts[0], overflow="fold", no_wrap=short)
    for row in cells:
        printed.add_row(*row)
    console.print(printed)


def done(message: Bilingual) -> None:
    """Say what was done."""
    console.print(_text(message))


def say(*values: object) -> None:
    """Print values on one line."""
    console.print(Text(" ").join(_text(value, between=" ") for value in values))


def fail(error: GongmunError) -> None:
    """Say on stderr what could not be done, and what helps."""
    errors.print(Text(error.code, "bold red"))
    errors.print(_text(Bilingual(ko=error.message_ko, en=error.message_en)))


def _text(value: object, *, between: str = "\n") -> Text:
    match value:
        case None:
            return Text()
        case Bilingual():
            return Text.assemble(clean(value.ko), between, (clean(value.en), "dim"))
        case datetime():
            return Text(f"{value.astimezone(clock.SEOUL):%Y-%m-%d %H:%M}")
        case _:
            return Text(clean(str(value)))
