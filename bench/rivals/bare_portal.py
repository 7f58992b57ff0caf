"""The rival of the portal: a FastAPI page that asks the database as often, and shows a page as large.

`GET /page` runs READS selects of one row by its key, `POST /submit` runs WRITES statements in one transaction:
every third an insert, the others selects. There are no sessions, forms, checks, templates or headers.
"""

import os
from itertools import count

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import create_engine, insert, select

from gongmun.db import Base
from gongmun.db.schema import load_models

load_models()
_ENGINE = create_engine(os.environ["BENCH_URL"])
_READS, _WRITES = int(os.environ["BENCH_READS"]), int(os.environ["BENCH_WRITES"])
_PAGE = "<!DOCTYPE html>" + "가" * (int(os.environ["BENCH_BYTES"]) // 3)
_ROWS = Base.metadata.tables["referrals"]
_ADDED = Base.metadata.tables["access_attempts"]
_next = count()

app = FastAPI()


@app.get("/page")
def page() -> HTMLResponse:
    """As many reads as ours."""
    with _ENGINE.connect() as connection:
        for _ in range(_READS):
            connection.execute(select(_ROWS).where(_ROWS.c.id == 1 + next(_next) % 200)).all()
    return HTMLResponse(_PAGE)


@app.post("/submit")
async def submit(request: Request) -> Response:
    """As many statements as ours, in one transaction; the form is read and forgotten."""
    from starlette.concurrency import run_in_threadpool

    await request.form()
    await run_in_threadpool(_write)
    return RedirectResponse("/page", 303)


def _write() -> None:
    from gongmun.clock import now

    with _ENGINE.begin() as connection:
        for number in range(_WRITES):
            if number % 3 == 0:
                row = {"what": "bench", "key_hash": "0" * 64, "at": now()}
                connection.execute(insert(_ADDED).values(row))
            else:
                connection.execute(select(_ROWS).where(_ROWS.c.id == 1 + next(_next) % 200)).all()
