"""The trial of docs/surveys.md, command by command: a whole cycle of a recurring survey ends with a published report."""

import re
import shlex
import subprocess
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import pytest

from gongmun import wiring
from gongmun.documents import FakeRenderer, issue
from gongmun.settings import PROJECT_ROOT, settings
from gongmun.surveys.fieldwork.closing import close_due
from gongmun.surveys.reports.publishing import draft_reports, publish_reports, to_issue
from tests.cli.conftest import Gongmun
from tests.world import World

GUIDE = (PROJECT_ROOT / "docs" / "surveys.md").read_text("utf-8")
FOLDER = "var/trial"
RUN = re.compile(r"prefect deployment run ([\w-]+)/\1 --param as_of=(\S+) --watch")


def _dispatch(_: datetime) -> None:
    """What the mails say is no matter here."""


def _close(now: datetime) -> None:
    assert not close_due(wiring.database(), now=now).problems


def _publish(now: datetime) -> None:
    """As the flow does, but for the printing."""
    db, store = wiring.database(), wiring.file_store()
    assert not draft_reports(db, store=store, now=now).problems
    issue(db, to_issue(db), renderer=FakeRenderer(), store=store, now=now)
    publish_reports(db, now=now)


RUNS: Mapping[str, Callable[[datetime], None]] = {
    "dispatch-mail": _dispatch,
    "close-survey-wave": _close,
    "publish-survey-report": _publish,
}


def test_the_trial_of_the_guide_ends_with_a_published_report(
    gongmun: Gongmun, installation: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGMUN_SURVEY_KEYS", str(tmp_path / "keys"))
    settings.cache_clear()
    monkeypatch.chdir(PROJECT_ROOT)
    section = (
        GUIDE.split("## Trying it out", 1)[1].split("\n## ", 1)[0].replace(FOLDER, str(tmp_path))
    )
    _, *blocks = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    ran = []
    for block in blocks:
        ours, others = [], []
        for line in block.splitlines():
            is_ours = line.startswith(("gongmun ", "prefect ", "python ", "source ", "export "))
            (ours if is_ours else others).append(line)
        # What makes the files.
        subprocess.run(["bash", "-euc", "\n".join(others)], cwd=PROJECT_ROOT, check=True)
        for line in ours:
            if line.startswith("gongmun "):
                ended = gongmun(*shlex.split(line)[1:])
                assert ended.code == 0, (line, ended.err)
            elif found := RUN.fullmatch(line):
                RUNS[found[1]](datetime.fromisoformat(found[2]))
                ran.append(found[1])
    assert set(ran) == set(RUNS)
    ended = gongmun("wave", "list", "--all", "--as-of", "2027-10-14")
    assert "공개 11 / 12 (92%)" in ended.flat
