"""Settings: defaults that work, the environment, the file, and what is refused."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gongmun.settings import PROJECT_ROOT, Settings, SettingsInvalid, TlsMode, settings


@pytest.fixture(autouse=True)
def _read_afresh() -> Iterator[None]:
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_the_defaults_work_on_one_machine_and_protect_mail() -> None:
    defaults = settings()
    assert defaults.database_url == f"sqlite:///{PROJECT_ROOT / 'var' / 'gongmun.db'}"
    assert defaults.document_store == PROJECT_ROOT / "var" / "documents"
    assert defaults.mail.tls is TlsMode.STARTTLS
    assert not defaults.mail.test_relay
    assert defaults.agency.email.endswith(".example")
    assert defaults.templates.is_dir()


def test_they_are_read_once_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    first = settings()
    monkeypatch.setenv("GONGMUN_VAR", "elsewhere")
    assert settings() is first


def test_everything_follows_var(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GONGMUN_VAR", str(tmp_path))
    assert settings().database_url == f"sqlite:///{tmp_path / 'gongmun.db'}"
    assert settings().document_store == tmp_path / "documents"


def test_one_place_may_be_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GONGMUN_VAR", str(tmp_path))
    monkeypatch.setenv("GONGMUN_DATABASE_URL", "postgresql+psycopg://gongmun@db/gongmun")
    assert settings().database_url == "postgresql+psycopg://gongmun@db/gongmun"
    assert settings().document_store == tmp_path / "documents"


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("s3://gongmun", "s3://gongmun"),
        ("s3://gongmun/documents/", "s3://gongmun/documents"),
        ("elsewhere/documents", Path("elsewhere/documents")),
        ("/srv/documents", Path("/srv/documents")),
    ],
)
def test_files_are_kept_in_a_folder_or_in_a_bucket(
    monkeypatch: pytest.MonkeyPatch, given: str, read: Path | str
) -> None:
    monkeypatch.setenv("GONGMUN_DOCUMENT_STORE", given)
    monkeypatch.setenv("GONGMUN_RECEIVED_STORE", given)
    assert settings().document_store == settings().received_store == read


@pytest.mark.parametrize(
    "given",
    ["file:///srv/documents", "sftp://host/documents", "s3://", "s3://x", "s3://a?b=SECRET"],
)
def test_no_other_kind_of_place_is_taken(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("GONGMUN_DOCUMENT_STORE", given)
    with pytest.raises(SettingsInvalid) as caught:
        settings()
    assert "GONGMUN_DOCUMENT_STORE" in caught.value.message_ko
    assert "s3://bucket/prefix" in caught.value.message_en
    assert "SECRET" not in str(caught.value)


def test_the_file_is_read_and_the_environment_goes_before_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "settings.env"
    file.write_text(
        "GONGMUN_MAIL__HOST=relay.example\nGONGMUN_MAIL__PORT=465\nGONGMUN_MAIL__TLS=implicit\n"
        "GONGMUN_AGENCY__NAME_KO=국민소통처\nUNRELATED=1\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("GONGMUN_ENV_FILE", str(file))
    monkeypatch.setenv("GONGMUN_MAIL__PORT", "2465")
    read = settings()
    assert (read.mail.host, read.mail.port) == ("relay.example", 2465)
    assert read.mail.tls is TlsMode.IMPLICIT
    assert read.agency.name_ko == "국민소통처"
    assert read.agency.head_ko == "국민참여처장"


def test_an_empty_name_of_the_file_means_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("GONGMUN_MAIL__HOST=relay.example\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GONGMUN_ENV_FILE", "")
    assert settings().mail.host == "localhost"
    monkeypatch.delenv("GONGMUN_ENV_FILE")
    settings.cache_clear()
    assert settings().mail.host == "relay.example"


def test_mail_in_clear_text_is_for_a_test_relay_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGMUN_MAIL__TLS", "none")
    with pytest.raises(SettingsInvalid, match=r"시험 중계 서버.* / .*Mail without TLS"):
        settings()
    monkeypatch.setenv("GONGMUN_MAIL__TEST_RELAY", "true")
    assert settings().mail.tls is TlsMode.NONE


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("GONGMUN_MAIL__PORT", "0"),
        ("GONGMUN_MAIL__PORT", "65536"),
        ("GONGMUN_MAIL__TLS", "opportunistic"),
        ("GONGMUN_MAIL__TIMEOUT", "0"),
        ("GONGMUN_RENDER_WORKERS", "0"),
        ("GONGMUN_RENDER_TIMEOUT", "-1"),
    ],
)
def test_what_cannot_work_is_refused(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsInvalid, match=variable):
        settings()


def test_the_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGMUN_MAIL__PASSWORD", "hunter2")
    read = settings()
    assert "hunter2" not in repr(read) + str(read.model_dump())
    assert read.mail.password is not None
    assert read.mail.password.get_secret_value() == "hunter2"


def test_tests_do_not_see_the_settings_of_whoever_runs_them() -> None:
    assert [name for name in os.environ if name.startswith("GONGMUN_MAIL")] == []
    assert isinstance(settings(), Settings)
