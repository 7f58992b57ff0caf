"""`gongmun document preview`, as whoever edits a form uses it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Gongmun

pytestmark = pytest.mark.long


def test_a_form_is_saved_where_it_says(gongmun: Gongmun, var: Path) -> None:
    ended = gongmun("document", "preview", "outcome")
    assert ended.code == 0, ended.err
    saved = [Path(word) for word in ended.out.split()]
    assert saved == [var / "preview" / f"outcome-ko.{ending}" for ending in ("pdf", "png")]
    assert [path.read_bytes()[:4] for path in saved] == [b"%PDF", b"\x89PNG"]


def test_the_english_twin_as_a_picture(gongmun: Gongmun, tmp_path: Path) -> None:
    file = tmp_path / "seen.png"
    ended = gongmun("document", "preview", "extension", "--language", "en", "--output", file)
    assert (ended.code, ended.out) == (0, f"{file}\n"), ended.err
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["seen.png"]


@pytest.mark.parametrize(
    ("name", "options"),
    [("p.docx", ()), ("p.pdf", ("--format", "png")), ("p.docx", ("--format", "pdf"))],
)
def test_a_name_that_ends_otherwise_is_refused(
    gongmun: Gongmun, tmp_path: Path, name: str, options: tuple[str, ...]
) -> None:
    ended = gongmun("document", "preview", "correction", "--output", tmp_path / name, *options)
    assert ended.code == 1
    assert "cli.ending_unknown" in ended.err
    assert ".pdf, .png" in ended.err
    assert not list(tmp_path.glob("p.*"))


def test_a_name_without_an_ending_gets_both(gongmun: Gongmun, tmp_path: Path) -> None:
    ended = gongmun("document", "preview", "correction", "--output", tmp_path / "p")
    assert ended.code == 0, ended.err
    assert sorted(path.name for path in tmp_path.glob("p.*")) == ["p.pdf", "p.png"]


def test_a_broken_form_is_named_by_its_line(
    gongmun: Gongmun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "extra.css").write_text("p {}\nb { color: red", "utf-8")
    monkeypatch.setenv("GONGMUN_DOCUMENT_OVERRIDES", str(tmp_path))
    ended = gongmun("document", "preview", "outcome")
    assert ended.code == 1
    assert "documents.override_refused" in ended.err
    assert "extra.css:2" in ended.err


def test_watching_shows_each_change_and_outlives_a_broken_one(tmp_path: Path) -> None:
    own, saved = tmp_path / "own", tmp_path / "seen.pdf"
    own.mkdir()
    watching = subprocess.Popen(
        [
            *(sys.executable, "-m", "gongmun.cli.app", "document", "preview", "outcome", "--watch"),
            *("--output", str(saved)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            "GONGMUN_VAR": str(tmp_path / "var"),
            "GONGMUN_DOCUMENT_OVERRIDES": str(own),
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        },
    )
    assert watching.stdout
    assert watching.stderr
    with watching, watching.stdout as out, watching.stderr as err:
        try:
            assert out.readline() == f"{saved}\n"
            first = saved.read_bytes()
            (own / "seal.svg.j2").write_text("{{", "utf-8")
            assert "documents.override_refused" in err.readline()
            (own / "seal.svg.j2").write_text("<b>직인</b>", "utf-8")
            out.readline()
            assert saved.read_bytes() != first
        finally:
            watching.send_signal(signal.SIGINT)
        assert watching.wait(60) == 0
