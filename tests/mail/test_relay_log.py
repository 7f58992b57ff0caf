"""The relay's log: what Postfix wrote, and what does no harm in it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gongmun.mail.relay_log import Delivery, Outcome, RelayLog
from gongmun.mail.witness import WitnessUnavailable

OURS, OTHER = "<abc@participation.example>", "<xyz@somebody.example>"
TO = "office@molit.example"
START = datetime(2026, 10, 12, 0, 30, tzinfo=UTC)


def _log(tmp_path: Path, text: str = "") -> tuple[Path, RelayLog]:
    path = tmp_path / "mail.log"
    path.write_text(text)
    return path, RelayLog(path, domain="participation.example")


def _line(daemon: str, rest: str, *, minute: int = 0, queue: str = "4F1A2B3C4D") -> str:
    at = START + timedelta(minutes=minute)
    return f"{at.isoformat()} relay postfix/{daemon}[123]: {queue}: {rest}\n"


def _taken(message_id: str = OURS, *, queue: str = "4F1A2B3C4D", minute: int = 0) -> str:
    return (
        _line("smtpd", "client=localhost[127.0.0.1]", queue=queue, minute=minute)
        + _line("cleanup", f"message-id={message_id}", queue=queue, minute=minute)
        + _line(
            "qmgr",
            "from=<f@x.example>, size=99, nrcpt=1 (queue active)",
            queue=queue,
            minute=minute,
        )
    )


def _delivery(
    status: str, code: str = "2.0.0", *, to: str = TO, said: str = "250 ok", **options: object
) -> str:
    extra = f"orig_to=<{options['orig']}>, " if "orig" in options else ""
    return _line(
        str(options.get("daemon", "smtp")),
        f"to=<{to}>, {extra}relay={options.get('relay', 'mx.molit.example[192.0.2.1]:25')}, "
        f"delay=0.1, delays=0.05/0/0.03/0.02, dsn={code}, status={status} ({said})",
        queue=str(options.get("queue", "4F1A2B3C4D")),
        minute=1,
    )


def _found(log: RelayLog, address: str = TO) -> Delivery | None:
    log.read()
    return log.delivery(OURS, address)


@pytest.mark.parametrize(
    ("status", "code"), [("sent", "2.0.0"), ("bounced", "5.1.1"), ("deferred", "4.7.1")]
)
def test_a_line_says_what_became_of_a_mail(tmp_path: Path, status: str, code: str) -> None:
    _, log = _log(tmp_path, _taken() + _delivery(status, code) + _line("qmgr", "removed"))
    assert _found(log) == Delivery(outcome=Outcome(status), code=code)
    assert _found(log, TO.upper()) is not None
    assert _found(log, "journal@relay.example") is None
    assert log.saw(OURS)
    assert not log.saw(OTHER)


def test_the_last_attempt_counts(tmp_path: Path) -> None:
    path, log = _log(tmp_path, _taken() + _delivery("deferred", "4.7.1"))
    assert _found(log) == Delivery(outcome=Outcome.DEFERRED, code="4.7.1")
    with path.open("a") as file:
        file.write(_delivery("sent"))
    assert _found(log) == Delivery(outcome=Outcome.SENT, code="2.0.0")


def test_what_was_given_up_came_back(tmp_path: Path) -> None:
    expired = _line("qmgr", "from=<f@x.example>, status=expired, returned to sender")
    _, log = _log(tmp_path, _taken() + _delivery("deferred", "4.4.1") + expired)
    assert _found(log) == Delivery(outcome=Outcome.BOUNCED, code="4.4.1")


def test_what_came_back_does_not_tell_of_the_same_mail_released_again(tmp_path: Path) -> None:
    path, log = _log(tmp_path, _taken() + _delivery("bounced", "5.2.2") + _line("qmgr", "removed"))
    assert _found(log) == Delivery(outcome=Outcome.BOUNCED, code="5.2.2")
    with path.open("a") as file:
        file.write(_taken(queue="5A1A2B3C4D", minute=2))
    assert _found(log) is None
    with path.open("a") as file:
        file.write(_delivery("sent", queue="5A1A2B3C4D"))
    assert _found(log) == Delivery(outcome=Outcome.SENT, code="2.0.0")


def test_the_own_filter_and_the_journal_prove_nothing(tmp_path: Path) -> None:
    _, log = _log(
        tmp_path,
        _taken()
        + _delivery("sent", relay="127.0.0.1[127.0.0.1]:10024")
        + _delivery("sent", to="journal@relay.example", relay="virtual", daemon="virtual"),
    )
    assert _found(log) is None


def test_a_mailbox_of_the_relay_and_an_alias_prove_it(tmp_path: Path) -> None:
    _, log = _log(
        tmp_path,
        _taken() + _delivery("sent", to="a@b.example", orig=TO, relay="dovecot", daemon="lmtp"),
    )
    assert _found(log) == Delivery(outcome=Outcome.SENT, code="2.0.0")


def test_a_message_given_up_before_its_end_was_not_taken(tmp_path: Path) -> None:
    _, log = _log(tmp_path, _line("cleanup", f"message-id={OURS}"))
    assert not log.saw(OURS)


def test_a_queue_id_is_used_again(tmp_path: Path) -> None:
    _, log = _log(
        tmp_path,
        _taken() + _line("qmgr", "removed") + _taken(OTHER) + _delivery("bounced", "5.1.1"),
    )
    assert _found(log) is None


@pytest.mark.parametrize(
    "foreign",
    [
        "",
        "\n",
        "not a line of any log\n",
        "\x00\xff\x80 binary\n",
        f"{START.isoformat()} host sshd[1]: Accepted\n",
        _line("smtpd", "NOQUEUE: reject: RCPT from x[1.2.3.4]: 550 5.1.1 <a@b>: to=<c@d>"),
        _line("smtp", f"to=<{TO}>, relay=none, delay=1, delays=1/0/0/0, dsn=5.1.1, status=bounced"),
        _line("cleanup", "message-id="),
        _line("cleanup", "message-id=<no end"),
        _line("smtp", "x" * 100_000),
    ],
)
def test_foreign_lines_do_no_harm(tmp_path: Path, foreign: str) -> None:
    path = tmp_path / "mail.log"
    path.write_bytes(
        (foreign + _taken(OTHER, queue="AAAAAA1111") + foreign).encode("latin-1")
        + _taken(queue="BBBBBB2222").encode()
        + foreign.encode("latin-1")
        + _delivery("sent", queue="BBBBBB2222").encode()
    )
    log = RelayLog(path, domain="participation.example")
    assert _found(log) == Delivery(outcome=Outcome.SENT, code="2.0.0")


def test_what_a_server_says_is_not_taken_for_the_relays_own_words(tmp_path: Path) -> None:
    said = "550 5.1.1 dsn=2.0.0, status=sent (250 ok"
    _, log = _log(tmp_path, _taken() + _delivery("bounced", "5.1.1", said=said))
    assert _found(log) == Delivery(outcome=Outcome.BOUNCED, code="5.1.1")


def test_half_a_line_is_read_when_it_is_whole(tmp_path: Path) -> None:
    line = _delivery("sent")
    path, log = _log(tmp_path, _taken() + line[:70])
    assert _found(log) is None
    with path.open("a") as file:
        file.write(line[70:])
    assert _found(log) is not None


def test_the_log_is_followed_through_its_rotation(tmp_path: Path) -> None:
    path, log = _log(tmp_path, _taken())
    log.read()
    with path.open("a") as file:  # written after the last look, before the rotation
        file.write(_delivery("deferred", "4.7.1"))
    path.rename(tmp_path / "mail.log.1")
    path.write_text(_line("qmgr", "something", queue="CCCCCC3333", minute=2))
    assert _found(log) == Delivery(outcome=Outcome.DEFERRED, code="4.7.1")
    assert log.covers(START)
    with path.open("a") as file:
        file.write(_delivery("sent"))
    assert _found(log) == Delivery(outcome=Outcome.SENT, code="2.0.0")


def test_a_log_that_is_copied_and_cut_is_read_on(tmp_path: Path) -> None:
    path, log = _log(tmp_path, _taken())
    log.read()
    (tmp_path / "mail.log.1").write_text(path.read_text() + _delivery("sent"))
    path.write_text("")
    assert _found(log) is not None
    path.write_text(_taken(queue="DDDDDD4444", minute=5))
    assert log.saw(OURS)


def test_a_fresh_reader_takes_the_file_before_along(tmp_path: Path) -> None:
    _, log = _log(tmp_path, _line("qmgr", "x", queue="CCCCCC3333", minute=9))
    (tmp_path / "mail.log.1").write_text(_taken() + _delivery("sent"))
    (tmp_path / "mail.log.2.gz").write_bytes(b"\x1f\x8b")
    (tmp_path / "mail.log-20261010.gz").write_bytes(b"\x1f\x8b")
    assert _found(log) is not None
    assert log.covers(START)


def test_it_tells_how_far_its_memory_reaches(tmp_path: Path) -> None:
    path, log = _log(tmp_path)
    assert not log.saw(OURS)
    assert not log.covers(START)
    path.write_text(_taken(OTHER) + _line("qmgr", "removed", minute=10))
    log.read()
    assert log.covers(START + timedelta(minutes=5))
    assert not log.covers(START - timedelta(seconds=1))
    assert not log.covers(START + timedelta(minutes=11))  # does the relay still write it?
    path.write_text(_line("qmgr", "x", minute=30) + _line("qmgr", "y", minute=40))
    log.read()
    assert not log.covers(START + timedelta(minutes=5))  # what stood between is lost
    assert log.covers(START + timedelta(minutes=35))


def test_time_stamps_without_a_year_cover_nothing(tmp_path: Path) -> None:
    old = "Oct 12 09:30:00 relay postfix/"
    _, log = _log(
        tmp_path,
        f"{old}cleanup[1]: 4F1A2B3C4D: message-id={OURS}\n"
        f"{old}qmgr[1]: 4F1A2B3C4D: from=<>, size=1, nrcpt=1 (queue active)\n",
    )
    assert log.saw(OURS)
    assert not log.covers(START)


def test_a_log_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    log = RelayLog(tmp_path / "missing" / "mail.log", domain="participation.example")
    with pytest.raises(WitnessUnavailable):
        log.saw(OURS)
