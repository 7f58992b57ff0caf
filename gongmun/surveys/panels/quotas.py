"""Quotas (할당): how many of each sex, age group and province a panel has, at least and at most."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gongmun.surveys.panels.lines import Flaw, LinesInvalid, flaw, read_lines, refuse
from gongmun.surveys.panels.margins import Margins
from gongmun.text import shorten

COLUMNS = ("feature", "value", "min", "max")
# What a file of quotas may not call a feature: the pool has these columns itself.
_RESERVED = frozenset({"id", "address", "household"})


class QuotasInvalid(LinesInvalid):
    """A file of quotas cannot be used."""

    code = "panels.quotas_invalid"
    ko = "할당 파일 {file}에 고칠 곳이 {count}건 있습니다.\n{list_ko}"
    en = "Correct {count} lines of the file of quotas {file}.\n{list_en}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Quota:
    """One cell: of `value` of `feature` the panel has from `least` to `most` people."""

    feature: str
    value: str
    least: int
    most: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Quotas:
    """The size of a panel and its cells, in the order in which they are printed.

    Each person of the pool has exactly one value of each feature.
    """

    size: int
    cells: tuple[Quota, ...]

    @property
    def features(self) -> tuple[str, ...]:
        """The features in order."""
        return tuple(dict.fromkeys(cell.feature for cell in self.cells))

    def values(self, feature: str) -> tuple[str, ...]:
        """The values of a feature in order."""
        return tuple(cell.value for cell in self.cells if cell.feature == feature)

    def of(self, traits: Sequence[str]) -> tuple[int, ...]:
        """The cells, by their place, that a person of `traits` counts in; `traits` are in order of `features`."""
        where = dict(zip(self.features, traits, strict=True))
        return tuple(
            place for place, cell in enumerate(self.cells) if where[cell.feature] == cell.value
        )


def from_margins(margins: Margins, size: int) -> Quotas:
    """The quotas of a panel of `size`: each one-way share of the residents, rounded down and up.

    A share that is a whole number has no latitude. Such quotas can always be met by the residents themselves.
    """
    total = margins.total
    return Quotas(
        size=size,
        cells=tuple(
            Quota(
                feature=feature,
                value=value,
                least=size * residents // total,
                most=-(-size * residents // total),
            )
            for feature, values in margins.by_feature().items()
            for value, residents in values.items()
        ),
    )


def write_quotas(quotas: Quotas) -> str:
    """The quotas as a CSV file with the columns feature, value, min and max."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((cell.feature, cell.value, cell.least, cell.most) for cell in quotas.cells)
    return file.getvalue()


def read_quotas(content: bytes, file: str, size: int) -> Quotas:
    """The quotas of a CSV file as `write_quotas` writes it, for a panel of `size`.

    Raises:
        QuotasInvalid: naming each line to correct, and the features whose cells cannot sum to the size.
    """
    lines, flaws = read_lines(content, COLUMNS)
    if not lines and not flaws:
        flaws.append(flaw(1, "할당이 한 줄도 없습니다.", "there is not a single quota."))
    cells: dict[tuple[str, str], Quota] = {}
    last: dict[str, int] = {}
    for line in lines:
        found = _flaw_of(line.cells, line.number, cells)
        if found:
            flaws.append(found)
            continue
        feature, value, least, most = (line.cells[name] for name in COLUMNS)
        cells[feature, value] = Quota(
            feature=feature, value=value, least=int(least), most=int(most)
        )
        last[feature] = line.number
    if not flaws:
        flaws = _of_sums(Quotas(size=size, cells=tuple(cells.values())), last)
    if flaws:
        raise refuse(QuotasInvalid, file, flaws)
    return Quotas(size=size, cells=tuple(cells.values()))


def _flaw_of(
    cells: Mapping[str, str], line: int, known: Mapping[tuple[str, str], Quota]
) -> Flaw | None:
    feature, value = cells["feature"], cells["value"]
    if feature in _RESERVED:
        return flaw(
            line,
            f"{feature}은(는) 할당 항목의 이름으로 쓸 수 없습니다.",
            f"a feature cannot be called {feature}.",
        )
    if (feature, value) in known:
        return flaw(
            line, f"{feature} {value}이(가) 두 번 있습니다.", f"{feature} {value} stands twice."
        )
    for name in ("min", "max"):
        text = cells[name]
        if not (text.isascii() and text.isdigit() and len(text) <= 7):
            shown = shorten(text, 20)
            return flaw(
                line,
                f"{name}은(는) 0 이상의 정수여야 합니다: {shown}",
                f"{name} must be a whole number from 0: {shown}",
            )
    if int(cells["min"]) > int(cells["max"]):
        return flaw(line, "min이 max보다 큽니다.", "min is larger than max.")
    return None


def _of_sums(quotas: Quotas, last: Mapping[str, int]) -> list[Flaw]:
    """The features of which no choice of cells sums to the size, named at their last line."""
    flaws = []
    for feature in quotas.features:
        cells = [cell for cell in quotas.cells if cell.feature == feature]
        least, most = sum(cell.least for cell in cells), sum(cell.most for cell in cells)
        if not least <= quotas.size <= most:
            flaws.append(
                flaw(
                    last[feature],
                    f"{feature}의 min 합계는 {least}명, max 합계는 {most}명이어서 {quotas.size}명을 뽑을 수 "
                    "없습니다.",
                    f"{feature} sums to between {least} and {most}, which leaves no panel of {quotas.size}.",
                )
            )
    return flaws
