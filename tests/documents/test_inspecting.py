"""Reading a file of somebody else: its limits, and what the process that reads it knows of us."""

import json
from pathlib import Path

import pytest

from gongmun.documents import inspecting
from gongmun.documents.inspecting import AT_ONCE, CheckingBusy, Patience, Refusal, inspect
from tests.documents.foreign_files import claiming, endless

FILE = claiming("공론소통과-1")
PATIENT = Patience(cpu=60, turn=60)


def test_a_file_is_read_apart() -> None:
    assert inspect(FILE, patience=PATIENT).keywords == "공론소통과-1"


def test_a_file_that_takes_too_long_is_damaged() -> None:
    assert inspect(endless(), patience=Patience(cpu=2, turn=60)).refusal is Refusal.DAMAGED


def test_a_file_that_got_no_time_may_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is too busy says nothing against the file, and the turn is given back."""
    with monkeypatch.context() as patch:
        patch.setattr(inspecting, "_SHARE", 0)
        for _ in range(AT_ONCE + 1):
            with pytest.raises(CheckingBusy):
                inspect(FILE, patience=PATIENT)
    assert inspect(FILE, patience=PATIENT).refusal is None


def test_a_file_waits_for_its_turn_a_while_only() -> None:
    for _ in range(AT_ONCE):
        assert inspecting._turns.acquire(timeout=60)
    try:
        with pytest.raises(CheckingBusy) as caught:
            inspect(FILE, patience=Patience(cpu=60, turn=0))
    finally:
        inspecting._turns.release(AT_ONCE)
    assert caught.value.retryable


def test_the_reader_knows_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "tells.py"
    program.write_text(
        "import json, os\nprint(json.dumps({'keywords': json.dumps(dict(os.environ))}))\n"
    )
    monkeypatch.setattr(inspecting, "_PROGRAM", program)
    monkeypatch.setenv("GONGMUN_SIGNING__PIN", "1234")
    monkeypatch.setenv("PGPASSWORD", "hunter2")
    known = json.loads(inspect(FILE, patience=PATIENT).keywords)
    assert known["PATH"]
    assert "PGPASSWORD" not in known
    assert not any(name.startswith("GONGMUN_") for name in known)
