"""A coordinator settles an uncertain dispatch in Prefect's page, in a real browser; between question and answer the power fails."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import httpx
import psutil
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from deployments import prefect_server
from gongmun.db import Database
from gongmun.mail.life import Status
from gongmun.mail.models import DispatchDecision
from gongmun.mail.settling_form import ARRIVED
from tests.end_to_end.browsing import DESK, WITH_CHROMIUM, context_of, environment, log_in
from tests.end_to_end.test_up import click_submit_until, kill_everything
from tests.flows.test_settle_dispatch import cut_off, dispatches
from tests.prefect_servers import answered
from tests.world import World

pytestmark = [pytest.mark.long, pytest.mark.timeout(600), WITH_CHROMIUM]

ROOT = Path(__file__).parents[2]
LOGIN = "coordinator:a-word-of-its-own"
REFUSED = "결재를 처리하지 않았습니다. '결재자 성명' 항목을 60자 이내로 입력해 주십시오."
# What a process finds the deployment in, as `deployments.serve` makes it.
APPLY = """
from deployments.registry import registry
(wanted,) = (each for each in registry() if each.name == "settle-dispatch")
wanted.apply()
"""


class Served:
    """A server of Prefect's, as `make up` starts it, for the installation in this folder."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.port = prefect_server.free_port()
        self.url = f"http://{prefect_server.HOST}:{self.port}"
        told = prefect_server.environment(var / "prefect", self.port, LOGIN)
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        self.environment = {**environment(), **told, "GONGMUN_VAR": str(var), "PATH": path}

    @contextmanager
    def running(self) -> Iterator[psutil.Process]:
        log = self.var / "server.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                prefect_server.COMMAND,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            prefect_server.wait_until_healthy(process, self.port, log)
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(60)

    def python(self, *arguments: str, **more: str) -> None:
        """A process of its own, as those are that serve and run."""
        subprocess.run(
            [sys.executable, *arguments], env={**self.environment, **more}, cwd=ROOT, check=True
        )

    def take_up(self, run_id: str) -> str:
        """Run it, as the serving process does; the name of the state it is in then."""
        self.python("-m", "prefect.engine", PREFECT__FLOW_RUN_ID=run_id)
        url, auth = f"{self.url}/api/flow_runs/{run_id}", tuple(LOGIN.split(":"))
        run = answered(lambda: httpx.get(url, auth=auth, timeout=60))
        return str(run.raise_for_status().json()["state"]["name"])


def test_settled_by_the_form_after_the_power_failed(
    sqlite_db: Database, tmp_path: Path, now: datetime, chromium: Browser
) -> None:
    world = World(db=sqlite_db, folder=tmp_path, now=now)
    dispatch = cut_off(world)
    served = Served(tmp_path)
    page = context_of(chromium, DESK).new_page()
    with served.running() as server:
        served.python("-c", APPLY)
        run_id = begin(page, served.url, dispatch.id)
        assert served.take_up(run_id) == "Suspended"
        kill_everything(server)

    with served.running():
        page.goto(f"{served.url}/runs/flow-run/{run_id}")
        page.get_by_role("button", name="Resume").first.click()
        # An empty form decides nothing. On a slow machine it is sent twice, and refused twice.
        refused = page.get_by_text("'outcome' is a required property").first
        click_submit_until(refused, "visible")
        fill(page, name="\u200b", reason="기관에 확인하였습니다.")
        assert served.take_up(run_id) == "Suspended"

        page.goto(f"{served.url}/runs/flow-run/{run_id}")
        page.get_by_role("button", name="Resume").first.click()
        expect(page.get_by_text(REFUSED, exact=True)).to_be_visible()
        # All that stands over the form is shown, to its last sentence.
        expect(page.get_by_text(dispatch.message_id.strip("<>"), exact=True)).to_be_visible()
        expect(page.get_by_text("Decide with the Resume button of this run.")).to_be_visible()
        assert dispatches(world)[0].status is Status.UNCERTAIN
        fill(page, name="한소통", reason="중계 서버의 기록을 확인하였습니다.")
        assert served.take_up(run_id) == "Completed"

    assert dispatches(world)[0].status is Status.ACCEPTED
    with world.db.reading() as session:
        (decision,) = session.scalars(select(DispatchDecision))
    assert (decision.dispatch_id, decision.name) == (dispatch.id, "한소통")
    assert decision.reason == "중계 서버의 기록을 확인하였습니다."


def begin(page: Page, url: str, dispatch_id: int) -> str:
    """Start the deployment by its form, as a coordinator does who knows the number; the run's id."""
    log_in(page, f"{url}/deployments", LOGIN)
    page.get_by_role("link", name="settle-dispatch").first.click()
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_text("Quick run").first.click()
    page.locator(".schema-form-property input").first.fill(str(dispatch_id))
    with page.expect_response(lambda answer: answer.url.endswith("create_flow_run")) as created:
        page.get_by_role("button", name="Run", exact=True).last.click()
    return str(created.value.json()["id"])


def fill(page: Page, *, name: str, reason: str) -> None:
    """Choose that it arrived, sign, and send the form."""
    form = page.locator(".schema-form-property-string")
    form.locator("button").first.focus()
    page.keyboard.press("ArrowDown")
    page.get_by_role("option", name=ARRIVED).click()
    form.locator("textarea").nth(0).fill(name)
    form.locator("textarea").nth(1).fill(reason)
    click_submit_until(page.get_by_role("button", name="Submit"), "hidden")
