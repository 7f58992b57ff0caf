"""How many officers the portal serves: the page of a document, and the submission of its answers.

50 officers of 50 ministries ask on PostgreSQL; two processes serve, another asks. The rival
(`bench/rivals/bare_portal.py`) is a bare FastAPI page with the same statements, which are recorded before, and shows
as much. They take turns in short rounds.

`page` and `submission` are requests a second when each officer asks again as soon as he is answered; the ratio is the
median of the rounds' ratios. `..._p99` is the time, of a hundred, that one waits longer for when each officer asks for a
page every two seconds and submits every five, which is faster than anybody reads or writes one; beside it stand the 150
milliseconds that it may be.
"""

import json
import re
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from fastapi.testclient import TestClient
from sqlalchemy import event

from bench.reference.ministries import enter, ministries, refer
from bench.reference.serving import get, load, post, serving
from gongmun import clock
from gongmun.db import Base, Database
from gongmun.db.schema import load_models
from gongmun.documents import LocalStore
from gongmun.portal import create
from gongmun.portal.guards import SESSION_COOKIE
from tests.postgresql import fresh_database, running_server

OFFICERS = 50
_LIMIT = 150.0  # milliseconds
# Seconds between what one officer does.
_PAUSE = 2.0
_SUBMIT_PAUSE = 5.0
_ANSWER = {
    "decision": "not_accepted",
    "reason": "다른 법령과의 형평을 고려하여 수용하기 어렵습니다.",
}


def run(*, rounds: int = 7, seconds: float = 4) -> dict[str, Any]:
    """Measure; requests a second, ours beside the rival's, and our slowest hundredth."""
    load_models()
    with (
        running_server() as server,
        fresh_database(server) as db,
        tempfile.TemporaryDirectory(prefix="gongmun-bench-") as folder,
    ):
        Base.metadata.create_all(db.engine)
        store, now = LocalStore(Path(folder)), clock.now()
        # One document of each ministry is looked at, one recorded on; of the others each round takes two.
        refer(db, store, documents=2 * rounds + 2, now=now)
        with db.reading() as session:
            codes = ministries(session, now)[:OFFICERS]
        sessions = [enter(db, store, code, place, now) for place, code in enumerate(codes, 1)]
        work = Path(folder) / "work.json"
        work.write_text(json.dumps(_recorded(db, store, *sessions[0])), "utf-8")
        url = db.url.render_as_string(hide_password=False)
        settings = {"GONGMUN_DATABASE_URL": url, "GONGMUN_VAR": folder, "GONGMUN_ENV_FILE": ""}
        rival = ["uvicorn", "bench.rivals.bare_portal:app", "--workers", "2", "--no-access-log"]
        rival += ["--timeout-worker-healthcheck", "60"]
        pages, submissions, waits = [], [], {"page": [], "submission": []}
        with (
            serving("deployments.portal", "--workers", "2", environment=settings) as ours,
            serving(*rival, environment={"BENCH_URL": url, "BENCH_WORK": str(work)}) as bare,
        ):
            looks = [[get(f"/m/{ids[0]}", cookie(secret))] for secret, ids in sessions]
            bare_looks = [[get("/page", cookie(secret))] for secret, _ in sessions]
            for number in range(rounds):
                pages.append((load(ours, looks, seconds), load(bare, bare_looks, seconds)))
                waits["page"] += load(ours, looks, 2 * _PAUSE, _PAUSE)["seconds"]
                answers = _answers(ours, sessions, 2 * number + 2)
                bare_answers = [[one.replace(_path(one), b"/submit", 1)] for [one] in answers]
                submissions.append((load(ours, answers, 0), load(bare, bare_answers, 0)))
                answers = _answers(ours, sessions, 2 * number + 3)
                waits["submission"] += load(ours, answers, 0, _SUBMIT_PAUSE)["seconds"]
    return {
        **_compared("page", pages, waits["page"], "200"),
        **_compared("submission", submissions, waits["submission"], "303"),
    }


