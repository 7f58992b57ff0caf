"""Settings of a trial are told one by one, until none is left."""

import pytest

from gongmun.health.checks import Standing
from gongmun.health.configured import AGENCY, configured
from gongmun.settings import AgencySettings, Settings


def test_each_value_of_the_invented_agency_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = [name for name, field in AgencySettings.model_fields.items() if field.default]
    # Also a value that is right by chance, such as a rank, counts once it was set.
    monkeypatch.setenv("GONGMUN_AGENCY__DRAFTER_RANK_KO", "주무관")
    monkeypatch.setenv("GONGMUN_AGENCY__NAME_KO", "우리 기관")
    check = next(each for each in configured(Settings()) if each.code == AGENCY.code)
    assert check.standing is Standing.CARE
    assert check.remedy is not None
    assert "GONGMUN_AGENCY__HEAD_KO" in check.remedy.ko
    assert "GONGMUN_AGENCY__NAME_KO" not in check.remedy.ko
    assert "DRAFTER_RANK_KO" not in check.remedy.ko
    assert "REVIEWER" not in check.remedy.ko
    for name in printed:
        monkeypatch.setenv(f"GONGMUN_AGENCY__{name.upper()}", "우리 기관")
    check = next(each for each in configured(Settings()) if each.code == AGENCY.code)
    assert (check.standing, check.found.ko) == (Standing.WELL, "우리 기관")
