"""The login to Prefect: made once, for this account only, and found by whoever needs it."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gongmun import prefect_login
from gongmun.prefect_login import CLIENT, SERVER, PrefectLoginUnusable


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_first_start_makes_one_that_only_this_account_can_read(tmp_path: Path) -> None:
    file = tmp_path / "var" / "login"
    login = prefect_login.ensure(file, {})
    name, _, password = login.partition(":")
    assert name == prefect_login.NAME
    assert len(password) == 32
    assert (mode(file), mode(file.parent)) == (0o600, 0o700)
    assert file.read_text("ascii") == f"{login}\n"
    assert list(file.parent.iterdir()) == [file]


def test_each_installation_has_its_own(tmp_path: Path) -> None:
    assert prefect_login.ensure(tmp_path / "1", {}) != prefect_login.ensure(tmp_path / "2", {})


def test_it_stays_the_same_and_clients_find_it(tmp_path: Path) -> None:
    file = tmp_path / "login"
    assert prefect_login.find(file, {}) is None
    login = prefect_login.ensure(file, {})
    assert prefect_login.ensure(file, {}) == login
    assert prefect_login.find(file, {}) == login


def test_of_many_first_starts_at_once_all_have_the_same(tmp_path: Path) -> None:
    file = tmp_path / "login"
    with ThreadPoolExecutor(8) as pool:
        logins = list(pool.map(lambda _: prefect_login.ensure(file, {}), range(32)))
    assert set(logins) == {file.read_text("ascii").strip()}
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("environment", "server", "client"),
    [
        ({SERVER: "a:1"}, "a:1", "a:1"),
        ({CLIENT: "b:2"}, "b:2", "b:2"),
        ({SERVER: "a:1", CLIENT: "b:2"}, "a:1", "b:2"),
    ],
)
def test_what_the_environment_says_goes_before_the_file(
    tmp_path: Path, environment: dict[str, str], server: str, client: str
) -> None:
    kept = prefect_login.ensure(tmp_path / "login", {})
    for file in (tmp_path / "login", tmp_path / "none"):
        assert prefect_login.ensure(file, environment) == server
        assert prefect_login.find(file, environment) == client
    assert prefect_login.find(tmp_path / "login", {}) == kept
    assert not (tmp_path / "none").exists()


def test_an_empty_variable_switches_nothing_off(tmp_path: Path) -> None:
    empty = {SERVER: "", CLIENT: ""}
    assert prefect_login.told_by(empty) is None
    login = prefect_login.ensure(tmp_path / "login", empty)
    assert prefect_login.find(tmp_path / "login", empty) == login


@pytest.mark.parametrize(
    "content",
    ["", "\n", "no-colon", ":secret", "name:", "a:b\nc:d", "a b:c", "담당자:secret", "a:é"],
)
def test_what_is_no_login_is_refused_without_being_told(tmp_path: Path, content: str) -> None:
    file = tmp_path / "login"
    file.write_text(content, "utf-8")
    for ask in (prefect_login.find, prefect_login.ensure):
        with pytest.raises(PrefectLoginUnusable) as refused:
            ask(file, {})
        assert str(file) in refused.value.message_ko
        assert "secret" not in str(refused.value)
    assert file.read_text("utf-8") == content


def test_nor_is_a_variable_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(PrefectLoginUnusable, match=CLIENT) as refused:
        prefect_login.find(tmp_path / "login", {CLIENT: "secret"})
    assert "secret" not in str(refused.value)


def test_a_folder_in_its_place_is_no_login(tmp_path: Path) -> None:
    with pytest.raises(PrefectLoginUnusable):
        prefect_login.ensure(tmp_path, {})


def test_prefects_makers_are_told_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DO_NOT_TRACK", "")
    monkeypatch.delenv("DO_NOT_TRACK")
    prefect_login.use(tmp_path / "none")
    assert os.environ["DO_NOT_TRACK"] == "1"


def test_prefects_client_says_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (SERVER, CLIENT):
        monkeypatch.setenv(name, "")
    prefect_login.use(tmp_path / "none")
    assert prefect_login.find(tmp_path / "none") is None
    login = prefect_login.ensure(tmp_path / "login")
    prefect_login.use(tmp_path / "login")
    assert prefect_login.find(tmp_path / "none") == login
