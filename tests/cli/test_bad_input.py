"""What a person gets wrong, and what is wrong with the installation: a sentence, never a traceback."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from gongmun import clock, ledger, wiring
from gongmun.cli import output, runs
from tests.cli.conftest import Ended, Gongmun
from tests.ledger.tampering import unguarded
from tests.postgresql import silent_server
from tests.world import World

ME = ("--name", "한소통", "--reason", "확인하였습니다.")
RESPOND = ("referral", "respond", "1", "--as-of", "2026-10-15")


def refused(ended: Ended, code: str) -> str:
    """Exit code 1; the error's code, Korean and English on stderr; nothing claimed on stdout."""
    assert ended.code == 1, ended
    assert ended.out == ""
    first, rest = ended.err.split("\n", 1)
    assert first == code
    assert any("가" <= letter <= "힣" for letter in rest)
    assert "Traceback" not in rest
    return " ".join(rest.split())


@pytest.mark.parametrize(
    "command",
    [
        ("outcome", "show", "99"),
        ("outcome", "approve", "99", *ME),
        ("outcome", "return", "99", *ME),
        ("escalation", "show", "99"),
        ("escalation", "approve", "99", *ME),
        ("forum", "wrap-up", "NO-SUCH"),
        ("suggestion", "list", "NO-SUCH"),
        ("suggestion", "select", "99"),
        ("suggestion", "topic", "99", "statistics"),
        ("suggestion", "route", "99", "--lead", "MOLIT", *ME),
        ("referral", "show", "99"),
        ("referral", "acknowledge", "공론소통과-99"),
        ("referral", "acknowledge", "공론소통과-99999999999999999999"),
        ("referral", "respond", "99", "--decision", "not_accepted", "--reason", "예산이 없습니다."),
        ("mail", "show", "99"),
        ("mail", "release", "99", "--to", "forum@ministry.example", *ME),
        ("mail", "settle", "99", "--accepted", *ME),
        ("contact", "set", "NO-SUCH", "forum@ministry.example"),
        ("contact", "retire", "NO-SUCH"),
        ("referral", "list", "--ministry", "NO-SUCH"),
    ],
    ids=" ".join,
)
def test_what_does_not_exist(
    gongmun: Gongmun, installation: World, command: tuple[str, ...]
) -> None:
    said = refused(gongmun(*command), "not_found")
    assert "번호나 코드를 확인해 주십시오" in said


@pytest.mark.parametrize("decision", ["approve", "return"])
@pytest.mark.parametrize(
    "form", [("--name", " ", "--reason", "확인"), ("--name", "한소통", "--reason", "\t\u200b")]
)
def test_a_decision_without_name_or_reason(
    gongmun: Gongmun, installation: World, decision: str, form: tuple[str, ...]
) -> None:
    forum_id = installation.forum()
    installation.suggest(forum_id, "statistics")
    outcome_id = installation.wrap_up(forum_id).outcome_id
    ended = gongmun("outcome", decision, outcome_id, *form, "--as-of", "2026-10-12")
    refused(ended, "approval.incomplete")
    with installation.db.reading() as session:
        assert not [e for e in ledger.history(session, "outcome", 1) if "drafted" not in e.kind]


def test_a_route_that_makes_no_sense(gongmun: Gongmun, installation: World) -> None:
    suggestion_id = installation.suggest(installation.forum(), None)
    route = ("suggestion", "route", suggestion_id)
    refused(gongmun(*route, "--lead", "NO-SUCH", *ME), "not_found")
    twice = ("--lead", "MOLIT", "--cooperating", "MOLIT")
    refused(gongmun(*route, *twice, *ME), "route.invalid")
    empty = ("--lead", "MOLIT", "--name", "", "--reason", "")
    refused(gongmun(*route, *empty), "route.invalid")


