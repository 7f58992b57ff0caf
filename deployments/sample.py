"""The sample: 40 real citizen questions as a forum, and a relay on loopback for the ministries.

`make up SAMPLE=1` uses it to have something to show: a forum that has ended and waits for approval,
and one whose wrap-up is still to come. The demo plays the whole story on it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from deployments.demo import ministries
from gongmun import clock, wiring
from gongmun.db import Database
from gongmun.forums import queries
from gongmun.forums.registering import ForumFile, read_forum, register_forum
from gongmun.settings import PROJECT_ROOT, MailSettings
from gongmun.suggestions import ColumnMapping, import_file

FOLDER = PROJECT_ROOT / "samples" / "citizen_questions"
SUGGESTIONS = FOLDER / "suggestions.csv"
MAPPING = FOLDER / "mapping.toml"
_UPCOMING_AFTER = timedelta(days=14)


@dataclass(frozen=True, kw_only=True, slots=True)
class SampleForums:
    """The two forums: one that ends at the moment asked for, and one two weeks later."""

    ending: ForumFile
    upcoming: ForumFile


def sample_forums(ends_at: datetime) -> SampleForums:
    """The sample's forum with its end moved to `ends_at`, and its next edition."""
    file = read_forum(FOLDER / "forum.toml")
    ending = file.model_copy(update={"starts_at": min(file.starts_at, ends_at), "ends_at": ends_at})
    upcoming = file.model_copy(
        update={
            "code": f"{file.code}-NEXT",
            "title_ko": f"{file.title_ko} (다음 회차)",
            "title_en": f"{file.title_en} (next edition)",
            "starts_at": ends_at,
            "ends_at": ends_at + _UPCOMING_AFTER,
        }
    )
    return SampleForums(ending=ending, upcoming=upcoming)


def load_sample() -> None:
    """Register both forums, the first one just ended, and import its suggestions.

    Run again it does what is still missing, also where an earlier run was killed half-way.
    """
    now = clock.now()
    db = wiring.database()
    forums = sample_forums(now - timedelta(minutes=1))
    forum_id = _registered(db, forums.ending, now)
    _registered(db, forums.upcoming, now)
    import_file(db, SUGGESTIONS, ColumnMapping.load(MAPPING), forum_id=forum_id, now=now)


def _registered(db: Database, file: ForumFile, now: datetime) -> int:
    """The forum's id. One that is there keeps its dates, which this file would move to today."""
    with db.reading() as session:
        forum = queries.forum_by_code(session, file.code)
    return register_forum(db, file, now=now) if forum is None else forum.id


@contextmanager
def sample_relay(
    mailboxes: Path, refuse: frozenset[str] = frozenset(), bounce: frozenset[str] = frozenset()
) -> Iterator[Mapping[str, str]]:
    """A relay on loopback for the block; the environment that makes gongmun use it, and read its inbox."""
    inbox = MailSettings().sender
    ministries.maildir(mailboxes / inbox)
    with ministries.running(mailboxes, refuse, bounce) as port:
        yield {
            "GONGMUN_MAIL__HOST": "127.0.0.1",
            "GONGMUN_MAIL__PORT": str(port),
            "GONGMUN_MAIL__TLS": "none",
            "GONGMUN_MAIL__TEST_RELAY": "true",
            "GONGMUN_MAIL__JOURNAL": str(mailboxes / ministries.JOURNAL),
            "GONGMUN_INBOX__MAILDIR": str(mailboxes / inbox),
            "GONGMUN_INBOX__ADDRESS": inbox,
        }
