"""What all commands share: the console, tables, the moment, errors.

Titles, names and replies of relays come from outside. They are printed as the characters they are:
never as markup, and without control characters, which a terminal would obey.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Annotated, Any

import typer
from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gongmun import clock
from gongmun.cli.dates import a_moment
from gongmun.errors import GongmunError
from gongmun.text import Bilingual, clean

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

# A column that is not wider than this keeps its lines whole for as long as there is room; nor is any shorter word
# ever broken in a table.
_SHORT = 16
# What a longer one is left with before the short ones give way, and any column at last.
_ROOM, _LEAST = 14, 8
# Between two columns: a divider and a space.
_BETWEEN = 2
# A date that is not to be broken over lines, and what stands in it for a space until lines are broken: rich breaks
# at a no-break space too, and who copies or searches a date wants plain ones.
_DATE = re.compile(
    r"[0-9]{4}\. [0-9]{1,2}\. [0-9]{1,2}\.|(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?[0-9]{1,2} (?:January|February|"
    "March|April|May|June|July|August|September|October|November|December) [0-9]{4}"
)
_KEPT = "\ue000"
_NOTHING = Bilingual(ko="해당하는 것이 없습니다.", en="There is none.")
# The largest number that an id column of PostgreSQL can be compared with.
LARGEST_ID = 2**31 - 1


def _id(meaning: str) -> Any:
    return typer.Argument(help=meaning, metavar="ID", min=1, max=LARGEST_ID)


AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        help='기준 일시(서울 시각), 생략하면 지금. 예: "2026-10-12 09:30" / the moment, now if left out',
        metavar="DATE",
        parser=a_moment,
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
    """Print a table no wider than the screen, or that there is nothing to list.

    A day in a cell is `2026-11-23`, as options take it. Where the screen is too narrow for the words of all columns,
    each row is printed as lines instead.
    """
    rows = list(rows)
    cells = [[_text(value) for value in row] for row in rows]
    if not cells:
        console.print(_text(title, between=" "))
        console.print(_text(_NOTHING))
        return
    # Above the table and not its title, which would be broken where the table ends.
    console.print(_Whole(_text(title, between=" ")))
    heads = [_text(column) for column in columns]
    room = console.width - _BETWEEN * (len(heads) - 1)
    widths = _widths([[head, *column] for head, *column in zip(heads, *cells, strict=True)], room)
    if widths is None:
        _lines(columns, rows)
        return
    printed = Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    for head, width in zip(heads, widths, strict=True):
        printed.add_column(head, overflow="fold", width=width)
    for row in cells:
        printed.add_row(*map(_Whole, row))
    console.print(printed)


def _lines(columns: Sequence[Bilingual], rows: Iterable[Sequence[object]]) -> None:
    """Each row as lines: its first cell, and below it what is known of it."""
    for number, *values in rows:
        console.print(_Whole(_text(number, between=" ")))
        for column, value in zip(columns[1:], values, strict=True):
            said = _text(value, between=" ")
            if said.plain:
                said.plain = said.plain.replace("\n", " ")
                head = Text.assemble(_text(column, between=" "), ": ")
                console.print(Padding(_Whole(head + said), (0, 0, 0, 2), expand=False))


def _widths(columns: Sequence[Sequence[Text]], room: int) -> Sequence[int] | None:
    """How wide each column is within `room`; None where words would have to be broken to stay within it.

    Codes, dates and states are kept whole: long texts make room for them, and break between words for as long as
    that does. Where it is not enough the others break between words too, and at last words that are longer than most.
    """
    whole = [
        max(1, *(cell_len(line) for text in column for line in text.plain.split("\n")))
        for column in columns
    ]
    words = [
        max((cell_len(word) for text in column for word in _kept(text.plain).split()), default=1)
        for column in columns
    ]
    widths = list(whole)
    for floors in (
        [max(_ROOM, words[i]) if width > _SHORT else width for i, width in enumerate(whole)],
        [max(_LEAST, word) for word in words],
        [max(_LEAST, min(word, _SHORT)) for word in words],
    ):
        while sum(widths) > room:
            wide = [i for i, width in enumerate(widths) if width > floors[i]]
            if not wide:
                break
            widths[max(wide, key=lambda i: widths[i])] -= 1
    return widths if sum(widths) <= room else None


def _kept(text: str) -> str:
    """Text in which no space is left within a date."""
    return _DATE.sub(lambda found: found[0].replace(" ", _KEPT), text)


class _Whole:
    """Text whose dates stay on one line wherever there is room for one."""

    def __init__(self, text: Text) -> None:
        self._text = text

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement.get(console, options, self._text)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        dates = [found[0] for found in _DATE.finditer(self._text.plain)]
        text = self._text.copy()
        if all(cell_len(each) <= options.max_width for each in dates):
            text.plain = _kept(text.plain)
        for line in text.wrap(console, options.max_width, overflow="fold"):
            line.plain = line.plain.replace(_KEPT, " ")
            yield line


def weekday(day: date) -> Bilingual:
    """A day with its day of the week: `2026-11-23(월)`."""
    return Bilingual(ko=f"{day}({'월화수목금토일'[day.weekday()]})", en=f"{day:%a}")


def done(message: Bilingual) -> None:
    """Say what was done."""
    console.print(_Whole(_text(message)))


def say(*values: object) -> None:
    """Print values on one line."""
    console.print(_Whole(Text(" ").join(_text(value, between=" ") for value in values)))


def line(state: Bilingual, name: Bilingual, found: Bilingual) -> None:
    """One thing that stands well: state, name and what was found, on a line where there is room."""
    head = Text.assemble((f"{state.ko} {state.en}", "green"), "  ", clean(f"{name.ko} {name.en}"))
    console.print(_Whole(Text.assemble(head, ": ", _text(found, between=" "))))


def block(
    state: Bilingual, name: Bilingual, found: Bilingual, remedy: Bilingual | None = None
) -> None:
    """One thing that does not: what was found, and below it what helps."""
    head = Text.assemble((f"{state.ko} {state.en}", "bold red"), "  ")
    head.append(clean(f"{name.ko} {name.en}"), "bold")
    console.print(_Whole(head))
    for label, said in (("", found), ("→ ", remedy)):
        if said is not None:
            # A command is the same in both languages.
            english = () if said.en == said.ko else (Text(clean(said.en), "dim"),)
            for text in (Text(clean(said.ko)), *english):
                console.print(Padding(_Whole(Text(label) + text), (0, 0, 0, 4)))
    console.print()


def fail(error: GongmunError) -> None:
    """Say on stderr what could not be done, and what helps."""
    errors.print(Text(error.code, "bold red"))
    errors.print(_Whole(_text(Bilingual(ko=error.message_ko, en=error.message_en))))


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
