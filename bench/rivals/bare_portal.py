"""The rival of the portal: FastAPI pages with the same statements, and nothing around them.

`GET /page` runs the statements of our page, as text and with its parameters, and shows every cell in a template of
a few lines, on a page as large as ours. `POST /submit` runs those of a submission in one transaction: its selects,
and for each that writes a plain insert of as many rows. There are no sessions, forms, checks, languages or headers.
"""

import json
import os
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment
from sqlalchemy import create_engine, insert
from starlette.concurrency import run_in_threadpool

from gongmun.clock import now
from gongmun.db import Base
from gongmun.db.schema import load_models

load_models()
_ENGINE = create_engine(os.environ["BENCH_URL"])
_WORK = json.loads(Path(os.environ["BENCH_WORK"]).read_text("utf-8"))
_FILLER = "가" * (_WORK["bytes"] // 3)
_INSERT = insert(Base.metadata.tables["access_attempts"])
_TEMPLATE = Environment(autoescape=True).from_string(
    "<!DOCTYPE html><title>공문</title>"
    "{% for rows in tables %}<table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>"
    "{% endfor %}</table>{% endfor %}"
)

app = FastAPI()


@app.get("/page")
def page() -> HTMLResponse:
    """The same rows as ours."""
    with _ENGINE.connect() as connection:
        tables = [_run(connection, each) for each in _WORK["page"]]
    html = _TEMPLATE.render(tables=tables)
    return HTMLResponse(html + _FILLER[: max(0, (_WORK["bytes"] - len(html.encode())) // 3)])


@app.post("/submit")
async def submit(request: Request) -> Response:
    """As many statements as ours, in one transaction; the form is read and forgotten."""
    await request.form()
    await run_in_threadpool(_write)
    return RedirectResponse("/page", 303)


def _write() -> None:
    with _ENGINE.begin() as connection:
        for each in _WORK["submission"]:
            if each["statement"].startswith("SELECT"):
                _run(connection, each)
            else:
                row = {"what": "bench", "key_hash": "0" * 64, "at": now()}
                connection.execute(_INSERT, [row] * each["rows"])


def _run(connection: Any, each: Any) -> Any:
    return connection.exec_driver_sql(each["statement"], each["parameters"]).all()
