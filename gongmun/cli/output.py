"""What all commands share: the console, tables, the moment, errors.

Titles, names and replies of relays come from outside. They are printed as the characters they are:
never as markup, and without control characters, which a terminal would obey.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
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

# A column that is not wider than this keeps its lines whole for as long as there is room.
_SHORT = 16
# What a longer one is left with before the short ones give way, and any column before a word is broken.
_ROOM, _LEAST = 14, 8
_NOTHING = Bilingual(ko="해당하는 것이 없습니다.", en="There is none.")
# The largest number that an id column of PostgreSQL can be compared with.
LARGEST_ID = 2**31 - 1


def _id(meaning: str) -> Any:
    return typer.Argument(help=meaning, metavar="ID", min=1, max=LARGEST_ID)


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
    """Print a table no wider than the screen, or that there is nothing to list."""
    cells = [[_text(value) for value in row] for row in rows]
    if not cells:
        console.print(_text(title, between=" "))
        console.print(_text(_NOTHING))
        return
    printed = Table(
        title=_text(title, between=" "),
        title_style="",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        padding=(0, 1, 0, 0),
    )
    heads = [_text(column) for column in columns]
    # A space and a divider beside each column.
    room = console.width - 2 * len(heads)
    widths = _widths([[head, *column] for head, *column in zip(heads, *cells, strict=True)], room)
    for head, width in zip(heads, widths, strict=True):
        printed.add_column(head, overflow="fold", width=width)
    for row in cells:
        printed.add_row(*row)
    console.print(printed)


def _widths(columns: Sequence[Sequence[Text]], room: int) -> Sequence[int]:
    """How wide each column is within `room`, if it can be helped.

    Codes, dates and states are kept whole: long texts make room for them. Where that is not enough they
    break between words, and at last anywhere.
    """
    whole = [
        max(1, *(cell_len(line) for text in column for line in text.plain.split("\n")))
        for column in columns
    ]
    words = [
        max((cell_len(word) for text in column for word in text.plain.split()), default=1)
        for column in columns
    ]
    unbroken = [max(_LEAST, min(word, _SHORT)) for word in words]
    widths = list(whole)
    for floors in (
        [_ROOM if width > _SHORT else width for width in whole],
        unbroken,
        [_LEAST if whole[i] > _SHORT else width for i, width in enumerate(unbroken)],
        [_LEAST for _ in whole],
    ):
        while sum(widths) > room:
            wide = [i for i, width in enumerate(widths) if width > floors[i]]
            if not wide:
                break
            widths[max(wide, key=lambda i: widths[i])] -= 1
    return widths


def weekday(day: date) -> Bilingual:
    """A day with its day of the week: `2026-11-23(월)`."""
    return Bilingual(ko=f"{day}({'월화수목금토일'[day.weekday()]})", en=f"{day:%a}")


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
