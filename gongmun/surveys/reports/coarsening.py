"""How finely a wave is told: few answers bear few groups, or most cells would have to be withheld.

Under `MANY` answers age is told in three groups, places in four areas, and scales of eleven points in three: 0 to 4, 5,
6 to 10, as the OECD's Trust Survey tells them. Means are always over the points themselves.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from gongmun.surveys.analysis.crosstabs import Crosstab
from gongmun.surveys.analysis.sums import Route
from gongmun.surveys.analysis.toplines import Topline
from gongmun.surveys.analysis.variables import Kind, Option, Variable
from gongmun.text import Bilingual

MANY = 600
# A group whose mean is told beside its share.
_LEAST_FOR_A_MEAN = 10
_MOST_POINTS = 7

_THIRDS = (
    Option(code=1, label=Bilingual(ko="낮음(0~4점)", en="Low (0–4)")),
    Option(code=2, label=Bilingual(ko="중간(5점)", en="Middle (5)")),
    Option(code=3, label=Bilingual(ko="높음(6~10점)", en="High (6–10)")),
)
_POINTS = {point: 1 if point < 5 else 2 if point == 5 else 3 for point in range(11)}
_COARSE: Mapping[str, tuple[Sequence[Option], Mapping[int, int]]] = {
    "by_age": (
        (
            Option(code=1, label=Bilingual(ko="18~39세", en="18–39")),
            Option(code=2, label=Bilingual(ko="40~59세", en="40–59")),
            Option(code=3, label=Bilingual(ko="60세 이상", en="60 and over")),
        ),
        {1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 6: 3},
    ),
    "by_region": (
        (
            Option(code=1, label=Bilingual(ko="수도권", en="Capital area")),
            Option(code=2, label=Bilingual(ko="충청·강원", en="Chungcheong, Gangwon")),
            Option(code=3, label=Bilingual(ko="호남·제주", en="Jeolla, Jeju")),
            Option(code=4, label=Bilingual(ko="영남", en="Gyeongsang")),
        ),
        # By the provinces of `_AREAS`; the seven regions do not add up to these.
        {},
    ),
}
_AREAS = {
    **dict.fromkeys(("서울특별시", "인천광역시", "경기도"), 1),
    **dict.fromkeys(("대전광역시", "세종특별자치시", "충청북도", "충청남도", "강원특별자치도"), 2),
    **dict.fromkeys(("광주광역시", "전라남도", "전북특별자치도", "제주특별자치도"), 3),
    **dict.fromkeys(("대구광역시", "경상북도", "부산광역시", "울산광역시", "경상남도"), 4),
}


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Told:
    """A wave as it is told: its frame with the columns of the groups, its variables and demographics."""

    frame: pd.DataFrame
    variables: tuple[Variable, ...]
    demographics: tuple[Variable, ...]


def told(
    frame: pd.DataFrame, variables: Sequence[Variable], demographics: Sequence[Variable]
) -> Told:
    """The wave with groups that are large enough for its answers. Names stay what they are."""
    if len(frame) >= MANY:
        return Told(frame=frame, variables=tuple(variables), demographics=tuple(demographics))
    added: dict[str, pd.Series] = {}
    groups = []
    for each in demographics:
        if each.name not in _COARSE:
            groups.append(each)
            continue
        options, codes = _COARSE[each.name]
        column = f"{each.name}_coarse"
        values = frame[each.columns[0]]
        added[column] = (
            values.map(lambda code, codes=codes: codes.get(code, code))
            if codes
            else pd.Series(
                [_AREAS.get(place, -9) for place in frame["province"]], index=frame.index
            )
        )
        groups.append(replace(each, columns=(column,), options=tuple(options)))
    questions = []
    for each in variables:
        if each.kind is Kind.SCALE and len(each.options) > _MOST_POINTS:
            column = f"{each.columns[0]}_coarse"
            added[column] = frame[each.columns[0]].map(lambda point: _POINTS.get(point, point))
            questions.append(replace(each, columns=(column,), options=_THIRDS))
        else:
            questions.append(each)
    return Told(frame=frame.assign(**added), variables=tuple(questions), demographics=tuple(groups))


def coarse_routes(routes: Sequence[Route], shown: Told) -> tuple[Route, ...]:
    """The routes by the answers as they are told: a part of a scale of which not all points lead on says less."""
    names = {each.name for each in shown.variables if each.options == _THIRDS}
    found = []
    for route in routes:
        cells = _coarse(route.cells, names)
        if all(_is_whole(route.cells, name) for name in names):
            within = tuple(_coarse(each, names) for each in route.within)
            found.append(replace(route, cells=cells, within=within))
        else:
            found.append(replace(route, cells=(), within=(cells,)))
    return tuple(found)


_Cells = tuple[tuple[str, int], ...]


def _coarse(cells: _Cells, names: Collection[str]) -> _Cells:
    told = {(name, _POINTS[code] if name in names else code) for name, code in cells}
    return tuple(sorted(told))


def _is_whole(cells: _Cells, name: str) -> bool:
    codes = {code for question, code in cells if question == name}
    return codes == {
        point for point, part in _POINTS.items() if part in {_POINTS[c] for c in codes}
    }


def with_means(lines: Sequence[Topline], whole: Sequence[Topline]) -> tuple[Topline, ...]:
    """The toplines with the means of the points themselves, from those of the `whole` scales.

    The share of the two highest points stays away: it is finer than the cells that were checked, and may be that
    of two people. So does a mean beside a cell that is withheld.
    """
    points = {line.name: line for line in whole}
    return tuple(
        replace(line, mean=points[line.name].mean)
        if line.name in points
        and line.base is not None
        and all(share.n is not None for share in line.shares)
        else line
        for line in lines
    )


def with_group_means(tables: Sequence[Crosstab], whole: Sequence[Crosstab]) -> tuple[Crosstab, ...]:
    """The crosstabs with the means of the points themselves, in groups that are large enough and told whole.

    Beside a withheld cell a mean at the end of the scale would tell that nobody is in it.
    """
    points = {
        (table.name, table.by.name, column.group.code): column.mean
        for table in whole
        for column in table.columns
    }
    names = {table.name for table in whole}
    return tuple(
        replace(
            table,
            columns=tuple(
                replace(
                    column,
                    mean=points.get((table.name, table.by.name, column.group.code))
                    if column.base is not None
                    and column.base >= _LEAST_FOR_A_MEAN
                    and all(cell.n is not None for cell in column.cells)
                    else None,
                )
                for column in table.columns
            ),
        )
        if table.name in names
        else table
        for table in tables
    )