def test_a_topic_that_is_none(gongmun: Gongmun, installation: World) -> None:
    suggestion_id = installation.suggest(installation.forum(), None)
    topic = ("suggestion", "topic", suggestion_id)
    assert "no_such_topic" in refused(gongmun(*topic, "no_such_topic"), "not_found")
    refused(gongmun(*topic, "대중교통"), "suggestions.invalid_topic")


def test_an_outcome_document_is_no_escalation(gongmun: Gongmun, installation: World) -> None:
    installation.dispatched("statistics")
    assert "1" in refused(gongmun("escalation", "show", "1"), "not_found")


@pytest.mark.parametrize(
    "response",
    [
        ("--decision", "accepted", "--reason", "하겠습니다.", "--promised", "2026-10-14"),
        ("--decision", "accepted", "--reason", "하겠습니다."),
        ("--decision", "not_accepted", "--reason", " "),
    ],
    ids=["in the past", "no date", "no reason"],
)
def test_a_response_that_cannot_be_taken(
    gongmun: Gongmun, installation: World, response: tuple[str, ...]
) -> None:
    installation.dispatched("statistics")
    refused(gongmun(*RESPOND, *response), "answers.not_taken")


def test_a_second_response(gongmun: Gongmun, installation: World) -> None:
    installation.dispatched("statistics")
    response = ("--decision", "already_in_place", "--reason", "이미 하고 있습니다.")
    assert gongmun(*RESPOND, *response).code == 0
    refused(gongmun(*RESPOND, *response), "referral.not_with_ministry")


