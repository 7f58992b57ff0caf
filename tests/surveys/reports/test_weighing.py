"""Weights of a wave: to the finest margins that the answers bear, from the chances of the lottery."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gongmun.surveys.analysis.dispositions import Disposition, Group
from gongmun.surveys.fieldwork.models import InvitationStatus
from gongmun.surveys.panels.margins import margins
from gongmun.surveys.questionnaire import sample
from gongmun.surveys.reports.figures import from_json, to_json
from gongmun.surveys.reports.method import figures_of
from gongmun.surveys.reports.populations import BANDS, REGIONS
from gongmun.surveys.reports.sentences import facts
from gongmun.surveys.reports.waves import LoadedWave, load
from gongmun.surveys.reports.weighing import CAP, Stratum, outcomes, weigh, weighing_json
from tests.postgresql import ON_SQLITE
from tests.surveys.fieldwork.conftest import OPENING
from tests.surveys.reports.conftest import Reported
from tests.surveys.reports.invented import sheets
from tests.world import at


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


def test_chances_are_capped_as_raked_weights_are() -> None:
    frame, chances = uneven()
    found = weigh(frame, population=margins(), chances=chances)
    assert (found.names, found.trimmed) == ((), 3)
    assert found.values.max() == pytest.approx(CAP * np.median(found.values))
    assert found.values.mean() == pytest.approx(1)


def uneven() -> tuple[pd.DataFrame, dict[Stratum, float]]:
    """Twelve women and three men: too few to rake them, and the men had a fifteenth of the women's chance."""
    women, men = ("F", "30-39", "서울특별시"), ("M", "30-39", "부산광역시")
    rows = [*[women] * 12, *[men] * 3]
    return pd.DataFrame(rows, columns=["sex", "age_group", "province"]), {women: 0.3, men: 0.02}


@ON_SQLITE
def test_the_method_says_how_the_weights_came_about(reported: Reported) -> None:
    cycle_id = reported.ask("wave-1", opens=at(OPENING), answered=54)
    with reported.db.reading() as session:
        raked = load(session, cycle_id)
    frame, chances = uneven()
    weighed = weigh(frame, population=margins(), chances=chances)
    alike = weigh(frame, population=None, chances={})
    unraked, same = (
        replace(raked, weighed=each, weighing=weighing_json(each, raked.outcomes))
        for each in (weighed, alike)
    )

    def told(wave: LoadedWave) -> dict[str, str]:
        found = figures_of(wave, None, None)
        assert from_json(to_json(found)) == found
        return {fact.name.en: str(fact.value) for fact in facts(found)}

    page = told(raked)
    assert "raked to sex" in page["Weights"]
    assert "0.0001% 미만" in page["How the weights came about"]
    assert raked.weighing["rounds"] > 1
    assert (
        f"Raking converged in {raked.weighing['rounds']} rounds"
        in page["How the weights came about"]
    )
    assert "trimmed: 0." in page["How the weights came about"]
    page = told(unraked)
    assert "모집단의 비율에는 맞추지 않았습니다(가중값 0.56~2.78" in page["Weights"]
    assert "same weight" not in page["Weights"]
    assert "Raking" not in page["How the weights came about"]
    assert "trimmed: 3." in page["How the weights came about"]
    page = told(same)
    assert "same weight" in page["Weights"]
    assert "How the weights came about" not in page


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
