"""The demo's officers: each has a mailbox and a browser, and answers for one ministry through the portal.

They use what a mail gives them and nothing else: its link, the code in the next mail, the forms of the pages.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from deployments.demo.mailbox import mails, text_of
from gongmun.errors import GongmunError

_LINK = re.compile(r"https?://\S+/a/[A-Za-z0-9_-]+")
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")

# Field names and their texts; files with their names.
Fields = Mapping[str, str]
Files = Mapping[str, tuple[str, bytes]]


class PortalRefused(GongmunError):
    """A page of the portal did not do what the story expects."""

    code = "demo.portal_refused"
    ko = "시연의 담당자가 포털에서 처리하지 못했습니다({path}, 응답 {status})."
    en = "An officer of the demo could not go on at {path} (answer {status})."


class Officer:
    """One officer with one browser. `deliver` brings mail that waits in the outbox to the mailboxes."""

    def __init__(
        self, client: httpx.Client, mailboxes: Path, address: str, deliver: Callable[[], object]
    ) -> None:
        self._client = client
        self._mailboxes = mailboxes
        self._address = address
        self._deliver = deliver
        # Kept by hand: a library does not send a secure cookie to a server without TLS, which a
        # browser does on the machine itself.
        self._cookies: dict[str, str] = {}

    def enter(self, number: str) -> str:
        """Open the link of the newest mail about a document, enter the code; the document's page."""
        about = [m for m in mails(self._mailboxes, self._address) if number in str(m["Subject"])]
        link = next(filter(None, (_LINK.search(text_of(mail)) for mail in reversed(about))))
        path = urlsplit(link[0]).path
        self._get(path)
        self._post(path, {})
        self._deliver()
        mail = mails(self._mailboxes, self._address)[-1]
        code = _CODE.search(text_of(mail))
        assert code is not None
        return self._post("/enter", {"code": code[0]})

    def send(self, path: str, fields: Fields, files: Files | None = None) -> str:
        """Fill in the form at `path` and send it; the page that follows."""
        token = _hidden(self._get(path))
        return self._post(path, {**token, **fields}, files)

    def post(self, path: str, fields: Fields, form_at: str) -> str:
        """Send a form that stands on the page `form_at`; the page that follows."""
        return self._post(path, {**_hidden(self._get(form_at)), **fields})

    def get(self, path: str) -> str:
        """A page."""
        return self._get(path)

    def _get(self, path: str) -> str:
        return self._page(path, self._client.get(path, headers=self._headers()))

    def _post(self, path: str, fields: Fields, files: Files | None = None) -> str:
        answer = self._client.post(path, data=fields, files=files, headers=self._headers())
        for cookie in answer.headers.get_list("set-cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        return self._page(path, answer)

    def _page(self, path: str, answer: httpx.Response) -> str:
        if answer.status_code == httpx.codes.SEE_OTHER:
            return self._get(answer.headers["location"])
        if answer.status_code != httpx.codes.OK:
            raise PortalRefused(path=path, status=answer.status_code)
        return answer.text

    def _headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}


@contextmanager
def browser(url: str) -> Iterator[httpx.Client]:
    """What all officers reach the portal with, for the block."""
    with httpx.Client(base_url=url, timeout=60) as client:
        yield client


class _Hidden(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("type") == "hidden" and given.get("name"):
            self.fields[str(given["name"])] = given.get("value") or ""


def _hidden(page: str) -> Fields:
    """The hidden fields of a page's forms."""
    parser = _Hidden()
    parser.feed(page)
    return parser.fields
