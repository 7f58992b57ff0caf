"""What has to answer for the work to go on: relay, inbox, scanner of files, Prefect's server."""

import base64
import json
import os
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from functools import lru_cache
from http import HTTPStatus
from http.client import HTTPException

from gongmun import prefect_login
from gongmun.answers.scanning import Scanner
from gongmun.errors import GongmunError
from gongmun.health.checks import Check, Subject
from gongmun.mail.mailbox import Mailbox
from gongmun.mail.mailer import Mailer
from gongmun.settings import Settings
from gongmun.text import Bilingual

RELAY = Subject(code="relay", name=Bilingual(ko="메일 중계 서버", en="mail relay"))
INBOX = Subject(code="inbox", name=Bilingual(ko="수신함", en="inbox"))
SCANNER = Subject(code="scanner", name=Bilingual(ko="파일 검사", en="scanner of files"))
PREFECT = Subject(code="prefect", name=Bilingual(ko="Prefect 서버", en="Prefect's server"))
LOGIN = Subject(code="prefect_login", name=Bilingual(ko="Prefect 로그인", en="login to Prefect"))
PAGE = Subject(code="prefect_page", name=Bilingual(ko="Prefect 화면", en="Prefect's page"))
_URL = "PREFECT_API_URL"
_PATIENCE = 10  # seconds
# No connection, no HTTP, no JSON.
_NO_ANSWER = (OSError, HTTPException, ValueError)
# For what the portal is asked by whoever watches it.
_SHORT_PATIENCE = 1
_LOOKED_SECONDS = 30


def relay(mailer: Mailer, settings: Settings) -> Iterator[Check]:
    """Whether the relay takes our connection, certificate and login; nothing is sent."""
    try:
        with mailer.connection():
            pass
    except GongmunError as error:
        yield RELAY.refused(error)
        return
    where = f"{settings.mail.host}:{settings.mail.port}"
    yield RELAY.well(f"연결됩니다: {where}", f"takes our connection: {where}")


