"""The draw of 200 from 2,000, made once: it takes some seconds."""

from dataclasses import dataclass

import pytest

from bench.reference.volunteers import volunteers
from gongmun.surveys.panels.lottery import Lottery
from gongmun.surveys.panels.margins import margins
from gongmun.surveys.panels.pool import Pool
from gongmun.surveys.panels.publishing import LOTTERY, read_lottery
from gongmun.surveys.panels.quotas import Quotas, from_margins
from gongmun.surveys.panels.steps import commit, fix_lottery, reveal

SEED, SOURCE, PUBLIC = "0123456789abcdef" * 4, "로또 6/45 제1255회", "3 11 17 24 38 42"


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A pool, its quotas and lottery, and the files that are published."""

    pool: Pool
    quotas: Quotas
    lottery: Lottery
    files: dict[str, bytes]


def drawn(pool: Pool, quotas: Quotas) -> Drawn:
    """All steps of a draw."""
    files = fix_lottery(pool, quotas)
    files |= commit(files, SEED, SOURCE)
    files |= reveal(files, SEED, PUBLIC)
    return Drawn(
        pool=pool, quotas=quotas, lottery=read_lottery(files[LOTTERY], pool).lottery, files=files
    )


@pytest.fixture(scope="session")
def of_2000() -> Drawn:
    """200 drawn from 2,000 volunteers by the quotas of the residents."""
    return drawn(volunteers(), from_margins(margins(), 200))
