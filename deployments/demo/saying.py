"""How the story counts."""

from collections.abc import Sequence

from gongmun.text import Bilingual


def counted(count: int, noun: str) -> str:
    """`1 mail`, `2 mails`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def of_a_day(mails: int, besides: Sequence[Bilingual]) -> Bilingual | None:
    """What happened on a day; None where nothing did."""
    sent = [Bilingual(ko=f"독촉·안내 {mails}통", en=counted(mails, "mail"))] if mails else []
    told = [*sent, *besides]
    if not told:
        return None
    return Bilingual(ko=", ".join(each.ko for each in told), en=", ".join(each.en for each in told))
