"""Empty: what `gongmun setup` has loaded by itself makes room for a backup; what a person did never does.

Containers run `gongmun setup` before anything else can be run in them, so that no database there is ever quite empty.
"""

from collections.abc import Collection

from sqlalchemy import Connection, delete, func, select

from gongmun import ledger
from gongmun.briefing.models import Alarm
from gongmun.db import Base
from gongmun.db.sweeps import Sweep
from gongmun.errors import GongmunError
from gongmun.ledger.models import LedgerEvent, LedgerHead
from gongmun.organisations.loader import LOADED, LOADED_EVENTS

# Filled by a load, and by sweeps that found nothing to do: an alarm of anything else names a row that counts.
_ROWS: Collection[type[Base]] = (*LOADED.values(), Sweep, Alarm, LedgerHead)
_OF_ITSELF = {row.__table__ for row in _ROWS}
_EVENTS = LedgerEvent.__table__


class InstallationNotEmpty(GongmunError):
    """There is something here that a restore would mix with the backup."""

    code = "backups.not_empty"
    ko = (
        "이미 자료가 있는 곳에는 복원하지 않습니다({table}: {count}건). 비어 있거나 'gongmun setup'만 실행한 데이터베이스를 "
        "GONGMUN_DATABASE_URL 또는 GONGMUN_VAR 로 지정해 주십시오."
    )
    en = (
        "Not restored: there are rows here already ({table}: {count}). Name by GONGMUN_DATABASE_URL or GONGMUN_VAR a "
        "database that is empty, or in which nothing but `gongmun setup` was run."
    )


def make_empty(connection: Connection) -> None:
    """Take out what is there of itself.

    Raises:
        InstallationNotEmpty: there is something else; nothing was taken out.
    """
    filled = []
    for table in reversed(Base.metadata.sorted_tables):
        counted = select(func.count()).select_from(table)
        if not connection.scalar(counted):
            continue
        filled.append(table)
        if table is _EVENTS:
            counted = counted.where(LedgerEvent.kind.not_in(LOADED_EVENTS))
        elif table in _OF_ITSELF:
            continue
        if count := connection.scalar(counted):
            raise InstallationNotEmpty(table=table.name, count=count)
    if _EVENTS in filled:
        ledger.begin_anew(connection)
    for table in filled:
        if table is not _EVENTS:
            connection.execute(delete(table))