def _compared(
    name: str, rounds: Sequence[tuple[Any, Any]], waits: Sequence[float], status: str
) -> dict[str, Any]:
    for mine, other in rounds:
        assert set(mine["statuses"]) == {status}, mine["statuses"]
        assert set(other["statuses"]) == {status}, other["statuses"]
    p99 = sorted(waits)[int(len(waits) * 0.99)] * 1000
    return {
        name: {
            "ours": round(statistics.median(mine["rate"] for mine, _ in rounds), 1),
            "rival": round(statistics.median(other["rate"] for _, other in rounds), 1),
            "unit": "requests/s",
            "ratio": round(statistics.median(m["rate"] / o["rate"] for m, o in rounds), 2),
            "goal": 0.7,
        },
        f"{name}_p99": {
            "ours": round(p99, 1),
            "rival": _LIMIT,
            "unit": "ms",
            "ratio": round(_LIMIT / p99, 2),
            "goal": 1,
        },
    }


def _recorded(db: Database, store: LocalStore, secret: str, ids: Sequence[int]) -> dict[str, Any]:
    """The statements that a page and a submission run, and how large the page is."""
    run: list[dict[str, Any]] = []

    def record(_: object, cursor: Any, statement: str, parameters: Any, *__: object) -> None:
        run.append({"statement": statement, "parameters": parameters, "rows": cursor.rowcount})

    event.listen(db.engine, "after_cursor_execute", record)
    try:
        with TestClient(create(db, store=store), base_url="https://portal.example") as client:
            client.cookies.set(SESSION_COOKIE, secret)
            client.get(f"/m/{ids[0]}")
            run.clear()
            page = client.get(f"/m/{ids[1]}")
            page.raise_for_status()
            reads, run[:] = _plain(run), []
            answer = client.post(f"/m/{ids[1]}", data=_fields(page.text), follow_redirects=False)
            assert answer.status_code == 303, answer.text
            return {"page": reads, "submission": _plain(run), "bytes": len(page.content)}
    finally:
        event.remove(db.engine, "after_cursor_execute", record)


def _plain(run: Sequence[dict[str, Any]]) -> Any:
    """As JSON: of what a statement writes only how many rows, and what a select asks for are texts and numbers.

    Each officer locks the referrals of his own document, but the rival asks for the same ones each time: it locks
    only what we too have but one of, the head of the ledger.
    """
    return [
        {
            "statement": _unlocked(each["statement"].strip()),
            "parameters": json.loads(json.dumps(each["parameters"], default=str))
            if each["statement"].strip().startswith("SELECT")
            else None,
            "rows": max(1, each["rows"]),
        }
        for each in run
    ]


def _unlocked(statement: str) -> str:
    return statement if "ledger_head" in statement else statement.removesuffix(" FOR UPDATE")


def _fields(page: str) -> Mapping[str, str]:
    """The form of a page, filled in: every referral is answered."""
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert token is not None
    ids = sorted(set(re.findall(r'name="r(\d+)-decision"', page)))
    assert ids
    answers = {f"r{each}-{name}": value for each in ids for name, value in _ANSWER.items()}
    return {"csrf": token[1], "do": "submit", **answers}


def _answers(
    url: str, sessions: Sequence[tuple[str, Sequence[int]]], place: int
) -> list[list[bytes]]:
    """A submission of each officer, for the document at `place` of theirs."""
    requests = []
    with httpx.Client(base_url=url) as client:
        for secret, ids in sessions:
            path = f"/m/{ids[place]}"
            page = client.get(path, headers={"Cookie": f"{SESSION_COOKIE}={secret}"})
            page.raise_for_status()
            requests.append([post(path, urlencode(_fields(page.text)).encode(), cookie(secret))])
    return requests


def cookie(secret: str) -> str:
    """The header of a session."""
    return f"Cookie: {SESSION_COOKIE}={secret}\r\n"


def _path(request: bytes) -> bytes:
    return request.split(b" ", 2)[1]
