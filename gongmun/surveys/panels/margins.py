"""The margins (모집단 비율): how many residents of 18 and over there are of each sex, age group and province.

They come from data/margins_2025_05.toml, which names its origin. A newer month is a newer file of the same form.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from gongmun.text import Bilingual

MARGINS = Path(__file__).parent / "data" / "margins_2025_05.toml"


@dataclass(frozen=True, kw_only=True, slots=True)
class Margins:
    """Numbers of residents. Both tables sum to the same total.

    `sex_age` has 12 cells by (sex, age group), `provinces` 17, each in the order in which they are printed.
    """

    as_of: date
    source: Bilingual
    sex_age: Mapping[tuple[str, str], int]
    provinces: Mapping[str, int]

    @property
    def total(self) -> int:
        """All residents of 18 and over."""
        return sum(self.provinces.values())

    def by_feature(self) -> Mapping[str, Mapping[str, int]]:
        """The one-way margins `sex`, `age_group` and `sido`, each from its values to residents."""
        sexes: dict[str, int] = {}
        ages: dict[str, int] = {}
        for (sex, age), residents in self.sex_age.items():
            sexes[sex] = sexes.get(sex, 0) + residents
            ages[age] = ages.get(age, 0) + residents
        return {"sex": sexes, "age_group": ages, "sido": self.provinces}

    def group_of(self, age: int) -> str | None:
        """The age group of an age in years, None under the youngest."""
        groups = dict.fromkeys(group for _, group in self.sex_age)
        starts = {int(group.rstrip("+").partition("-")[0]): group for group in groups}
        reached = [start for start in starts if start <= age]
        return starts[max(reached)] if reached else None


@lru_cache(maxsize=1)
def margins() -> Margins:
    """The margins that this version ships with."""
    read = tomllib.loads(MARGINS.read_text(encoding="utf-8"))
    return Margins(
        as_of=read["as_of"],
        source=Bilingual(ko=read["source_ko"], en=read["source_en"]),
        sex_age={
            (sex, age): residents
            for sex, row in read["sex"].items()
            for age, residents in zip(read["age_groups"], row, strict=True)
        },
        provinces=read["sido"],
    )
