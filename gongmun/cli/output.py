"""What all commands share: the console, tables, the moment, errors."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from gongmun import clock
from gongmun.text import Bilingual

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        help="기준 일시(서울 시각), 생략하면 지금 / the moment in Seoul, now if left out",
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M%z"],
    ),
]
Name = Annotated[str, typer.Option("--name", help="처리자 성명 / your name")]
Reason = Annotated[str, typer.Option("--reason", help="사유 / the reason")]


def moment(as_of: datetime | None) -> datetime:
    """What was typed, as a moment: without a zone it is the clock of Seoul."""
    if as_of is not None and as_of.tzinfo is None:
        as_of = as_of.replace(tzinfo=clock.SEOUL)
    return clock.resolve(as_of)


def table(title: Bilingual, columns: Sequence[Bilingual], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; what stands in it is text, never markup."""
    printed = Table(
        title=f"{title.ko} [dim]{title.en}[/dim]", box=box.SIMPLE_HEAD, title_justify="left"
    )
    for column in columns:
        printed.add_column(f"{column.ko}\n[dim]{column.en}[/dim]", overflow="fold")
    for row in rows:
        printed.add_row(*(_text(value) for value in row))
    console.print(printed)


def done(message: Bilingual) -> None:
    """Say what was done."""
    console.print(f"{_text(message.ko)}\n[dim]{_text(message.en)}[/dim]")


def _text(value: object) -> str:
    from rich.markup import escape

    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone(clock.SEOUL):%Y-%m-%d %H:%M}"
    return escape(str(value))
