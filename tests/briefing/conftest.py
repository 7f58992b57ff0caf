"""Settings of an installation whose coordinators are named."""

from collections.abc import Iterator

import pytest

from gongmun.settings import settings
from tests.followups.conftest import Followed
from tests.world import World

KIM, LEE = "kim@division.example", "lee@division.example"


@pytest.fixture
def coordinators(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two of them."""
    monkeypatch.setenv("GONGMUN_COORDINATORS", f"{KIM}, {LEE}")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def on_both(world: World) -> Followed:
    """A world on each kind of database, in which ministries answer."""
    return Followed(world)
