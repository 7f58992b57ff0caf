"""Weights of a wave: to the finest margins that the answers bear, from the chances of the lottery."""

import numpy as np
import pandas as pd
import pytest

from gongmun.surveys.analysis.dispositions import Disposition, Group
from gongmun.surveys.fieldwork.models import InvitationStatus
from gongmun.surveys.panels.margins import margins
from gongmun.surveys.questionnaire import sample
from gongmun.surveys.reports.populations import BANDS, REGIONS
from gongmun.surveys.reports.weighing import outcomes, weigh, weighing_json
from tests.surveys.reports.invented import sheets


def people(count: int, seed: int = 6) -> pd.DataFrame:
    drawn = sheets(sample("forum_evaluation"), count, seed=seed)
    return pd.DataFrame(
        [{"sex": s.sex, "age_group": s.age_group, "province": s.province} for s in drawn]
    )


def test_every_category_of_the_population_has_its_name() -> None:
    known = margins()
    assert set(REGIONS) == set(known.provinces)
    assert set(BANDS) == {age for _, age in known.sex_age}


@pytest.mark.parametrize(
    ("count", "names"),
    [(1200, ["(12개)", "(17개)"]), (200, ["(12개)", "(7개)"]), (60, ["(6개)", "(2개)"])],
)
def test_margins_are_as_fine_as_the_answers_bear(count: int, names: list[str]) -> None:
    found = weigh(people(count), population=margins(), chances={})
    assert [name.ko[name.ko.index("(") :] for name in found.names] == names
    assert found.fit is not None
    assert all(cell.n >= 5 for cell in found.fit.cells)
    assert found.fit.largest < 1e-6
    assert found.values.mean() == pytest.approx(1)


def test_the_weighted_sample_has_the_population_s_share_of_women() -> None:
    frame = people(200)
    values = weigh(frame, population=margins(), chances={}).values
    sexes = margins().by_feature()["sex"]
    share = float(values[frame["sex"] == "F"].sum() / values.sum())
    assert share == pytest.approx(sexes["F"] / sum(sexes.values()), abs=1e-6)


def test_who_is_not_known_keeps_the_share_that_he_has() -> None:
    frame = people(200)
    frame.loc[:9, "province"] = None
    frame.loc[5:12, "sex"] = None
    values = weigh(frame, population=margins(), chances={}).values
    assert values[frame["province"].isna()].sum() == pytest.approx(10)
    assert values[frame["sex"].isna()].sum() == pytest.approx(8)


def test_without_a_population_the_chances_are_the_weights() -> None:
    frame = pd.DataFrame({"sex": ["F", "M"] * 5, "age_group": None, "province": None})
    found = weigh(frame, population=None, chances={("F", None, None): 0.2, ("M", None, None): 0.1})
    assert found.names == ()
    assert found.values[1] / found.values[0] == pytest.approx(2)


def test_few_answers_of_one_sex_are_not_weighted_by_it() -> None:
    frame = people(40)
    frame["sex"] = ["F"] * 37 + ["M"] * 3
    found = weigh(frame, population=margins(), chances={})
    assert not any("성별" in name.ko for name in found.names)
    assert np.isfinite(found.values).all()


def test_every_invitation_has_one_outcome() -> None:
    field = outcomes(
        [Disposition.COMPLETE] * 7 + [Disposition.BREAK_OFF],
        {
            InvitationStatus.ANSWERED: 7,
            InvitationStatus.OPENED: 1,
            InvitationStatus.INVITED: 4,
            InvitationStatus.REFUSED: 2,
            InvitationStatus.UNREACHABLE: 1,
        },
    )
    assert field.total == 15
    assert (field[Group.REFUSAL], field[Group.NON_CONTACT], field[Group.UNKNOWN_OTHER]) == (3, 4, 1)
    kept = weighing_json(None, field)
    assert kept["rates"]["rr1"] == pytest.approx(7 / 15)  # type: ignore[index]