@pytest.mark.parametrize(
    "address", ["", "기관", "a@b", "a@b.example, c@d.example", "a@b.kr\nBcc: x"]
)
def test_an_address_that_is_none(gongmun: Gongmun, installation: World, address: str) -> None:
    said = refused(gongmun("contact", "set", "MOLIT", address), "organisations.address_invalid")
    assert "Bcc" not in said


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("missing.toml", None),
        ("broken.toml", "code = "),
        ("wrong.toml", 'code = "x y"\nkind = "party"\n'),
        ("binary.toml", "\x00\x1b[31m"),
    ],
)
def test_a_forum_file_that_cannot_be_used(
    gongmun: Gongmun, installation: World, tmp_path: Path, name: str, text: str | None
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    said = refused(gongmun("forum", "add", tmp_path / name), "forum.invalid")
    assert name in said
    assert "\x1b" not in said


def test_a_column_mapping_that_cannot_be_used(
    gongmun: Gongmun, installation: World, tmp_path: Path
) -> None:
    installation.forum("OCF-1")
    (tmp_path / "s.csv").write_text("제목\n버스\n")
    (tmp_path / "m.toml").write_text('[columns]\ntitel = "제목"\n')
    command = (
        "suggestion",
        "import",
        "OCF-1",
        tmp_path / "s.csv",
        "--mapping",
        tmp_path / "m.toml",
    )
    said = refused(gongmun(*command), "suggestions.mapping_invalid")
    assert "columns.titel" in said


@pytest.mark.parametrize(
    ("form", "begins"),
    [
        ("2026-10-12", "2026-10-12 00:00"),
        ("2026-10-12T09:30", "2026-10-12 09:30"),
        ("2026-10-12 09:30", "2026-10-12 09:30"),
        ("2026-10-12 00:30+00:00", "2026-10-12 09:30"),
        ("2026-10-12T09:30+0900", "2026-10-12 09:30"),
        ("2026-10-12T00:30+00:00", "2026-10-12 09:30"),
        ("2026-10-12T00:30Z", "2026-10-12 09:30"),
    ],
)
def test_as_of_is_the_clock_of_seoul_unless_it_says_otherwise(
    gongmun: Gongmun, installation: World, form: str, begins: str
) -> None:
    forum_id = installation.forum()
    installation.suggest(forum_id, "statistics")
    outcome_id = installation.wrap_up(forum_id).outcome_id
    assert gongmun("outcome", "return", outcome_id, *ME, "--as-of", form).code == 0
    with installation.db.reading() as session:
        decided = ledger.history(session, "outcome", outcome_id or 0)[-1].occurred_at
    assert f"{decided.astimezone(clock.SEOUL):%Y-%m-%d %H:%M}" == begins


DATED = [
    ("waiting", "--as-of"),
    ("deadline", "explain", "--rule", "suggestion", "--start"),
    ("chase", "pause", "MOIS", *ME, "--until"),
    ("extension", "request", "1", "--reason", "x", "--until"),
    ("meeting", "date", "1", "--place", "x", "--starts"),
    ("reply", "complete", "1", "1", "--review-by"),
    (*RESPOND, "--decision", "accepted", "--reason", "x", "--promised"),
]


@pytest.mark.parametrize("arguments", DATED, ids=lambda words: words[-1])
@pytest.mark.parametrize(
    ("typed", "ko", "en"),
    [
        ("2026-02-30", "없는 날짜나 시각입니다", "There is no such day or time"),
        ("tomorrow", "이렇게 적어 주십시오", "Write it like that"),
        ("", "이렇게 적어 주십시오", "Write it like that"),
    ],
)
def test_a_date_that_is_none_is_said_in_both_languages(
    gongmun: Gongmun, arguments: tuple[str, ...], typed: str, ko: str, en: str
) -> None:
    if "--starts" in arguments and "-" in typed:
        typed += " 10:00"  # a meeting without a time is none
    ended = gongmun(*arguments, typed)
    assert (ended.code, ended.out) == (2, "")
    said = " ".join(ended.err.replace("│", " ").split())
    assert ko in said
    assert en in said
    assert arguments[-1] in said


def test_every_option_that_takes_a_date_reads_it_alike() -> None:
    """None has typer's own reading, which knows the forms of one option and says in English what is wrong."""
    for module in Path(output.__file__).parent.glob("*.py"):
        assert "formats=" not in module.read_text(encoding="utf-8"), module.name


@pytest.mark.parametrize(
    "arguments",
    [
        ("waiting", "--as-of", "내일"),
        ("waiting", "--as-of", "2026-02-30"),
        ("outcome", "approve", "일"),
        ("outcome", "approve", "1"),
        ("outcome", "show", "0"),
        ("outcome", "show", "2147483648"),
        ("nothing",),
        ("forum", "nothing"),
        (*RESPOND, "--decision", "maybe", "--reason", "x"),
        ("mail", "settle", "1", *ME),
    ],
    ids=" ".join,
)
def test_a_command_that_cannot_be_read(gongmun: Gongmun, arguments: tuple[str, ...]) -> None:
    ended = gongmun(*arguments)
    assert ended.code == 2
    assert ended.out == ""
    assert "명령과 값을 확인해 주십시오" in ended.err


@pytest.mark.parametrize("other", [("--first", "0"), ("--seeds", "20")])
def test_one_world_or_many(gongmun: Gongmun, other: tuple[str, str]) -> None:
    assert "--seed" in refused(gongmun("simulate", "--seed", "1", *other), "simulation.one_or_many")


def test_no_prefect_server(gongmun: Gongmun, installation: World) -> None:
    installation.forum("OCF-1")
    said = refused(gongmun("forum", "wrap-up", "OCF-1"), "prefect.run_not_started")
    assert "make up" in said


def test_a_login_that_was_never_made(gongmun: Gongmun, var: Path) -> None:
    assert str(var / "prefect-login") in refused(gongmun("prefect-login"), "prefect.login_missing")


def test_a_decision_stands_where_the_login_cannot_be_read(
    gongmun: Gongmun, installation: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    (installation.folder / "prefect-login").write_text("what is this")
    refused(gongmun("prefect-login"), "prefect.login_unusable")
    assert not runs.resume_wrap_up("OCF-1")
    installation.forum("OCF-1")
    refused(gongmun("forum", "wrap-up", "OCF-1"), "prefect.login_unusable")


@pytest.mark.parametrize("command", ["waiting", "verify-ledger", "mail list", "document list"])
def test_before_setup_or_in_a_mistyped_folder(gongmun: Gongmun, var: Path, command: str) -> None:
    assert str(var) in refused(gongmun(*command.split()), "db.missing")
    assert not var.exists()


def test_a_locked_database(
    gongmun: Gongmun, installation: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.db.dispose()
    wiring.database.cache_clear()
    monkeypatch.setattr("gongmun.db.engine._BUSY_TIMEOUT_SECONDS", 0.1)
    holder = sqlite3.connect(installation.folder / "gongmun.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    said = refused(gongmun("contact", "set", "MOLIT", "a@molit.example"), "db.unavailable")
    assert "다시 시도할 수 있습니다" in said
    assert gongmun("mail", "list").code == 0  # reading goes on
    holder.execute("ROLLBACK")
    holder.close()
    assert gongmun("contact", "set", "MOLIT", "a@molit.example").code == 0


def test_a_database_that_is_gone(gongmun: Gongmun, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = "postgresql+psycopg://gongmun:hunter2@127.0.0.1:1/gongmun"
    monkeypatch.setenv("GONGMUN_DATABASE_URL", gone)
    for command in (("setup",), ("waiting",)):
        assert "hunter2" not in refused(gongmun(*command), "db.unavailable")


def test_a_database_that_hangs(gongmun: Gongmun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gongmun.db.engine._CONNECT_SECONDS", 2)
    with silent_server() as (url, knocks):
        monkeypatch.setenv("GONGMUN_DATABASE_URL", url)
        refused(gongmun("waiting"), "db.unavailable")
        assert knocks() == 1
        wiring.database().dispose()
        examined = gongmun("doctor")
        assert knocks() == 1
    assert examined.code == 1
    assert "데이터베이스를 사용할 수 없습니다" in examined.flat


def test_a_database_of_another_kind(gongmun: Gongmun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGMUN_DATABASE_URL", "mysql://localhost/gongmun")
    assert "mysql" in refused(gongmun("setup"), "db.unsupported")


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("GONGMUN_MAIL__TLS", "none", "GONGMUN_MAIL__TEST_RELAY=true"),
        ("GONGMUN_MAIL__PORT", "hunter2", "GONGMUN_MAIL__PORT: "),
        ("GONGMUN_RENDER_WORKERS", "0", "GONGMUN_RENDER_WORKERS: "),
        ("GONGMUN_AGENCY", "hunter2", '"agency"'),
    ],
)
def test_a_setting_that_cannot_be_used(
    gongmun: Gongmun, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, says: str
) -> None:
    monkeypatch.setenv(variable, value)
    said = refused(gongmun("waiting"), "settings.invalid")
    assert says in said
    assert "hunter2" not in said


def test_another_value_error_is_not_taken_for_one_of_the_settings(
    gongmun: Gongmun, installation: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("a fault of ours")

    monkeypatch.setattr("gongmun.forums.waiting.waiting", broken)
    with pytest.raises(ValueError, match="a fault of ours"):
        gongmun("waiting")


def test_what_the_shell_sees(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "gongmun.cli.app", "waiting"],
        env={**os.environ, "GONGMUN_VAR": str(tmp_path), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    said = refused(Ended(code=ended.returncode, out=ended.stdout, err=ended.stderr), "db.missing")
    assert str(tmp_path) in said


def test_a_ledger_that_was_changed(gongmun: Gongmun, installation: World) -> None:
    installation.dispatched("statistics")
    with unguarded(installation.db) as session:
        session.execute(text("UPDATE ledger_events SET actor = 'ministry' WHERE seq = 3"))
    assert "3번" in refused(gongmun("verify-ledger"), "ledger.broken")
