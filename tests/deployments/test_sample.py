"""The sample is loaded whole, once, and also after a run that was killed half-way."""

from datetime import datetime

import pytest
from sqlalchemy import func, select

from deployments import sample
from gongmun import wiring
from gongmun.db import Database
from gongmun.forums import queries
from gongmun.suggestions.models import Suggestion


class Killed(BaseException):
    """As SIGKILL: nothing of ours goes on."""


def killed(*_: object, **__: object) -> None:
    raise Killed


def ends(db: Database) -> dict[str, datetime | None]:
    """The forums by code, and when they end."""
    with db.reading() as session:
        return {forum.code: forum.ends_at for forum in queries.forums(session)}


def suggestions(db: Database) -> int | None:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(Suggestion))


@pytest.mark.parametrize("step", ["register_forum", "import_file"])
def test_what_a_killed_run_left_out_is_done_by_the_next(
    db: Database, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr(wiring, "database", lambda: db)
    with monkeypatch.context() as patched:
        patched.setattr(sample, step, killed)
        with pytest.raises(Killed):
            sample.load_sample()
    before = ends(db)
    assert suggestions(db) == 0
    sample.load_sample()
    loaded = ends(db)
    assert suggestions(db) == 40
    assert len(loaded) == 2
    assert before.items() <= loaded.items()  # a forum that is there keeps its dates
    sample.load_sample()
    assert (suggestions(db), ends(db)) == (40, loaded)
