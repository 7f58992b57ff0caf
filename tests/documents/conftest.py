"""The printer of the tests that need a real page, and no pool of their own."""

from collections.abc import Iterator

import pytest

from gongmun.documents import RenderPool


@pytest.fixture(scope="session")
def pool() -> Iterator[RenderPool]:
    """One worker for all of them: to start one costs as much as twenty pages."""
    with RenderPool(workers=1, timeout=120) as pool:
        yield pool
