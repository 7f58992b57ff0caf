"""Mailers against their contract, and SMTP against real servers that misbehave."""

import asyncio
import gc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from socket import create_server, socket
from threading import Event

import pytest
from pydantic import SecretStr

from gongmun.db import Database
from gongmun.mail import (
    Dispatch,
    DispatchReport,
    JournalWitness,
    RecoveryReport,
    dispatch_due,
    recover,
)
from gongmun.mail.life import Status
from gongmun.mail.mailer import (
    ConnectionCut,
    FakeMailer,
    Mailer,
    Notices,
    RelayDeferred,
    RelayRefused,
    RelayUnreachable,
)
from gongmun.mail.smtp import SmtpMailer
from gongmun.settings import MailSettings, TlsMode
from tests import smtp_servers
from tests.mail.conftest import Put
from tests.smtp_servers import HOST, Behaviour, Certificate, Relay

SENDER = "forum@participation.example"
GOOD = "good@x.example"
MESSAGE = b"Message-ID: <a@b.example>\r\nSubject: x\r\n\r\n.dot\r\n..\r\nline\r\n.\r\nend\r\n"
BEHAVIOURS = {f"{behaviour.name.lower()}@x.example": behaviour for behaviour in Behaviour}
NO_SUCH = "no_such_mailbox@x.example"
GREYLISTED = "greylist_twice@x.example"
LATER = "temporary_at_data@x.example"
REFUSED = "refused_at_data@x.example"
CUT = "cut_at_rcpt@x.example"
CUT_INSIDE = "cut_inside_data@x.example"
CUT_AFTER = "cut_after_data@x.example"
HANG = "hang_after_data@x.example"
CLOSING = "closing_after_data@x.example"


def _settings(port: int, **changes: object) -> MailSettings:
    return MailSettings.model_validate(
        {"host": HOST, "port": port, "tls": TlsMode.NONE, "test_relay": True, "timeout": 5}
        | changes
    )


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[Relay]:
    with smtp_servers.running(tmp_path / "relay", BEHAVIOURS) as server:
        yield server


@pytest.fixture(params=["fake", "smtp"])
def contract(request: pytest.FixtureRequest) -> tuple[Mailer, Callable[[str], list[bytes]]]:
    """Each mailer, with a way to see what a mailbox got."""
    if request.param == "smtp":
        relay: Relay = request.getfixturevalue("relay")
        return SmtpMailer(_settings(relay.port)), relay.stored
    fake = FakeMailer(
        refusing={NO_SUCH: 550, GREYLISTED: 450},
        refusing_data={LATER: 451, REFUSED: 554},
        cutting=frozenset({CUT}),
        cutting_data=frozenset({CUT_INSIDE, CUT_AFTER}),
    )
    return fake, lambda address: [data for to, data in fake.sent if to == address]


Contract = tuple[Mailer, Callable[[str], list[bytes]]]


def test_messages_arrive_as_they_are(contract: Contract) -> None:
    mailer, stored = contract
    with mailer.connection() as connection:
        for _ in range(2):
            connection.envelope(SENDER, GOOD)
            assert connection.data(MESSAGE).code == 250
    assert stored(GOOD) == [MESSAGE, MESSAGE]


def test_a_relay_that_knows_no_notices_is_not_asked_for_them(contract: Contract) -> None:
    # aiosmtpd would answer 555 to an option, which looks like a permanent failure of the address.
    mailer, stored = contract
    with mailer.connection() as connection:
        for _ in range(2):
            connection.envelope(SENDER, GOOD, Notices(envelope_id="t0ken", success=True))
            connection.data(MESSAGE)
    assert stored(GOOD) == [MESSAGE, MESSAGE]


@pytest.mark.parametrize(
    ("address", "error", "code"),
    [(NO_SUCH, RelayRefused, 550), (GREYLISTED, RelayDeferred, 450)],
)
def test_a_refused_recipient_spoils_no_other(
    contract: Contract, address: str, error: type[RelayRefused], code: int
) -> None:
    mailer, stored = contract
    with mailer.connection() as connection:
        with pytest.raises(RelayRefused) as caught:
            connection.envelope(SENDER, address)
        connection.envelope(SENDER, GOOD)
        connection.data(MESSAGE)
    assert type(caught.value) is error
    assert caught.value.params["reply"] == code
    assert (stored(address), stored(GOOD)) == ([], [MESSAGE])


@pytest.mark.parametrize(
    ("address", "error", "code"),
    [(LATER, RelayDeferred, 451), (REFUSED, RelayRefused, 554)],
)
def test_a_refused_message_spoils_no_other(
    contract: Contract, address: str, error: type[RelayRefused], code: int
) -> None:
    mailer, stored = contract
    with mailer.connection() as connection:
        connection.envelope(SENDER, address)
        with pytest.raises(RelayRefused) as caught:
            connection.data(MESSAGE)
        connection.envelope(SENDER, GOOD)
        connection.data(MESSAGE)
    assert type(caught.value) is error
    assert caught.value.params["reply"] == code
    assert (stored(address), stored(GOOD)) == ([], [MESSAGE])


