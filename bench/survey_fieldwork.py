"""How long it takes to invite a whole city, and how fast the answer page is when a hundred people answer.

`invite` is everything from a wave that is due to 200,000 mails in the outbox, each with a link of its own and its
events in the ledger, on SQLite; its rival is the limit of 20 seconds. `invite_cpu` is the processor's time of the same,
which other work on the machine does not lengthen so much.

100 respondents open the first page of the sample survey and save it, by turns, each time with other answers, on
PostgreSQL; two processes serve, and the one that asks is on the same processors. Each has opened his page once before.
All come from one IP.

- `answer_p99`: they open or save a page every five seconds, which is still faster than its questions can be read. One of
  a hundred waits longer; beside it stand the 150 milliseconds that an officer's page may take.
- `answer_hurried_p99`: every two seconds. Those who then wait are counted from when they wanted to ask.
- `answers`: nobody reads, each asks again when he was answered. Requests a second, beside those that `answer_p99` needs.
"""

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select

from bench.reference.serving import get, load, post, serving
from gongmun import clock
from gongmun.access import tokens
from gongmun.access.models import AccessLink
from gongmun.calendar import calendar
from gongmun.clock import seoul_date, seoul_time
from gongmun.db import Base, Database
from gongmun.db.schema import load_models
from gongmun.settings import settings
from gongmun.surveys.fieldwork.life import Status
from gongmun.surveys.fieldwork.opening import open_wave
from gongmun.surveys.fieldwork.series import SeriesFile, register_series
from gongmun.surveys.fieldwork.starting import start
from gongmun.surveys.fieldwork.storing import store
from gongmun.surveys.panels.enrolling import enrol_list
from gongmun.surveys.questionnaire import Questionnaire, sample
from gongmun.text import Bilingual
from tests.postgresql import fresh_database, running_server

PEOPLE, RESPONDENTS = 200_000, 100
_INVITED_IN = 20.0
_LIMIT = 150.0
_READING, _HURRIED = 5.0, 2.0


def run(
    *, people: int = PEOPLE, respondents: int = RESPONDENTS, seconds: float = 20
) -> dict[str, Any]:
    """Measure; seconds for the invitations, milliseconds for the page."""
    load_models()
    with tempfile.TemporaryDirectory(prefix="gongmun-bench-") as folder, _at_home(Path(folder)):
        db = Database(f"sqlite:///{folder}/gongmun.db")
        Base.metadata.create_all(db.engine)
        took, busy = _invited(db, people)
        db.dispose()
        read, hurried, rate = _answered(Path(folder), respondents, seconds)
    needed = respondents / _READING
    return {
        "invite": _under(_INVITED_IN, took, "s") | {"goal": 1},
        "invite_cpu": _under(_INVITED_IN, busy, "s"),
        "answer_p99": _under(_LIMIT, _p99(read), "ms") | {"goal": 1},
        "answer_hurried_p99": _under(_LIMIT, _p99(hurried), "ms") | {"goal": 1},
        "answers": {"ours": rate, "rival": needed, "unit": "requests/s", "ratio": rate / needed},
    }


def _under(limit: float, ours: float, unit: str) -> dict[str, Any]:
    return {"ours": ours, "rival": limit, "unit": unit, "ratio": limit / ours}


def _p99(waits: Sequence[float]) -> float:
    """In milliseconds."""
    return sorted(waits)[int(len(waits) * 0.99)] * 1000


@contextmanager
def _at_home(folder: Path) -> Iterator[None]:
    """The settings of an installation in this folder, for the block."""
    given = {"GONGMUN_VAR": str(folder), "GONGMUN_PUBLIC_URL": "https://portal.example"}
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    settings.cache_clear()
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        settings.cache_clear()


def _invited(db: Database, people: int) -> tuple[float, float]:
    """A wave of the sample survey with so many invitations; the seconds that they took, by the clock and of work."""
    now = seoul_time(calendar().shift(seoul_date(clock.now()) - timedelta(days=1), 1), 10)
    lines = [f"c{number},citizen{number}@people.example" for number in range(people)]
    everybody = "\n".join(["id,contact", *lines]).encode()
    enrol_list(db, "city", Bilingual(ko="시민", en="Citizens"), everybody, now=now)
    asked = sample("quarterly_engagement")
    store(db, asked, now=now)
    series = SeriesFile(
        code="bench",
        title_ko="만족도 조사",
        title_en="Satisfaction",
        questionnaire=asked.code,
        panel="city",
        starts_on=date(2026, 1, 1),
    )
    register_series(db, series, now=now)
    cycle_id = start(db, "bench", key="bench", now=now).cycle_id
    began, idle = time.perf_counter(), time.process_time()
    opened = open_wave(db, cycle_id, now=now)
    took, busy = time.perf_counter() - began, time.process_time() - idle
    assert (opened.status, opened.mails) == (Status.FIELDING, people), opened
    return took, busy


def _answered(
    folder: Path, respondents: int, seconds: float
) -> tuple[Sequence[float], Sequence[float], float]:
    """How long each of their requests took, in seconds: when they read, and in a hurry; and how many there can be."""
    with running_server() as server, fresh_database(server) as db:
        Base.metadata.create_all(db.engine)
        _invited(db, respondents)
        links = _links(db)
        url = db.url.render_as_string(hide_password=False)
        ours = {"GONGMUN_DATABASE_URL": url, "GONGMUN_VAR": str(folder), "GONGMUN_ENV_FILE": ""}
        code, forms = _first_page(sample("quarterly_engagement"))
        pages = [f"/s/{link}/p/{code}" for link in links]
        turns = [
            [each for form in forms for each in (get(page), post(page, form))] for page in pages
        ]
        with serving("deployments.portal", "--workers", "2", environment=ours) as address:
            load(address, [[get(page)] for page in pages], 0)
            read = load(address, turns, 2 * seconds, _READING)
            hurried = load(address, turns, seconds, _HURRIED)
            crowded = load(address, turns, seconds)
    for each in (read, hurried, crowded):
        assert set(each["statuses"]) == {"200", "303"}, each["statuses"]
    return read["seconds"], hurried["seconds"], crowded["rate"]


def _links(db: Database) -> Sequence[str]:
    """A token for each link, as if its mail had left."""
    made = []
    with db.transaction() as session:
        for link in session.scalars(select(AccessLink)):
            made.append(tokens.new())
            link.token_hash = tokens.hash_of(made[-1])
    return made


def _first_page(asked: Questionnaire) -> tuple[str, Sequence[bytes]]:
    """The code of the first page, and two forms that answer its scales differently."""
    page = asked.pages[0]
    scales = [item for item in page.items if item.kind.points]
    assert scales
    chosen = [{f"i-{each.code}": str(each.options[n].code) for each in scales} for n in (0, 1)]
    return page.code, [urlencode(each).encode() for each in chosen]
