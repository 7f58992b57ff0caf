"""What a wave is weighted to (가중 기준): residents by sex and age and by province, as finely as the answers allow.

A category with few answers would get weights that nobody should trust, so a margin is taken at the finest level
at which every category has at least `LEAST` answers; the coarsest is no margin at all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from gongmun.surveys.analysis.weighting import Margin
from gongmun.surveys.panels.margins import Margins
from gongmun.text import Bilingual

# Answers in each category of a margin.
LEAST = 5
# Above this share of unknown categories a margin says nothing.
_UNKNOWN_MOST = 0.2
_UNKNOWN = "?"

BANDS: Mapping[str, str] = {
    "18-29": "18-39",
    "30-39": "18-39",
    "40-49": "40-59",
    "50-59": "40-59",
    "60-69": "60+",
    "70+": "60+",
}
# The seven regions in which national surveys of Korea are commonly told.
REGIONS: Mapping[str, str] = {
    "서울특별시": "seoul",
    "인천광역시": "gyeonggi",
    "경기도": "gyeonggi",
    "대전광역시": "chungcheong",
    "세종특별자치시": "chungcheong",
    "충청북도": "chungcheong",
    "충청남도": "chungcheong",
    "광주광역시": "jeolla",
    "전라남도": "jeolla",
    "전북특별자치도": "jeolla",
    "대구광역시": "daegu",
    "경상북도": "daegu",
    "부산광역시": "busan",
    "울산광역시": "busan",
    "경상남도": "busan",
    "강원특별자치도": "gangwon",
    "제주특별자치도": "gangwon",
}
_CAPITAL = frozenset({"seoul", "gyeonggi"})


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Level:
    """A margin at one level: its name, the category of each answer, and the margin itself, whose column `place` is."""

    name: Bilingual
    categories: pd.Series
    margin: Margin


def levels(answers: pd.DataFrame, population: Margins) -> tuple[Sequence[Level], Sequence[Level]]:
    """The levels of sex and age, and those of provinces, that these answers can be weighted to: the finest first.

    `answers` have the columns `sex`, `age_group` and `province`, as the panel has them, None where it is not known:
    these keep the share that they have.
    """
    sex_age = [
        (Bilingual(ko="성별·연령대(12개)", en="sex by age group (12)"), _same(BANDS)),
        (Bilingual(ko="성별·연령층(6개)", en="sex by broad age group (6)"), BANDS),
        (Bilingual(ko="성별(2개)", en="sex (2)"), dict.fromkeys(BANDS, "18+")),
    ]
    places = [
        (Bilingual(ko="시도(17개)", en="province (17)"), _same(REGIONS)),
        (Bilingual(ko="권역(7개)", en="region (7)"), REGIONS),
        (
            Bilingual(ko="수도권 여부(2개)", en="capital area or not (2)"),
            {place: str(region in _CAPITAL) for place, region in REGIONS.items()},
        ),
    ]
    people = list(zip(answers["sex"], answers["age_group"], strict=True))
    of_sex_age = [
        _level(
            "sex_age",
            name,
            pd.Series([_joined(sex, to.get(age)) for sex, age in people], dtype=object),
            _summed((f"{sex} {to[age]}", n) for (sex, age), n in population.sex_age.items()),
        )
        for name, to in sex_age
    ]
    of_places = [
        _level(
            "province",
            name,
            pd.Series([to.get(place) for place in answers["province"]], dtype=object),
            _summed((to[place], n) for place, n in population.provinces.items()),
        )
        for name, to in places
    ]
    return _fit(of_sex_age), _fit(of_places)


def _same(names: Mapping[str, str]) -> dict[str, str]:
    return {name: name for name in names}


def _joined(sex: str | None, age: str | None) -> str | None:
    return f"{sex} {age}" if sex in ("F", "M") and age is not None else None


def _summed(parts: Iterable[tuple[str, int]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, n in parts:
        found[name] = found.get(name, 0.0) + n
    return found


def _level(
    column: str, name: Bilingual, categories: pd.Series, targets: Mapping[str, float]
) -> Level:
    known = categories.where(categories.isin(list(targets)), _UNKNOWN).astype(str)
    unknown = float((known == _UNKNOWN).mean())
    whole = sum(targets.values())
    shares = {each: n / whole * (1 - unknown) for each, n in targets.items()}
    if unknown:
        shares[_UNKNOWN] = unknown
    return Level(name=name, categories=known, margin=Margin(column=column, targets=shares))


def _fit(found: Sequence[Level]) -> Sequence[Level]:
    kept = []
    for level in found:
        counts = level.categories.value_counts()
        wanted = [each for each in level.margin.targets if each != _UNKNOWN]
        if (level.categories == _UNKNOWN).mean() > _UNKNOWN_MOST:
            continue
        if all(counts.get(each, 0) >= LEAST for each in wanted):
            kept.append(level)
    return kept
