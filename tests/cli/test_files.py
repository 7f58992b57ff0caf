"""Files named on the command line: read, written, and refused with a word of why."""

from pathlib import Path

import pytest

from gongmun.cli.files import FileNotRead, FileNotSaved, read, save


def test_a_file_is_saved_and_read_up_to_the_limit(tmp_path: Path) -> None:
    file = tmp_path / "new" / "file.pdf"
    save(b"content", file)
    assert read(file, 100) == b"content"
    assert read(file, 3) == b"con"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileNotSaved, match="--output") as caught:
        save(b"content", tmp_path / "file" / "sample.pdf")
    assert "sample.pdf" in caught.value.message_ko


@pytest.mark.parametrize("name", ["none.pdf", "."])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileNotRead) as caught:
        read(tmp_path / name, 1)
    assert str(tmp_path) in caught.value.message_en