def test_a_cut_at_the_envelope_is_told_and_the_next_goes_on(contract: Contract) -> None:
    mailer, stored = contract
    with mailer.connection() as connection:
        with pytest.raises(ConnectionCut):
            connection.envelope(SENDER, CUT)
        connection.envelope(SENDER, GOOD)
        connection.data(MESSAGE)
    assert stored(GOOD) == [MESSAGE]


@pytest.mark.parametrize("address", [CUT_INSIDE, CUT_AFTER])
def test_a_cut_within_the_message_is_told_and_the_next_goes_on(
    contract: Contract, address: str
) -> None:
    mailer, stored = contract
    with mailer.connection() as connection:
        connection.envelope(SENDER, address)
        with pytest.raises(ConnectionCut):
            connection.data(MESSAGE)
        connection.envelope(SENDER, GOOD)
        connection.data(MESSAGE)
    assert stored(GOOD) == [MESSAGE]


def test_an_abandoned_envelope_is_forgotten(contract: Contract) -> None:
    mailer, stored = contract
    with mailer.connection() as connection:
        connection.envelope(SENDER, "other@x.example")
        connection.envelope(SENDER, GOOD)
        connection.data(MESSAGE)
    assert (stored("other@x.example"), stored(GOOD)) == ([], [MESSAGE])


def test_data_without_an_envelope_sends_nothing(contract: Contract) -> None:
    mailer, _ = contract
    with mailer.connection() as connection, pytest.raises(RelayRefused):
        connection.data(MESSAGE)


def test_one_connection_serves_a_batch_and_is_made_anew_when_it_drops(relay: Relay) -> None:
    with SmtpMailer(_settings(relay.port)).connection() as connection:
        for address in [GOOD, GOOD, CLOSING, GOOD, CLOSING, GOOD]:
            connection.envelope(SENDER, address)
            connection.data(MESSAGE)
    assert relay.connections == 3
    assert len(relay.stored(GOOD)) == 4


def test_a_batch_goes_over_as_many_connections_as_are_set(
    db: Database, put: Put, relay: Relay, now: datetime
) -> None:
    for number in range(10):
        put(key=str(number), address=f"office{number}@x.example")
    report = dispatch_due(
        db,
        mailer=SmtpMailer(_settings(relay.port, connections=2)),
        attachments=lambda _: b"",
        now=now,
        owner="test",
    )
    assert report.accepted == 10
    assert relay.connections == 2
    assert all(len(relay.stored(f"office{number}@x.example")) == 1 for number in range(10))


@pytest.mark.parametrize(
    "message", [b".", b".\r\n", b"a.b\r\n", b"a\r\n.b.\r\n..\r\n...", b"\r\n.\r\n"]
)
def test_a_dot_is_a_dot_wherever_it_stands(relay: Relay, message: bytes) -> None:
    whole = b"Subject: x\r\n\r\n" + message.removesuffix(b"\r\n") + b"\r\n"
    with SmtpMailer(_settings(relay.port)).connection() as connection:
        connection.envelope(SENDER, GOOD)
        connection.data(whole)
    assert relay.stored(GOOD) == [whole]


def test_it_works_where_another_event_loop_runs(relay: Relay) -> None:
    async def inside() -> None:
        with SmtpMailer(_settings(relay.port)).connection() as connection:
            connection.envelope(SENDER, GOOD)
            connection.data(MESSAGE)

    asyncio.run(inside())
    assert relay.stored(GOOD) == [MESSAGE]


def test_a_relay_that_falls_silent_after_the_message_is_a_cut(relay: Relay) -> None:
    with SmtpMailer(_settings(relay.port, timeout=0.05)).connection() as connection:
        connection.envelope(SENDER, HANG)
        with pytest.raises(ConnectionCut):
            connection.data(MESSAGE)


def _unreachable(settings: MailSettings) -> RelayUnreachable:
    with pytest.raises(RelayUnreachable) as caught, SmtpMailer(settings).connection():
        pass
    assert caught.value.retryable
    return caught.value


def test_nobody_listens() -> None:
    with create_server((HOST, 0)) as closed:
        port = closed.getsockname()[1]
    _unreachable(_settings(port))


def test_a_server_that_does_not_speak() -> None:
    with create_server((HOST, 0)) as silent:
        _unreachable(_settings(silent.getsockname()[1], timeout=0.1))


def test_clear_text_is_refused_by_default(relay: Relay) -> None:
    error = _unreachable(MailSettings(host=HOST, port=relay.port))
    assert "STARTTLS" in error.message_en


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return smtp_servers.certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(params=["starttls", "implicit"])
def tls(
    request: pytest.FixtureRequest, tmp_path: Path, certificate: Certificate
) -> Iterator[tuple[Relay, MailSettings]]:
    """A relay with TLS and the settings for it."""
    context = {request.param: certificate.context}
    accounts = {"forum": "secret"}
    with smtp_servers.running(tmp_path / "relay", accounts=accounts, **context) as relay:
        yield (
            relay,
            MailSettings(
                host=HOST,
                port=relay.port,
                tls=TlsMode(request.param),
                timeout=5,
                username="forum",
                password=SecretStr("secret"),
            ),
        )


