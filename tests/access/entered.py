"""The way in, from the mail to the session, as somebody who reads the mailbox goes it."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from gongmun.access import entering, sessions, tokens
from gongmun.access.models import AccessLink
from gongmun.access.sessions import Officer
from gongmun.documents import Document
from gongmun.documents.models import DocumentKind
from tests.world import World

PORTAL = "https://check.participation.example"
IP = "192.0.2.7"
_LINK = re.compile(re.escape(PORTAL) + r"/([ap])/([A-Za-z0-9_-]{43})(?![A-Za-z0-9_-])")
_CODE = re.compile(r"인증번호: (\d{6})$", re.MULTILINE)


def text_of(world: World, index: int = -1) -> str:
    """The text of a mail that was sent."""
    body = world.sent()[index][1].get_body()
    assert body is not None
    return str(body.get_content())


def token_in(text: str) -> str:
    """The token of the link in a mail."""
    found = _LINK.search(text)
    assert found is not None, text
    return found[2]


def code_in(text: str) -> str:
    """The six digits in a mail."""
    found = _CODE.search(text)
    assert found is not None, text
    return found[1]


def other_than(code: str) -> str:
    """Another code."""
    return f"{(int(code) + 1) % 1_000_000:06}"


@dataclass(kw_only=True)
class Visit:
    """A browser on its way in. `token` is of a link, `check_code` in print: one of them."""

    world: World
    token: str | None = None
    check_code: str | None = None
    ip: str = IP
    browser: str = ""

    def ask(self, now: datetime | None = None) -> entering.Asked:
        """Ask for a code; nothing is sent yet."""
        self.browser = tokens.new()
        return entering.ask_code(
            self.world.db,
            token=self.token,
            check_code=self.check_code,
            browser=self.browser,
            ip=self.ip,
            now=now or self.world.now,
        )

    def code(self, now: datetime | None = None) -> str:
        """Ask for a code, and read it in the mailbox."""
        self.ask(now)
        self.world.dispatch(now)
        return code_in(text_of(self.world))

    def enter(self, code: str, now: datetime | None = None) -> str:
        """Type a code; the session's secret."""
        return entering.enter_code(
            self.world.db, browser=self.browser, code=code, ip=self.ip, now=now or self.world.now
        )

    def officer(self, secret: str, now: datetime | None = None) -> Officer | None:
        """Who holds the session."""
        return sessions.officer(self.world.db, secret, now=now or self.world.now)


def visits(world: World, *topics: str) -> list[Visit]:
    """A forum whose outcomes went out, and a visitor with the link of each mail."""
    world.dispatched(*topics)
    return [Visit(world=world, token=token_in(text_of(world, i))) for i in range(len(world.sent()))]


def documents(world: World) -> list[Document]:
    """The outcome documents, in the order of their mails."""
    with world.db.reading() as session:
        of_kind = select(Document).where(Document.kind == DocumentKind.OUTCOME)
        return list(session.scalars(of_kind.order_by(Document.id)))


def links(world: World) -> list[AccessLink]:
    """All links."""
    with world.db.reading() as session:
        return list(session.scalars(select(AccessLink).order_by(AccessLink.id)))
