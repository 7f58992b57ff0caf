"""A small panel that answered: sex, age, a scale, a choice of several, a ranking and a number."""

import numpy as np
import pandas as pd

from gongmun.surveys.analysis.designs import Design
from gongmun.surveys.analysis.variables import Kind, Missing, Option, Variable
from gongmun.surveys.analysis.weighting import Margin, margin_codes, rake
from gongmun.text import Bilingual


def text(word: str) -> Bilingual:
    return Bilingual(ko=word, en=word)


def options(*codes: int) -> tuple[Option, ...]:
    return tuple(Option(code=code, label=text(str(code))) for code in codes)


def single(name: str, *codes: int, kind: Kind = Kind.SINGLE, **more: object) -> Variable:
    return Variable(
        name=name, kind=kind, label=text(name), columns=(name,), options=options(*codes), **more
    )  # type: ignore[arg-type]


SEX = single("sex", 1, 2)
AGE = single("age", 1, 2, 3, 4, 5, 6)
SCALE = single("q1", 1, 2, 3, 4, 5, kind=Kind.SCALE, trend="trust")
SEVERAL = Variable(
    name="q2",
    kind=Kind.MULTIPLE,
    label=text("q2"),
    columns=("q2_1", "q2_2", "q2_3"),
    options=options(1, 2, 3),
)
RANKING = Variable(
    name="q3",
    kind=Kind.RANKING,
    label=text("q3"),
    columns=("q3_rank1", "q3_rank2"),
    options=options(1, 2, 3),
)
NUMBER = Variable(name="q4", kind=Kind.NUMBER, label=text("q4"), columns=("q4",))
ALL = (SCALE, SEVERAL, RANKING, NUMBER)
MARGINS = (
    Margin(column="sex", targets={1: 50, 2: 50}),
    Margin(column="age", targets={1: 16, 2: 15, 3: 18, 4: 20, 5: 17, 6: 14}),
)


def panel(n: int, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    sex = rng.choice([1, 2], n, p=[0.42, 0.58])
    age = rng.choice(np.arange(1, 7), n, p=[0.1, 0.12, 0.18, 0.25, 0.2, 0.15])
    q1 = np.clip(np.rint(rng.normal(2.6 + 0.15 * age + 0.2 * sex, 1.0, n)), 1, 5)
    q1[rng.random(n) < 0.06] = Missing.DONT_KNOW
    q1[rng.random(n) < 0.03] = Missing.NOT_ANSWERED
    frame = {"sex": sex, "age": age, "q1": q1}
    silent = rng.random(n) < 0.04
    for code in (1, 2, 3):
        chosen = (rng.random(n) < 0.2 * code).astype(float)
        frame[f"q2_{code}"] = np.where(silent, Missing.REFUSED, chosen)
    places = np.argsort(rng.random((n, 3)), axis=1) + 1
    frame["q3_rank1"], frame["q3_rank2"] = places[:, 0], places[:, 1]
    frame["q4"] = np.where(rng.random(n) < 0.05, Missing.NOT_ASKED, rng.gamma(2.0, 3.0, n))
    return pd.DataFrame(frame)


def raked(answers: pd.DataFrame, strata: bool = True) -> Design:
    base = np.random.default_rng(3).uniform(1.0, 3.0, len(answers))
    weights = rake(answers, MARGINS, base=base, tolerance=1e-12)
    return Design(
        weights=weights.values,
        strata=(answers["age"].to_numpy() - 1).astype(np.int64) if strata else None,
        margins=margin_codes(answers, MARGINS),
    )


def plain(answers: pd.DataFrame) -> Design:
    return Design(weights=np.ones(len(answers)))
