"""An officer who is logged in, without the way to it: that is tested in test_entering.py."""

import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from httpx import Client, Response

from gongmun.access import entering, queries, sessions, tokens
from gongmun.access.sessions import Officer
from gongmun.db import Base, Database
from gongmun.documents import LocalStore
from gongmun.documents import queries as document_queries
from gongmun.portal import create
from gongmun.portal.guards import SESSION_COOKIE
from tests.portal.served import served
from tests.world import World


class CopiedWorld(World):
    """A world in a copy of another one's folder: what was loaded there is here as well."""

    def __post_init__(self) -> None:
        """Take the store over."""
        self.store = LocalStore(self.folder / "documents")


def prepare(folder: Path, now: datetime, *topics: str) -> Sequence[str]:
    """A world with a dispatched suggestion of each topic, to be copied: it takes seconds to make.

    Returns the texts of the mails that left, in order of their recipients.
    """
    db = Database(f"sqlite:///{folder / 'gongmun.db'}")
    Base.metadata.create_all(db.engine)
    world = World(db=db, folder=folder, now=now)
    world.dispatched(*topics)
    db.dispose()
    return texts(world)


def texts(world: World) -> Sequence[str]:
    """The texts of all mail that has left, in order."""
    return [str(mail.get_body(("plain",))) for _, mail in world.sent()]


@contextmanager
def copied(prepared: Path, folder: Path, now: datetime) -> Iterator[World]:
    """A world of its own, as `prepare` left it."""
    shutil.copytree(prepared, folder, dirs_exist_ok=True)
    db = Database(f"sqlite:///{folder / 'gongmun.db'}")
    yield CopiedWorld(db=db, folder=folder, now=now)
    db.dispose()


def session_of(world: World, *document_ids: int, now: datetime | None = None) -> str:
    """The secret of a session for these documents, which are of one ministry."""
    now, browser = now or world.now, secrets.token_hex(16)
    with world.db.reading() as session:
        check_code = document_queries.by_id(session, document_ids[0]).check_code
    entering.ask_code(world.db, check_code=check_code, browser=browser, ip="192.0.2.1", now=now)
    with world.db.transaction() as session:
        code = queries.code_of_browser(session, tokens.hash_of(browser))
        assert code is not None
        code.document_ids = list(document_ids)
        return sessions.begin(session, code, now=now)


def officer_of(world: World, *document_ids: int) -> Officer:
    """Who holds such a session."""
    found = sessions.officer(world.db, session_of(world, *document_ids), now=world.now)
    assert found is not None
    return found


class Browser:
    """A browser without eyes, in which an officer is logged in; it follows no redirects."""

    def __init__(self, client: Client, secret: str) -> None:
        # Set by hand: the cookie is for TLS only, which the loopback does without.
        client.headers["cookie"] = f"{SESSION_COOKIE}={secret}"
        self.client = client
        self._csrf = ""

    def get(self, path: str, **query: str) -> Response:
        """A page."""
        return self.client.get(path, params=query or None)

    def follow(self, answer: Response) -> Response:
        """The page that an answer leads to."""
        assert answer.status_code == 303, answer.text
        return self.client.get(answer.headers["location"])

    def post(
        self,
        path: str,
        data: Mapping[str, str] | None = None,
        *,
        files: Sequence[tuple[str, tuple[str, bytes]]] = (),
        csrf: str | None = None,
    ) -> Response:
        """A form of ours sent in, with the token of the session."""
        fields = {"csrf": self.csrf() if csrf is None else csrf, **(data or {})}
        return self.client.post(path, data=fields, files=list(files) or None)

    def csrf(self) -> str:
        """The token of the session's forms, as any page has it."""
        if not self._csrf:
            page = self.client.get(self.page).text
            found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
            assert found is not None
            self._csrf = found[1]
        return self._csrf

    page = "/m"


@contextmanager
def browsing(
    world: World, *document_ids: int, now: Callable[[], datetime] | None = None
) -> Iterator[Browser]:
    """A browser logged in for these documents."""
    secret = session_of(world, *document_ids)
    app = create(world.db, store=world.store, now=now or (lambda: world.now))
    with served(app) as client:
        browser = Browser(client, secret)
        browser.page = f"/m/{document_ids[0]}"
        yield browser
