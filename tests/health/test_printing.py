"""Libraries, fonts and the key that documents are printed and signed with."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gongmun.documents.signing import Signer
from gongmun.health import Standing, printing
from gongmun.settings import PROJECT_ROOT, Settings, SigningSettings
from tests.documents import keys

NOW = datetime(2026, 10, 12, 0, 30, tzinfo=UTC)


def test_what_is_installed_is_well() -> None:
    (check,) = printing.libraries()
    assert check.standing is Standing.WELL
    (check,) = printing.fonts(PROJECT_ROOT / "templates")
    assert check.standing is Standing.WELL


@pytest.mark.parametrize(
    ("missing", "standing"), [("pango-1.0", Standing.WRONG), ("harfbuzz-subset", Standing.CARE)]
)
def test_a_missing_library_is_named(
    monkeypatch: pytest.MonkeyPatch, missing: str, standing: Standing
) -> None:
    monkeypatch.setattr(printing, "find_library", lambda name: None if name == missing else name)
    printing._is_there.cache_clear()
    try:
        (check,) = printing.libraries()
    finally:
        printing._is_there.cache_clear()
    assert check.standing is standing
    assert missing in check.found.ko


def test_missing_fonts_are_named(tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / "sans-bold.woff2").touch()
    (check,) = printing.fonts(tmp_path)
    assert check.standing is Standing.WRONG
    assert "serif-regular.woff2" in check.found.en
    assert "sans-bold" not in check.found.en


def test_a_key_and_its_certificate_in_time(tmp_path: Path) -> None:
    signing = keys.settings(tmp_path, now=NOW)
    settings = Settings(signing=signing, _env_file=None)
    key = keys.signer(tmp_path, now=NOW)

    def signer() -> Signer:
        return key

    def standing(now: datetime) -> Standing:
        (check,) = printing.signing(settings, signer, now)
        return check.standing

    # It holds for thirty days, less the five minutes that it began before.
    assert standing(NOW - timedelta(minutes=5)) is Standing.WELL
    assert standing(NOW + timedelta(days=1)) is Standing.CARE
    assert standing(NOW + timedelta(days=31)) is Standing.WRONG
    (soon,) = printing.signing(settings, signer, NOW + timedelta(days=1))
    assert "만료됩니다" in soon.found.ko
    assert "다시 발행" not in soon.found.ko


def test_no_key_asks_for_care() -> None:
    (check,) = printing.signing(
        Settings(signing=SigningSettings(), _env_file=None), lambda: None, NOW
    )
    assert check.standing is Standing.CARE
