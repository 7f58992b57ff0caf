"""How the story counts, and how it is printed."""

from collections.abc import Sequence
from datetime import date

from rich.table import Table
from rich.text import Text

from gongmun.text import Bilingual


def line(seconds: float, ko: str, en: str) -> Table:
    """What happened so many seconds after the beginning: Korean, English below; both break beside the time."""
    printed = Table.grid(padding=(0, 2, 0, 0))
    printed.add_column(no_wrap=True)
    printed.add_column()
    printed.add_row(Text(f"{seconds:5.0f} s", "bold"), Text.assemble(ko, "\n", (en, "dim")))
    return printed


def counted(count: int, noun: str) -> str:
    """`1 mail`, `2 mails`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def short_date(day: date) -> str:
    """`12. 1.`, as a document of that year writes it."""
    return f"{day.month}. {day.day}."


def of_a_day(mails: int, besides: Sequence[Bilingual]) -> Bilingual | None:
    """What happened on a day; None where nothing did."""
    sent = [Bilingual(ko=f"독촉·안내 {mails}통", en=counted(mails, "mail"))] if mails else []
    told = [*sent, *besides]
    if not told:
        return None
    return Bilingual(ko=", ".join(each.ko for each in told), en=", ".join(each.en for each in told))