def relay_listens(settings: Settings) -> Iterator[Check]:
    """Whether anything listens where the relay should be. Anybody may ask the portal: it looks twice a minute at most."""
    mail = settings.mail
    where = f"{mail.host}:{mail.port}"
    if _listens(mail.host, mail.port, int(time.monotonic() // _LOOKED_SECONDS)):
        yield RELAY.well(f"응답합니다: {where}", f"answers: {where}")
    else:
        yield RELAY.wrong(
            Bilingual(ko=f"응답하지 않습니다: {where}", en=f"does not answer: {where}"),
            Bilingual(
                ko="'gongmun doctor'로 사유를 확인해 주십시오.", en="See why with `gongmun doctor`."
            ),
        )


@lru_cache(maxsize=1)
def _listens(host: str, port: int, _window: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=_SHORT_PATIENCE):
            return True
    except OSError:
        return False


def inbox(mailbox: Mailbox | None) -> Iterator[Check]:
    """Whether the mailbox of the replies can be opened; no mail is fetched."""
    if mailbox is None:
        yield INBOX.care(
            Bilingual(ko="회신 메일을 수집하지 않습니다.", en="Replies by mail are not collected."),
            Bilingual(
                ko="GONGMUN_INBOX__ADDRESS 와 __HOST(또는 __MAILDIR)를 지정해 주십시오.",
                en="Set GONGMUN_INBOX__ADDRESS, and __HOST or __MAILDIR.",
            ),
        )
        return
    try:
        # Every mail is said to be known: the folder is opened and listed, and that is all.
        next(mailbox.new(lambda *_: True), None)
    except GongmunError as error:
        yield INBOX.refused(error)
        return
    yield INBOX.well("열립니다.", "can be opened")


def scanner(scanner: Scanner | None) -> Iterator[Check]:
    """Whether clamd answers, where the settings name one."""
    if scanner is None:
        yield SCANNER.care(
            Bilingual(
                ko="받은 파일의 악성코드를 검사하지 않습니다.",
                en="Files that come in are not scanned.",
            ),
            Bilingual(
                ko="ClamAV를 설치하고 GONGMUN_PORTAL__CLAMD 를 지정해 주십시오.",
                en="Install ClamAV and set GONGMUN_PORTAL__CLAMD.",
            ),
        )
        return
    try:
        scanner.finding(b"gongmun doctor")
    except GongmunError as error:
        yield SCANNER.refused(error)
        return
    yield SCANNER.well("응답합니다.", "answers")


def prefect(settings: Settings, environment: Mapping[str, str] = os.environ) -> Iterator[Check]:
    """Whether Prefect's server answers whoever says the login that is known here."""
    url = environment.get(_URL)
    if not url:
        yield PREFECT.care(
            Bilingual(
                ko="PREFECT_API_URL이 지정되지 않아 확인하지 못했습니다.",
                en="Not examined: PREFECT_API_URL is not set here.",
            ),
            Bilingual(
                ko="make up 이 알려 주는 export 줄을 이 터미널에 붙여 넣어 주십시오.",
                en="Paste the export lines that `make up` prints into this terminal.",
            ),
        )
        return
    try:
        known = prefect_login.find(settings.prefect_login, environment)
        _asked(f"{url}/admin/version", known, _PATIENCE)
    except GongmunError as error:
        yield PREFECT.refused(error)
    except urllib.error.HTTPError as error:
        yield PREFECT.wrong(
            Bilingual(ko=f"{url}: {error.code} 응답", en=f"{url} answered {error.code}"),
            _SAME_LOGIN,
        )
    except _NO_ANSWER as error:
        yield PREFECT.wrong(
            Bilingual(
                ko=f"응답하지 않습니다: {url}({type(error).__name__})",
                en=f"does not answer: {url} ({type(error).__name__})",
            ),
            Bilingual(
                ko="make up 또는 서버의 서비스가 실행 중인지, 기록(logs/server.log)에 무엇이 있는지 확인해 주십시오.",
                en="Check that `make up` or the server's unit runs, and what logs/server.log says.",
            ),
        )
    else:
        yield PREFECT.well(f"응답합니다: {url}", f"answers: {url}")


_SAME_LOGIN = Bilingual(
    ko="이 터미널의 GONGMUN_VAR(또는 PREFECT_API_AUTH_STRING)가 서버와 같은지, 로그인 파일을 바꾼 뒤 make up 을 다시 "
    "실행하였는지 확인해 주십시오.",
    en="Check that GONGMUN_VAR (or PREFECT_API_AUTH_STRING) here is the server's, and that `make up` was started again "
    "if the login was changed.",
)


def page(environment: Mapping[str, str] = os.environ) -> Iterator[Check]:
    """Whether the server shows its page, where coordinators decide; nothing where it does not answer at all."""
    url = environment.get(_URL)
    if not url:
        return
    shown = f"{url.rstrip('/').removesuffix('/api')}/"
    try:
        with urllib.request.urlopen(shown, timeout=_PATIENCE):  # noqa: S310
            yield PAGE.well(f"열립니다: {shown}", f"opens: {shown}")
    except urllib.error.HTTPError as error:
        yield PAGE.wrong(
            Bilingual(
                ko=f"열리지 않습니다: {shown}({error.code} 응답)",
                en=f"does not open: {shown} answered {error.code}",
            ),
            Bilingual(
                ko="서버를 make up 이나 'python -m deployments.prefect_server'로 실행하고, PREFECT_HOME 폴더에 쓸 수 있는지 "
                "확인해 주십시오. 서버는 그 안의 ui 폴더에 화면을 둡니다.",
                en="Start the server by `make up` or `python -m deployments.prefect_server`, and see that it may write to "
                "PREFECT_HOME: it keeps its page in the folder ui there.",
            ),
        )
    except _NO_ANSWER:
        return


def login(environment: Mapping[str, str] = os.environ) -> Iterator[Check]:
    """Whether Prefect's server asks who is there; nothing where it does not answer, which is told by `prefect`."""
    url = environment.get(_URL)
    if not url:
        return
    try:
        _asked(f"{url}/admin/version", None, _SHORT_PATIENCE)
    except urllib.error.HTTPError as error:
        if error.code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            yield LOGIN.well("로그인을 요구합니다.", "asks for a login")
    except _NO_ANSWER:
        return
    else:
        yield LOGIN.care(
            Bilingual(
                ko=f"인증이 꺼져 있습니다. 접속할 수 있는 사람은 누구나 승인할 수 있습니다: {url}",
                en=f"There is no login: whoever reaches it can approve: {url}",
            ),
            Bilingual(
                ko="서버를 make up 이나 'python -m deployments.prefect_server'로 실행해 주십시오. 다르게 실행한다면 "
                "PREFECT_SERVER_API_AUTH_STRING 을 지정해 주십시오.",
                en="Start the server by `make up` or `python -m deployments.prefect_server`; where it is started "
                "otherwise, set PREFECT_SERVER_API_AUTH_STRING.",
            ),
        )


def _asked(url: str, login: str | None, seconds: float) -> object:
    request = urllib.request.Request(url)  # noqa: S310  (http or https, by the setting)
    if login:
        token = base64.b64encode(login.encode()).decode()
        request.add_header("Authorization", f"Basic {token}")
    with urllib.request.urlopen(request, timeout=seconds) as answer:  # noqa: S310
        return json.load(answer)
