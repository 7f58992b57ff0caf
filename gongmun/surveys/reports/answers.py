"""The answers of a wave as a table (응답 자료): one row a sheet that was handed in, with what the analysis asks of it."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

import pandas as pd

from gongmun.surveys.analysis.dispositions import Disposition, Sufficiency
from gongmun.surveys.analysis.sums import Route
from gongmun.surveys.analysis.variables import Kind, Option, Variable
from gongmun.surveys.fieldwork.models import AnswerSheet, Mode
from gongmun.surveys.fieldwork.names import SEXES
from gongmun.surveys.questionnaire import Checked, Item, Questionnaire, SheetReader
from gongmun.surveys.questionnaire import Kind as ItemKind
from gongmun.surveys.reports.names import AGES, REGION_NAMES
from gongmun.surveys.reports.populations import REGIONS
from gongmun.surveys.reports.routing import routes
from gongmun.text import Bilingual

_UNKNOWN = -9
_KINDS = {
    ItemKind.SINGLE: Kind.SINGLE,
    ItemKind.MULTIPLE: Kind.MULTIPLE,
    ItemKind.RANKING: Kind.RANKING,
    ItemKind.NUMBER: Kind.NUMBER,
}


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Answers:
    """What was handed in and holds enough to be counted, in the order of the random ids of the sheets.

    `frame` has the columns of the codebook, `sex`, `age_group` and `province` as the panel has them, and `by_sex`,
    `by_age`, `by_region` as codes of `demographics`. `texts` are the open answers by item, also of those who were
    screened out. `outcomes` has the disposition of every sheet of the wave, also of those that are not counted.
    """

    ids: tuple[str, ...]
    pair_keys: tuple[str | None, ...]
    weights: tuple[float | None, ...]
    frame: pd.DataFrame
    variables: tuple[Variable, ...]
    demographics: tuple[Variable, ...]
    routes: tuple[Route, ...]
    texts: Mapping[str, tuple[str | None, ...]]
    outcomes: tuple[Disposition, ...]
    modes: frozenset[Mode]


def answers_of(
    questionnaire: Questionnaire, sheets: Iterable[AnswerSheet], enough: Sufficiency
) -> Answers:
    """The answers of these sheets.

    Who has begun and not handed in has not given his answers to us: he broke off, whatever is on his sheet. Of a wave that is
    weighted those are counted who have a weight, whatever is `enough` by now.
    """
    heard: list[_Heard] = []
    outcomes: list[Disposition] = []
    reader = SheetReader(questionnaire)
    items = [item for _, item in questionnaire.items()]
    texts: dict[str, list[str | None]] = {
        item.code: [] for item in items if item.kind is ItemKind.TEXT
    }
    # Who has nothing to add to an open question that may be left has not failed to answer.
    left_open = frozenset(item.code for item in items if item.code in texts and not item.required)
    screening = {
        item.code: codes
        for item in items
        if (codes := {option.code for option in item.options if option.screens_out})
    }
    for sheet in sheets:
        checked = reader.check(sheet.answers)
        outcome = _outcome(enough, checked, left_open, is_submitted=sheet.submitted_on is not None)
        if outcome in _HEARD and _is_screened_out(screening, checked):
            outcome = Disposition.SCREENED_OUT
        outcomes.append(outcome)
        if outcome in _HEARD or sheet.weight is not None:
            for code, said in texts.items():
                said.append(_words(checked, code))
            heard.append(
                _Heard(
                    id=sheet.id,
                    pair_key=sheet.pair_key,
                    weight=sheet.weight,
                    mode=sheet.mode,
                    counts=outcome is not Disposition.SCREENED_OUT,
                    row=(*reader.record(checked), *_who(sheet)),
                )
            )
    is_weighted = any(each.weight is not None for each in heard)
    kept = [each for each in heard if (each.weight is not None if is_weighted else each.counts)]
    frame = pd.DataFrame([each.row for each in kept], columns=[*reader.columns, *_WHO])
    for item in items:
        if item.kind is ItemKind.NUMBER:
            frame[item.code] = frame[item.code].astype(float)
    return Answers(
        ids=tuple(each.id for each in kept),
        pair_keys=tuple(each.pair_key for each in kept),
        weights=tuple(each.weight for each in kept),
        frame=frame,
        variables=tuple(_variable(item) for item in items if item.kind is not ItemKind.TEXT),
        demographics=DEMOGRAPHICS,
        routes=tuple(routes(questionnaire)),
        texts={code: tuple(said) for code, said in texts.items()},
        outcomes=tuple(outcomes),
        modes=frozenset(each.mode for each in kept),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Heard:
    """What is left of a sheet once it is read: of a large wave the sheets themselves would fill the memory."""

    id: str
    pair_key: str | None
    weight: float | None
    mode: Mode
    counts: bool
    row: tuple[object, ...]


# Whose sheet holds enough.
_HEARD = (Disposition.COMPLETE, Disposition.PARTIAL, Disposition.SCREENED_OUT)
_WHO = ("sex", "age_group", "province", "by_sex", "by_age", "by_region")


def _demographic(name: str, label: Bilingual, names: Mapping[str, Bilingual]) -> Variable:
    return Variable(
        name=name,
        kind=Kind.SINGLE,
        label=label,
        columns=(name,),
        options=tuple(
            Option(code=code, label=label) for code, label in enumerate(names.values(), start=1)
        ),
    )


DEMOGRAPHICS = (
    _demographic("by_sex", Bilingual(ko="성별", en="Sex"), SEXES),
    _demographic("by_age", Bilingual(ko="연령대", en="Age group"), AGES),
    _demographic("by_region", Bilingual(ko="권역", en="Region"), REGION_NAMES),
)


def _who(sheet: AnswerSheet) -> tuple[object, ...]:
    """The values of `_WHO`."""
    return (
        sheet.sex,
        sheet.age_group,
        sheet.province,
        _place(SEXES, sheet.sex),
        _place(AGES, sheet.age_group),
        _place(REGION_NAMES, REGIONS.get(sheet.province or "")),
    )


def _place(names: Mapping[str, Bilingual], value: str | None) -> int:
    return list(names).index(value) + 1 if value is not None and value in names else _UNKNOWN


def _outcome(
    enough: Sufficiency, checked: Checked, left_open: frozenset[str], *, is_submitted: bool
) -> Disposition:
    asked = [code for code in checked.shown if code not in left_open]
    found = enough.judge(
        answered=sum(code in checked.answers for code in asked),
        asked=max(len(asked), 1),
        submitted=is_submitted,
    )
    if not is_submitted and found in (Disposition.COMPLETE, Disposition.PARTIAL):
        return Disposition.BREAK_OFF
    return found


def _is_screened_out(screening: Mapping[str, Set[int]], checked: Checked) -> bool:
    return any(
        not codes.isdisjoint(checked.answers[code].codes)
        for code, codes in screening.items()
        if code in checked.answers
    )


def _words(checked: Checked, code: str) -> str | None:
    """An open answer; None where there is none."""
    answer = checked.answers.get(code)
    return answer.text if answer is not None and (answer.text or "").strip() else None


def _variable(item: Item) -> Variable:
    columns = [
        name for name in item.variables() if item.other is None or not name.endswith("_other")
    ]
    return Variable(
        name=item.code,
        kind=Kind.SCALE if item.kind.points else _KINDS[item.kind],
        label=item.text,
        columns=tuple(columns),
        options=tuple(
            Option(code=option.code, label=option.label)
            for option in item.options
            if not option.screens_out
        ),
        trend=item.trend,
        must_choose=item.kind is ItemKind.MULTIPLE,
        exclusive=frozenset(option.code for option in item.options if option.exclusive),
    )