def test_a_trusted_certificate_and_a_login_get_through(
    tls: tuple[Relay, MailSettings], certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay, settings = tls
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    with SmtpMailer(settings).connection() as connection:
        connection.envelope(SENDER, GOOD)
        connection.data(MESSAGE)
    assert relay.stored(GOOD) == [MESSAGE]


def test_an_unknown_certificate_stops_everything(tls: tuple[Relay, MailSettings]) -> None:
    relay, settings = tls
    assert "CERTIFICATE" in str(_unreachable(settings))
    assert relay.tries == {}


def test_a_certificate_for_another_name_stops_everything(
    tls: tuple[Relay, MailSettings], certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, settings = tls
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    assert "certificate" in str(_unreachable(settings.model_copy(update={"host": "localhost"})))


def test_a_wrong_password_is_not_repeated(
    tls: tuple[Relay, MailSettings], certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, settings = tls
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    wrong = settings.model_copy(update={"password": SecretStr("swordfish")})
    error = _unreachable(wrong)
    assert "535" in str(error)
    assert "swordfish" not in str(error)


def test_a_relay_that_never_says_goodbye_leaves_no_socket_behind(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    gone = Event()

    def serve(listener: socket) -> None:
        accepted, _ = listener.accept()
        with certificate.context.wrap_socket(accepted, server_side=True) as connection:
            connection.sendall(b"220 relay.example\r\n")
            assert connection.recv(1024) == b"QUIT\r\n"
            connection.sendall(b"221 bye\r\n")
            # TLS asks for an answer to the end of the connection: there is none.
            gone.wait(30)

    with create_server((HOST, 0)) as listener, ThreadPoolExecutor(1) as pool:
        served = pool.submit(serve, listener)
        settings = _settings(listener.getsockname()[1], tls=TlsMode.IMPLICIT)
        with SmtpMailer(settings).connection():
            pass
        gc.collect()
        gone.set()
        served.result()
    assert [warning.message for warning in recwarn] == []


def test_a_relay_that_wants_a_login_refuses_us_not_the_recipient(tmp_path: Path) -> None:
    with (
        smtp_servers.running(tmp_path, accounts={"a": "b"}) as relay,
        SmtpMailer(_settings(relay.port)).connection() as connection,
        pytest.raises(RelayUnreachable),
    ):
        connection.envelope(SENDER, GOOD)


def test_every_failure_at_once_through_the_outbox(
    db: Database, put: Put, relay: Relay, reload: Callable[[Dispatch], Dispatch], now: datetime
) -> None:
    """One batch meets every behaviour; the witness then clears what did arrive."""
    rows = {
        address: put(key=address, address=address) for address in [GOOD, *BEHAVIOURS, "z@x.example"]
    }
    mailer = SmtpMailer(_settings(relay.port, timeout=0.2))

    def send(at: datetime) -> DispatchReport:
        return dispatch_due(
            db, mailer=mailer, attachments=lambda _: b"", now=at, owner="test", witness=None
        )

    report = send(now)
    assert report == DispatchReport(
        recovered=RecoveryReport(), accepted=3, retried=3, failed=2, uncertain=3
    )
    status = {address: reload(row).status for address, row in rows.items()}
    assert status == {
        GOOD: Status.ACCEPTED,
        CLOSING: Status.ACCEPTED,
        "z@x.example": Status.ACCEPTED,
        GREYLISTED: Status.QUEUED,
        LATER: Status.QUEUED,
        CUT: Status.QUEUED,
        NO_SUCH: Status.FAILED,
        REFUSED: Status.FAILED,
        CUT_INSIDE: Status.UNCERTAIN,
        CUT_AFTER: Status.UNCERTAIN,
        HANG: Status.UNCERTAIN,
    }
    assert reload(rows[NO_SUCH]).last_error == "550 5.1.1 no such mailbox"
    greylisted = reload(rows[GREYLISTED]).next_attempt_at
    assert greylisted is not None
    assert greylisted - now >= timedelta(minutes=5)

    assert recover(db, witness=JournalWitness(relay.journal), now=now).seen == 2
    assert reload(rows[CUT_AFTER]).status is Status.ACCEPTED
    assert reload(rows[CUT_INSIDE]).status is Status.UNCERTAIN

    send(now + timedelta(hours=1))
    send(now + timedelta(hours=2))
    assert reload(rows[GREYLISTED]).status is Status.ACCEPTED
    for address in rows:
        assert len(relay.stored(address)) == (reload(rows[address]).status is Status.ACCEPTED)
    [raw] = relay.stored(GOOD)
    assert message_from_bytes(raw, policy=policy.default)["Message-ID"] == rows[GOOD].message_id
