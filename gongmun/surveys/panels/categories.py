"""The categories that answers are weighted by (성별, 연령대, 시도): those of the residents, whatever a file calls them."""

from collections.abc import Iterator, Mapping, Sequence

from gongmun.surveys.panels.lines import Flaw, Line, flaw
from gongmun.surveys.panels.margins import margins

# What files call them; the margins have the last.
_KNOWN = {"sex": ("sex",), "age_group": ("age_group",), "province": ("province", "sido")}
COLUMNS = tuple(column for columns in _KNOWN.values() for column in columns)


def categories(known: Mapping[str, str]) -> dict[str, str | None]:
    """`sex`, `age_group` and `province` of a person, each None where it is not known."""
    return {
        name: next((known[each] for each in columns if known.get(each)), None)
        for name, columns in _KNOWN.items()
    }


def flaws_of(lines: Sequence[Line]) -> Iterator[Flaw]:
    """The categories that no resident has: whoever is in one could not be weighted. Each with those that there are."""
    residents = margins().by_feature()
    for line in lines:
        for name, value in categories(line.cells).items():
            there = residents[_KNOWN[name][-1]]
            if value is not None and value not in there:
                allowed = ", ".join(there)
                yield flaw(
                    line.number,
                    f"{name} 값이 다릅니다. 다음 가운데 하나를 적거나 비워 두십시오: {allowed}",
                    f"{name} is none of these; leave it empty where it is not known: {allowed}",
                )
