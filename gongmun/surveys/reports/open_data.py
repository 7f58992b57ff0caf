"""Open data of a wave (원자료): one row a sheet, after the disclosure check, and the codebook that explains it.

A row that says all that the tables are broken down by would tell the cells that are withheld there. So it has one
category at most, the sex, as coarse as the tables have it; no weight, which would tell age and province; no open answer and
no number; and no order of its own. An answer whose cell is withheld in the questions or by sex is withheld in the rows.
What fewer than five of a sex say in a column, also that they gave no answer, would single out their rows, with all that they
answered elsewhere: it is withheld there, and with it the next rarest answers until five rows are.
Who was asked a question that follows others has given certain answers there: such a question, if not everybody was
asked, is only in the rows where nothing of those others is withheld in them. A multiple choice is there whole or not at all.
"""

from collections.abc import Iterator, Sequence

import pandas as pd

from gongmun.surveys.analysis.suppression import MINIMUM
from gongmun.surveys.analysis.variables import MISSING_LABELS, Kind, Missing, Variable, coded
from gongmun.surveys.reports.figuring import Counted
from gongmun.surveys.reports.rows import Row
from gongmun.surveys.reports.tables import to_csv
from gongmun.text import Bilingual

SEX = "by_sex"
WITHHELD = -5
_FLAGS = (
    (1, Bilingual(ko="선택", en="chosen")),
    (0, Bilingual(ko="선택하지 않음", en="not chosen")),
)
_WITHHELD_LABEL = Bilingual(ko="비공개", en="withheld")
_ABOUT = Bilingual(
    ko="한 줄이 응답자 한 명입니다. 가중하지 않은 자료이며, 공표한 비율은 가중한 값이므로 이 자료로 계산한 값과 다릅니다. "
    "응답자를 알아볼 수 없도록 연령·지역·가중값·주관식 응답·숫자 응답은 넣지 않았습니다. 5명 미만이 한 응답(무응답 포함)은 그 수가 5명 이상이 "
    "되도록 다른 응답과 함께 -5로 적었습니다. 따라서 -5는 무응답을 뜻하지 않습니다.",
    en="One row is one respondent. The rows are not weighted; published shares are, and differ from what these rows "
    "give. Age, region, weights, open answers and numbers are left out, so that nobody can be recognised. What fewer "
    "than five have said, or not said, is -5, with as many other answers as make it five: -5 does not mean no answer.",
)


def rows_csv(counted: Counted) -> bytes:
    """The rows, sorted by what they say: nothing is told by their order."""
    columns = _columns(counted)
    frame = pd.DataFrame(columns)
    ordered = sorted(tuple(row) for row in frame.itertuples(index=False))
    return to_csv(list(columns), (tuple(int(cell) for cell in row) for row in ordered))


def codebook_csv(counted: Counted) -> bytes:
    """What each column holds, one value a row."""
    return to_csv(
        ("column", "label_ko", "label_en", "value", "value_ko", "value_en"), _codes(counted)
    )


def codebook_markdown(counted: Counted) -> bytes:
    """The same for people."""
    lines = ["# 부호책 / Codebook", "", _ABOUT.ko, "", _ABOUT.en]
    before = ""
    for column, label_ko, label_en, value, value_ko, value_en in _codes(counted):
        if column != before:
            lines += ["", f"## {column}", "", f"{label_ko}  ", f"{label_en}", ""]
            before = str(column)
        lines.append(f"- {value}: {value_ko} / {value_en}")
    return ("\n".join(lines) + "\n").encode()


def _shown(counted: Counted) -> Iterator[Variable]:
    """The questions that may be in the rows; a multiple choice of which something is withheld cannot."""
    gone = set(counted.disclosed.withheld_questions)
    gone |= {
        line.variable.name
        for line in counted.disclosed.toplines
        if line.part is not None
        and (not line.has_kinds or any(share.n is None for share in line.shares))
    }
    for variable in counted.told:
        if variable.kind is not Kind.NUMBER and variable.name not in gone:
            yield variable


def _sex(counted: Counted) -> Variable | None:
    """The sex, where it is known of everybody and every question has its table by it: else the rows would tell more."""
    found = next((each for each in counted.demographics if each.name == SEX), None)
    if found is None or (counted.wave.answers[found.columns[0]] < 0).any():
        return None
    told = {
        table.variable.name
        for table in counted.disclosed.crosstabs
        if table.by.name == SEX and table.columns
    }
    return found if all(each.name in told for each in _shown(counted)) else None


