"""Who may import whom: the contracts of pyproject.toml hold, and would notice if they did not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gongmun.settings import PROJECT_ROOT

_LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"
PACKAGES = ("gongmun", "flows", "tasks", "deployments")


def lint_imports(root: Path) -> tuple[int, str]:
    """The exit code and the report of import-linter on the tree at `root`."""
    ended = subprocess.run(
        [sys.executable, "-c", _LINT, "--no-cache"],
        cwd=root,
        # The tree itself comes before what is installed.
        env={**os.environ, "PYTHONPATH": str(root), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    return ended.returncode, ended.stdout + ended.stderr


def test_the_contracts_hold() -> None:
    code, report = lint_imports(PROJECT_ROOT)
    assert code == 0, report
    assert "0 broken" in report


# What is planted into a copy of the product, and what the linter has to say of it.
PLANTED = [
    ("flows/issue_outcomes.py", "import deployments.up", "flows.issue_outcomes -> deployments.up"),
    (
        "gongmun/mail/life.py",
        "import gongmun.documents.seal",
        "gongmun.mail.life -> gongmun.documents.seal",
    ),
    (
        "gongmun/referrals/clocks.py",
        "def late(): import gongmun.forums.issuing",
        "gongmun.referrals.clocks -> gongmun.forums.issuing",
    ),
    ("gongmun/forums/issuing.py", "import prefect", "gongmun.forums.issuing -> prefect"),
    ("gongmun/documents/seal.py", "import weasyprint", "gongmun.documents.seal -> weasyprint"),
    ("gongmun/documents/glyphs.py", "import pyhanko", "gongmun.documents.glyphs -> pyhanko"),
    ("gongmun/documents/numbering.py", "import hwpx", "gongmun.documents.numbering -> hwpx"),
    ("gongmun/documents/store.py", "import s3fs", "gongmun.documents.store -> s3fs"),
    ("gongmun/mail/outbox.py", "import aiosmtplib", "gongmun.mail.outbox -> aiosmtplib"),
    ("gongmun/mail/maildir.py", "import imap_tools", "gongmun.mail.maildir -> imap_tools"),
    ("gongmun/mail/incoming.py", "import flufl.bounce", "gongmun.mail.incoming -> flufl"),
    ("deployments/up.py", "from smtplib import SMTP", "deployments.up -> smtplib"),
    ("gongmun/referrals/board.py", "import pandas as pd", "gongmun.referrals.board -> pandas"),
    (
        "gongmun/surveys/questionnaire/pages.py",
        "import gongmun.surveys.fieldwork.life",
        "gongmun.surveys.questionnaire.pages -> gongmun.surveys.fieldwork.life",
    ),
    (
        "gongmun/surveys/analysis/toplines.py",
        "import svy",
        "gongmun.surveys.analysis.toplines -> svy",
    ),
    (
        "gongmun/surveys/questionnaire/items.py",
        "import ruamel.yaml",
        "gongmun.surveys.questionnaire.items -> ruamel",
    ),
    (
        "gongmun/white_papers/showing.py",
        "import gongmun.surveys.fieldwork.life",
        "gongmun.white_papers.showing -> gongmun.surveys.fieldwork.life",
    ),
]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What import-linter says of a copy with everything planted at once, without line breaks."""
    root = tmp_path_factory.mktemp("tree")
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PROJECT_ROOT / package, root / package, ignore=ignored)
    shutil.copy(PROJECT_ROOT / "pyproject.toml", root)
    for file, line, _ in PLANTED:
        with (root / file).open("a", encoding="utf-8") as module:
            module.write(f"\n{line}\n")
    code, said = lint_imports(root)
    assert code == 1, said
    return " ".join(said.split())


@pytest.mark.parametrize("said", [said for _, _, said in PLANTED])
def test_a_planted_import_is_reported(report: str, said: str) -> None:
    assert said in report


def test_every_contract_is_one_that_can_break(report: str) -> None:
    assert "Contracts: 0 kept" in report
