"""What a machine that watches the portal is told."""

import socket
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from deployments.prefect_server import free_port
from gongmun.db import Database
from gongmun.db.schema import upgrade
from gongmun.documents import LocalStore
from gongmun.health import reaching
from gongmun.portal import create
from gongmun.settings import settings
from tests.portal.served import served
from tests.postgresql import silent_server
from tests.prefect_stub import prefect


@pytest.fixture(autouse=True)
def _relay(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Something listens where the relay should be."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        monkeypatch.setenv("GONGMUN_MAIL__HOST", "127.0.0.1")
        monkeypatch.setenv("GONGMUN_MAIL__PORT", str(listening.getsockname()[1]))
        settings.cache_clear()
        reaching._listens.cache_clear()
        yield
    settings.cache_clear()


def test_a_set_up_installation_is_answered_with_200(tmp_path: Path, now: datetime) -> None:
    db = Database(f"sqlite:///{tmp_path / 'gongmun.db'}")
    upgrade(db)
    with served(create(db, store=LocalStore(tmp_path), now=lambda: now)) as client:
        told = client.get("/health")
    assert told.status_code == 200
    assert {"database", "migrations", "sweeps", "disk", "libraries", "fonts", "relay"} == {
        each["code"] for each in told.json()["checks"]
    }
    assert told.headers["cache-control"] == "no-store"
    db.dispose()


def test_one_that_is_wrong_says_which_part_and_nothing_of_the_machine(
    tmp_path: Path, now: datetime
) -> None:
    db = Database(f"sqlite:///{tmp_path / 'none.db'}")
    with served(create(db, store=LocalStore(tmp_path), now=lambda: now)) as client:
        told = client.get("/health")
    assert told.status_code == 503
    assert told.json()["standing"] == "wrong"
    (wrong,) = (each for each in told.json()["checks"] if each["standing"] == "wrong")
    assert wrong["code"] == "database"
    assert str(tmp_path) not in told.text
    assert "none.db" not in told.text


def test_a_relay_that_is_gone_is_told_without_its_address(tmp_path: Path, now: datetime) -> None:
    settings().mail.port = free_port()
    reaching._listens.cache_clear()
    db = Database(f"sqlite:///{tmp_path / 'gongmun.db'}")
    upgrade(db)
    with served(create(db, store=LocalStore(tmp_path), now=lambda: now)) as client:
        told = client.get("/health")
    assert told.status_code == 503
    (wrong,) = (each for each in told.json()["checks"] if each["standing"] == "wrong")
    assert wrong["code"] == "relay"
    assert str(settings().mail.port) not in told.text
    db.dispose()


def test_a_database_that_hangs_is_told_soon(
    tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gongmun.db.engine._CONNECT_SECONDS", 2)
    with silent_server() as (url, knocks):
        db = Database(url)
        with served(create(db, store=LocalStore(tmp_path), now=lambda: now)) as client:
            told = client.get("/health", timeout=30)
        # Once for all parts, each of which would wait as long.
        assert knocks() == 1
    assert told.status_code == 503
    assert {"code": "database", "standing": "wrong"}.items() <= told.json()["checks"][0].items()


def test_that_prefect_asks_nobody_for_a_login_is_told(
    tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = Database(f"sqlite:///{tmp_path / 'gongmun.db'}")
    upgrade(db)
    standing = {}
    with served(create(db, store=LocalStore(tmp_path), now=lambda: now)) as client:
        for login in (None, "coordinator:secret"):
            with prefect(login) as url:
                monkeypatch.setenv("PREFECT_API_URL", url)
                told = client.get("/health")
            # The portal is well; its proxy is not to take it for broken.
            assert told.status_code == 200
            assert url not in told.text
            (check,) = (c for c in told.json()["checks"] if c["code"] == "prefect_login")
            standing[login] = check["standing"]
    assert standing == {None: "care", "coordinator:secret": "well"}
    db.dispose()