def _columns(counted: Counted) -> dict[str, pd.Series]:
    found = dict[str, pd.Series]()
    whole: set[str] = set()
    sex = _sex(counted)
    if sex is not None:
        found[SEX] = counted.wave.answers[sex.columns[0]].astype(int)
    after = {route.item: route.after for route in counted.answers.routes}
    for variable in _shown(counted):
        columns = dict(_masked(counted, variable, found.get(SEX)))
        is_whole = not any((values == WITHHELD).any() for values in columns.values())
        if variable.kind is Kind.MULTIPLE and not is_whole:
            # Whoever has answered has chosen something: what is withheld could be told from the rest.
            continue
        if _were_spared(counted, variable) and not after.get(variable.name, set()) <= whole:
            continue
        found |= columns
        if is_whole:
            whole.add(variable.name)
    return found


def _were_spared(counted: Counted, variable: Variable) -> bool:
    """Whether somebody was not asked this question."""
    values = counted.wave.answers[variable.columns[0]]
    return bool((values == int(Missing.NOT_ASKED)).any())


def _masked(
    counted: Counted, variable: Variable, groups: pd.Series | None
) -> Iterator[tuple[str, pd.Series]]:
    """The columns of a question without what is withheld of it."""
    frame = counted.wave.answers
    columns = variable.columns[:1] if variable.kind is Kind.RANKING else variable.columns
    for column, question in zip(columns, coded(frame, variable), strict=True):
        values = frame[column].fillna(-9).astype(int)
        hidden = values.isin(list(_withheld_in_all(counted, question.name)))
        if _kinds_are_hidden(counted, question.name):
            # Which kind of missing answer it is, is not told; that it is one, is.
            values = values.where(values >= 0, WITHHELD)
        if groups is not None:
            for group, codes in _withheld_by_sex(counted, question.name).items():
                hidden |= (groups == group) & values.isin(list(codes))
        shown = values.mask(hidden, WITHHELD)
        yield (
            column,
            shown.groupby(groups).transform(_common) if groups is not None else _common(shown),
        )


def _common(values: pd.Series) -> pd.Series:
    """The values without those in fewer than five rows, which are withheld with the next rarest."""
    counts = values[values != WITHHELD].value_counts().sort_values(kind="stable")
    rare = int((values == WITHHELD).sum())
    hidden = []
    for code, n in counts.items():
        if n >= MINIMUM and not 0 < rare < MINIMUM:
            break
        hidden.append(code)
        rare += int(n)
    return values.mask(values.isin(hidden), WITHHELD)


def _withheld_in_all(counted: Counted, name: str) -> frozenset[int]:
    return frozenset(
        share.option.code
        for line in counted.disclosed.toplines
        if line.name == name
        for share in line.shares
        if share.n is None
    )


def _kinds_are_hidden(counted: Counted, name: str) -> bool:
    return any(not line.has_kinds for line in counted.disclosed.toplines if line.name == name)


def _withheld_by_sex(counted: Counted, name: str) -> dict[int, frozenset[int]]:
    """The codes that are withheld, by group; all of them where the table or the group's base is withheld."""
    found: dict[int, frozenset[int]] = {}
    for table in counted.disclosed.crosstabs:
        if table.name == name and table.by.name == SEX:
            for column in table.columns:
                found[column.group.code] = frozenset(
                    cell.option.code
                    for cell in column.cells
                    if cell.n is None or column.base is None
                )
    return found


def _codes(counted: Counted) -> Iterator[Row]:
    sex = _sex(counted)
    if sex is not None:
        yield from _values(SEX, sex.label, [(o.code, o.label) for o in sex.options])
    present = set(_columns(counted))
    for variable in _shown(counted):
        if variable.columns[0] not in present:
            continue
        options = [(option.code, option.label) for option in variable.options]
        special = [(int(kind), label) for kind, label in MISSING_LABELS.items()]
        special.append((WITHHELD, _WITHHELD_LABEL))
        if variable.kind is not Kind.MULTIPLE:
            yield from _values(variable.columns[0], variable.label, [*options, *special])
            continue
        for column, (_, label) in zip(variable.columns, options, strict=True):
            about = Bilingual(
                ko=f"{variable.label.ko} – {label.ko}", en=f"{variable.label.en} – {label.en}"
            )
            yield from _values(column, about, [*_FLAGS, *special])


def _values(
    column: str, label: Bilingual, values: Sequence[tuple[int, Bilingual]]
) -> Iterator[Row]:
    for code, named in values:
        yield (column, label.ko, label.en, code, named.ko, named.en)
