"""`make up` in a real browser: what a coordinator sees, and that a restart loses nothing.

Everything is killed while the approval waits, started again, and approved by the form of Prefect's
UI; the documents then go out by themselves.
"""

import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

import httpx
import psutil
import pytest
from pypdf import PdfReader
from sqlalchemy import select

from deployments.demo.ministries import store
from deployments.prefect_server import free_port
from deployments.registry import registry
from gongmun.answers.models import Reply, ReplyStatus
from gongmun.db import Database
from gongmun.documents import Approval, Document, LocalStore
from gongmun.documents import Status as DocumentStatus
from gongmun.documents.life import ISSUED
from gongmun.mail import Dispatch
from gongmun.mail.life import SENT
from gongmun.settings import MailSettings
from tests.end_to_end.browsing import ARGUMENTS, CHROMIUM, WITH_CHROMIUM, environment, log_in
from tests.prefect_servers import answered

if TYPE_CHECKING:
    from playwright.sync_api import Locator

FORUM = "WRAP-UP OCF-2026-09"
SECONDS = 400.0
pytestmark = [pytest.mark.long, pytest.mark.timeout(1500), WITH_CHROMIUM]


def wait_for(what: str, found: Callable[[], Any]) -> Any:
    """Poll until `found()` is true; what it gave."""
    give_up = time.monotonic() + SECONDS
    while time.monotonic() < give_up:
        value = found()
        if value:
            return value
        time.sleep(0.5)
    raise AssertionError(f"not within {SECONDS} s: {what}")


class Installation:
    """One `make up` and what can be asked of its API and its database."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.db = Database(f"sqlite:///{var / 'gongmun.db'}")

    @contextmanager
    def running(self) -> Iterator[psutil.Process]:
        with (self.var / "up.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "deployments.up", "--sample", "--port", str(self.port)],
                env={**environment(), "GONGMUN_VAR": str(self.var)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            handle = psutil.Process(process.pid)
            try:
                yield handle
            finally:
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
                process.wait(60)

    def runs(self, *states: str) -> list[dict[str, Any]]:
        body = {"flow_runs": {"state": {"type": {"any_": list(states)}}}}
        try:
            answer = self.ask("flow_runs/filter", body)
        except (httpx.TransportError, FileNotFoundError):
            return []  # not up yet
        return list(answer.json()) if answer.status_code == 200 else []

    def ask(self, path: str, body: dict[str, Any]) -> httpx.Response:
        url, headers = f"{self.url}/api/{path}", self.token()
        return answered(
            lambda: httpx.post(url, json=body, headers=headers, auth=self.auth(), timeout=30)
        )

    def token(self) -> dict[str, str]:
        """Prefect's protection against forged requests asks for a token, as from a browser."""
        client = {"client": str(uuid4())}
        url, auth = f"{self.url}/api/csrf-token", self.auth()
        token = answered(lambda: httpx.get(url, params=client, auth=auth, timeout=30)).json()
        return {"Prefect-Csrf-Token": token["token"], "Prefect-Csrf-Client": client["client"]}

    @property
    def login(self) -> str:
        """What `make up` has made for the coordinators, as they get it."""
        return (self.var / "prefect-login").read_text("ascii").strip()

    def auth(self) -> tuple[str, str]:
        name, _, password = self.login.partition(":")
        return name, password

    def start(self, name: str) -> None:
        """Run a deployment now, as its Quick run does."""
        answer = self.ask("deployments/filter", {"deployments": {"name": {"any_": [name]}}})
        (deployment,) = answer.json()
        self.ask(f"deployments/{deployment['id']}/create_flow_run", {}).raise_for_status()

    def run(self, name: str, state: str) -> dict[str, Any] | None:
        return next((run for run in self.runs(state) if run["name"] == name), None)

    def scheduled_by_prefect(self) -> set[str]:
        """The deployments for which Prefect's scheduler has made a run."""
        return {run["deployment_id"] for run in self.runs("SCHEDULED") if run["auto_scheduled"]}

    def rows(self, query: Any) -> list[Any]:
        with self.db.reading() as session:
            return list(session.scalars(query))


def kill_everything(process: psutil.Process) -> None:
    """As a power cut would: nobody gets to clean up."""
    family = [*process.children(recursive=True), process]
    for member in family:
        member.kill()
    psutil.wait_procs(family, timeout=30)


