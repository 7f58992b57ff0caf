"""Open places of a panel (빈자리): the pool and the quotas of a draw for them, and the drawn people's seats."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.documents import FileStore
from gongmun.errors import GongmunError
from gongmun.ledger import Actor
from gongmun.surveys.fieldwork.rotation import drawn_from
from gongmun.surveys.panels import queries
from gongmun.surveys.panels.enrolling import DrawNotVerified
from gongmun.surveys.panels.models import Panel, PanelKind, Standing
from gongmun.surveys.panels.pool import Pool, assemble
from gongmun.surveys.panels.publishing import (
    DRAW,
    LOTTERY,
    POOL,
    read_draw,
    read_lottery,
    read_pool_file,
)
from gongmun.surveys.panels.quotas import Quotas
from gongmun.surveys.panels.rotating import to_fill
from gongmun.surveys.panels.verifying import verify


class NoOpenPlaces(GongmunError):
    """A panel of which every seat is taken, or that was not drawn."""

    code = "surveys.no_open_places"
    ko = "'{panel}'에 새로 추첨할 빈자리가 없습니다."
    en = "'{panel}' has no open places to draw for."


class DrawOutdated(GongmunError):
    """A draw that is not one for the places that are open today."""

    code = "surveys.draw_outdated"
    ko = (
        "이 추첨은 지금 '{panel}'의 빈자리와 맞지 않습니다. 'gongmun panel places'로 명단과 할당을 다시 만들어 추첨해 "
        "주십시오."
    )
    en = "This draw does not fit the places of '{panel}' that are open now. Make them anew by `gongmun panel places` and draw again."


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """What a draw for the open places begins from; `quotas.size` is their number."""

    pool: Pool
    quotas: Quotas


def open_places(db: Database, code: str, *, store: FileStore, now: datetime) -> Places:
    """The candidates and reserves who may be seated today, and the quotas of the open places.

    Raises:
        NotFound: there is no such panel.
        NoOpenPlaces: no seat is free.
        StoredFileMissing: the files of its draw are not in the store.
    """
    with db.reading() as session:
        panel = queries.panel(session, code)
        return _places(session, panel, store, now)


def seat(
    db: Database, code: str, files: Mapping[str, bytes], *, store: FileStore, now: datetime
) -> int:
    """Give the seats to those who were drawn for the open places, by the four published files; how many.

    Raises:
        DrawNotVerified: it does not follow from its files.
        DrawOutdated: it was drawn from another pool, or by other quotas, than those of today.
        NoOpenPlaces, NotFound, StoredFileMissing: as `open_places`.
    """
    for check in verify(files):
        if not check.passed:
            raise DrawNotVerified(what_ko=check.name.ko, what_en=check.name.en)
    pool = read_pool_file(files[POOL])
    lottery, drawn = read_lottery(files[LOTTERY], pool), read_draw(files[DRAW]).draw
    with db.transaction() as session:
        panel = queries.panel(session, code, lock=True)
        places = _places(session, panel, store, now)
        if (pool, lottery.lottery.quotas) != (places.pool, places.quotas):
            raise DrawOutdated(panel=code)
        members = queries.numbered(session, panel.id, drawn.members)
        for number, member in members.items():
            member.standing, member.left_at = Standing.SELECTED, None
            member.chance = lottery.chances[number]
        # By which draw they sit there, for whoever asks.
        kept = {name: store.put(content) for name, content in files.items()}
        ledger.record(
            session,
            "panel.places_filled",
            subject=("panel", panel.id),
            now=now,
            actor=Actor.COORDINATOR,
            members=sorted(member.id for member in members.values()),
            files=kept,
        )
        return len(members)


def _places(session: Session, panel: Panel, store: FileStore, now: datetime) -> Places:
    if panel.kind is not PanelKind.DRAWN:
        raise NoOpenPlaces(panel=panel.code)
    pool, quotas = drawn_from(panel, store)
    members = queries.members(session, panel.id, frozenset(Standing))
    staying = {each.number for each in members if each.standing is Standing.SELECTED}
    left, others = to_fill(quotas, pool, staying)
    if left.size <= 0:
        raise NoOpenPlaces(panel=panel.code)
    resting = queries.resting_members(session, panel.id, seoul_date(now))
    out = (
        pool.with_households(resting)
        | {each.number for each in queries.dropped_out(session, panel.id)}
        # Who has withdrawn, or whose data were deleted: a seat for him would stay empty.
        | {each.number for each in members if each.person_id is None}
    )
    return Places(
        # As a file that is read again numbers its households.
        pool=assemble(
            others.features,
            (
                (person.id, person.traits, person.address)
                for person in others.people
                if person.id not in out
            ),
        ),
        quotas=left,
    )
