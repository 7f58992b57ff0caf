"""Examine the installation: all of it for an operator, what changes by itself for a machine that watches."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun.db import Database
from gongmun.errors import GongmunError
from gongmun.health import configured, printing, reaching, restored, storing, sweeping, telling
from gongmun.health.checks import Check, Standing
from gongmun.settings import Settings


def examine_all(settings: Settings, db: Database, now: datetime) -> Sequence[Check]:
    """Everything, most basic first; it may take as long as a relay takes to answer."""
    # Its parts bring pyHanko and imap-tools with them, which a watched portal does not need.
    from gongmun import wiring

    basic = _basic(settings, db, now)
    return [
        *basic,
        *storing.buckets(settings),
        *storing.private_files(settings),
        *printing.signing(settings, wiring.signer, now),
        *reaching.relay(wiring.mailer(), settings),
        *reaching.inbox(wiring.inbox()),
        *reaching.scanner(wiring.scanner()),
        *reaching.prefect(settings),
        *reaching.page(),
        *configured.configured(settings),
        *(
            _of_rows(db, lambda session: telling.coordinators(session, settings))
            if _is_there(basic)
            else ()
        ),
    ]


def _is_there(found: Sequence[Check]) -> bool:
    """Whether there are tables to look into; a server that hangs is not waited for once more."""
    subjects = (storing.DATABASE.code, storing.MIGRATIONS.code)
    return all(each.standing is Standing.WELL for each in found if each.code in subjects)


def _of_rows(db: Database, look: Callable[[Session], Iterable[Check]]) -> Sequence[Check]:
    """What is found in the tables, or that they cannot be read: all else is examined just the same."""
    try:
        with db.reading() as session:
            return tuple(look(session))
    except GongmunError as error:
        return (storing.DATABASE.refused(error),)


def examine(settings: Settings, db: Database, now: datetime) -> Sequence[Check]:
    """What goes wrong while the installation runs, and costs little to look at.

    Database, sweeps, disk, libraries and fonts of the print, the relay, and whether Prefect's server is open to everybody.
    """
    return [*_basic(settings, db, now), *reaching.relay_listens(settings)]


def _basic(settings: Settings, db: Database, now: datetime) -> Sequence[Check]:
    found = list(storing.database(db))
    if _is_there(found):
        found += _of_rows(
            db, lambda session: (*sweeping.sweeps(session, now), *restored.restored(session))
        )
    return [
        *found,
        *storing.disk(settings),
        *printing.libraries(),
        *printing.fonts(settings.templates),
        *reaching.login(),
    ]
