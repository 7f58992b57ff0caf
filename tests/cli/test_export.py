"""`gongmun document export`: a file of an issued document, or a sentence why there is none."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Gongmun
from tests.world import World


def test_files_of_an_issued_document(
    gongmun: Gongmun, installation: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forum = installation.forum()
    installation.suggest(forum, "statistics")
    outcome_id = installation.wrap_up(forum).outcome_id
    assert outcome_id
    installation.decide(outcome_id)
    installation.issue()
    monkeypatch.chdir(tmp_path)
    for format_ in ("pdf", "hwpx", "json"):
        ended = gongmun("document", "export", "공론소통과-1", "--format", format_)
        assert (ended.code, ended.out) == (0, f"공론소통과-1.{format_}\n")
    assert Path("공론소통과-1.pdf").read_bytes().startswith(b"%PDF")
    assert Path("공론소통과-1.hwpx").read_bytes().startswith(b"PK")
    assert json.loads(Path("공론소통과-1.json").read_bytes())["kind"] == "outcome"

    ended = gongmun("document", "export", "공론소통과-1", "--output", "/proc/none/x.pdf")
    assert ended.code == 1
    assert ended.err.startswith("cli.file_not_saved\n")
    ended = gongmun("document", "export", "공론소통과-9")
    assert ended.code == 1
    assert ended.err.startswith("not_found\n")
