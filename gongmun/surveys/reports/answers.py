"""The answers of a wave as a table (응답 자료): one row a sheet that was handed in, with what the analysis asks of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from gongmun.surveys.analysis.dispositions import Disposition, Sufficiency
from gongmun.surveys.analysis.sums import Route
from gongmun.surveys.analysis.variables import Kind, Option, Variable
from gongmun.surveys.fieldwork.models import AnswerSheet, Mode
from gongmun.surveys.fieldwork.names import SEXES
from gongmun.surveys.questionnaire import Checked, Item, Questionnaire, check_answers, record
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
    questionnaire: Questionnaire, sheets: Sequence[AnswerSheet], enough: Sufficiency
) -> Answers:
    """The answers of these sheets.

    Who has begun and not handed in has not given his answers to us: he broke off, whatever is on his sheet. Of a wave that is
    weighted those are counted who have a weight, whatever is `enough` by now.
    """
    rows, kept, outcomes = [], [], []
    heard: list[Mapping[str, object]] = []
    is_weighted = any(sheet.weight is not None for sheet in sheets)
    items = [item for _, item in questionnaire.items()]
    # Who has nothing to add to an open question that may be left has not failed to answer.
    left_open = frozenset(
        item.code for item in items if item.kind is ItemKind.TEXT and not item.required
    )
    for sheet in sheets:
        checked = check_answers(questionnaire, sheet.answers)
        outcome = _outcome(enough, checked, left_open, is_submitted=sheet.submitted_on is not None)
        if outcome in _HEARD and _is_screened_out(items, checked):
            outcome = Disposition.SCREENED_OUT
        outcomes.append(outcome)
        if outcome in _HEARD or sheet.weight is not None:
            heard.append(recorded := record(questionnaire, checked))
            counts = outcome is not Disposition.SCREENED_OUT
            if sheet.weight is not None if is_weighted else counts:
                kept.append(sheet)
                rows.append(dict(recorded) | _who(sheet))
    columns = [name for item in items for name in item.variables()]
    frame = pd.DataFrame(rows, columns=[*columns, *_WHO])
    for item in items:
        if item.kind is ItemKind.NUMBER:
            frame[item.code] = frame[item.code].astype(float)
    return Answers(
        ids=tuple(sheet.id for sheet in kept),
        pair_keys=tuple(sheet.pair_key for sheet in kept),
        weights=tuple(sheet.weight for sheet in kept),
        frame=frame,
        variables=tuple(_variable(item) for item in items if item.kind is not ItemKind.TEXT),
        demographics=DEMOGRAPHICS,
        routes=tuple(routes(questionnaire)),
        texts={
            item.code: tuple(
                text if isinstance(text := value, str) and text.strip() else None
                for value in (each[item.code] for each in heard)
            )
            for item in items
            if item.kind is ItemKind.TEXT
        },
        outcomes=tuple(outcomes),
        modes=frozenset(sheet.mode for sheet in kept),
    )


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


def _who(sheet: AnswerSheet) -> dict[str, object]:
    region = REGIONS.get(sheet.province or "")
    return {
        "sex": sheet.sex,
        "age_group": sheet.age_group,
        "province": sheet.province,
        "by_sex": _place(SEXES, sheet.sex),
        "by_age": _place(AGES, sheet.age_group),
        "by_region": _place(REGION_NAMES, region),
    }


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


def _is_screened_out(items: Sequence[Item], checked: Checked) -> bool:
    return any(
        option.screens_out and option.code in checked.answers[item.code].codes
        for item in items
        if item.code in checked.answers
        for option in item.options
    )


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