def test_a_coordinator_approves_in_the_browser_after_everything_was_killed(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    with installation.running() as process:
        run = wait_for("the wrap-up waits", lambda: installation.run(FORUM, "PAUSED"))
        upcoming = wait_for(
            "the next wrap-up is scheduled",
            lambda: installation.run(f"{FORUM}-NEXT", "SCHEDULED"),
        )
        assert upcoming["expected_start_time"] > run["expected_start_time"]
        # Prefect's own scheduler has to work, too: without it no sweep runs by itself.
        schedules = sum(bool(deployment.schedules) for deployment in registry())
        wait_for(
            "every schedule has its next run",
            lambda: len(installation.scheduled_by_prefect()) == schedules,
        )
        login = installation.login
        nobody_else_has_the_login(installation, process)
        kill_everything(process)

    with installation.running() as process:
        again = wait_for("the same run still waits", lambda: installation.run(FORUM, "PAUSED"))
        assert again["id"] == run["id"]
        assert installation.login == login
        assert {d.status for d in installation.rows(select(Document))} == {DocumentStatus.DRAFTED}

        assert a_foreign_page_is_refused(installation, run["id"])
        a_stranger_is_refused(installation, run["id"])
        approve_in_the_browser(installation.url, run["id"], installation)

        wait_for("the run completes", lambda: installation.run(FORUM, "COMPLETED"))
        documents = installation.rows(select(Document))
        assert {d.status for d in documents} <= ISSUED
        accepted = select(Dispatch).where(
            Dispatch.status.in_(SENT), Dispatch.document_id.is_not(None)
        )
        wait_for("all mail is sent", lambda: len(installation.rows(accepted)) == len(documents))
        portal = f"http://127.0.0.1:{installation.port + 10}/d/"
        for document in documents:
            assert portal + document.check_code in keywords(tmp_path, document.file_sha256)
        file_a_reply_in_two_clicks(installation, documents[0])
        (approval,) = installation.rows(select(Approval))
        assert (approval.name, approval.reason) == ("한소통", "소관과 내용을 확인하였습니다.")
        family = process.children(recursive=True)
    sent = [mail.read_bytes() for mail in (tmp_path / "mailboxes" / "journal" / "new").iterdir()]
    assert sum(b"application/pdf" in mail for mail in sent) == len(documents)
    assert not [member for member in family if member.is_running()]
    assert not faults_in_the_log(tmp_path)


# Prefect's server begins its transactions on SQLite without the writers' lock and takes it later: two
# that did at once fail with this message, one of them answers 503 and its caller asks again. That
# the caller did is what the runs above prove; PostgreSQL, the database for service, does not do it.
PREFECT_ON_SQLITE = "database is locked"


def faults_in_the_log(var: Path) -> list[str]:
    """The records of Prefect's server log with a traceback that is not the one named above."""
    logs = [log.read_text(encoding="utf-8") for log in (var / "logs").glob("server.log*")]
    assert logs
    records = [
        record for log in logs for record in re.split(r"(?m)^(?=\d\d:\d\d:\d\d\.\d+ \| )", log)
    ]
    return [
        record for record in records if "Traceback" in record and PREFECT_ON_SQLITE not in record
    ]


def keywords(var: Path, sha256: str) -> str:
    """Those of a stored PDF: its number, and where it can be checked."""
    pdf = PdfReader(LocalStore(var / "documents").path(sha256))
    return str(pdf.metadata["/Keywords"]) if pdf.metadata else ""


def a_foreign_page_is_refused(installation: Installation, run_id: str) -> bool:
    """Whether a page of another origin, open in the coordinator's browser, cannot approve."""
    form = {"decision": "approve", "name": "x", "reason": "x"}
    answer = httpx.post(
        f"{installation.url}/api/flow_runs/{run_id}/resume",
        json={"run_input": form},
        # Even if it knew the login.
        auth=installation.auth(),
        headers={"Origin": "https://evil.example"},
    )
    allowed = answer.headers.get("access-control-allow-origin")
    return answer.status_code == 403 and allowed not in ("*", "https://evil.example")


def a_stranger_is_refused(installation: Installation, run_id: str) -> None:
    """Whoever has not the login neither sees nor does anything, even with a token that somebody else was given."""
    form = {"run_input": {"decision": "approve", "name": "x", "reason": "x"}}
    api = f"{installation.url}/api"
    headers = installation.token()
    for auth in (None, ("coordinator", "guessed")):
        for answer in (
            httpx.get(f"{api}/flow_runs/{run_id}", auth=auth),
            httpx.get(f"{api}/admin/settings", auth=auth),
            httpx.get(f"{api}/csrf-token", params={"client": "x"}, auth=auth),
            httpx.post(f"{api}/flow_runs/filter", json={}, auth=auth, headers=headers),
            httpx.post(f"{api}/flow_runs/{run_id}/resume", json=form, auth=auth, headers=headers),
        ):
            assert answer.status_code == 401, answer.url


def arguments(process: psutil.Process) -> str:
    """What the list of processes shows of one; of one that is gone nothing."""
    with suppress(psutil.NoSuchProcess):
        return " ".join(process.cmdline())
    return ""


def nobody_else_has_the_login(installation: Installation, process: psutil.Process) -> None:
    """It stands in one file for this account only, and neither in a log nor in the list of processes."""
    _, password = installation.auth()
    file = installation.var / "prefect-login"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    family = [process, *process.children(recursive=True)]
    assert len(family) > 4
    assert not [member for member in family if password in arguments(member)]
    logs = [installation.var / "up.log", *(installation.var / "logs").glob("*.log*")]
    assert {"up.log", "server.log", "deployments.log", "portal.log"} <= {log.name for log in logs}
    assert not [log for log in logs if password in log.read_text("utf-8")]
    assert "gongmun prefect-login" in logs[0].read_text("utf-8")
    assert not [log for log in logs[1:] if stat.S_IMODE(log.stat().st_mode) & 0o077]


def click_submit_until(sign: "Locator", state: Literal["hidden", "visible"]) -> None:
    """Send Prefect's form: it checks itself with the server, and ignores a click while it does."""
    from playwright.sync_api import TimeoutError

    button = sign.page.get_by_role("button", name="Submit").last
    for _ in range(5):
        with suppress(TimeoutError):
            button.click(timeout=15_000)
        with suppress(TimeoutError):
            sign.wait_for(state=state, timeout=15_000)
            return
    raise AssertionError(f"the form was not sent: {sign} is not {state}")


def file_a_reply_in_two_clicks(installation: Installation, document: Document) -> None:
    """A mail of a stranger about a document waits in the holding pen, until a coordinator files it."""
    from playwright.sync_api import sync_playwright

    inbox = MailSettings().sender
    mail = EmailMessage()
    mail["From"], mail["To"] = "somebody@elsewhere.example", inbox
    mail["Subject"] = f"회신: {document.number} 관련"
    mail["Message-ID"] = "<reply@elsewhere.example>"
    mail.set_content("검토한 내용을 보내 드립니다.")
    store(installation.var / "mailboxes" / inbox, "reply", mail.as_bytes())
    installation.start("collect-replies")
    run = wait_for("the reply waits", lambda: installation.run("FILE reply 1", "PAUSED"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=ARGUMENTS, env=environment()
        )
        page = browser.new_page(viewport={"width": 1280, "height": 1200})
        log_in(page, f"{installation.url}/runs/flow-run/{run['id']}", installation.login)
        page.get_by_role("button", name="Resume").first.click()
        click_submit_until(page.get_by_role("button", name="Submit"), "hidden")
        browser.close()
    (reply,) = wait_for(
        "the reply is filed",
        lambda: installation.rows(select(Reply).where(Reply.status == ReplyStatus.FILED)),
    )
    assert reply.document_id == document.id


def approve_in_the_browser(url: str, run_id: str, installation: Installation) -> None:
    """Look at what a coordinator sees, send an empty form, then a filled one."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=ARGUMENTS, env=environment()
        )
        page = browser.new_page(viewport={"width": 1280, "height": 1200})
        # The page shows ten of them at a time: more are found by their name.
        log_in(page, f"{url}/deployments", installation.login)
        for name in ("chase-referrals", "dispatch-mail", "wrap-up-forum"):
            page.get_by_placeholder("Search").first.fill(name)
            page.get_by_role("link", name=name).first.wait_for()

        page.goto(f"{url}/runs/flow-run/{run_id}")
        page.get_by_text("Artifacts", exact=True).click()
        page.get_by_text("wrap-up", exact=True).last.click()
        page.get_by_text("소관이 지정되지 않은 제안").first.wait_for()
        page.get_by_text("국토교통부 (MOLIT)").first.wait_for()

        page.goto(f"{url}/runs/flow-run/{run_id}")
        page.get_by_role("button", name="Resume").first.click()
        click_submit_until(page.get_by_text("'name' is a required property").first, "visible")
        assert installation.rows(select(Approval)) == []
        assert installation.run(FORUM, "PAUSED")

        form = page.locator(".schema-form-property-string")
        form.locator("button").first.focus()
        page.keyboard.press("ArrowDown")
        page.get_by_role("option", name="approve").click()
        form.locator("textarea").nth(0).fill("한소통")
        form.locator("textarea").nth(1).fill("소관과 내용을 확인하였습니다.")
        click_submit_until(page.get_by_role("button", name="Submit"), "hidden")
        browser.close()
