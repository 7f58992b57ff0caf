"""`gongmun doctor`, `backup` and `restore`, as an operator types them."""

import os
from pathlib import Path

import pytest

from gongmun import wiring
from gongmun.settings import settings
from gongmun.suggestions.models import Proposer
from tests.cli.conftest import Gongmun
from tests.world import World


def test_doctor_names_what_is_wrong_first_and_what_helps(gongmun: Gongmun, var: Path) -> None:
    said = gongmun("doctor")
    assert said.code == 1
    assert said.out.startswith("이상 wrong")
    assert "gongmun setup" in said.flat
    assert "정상 well" in said.flat


def test_saved_here_checked_and_restored_there(
    gongmun: Gongmun, var: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gongmun("setup").code == 0
    folder = tmp_path / "backup"
    saved = gongmun("backup", str(folder))
    assert saved.code == 0, saved.err
    assert "백업했습니다" in saved.flat
    again = gongmun("backup", str(folder))
    assert again.code == 1
    assert "backups.exists" in again.err
    assert "온전한 백업입니다" in gongmun("restore", str(folder), "--check").flat
    assert gongmun("contact", "set", "MOE", "somebody@moe.example").code == 0
    refused = gongmun("restore", str(folder))
    assert refused.code == 1
    assert "backups.not_empty" in refused.err

    monkeypatch.setenv("GONGMUN_VAR", str(tmp_path / "elsewhere"))
    for part in (settings, wiring.database):
        part.cache_clear()
    restored = gongmun("restore", str(folder))
    assert restored.code == 0, restored.err
    assert "원장이 모두 이어져 있습니다" in restored.flat
    assert gongmun("verify-ledger").code == 0


def test_a_backup_without_a_damaged_document_says_so_and_fails(
    gongmun: Gongmun, var: Path, tmp_path: Path
) -> None:
    assert gongmun("setup").code == 0
    name = "ab" + "0" * 62 + ".pdf"
    (var / "documents" / "ab").mkdir(parents=True)
    (var / "documents" / "ab" / name).write_bytes(b"cut off")
    (var / "documents" / "notes.txt").write_text("x")
    saved = gongmun("backup", tmp_path / "backup")
    assert saved.code == 1
    assert "백업했습니다" in saved.flat
    assert "documents/notes.txt" in saved.flat
    assert "backups.files_damaged" in saved.err
    assert name in saved.err.replace("\n", "")
    whole = gongmun("restore", tmp_path / "backup", "--check")
    assert whole.code == 0
    assert "온전한 백업입니다" in whole.flat
    assert name in whole.flat


def test_a_restored_installation_stands_still_until_somebody_says_what_left(
    gongmun: Gongmun, var: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gongmun("setup")
    gongmun("backup", tmp_path / "backup")
    assert "restored.nothing_to_settle" in gongmun("restored", "show").err
    monkeypatch.setenv("GONGMUN_VAR", str(tmp_path / "elsewhere"))
    for part in (settings, wiring.database):
        part.cache_clear()
    said = gongmun("restore", tmp_path / "backup")
    assert "gongmun restored show" in said.flat
    assert "복원 확인 대기" in gongmun("waiting").flat
    assert "gongmun restored settle" in gongmun("doctor").flat
    shown = gongmun("restored", "show")
    assert shown.code == 0, shown.err
    assert "공론소통과-0" in shown.flat
    assert "알 수 없음" in shown.flat
    who = ("--name", "한소통", "--reason", "종이 대장과 대조하였습니다.")
    settled = gongmun("restored", "settle", "--last-number", 12, *who)
    assert settled.code == 0, settled.err
    assert "복원 확인 대기" not in gongmun("waiting").flat
    assert "gongmun restored settle" not in gongmun("doctor").flat
    assert (
        "restored.nothing_to_settle" in gongmun("restored", "settle", "--last-number", 12, *who).err
    )
    assert gongmun("verify-ledger").code == 0


def test_a_move_needs_nobody(
    gongmun: Gongmun, var: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gongmun("setup")
    gongmun("backup", tmp_path / "backup")
    monkeypatch.setenv("GONGMUN_VAR", str(tmp_path / "elsewhere"))
    for part in (settings, wiring.database):
        part.cache_clear()
    assert "gongmun restored show" not in gongmun("restore", tmp_path / "backup", "--moved").flat
    assert "복원 확인 대기" not in gongmun("waiting").flat


def test_a_backup_is_nobody_elses_to_read(gongmun: Gongmun, var: Path, tmp_path: Path) -> None:
    gongmun("setup")
    gongmun("backup", str(tmp_path / "backup"))
    assert os.stat(tmp_path / "backup").st_mode & 0o077 == 0  # noqa: PTH116


def test_personal_data_are_counted_shown_with_their_rules_and_expire(
    gongmun: Gongmun, installation: World
) -> None:
    forum_id = installation.forum()
    suggestion_id = installation.suggest(forum_id, None, selected=False)
    with installation.db.transaction() as session:
        session.add(
            Proposer(suggestion_id=suggestion_id, name="홍길동", contact="hong@example.com")
        )
    rules = gongmun("expire", "--rules").flat
    assert "proposers" in rules
    assert "제21조제1항" in rules
    assert "문서등록대장" in rules
    late = ("--as-of", "2028-12-01 09:00")
    assert "1건을 파기할 예정입니다" in gongmun("expire", "--dry-run", *late).flat
    said = gongmun("expire", *late)
    assert said.code == 0, said.err
    assert "1건을 파기했습니다" in said.flat
    assert "홍길동" not in said.flat
    assert "0건을 파기했습니다" in gongmun("expire", *late).flat
    assert gongmun("verify-ledger").code == 0


def test_a_file_of_periods_that_cannot_be_used_deletes_nothing(
    gongmun: Gongmun, installation: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "retention.toml"
    own.write_text("[days]\nproposers = 1\n", encoding="utf-8")
    monkeypatch.setenv("GONGMUN_RETENTION", str(own))
    settings.cache_clear()
    said = gongmun("expire", "--as-of", "2028-12-01 09:00")
    assert said.code == 1
    assert "retention.invalid" in said.err
