"""The rules are whole, and an installation may change the days and nothing else."""

from pathlib import Path

import pytest

from deployments.registry import registry
from gongmun.retention.expiring import _ACTS
from gongmun.retention.rules import Code, RetentionInvalid, load


def test_every_rule_is_known_and_carried_out_once() -> None:
    retention = load()
    assert [rule.code for rule in retention.rules] == list(Code)
    assert set(_ACTS) == set(Code)


def test_what_goes_elsewhere_names_a_deployment() -> None:
    names = {each.name for each in registry()}
    assert {each.by for each in load().elsewhere} <= names


def test_every_rule_cites_the_law_in_both_languages() -> None:
    for rule in load().rules:
        assert "제21조제1항" in rule.citation.ko
        assert "art. 21(1)" in rule.citation.en


def test_an_installation_changes_the_days(tmp_path: Path) -> None:
    own = tmp_path / "retention.toml"
    own.write_text("[days]\nproposers = 365\n", encoding="utf-8")
    days = {rule.code: rule.days for rule in load(own).rules}
    assert days == {rule.code: rule.days for rule in load().rules} | {Code.PROPOSERS: 365}


@pytest.mark.parametrize(
    "text",
    [
        "[days]\nproposers = 1\n",
        "[days]\nproposers = 99999\n",
        "[days]\nproposers = 'a year'\n",
        "[days]\neverybody = 365\n",
        "[[rule]]\ncode = 'proposers'\n",
        "proposers = 365\n",
        "[days",
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    own = tmp_path / "retention.toml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(RetentionInvalid) as refused:
        load(own)
    assert "retention.toml" in refused.value.message_en


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RetentionInvalid):
        load(tmp_path / "nowhere.toml")
