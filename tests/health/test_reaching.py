"""Relay, inbox, scanner and Prefect's server, there and not there."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gongmun.answers.scanning import ClamdScanner
from gongmun.health import Check, Standing, reaching
from gongmun.mail.maildir import MaildirMailbox
from gongmun.mail.smtp import SmtpMailer
from gongmun.settings import MailSettings, Settings, TlsMode
from tests import smtp_servers
from tests.prefect_stub import prefect

LOGIN = "coordinator:secret"


def relay_of(port: int) -> Check:
    mail = MailSettings(host="127.0.0.1", port=port, tls=TlsMode.NONE, test_relay=True, timeout=5)
    (check,) = reaching.relay(SmtpMailer(mail), Settings(mail=mail, _env_file=None))
    return check


def test_a_relay_that_answers_and_one_that_is_gone(tmp_path: Path) -> None:
    with smtp_servers.running(tmp_path) as relay:
        assert relay_of(relay.port).standing is Standing.WELL
        port = relay.port
        assert not relay.stored("anybody@ministry.example")
    gone = relay_of(port)
    assert gone.standing is Standing.WRONG
    assert "GONGMUN_MAIL__" in gone.found.ko


def test_an_inbox(tmp_path: Path) -> None:
    (check,) = reaching.inbox(None)
    assert check.standing is Standing.CARE
    for folder in ("cur", "new", "tmp"):
        (tmp_path / "box" / folder).mkdir(parents=True)
    (tmp_path / "box" / "new" / "1.mail").write_bytes(b"Subject: x\r\n\r\nx\r\n")
    (check,) = reaching.inbox(MaildirMailbox(tmp_path / "box"))
    assert check.standing is Standing.WELL
    (check,) = reaching.inbox(MaildirMailbox(tmp_path / "none"))
    assert check.standing is Standing.WRONG


def test_a_scanner() -> None:
    (check,) = reaching.scanner(None)
    assert check.standing is Standing.CARE
    (check,) = reaching.scanner(ClamdScanner("127.0.0.1:1", seconds=2))
    assert check.standing is Standing.WRONG


def asked(var: Path, **environment: str) -> Check:
    (check,) = reaching.prefect(Settings(var=var, _env_file=None), environment)
    assert LOGIN not in str(check)
    return check


def test_prefects_server(tmp_path: Path) -> None:
    assert asked(tmp_path).standing is Standing.CARE
    with prefect(LOGIN) as url:
        here = {"PREFECT_API_URL": url}
        assert asked(tmp_path, **here, PREFECT_API_AUTH_STRING=LOGIN).standing is Standing.WELL
        check = asked(tmp_path, **here, PREFECT_API_AUTH_STRING="x:wrong")
        assert check.standing is Standing.WRONG
        assert "401" in check.found.en
        assert "wrong" not in str(check.found) + str(check.remedy)
        assert asked(tmp_path, **here).standing is Standing.WRONG
        (tmp_path / "prefect-login").write_text(f"{LOGIN}\n")
        assert asked(tmp_path, **here).standing is Standing.WELL
        (tmp_path / "prefect-login").write_text("nothing\n")
        check = asked(tmp_path, **here)
        assert check.standing is Standing.WRONG
        assert str(tmp_path) in check.found.ko
        (tmp_path / "prefect-login").unlink()
    gone = asked(tmp_path, PREFECT_API_URL=url)
    assert gone.standing is Standing.WRONG
    assert "make up" in (gone.remedy.en if gone.remedy else "")


def test_a_server_that_asks_nobody_is_told() -> None:
    with prefect(LOGIN) as url:
        (check,) = reaching.login({"PREFECT_API_URL": url, "PREFECT_API_AUTH_STRING": LOGIN})
        assert check.standing is Standing.WELL
    with prefect(None) as url:
        (check,) = reaching.login({"PREFECT_API_URL": url, "PREFECT_API_AUTH_STRING": LOGIN})
        assert check.standing is Standing.CARE
        assert "인증이 꺼져 있습니다" in check.found.ko
    # One that is gone is another check's to tell.
    assert list(reaching.login({"PREFECT_API_URL": url})) == []
    assert list(reaching.login({})) == []


@contextmanager
def no_http() -> Iterator[str]:
    """Something that takes connections and speaks another language; its address."""

    class Talking(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.rfile.readline()
            self.wfile.write(b"220 ready\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talking) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/api"
        finally:
            server.shutdown()
            thread.join()


def test_what_is_no_server_of_prefects_is_a_sentence(tmp_path: Path) -> None:
    with no_http() as url:
        assert asked(tmp_path, PREFECT_API_URL=url).standing is Standing.WRONG
        assert list(reaching.page({"PREFECT_API_URL": url})) == []
        assert list(reaching.login({"PREFECT_API_URL": url})) == []


def test_a_server_without_its_page_is_told() -> None:
    with prefect(LOGIN) as url:
        (check,) = reaching.page({"PREFECT_API_URL": url})
        assert check.standing is Standing.WELL
        assert check.found.en.endswith(url.removesuffix("api"))
    with prefect(LOGIN, has_page=False) as url:
        (check,) = reaching.page({"PREFECT_API_URL": url})
        assert check.standing is Standing.WRONG
        assert "404" in check.found.en
        assert "PREFECT_HOME" in (check.remedy.ko if check.remedy else "")
    # One that is gone is another check's to tell.
    assert list(reaching.page({"PREFECT_API_URL": url})) == []
    assert list(reaching.page({})) == []
