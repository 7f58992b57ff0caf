"""The threat notes name tests that there are."""

import re
from pathlib import Path

NOTES = Path("docs/threats.md").read_text("utf-8")
NAMED = re.findall(r"`([a-z_/]+\.py)::(test_\w+)`", NOTES)


def test_each_test_that_is_named_is_there() -> None:
    assert len(NAMED) > 40
    missing = [
        f"{file}::{name}"
        for file, name in NAMED
        if not re.search(
            # Of deployments with the folder of the tests before it: there is one of the product, too.
            rf"^def {name}\(",
            Path("tests", file.removeprefix("tests/")).read_text("utf-8"),
            re.MULTILINE,
        )
    ]
    assert missing == []


def test_no_threat_is_without_one() -> None:
    for section in ("Getting in", "Once inside", "What is sent in", "Prefect's page"):
        table = NOTES.split(f"## {section}\n")[1].split("\n## ")[0]
        rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
        assert rows
        assert [row for row in rows if "::test_" not in row] == []
