"""Enrol a panel (참여단 등록): a draw as it was published, or a list; and the people behind its numbers.

A draw is verified before anybody is enrolled. Who is behind a number comes from a file of its own, which stays in
the office (`id`, `contact` and, if it is known, `name`), or from the open call whose volunteers were drawn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.db.translating import added_once
from gongmun.documents import FileStore
from gongmun.errors import GongmunError
from gongmun.ledger import Actor
from gongmun.surveys.panels import call_queries, queries
from gongmun.surveys.panels.call_draws import refuse_others, take_off_withdrawn
from gongmun.surveys.panels.calls import KEPT, CallRunning, called, ends_at
from gongmun.surveys.panels.categories import COLUMNS, categories, flaws_of
from gongmun.surveys.panels.contacts import CONTACT_COLUMNS, Contact, PeopleInvalid, read_contacts
from gongmun.surveys.panels.lines import read_lines, refuse
from gongmun.surveys.panels.models import Panel, PanelKind, Standing
from gongmun.surveys.panels.publishing import (
    DRAW,
    LOTTERY,
    POOL,
    read_draw,
    read_lottery,
    read_pool_file,
)
from gongmun.surveys.panels.resting import refuse_resting
from gongmun.surveys.panels.verifying import verify
from gongmun.text import Bilingual


class DrawNotVerified(GongmunError):
    """A draw that does not follow from its published files."""

    code = "panels.draw_not_verified"
    ko = "공개한 파일과 맞지 않는 추첨이므로 등록하지 않았습니다({what_ko}). 'gongmun panel verify'로 확인해 주십시오."
    en = (
        "The draw does not follow from its published files, so nobody was enrolled ({what_en}). "
        "See `gongmun panel verify`."
    )


class PanelTaken(GongmunError):
    """Another panel has this code."""

    code = "panels.taken"
    ko = "'{panel}'은(는) 다른 내용으로 이미 등록되어 있습니다. 다른 코드를 지정해 주십시오."
    en = "'{panel}' is enrolled already, with other people. Choose another code."


@dataclass(frozen=True, kw_only=True, slots=True)
class Recruited:
    """How many were invited to volunteer, and how many did; None where nobody counted."""

    invited: int | None = None
    willing: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Enrolled:
    """A panel, whether this call enrolled it, and how many of those who may be asked have no address."""

    panel_id: int
    is_new: bool
    members: int
    reserves: int
    without_contact: int


def enrol_draw(
    db: Database,
    code: str,
    title: Bilingual,
    files: Mapping[str, bytes],
    people: bytes,
    *,
    recruited: Recruited = Recruited(),
    keep_until: date | None = None,
    store: FileStore,
    now: datetime,
) -> Enrolled:
    """Enrol the people of a draw: members, reserves in their order, and all other candidates.

    `files` are the four published ones by name. The same draw again changes nothing. Who the people are is known
    until `keep_until`, two years if it is left out.

    Raises:
        DrawNotVerified: it does not follow from its files.
        PeopleInvalid: the file of contacts has lines to correct.
        PeopleResting: somebody of the pool rests.
        PanelTaken: the code is that of another panel.
        WrittenMeanwhile: somebody else enrols the same at this moment.
    """
    rows = _drawn(files)
    contacts = read_contacts(people, {str(row["number"]) for row in rows})
    kept = {name: store.put(content) for name, content in files.items()}
    with added_once(), db.transaction() as session:
        kind = PanelKind.DRAWN
        panel, is_new = _enrol(
            session, code, title, kind, kept, rows, contacts, recruited, keep_until, now
        )
        return _enrolled(session, panel, is_new=is_new)


def enrol_call(
    db: Database,
    call_code: str,
    files: Mapping[str, bytes],
    *,
    title: Bilingual | None = None,
    store: FileStore,
    now: datetime,
) -> Enrolled:
    """Do the same with a draw from the volunteers of an open call, for the panel that it names.

    The panel has the call's title where `title` is left out.

    Whoever withdrew after the draw is not asked: see `call_draws.take_off_withdrawn`.

    Raises:
        NotFound: there is no such call.
        CallRunning: it takes volunteers still.
        DrawOfOthers: somebody of its pool is no volunteer of the call, nor was one.
        DrawNotVerified, PeopleResting, PanelTaken: as above.
    """
    rows = _drawn(files)
    kept = {name: store.put(content) for name, content in files.items()}
    with db.transaction() as session:
        call = call_queries.call(session, call_code, lock=True)
        if now < ends_at(call):
            raise CallRunning(call=call_code)
        there = called(session, call, now)
        volunteers = call_queries.confirmed_by_number(session, call.id)
        drawn = {str(row["number"]) for row in rows}
        withdrew = drawn - set(volunteers)
        refuse_others(session, call, withdrew)
        contacts = {
            number: Contact(contact=each.contact, name=None, household=each.household)
            for number, each in volunteers.items()
            if number in drawn
        }
        panel, is_new = _enrol(
            session,
            call.panel_code,
            title or there.title,
            PanelKind.DRAWN,
            kept,
            rows,
            contacts,
            Recruited(invited=call.invited, willing=there.willing),
            call.keep_until,
            now,
        )
        if is_new:
            take_off_withdrawn(session, panel, withdrew, store=store, now=now)
        return _enrolled(session, panel, is_new=is_new)


def _drawn(files: Mapping[str, bytes]) -> Sequence[Mapping[str, Any]]:
    """The members of a draw as rows, without the people behind them."""
    for check in verify(files):
        if not check.passed:
            raise DrawNotVerified(what_ko=check.name.ko, what_en=check.name.en)
    pool = read_pool_file(files[POOL])
    lottery, drawn = read_lottery(files[LOTTERY], pool), read_draw(files[DRAW]).draw
    places = {number: place for place, number in enumerate(drawn.reserves, start=1)}
    selected = set(drawn.members)
    return [
        {
            "number": person.id,
            **categories(dict(zip(pool.features, person.traits, strict=True))),
            "standing": _standing(person.id, selected, places),
            "chance": lottery.chances[person.id],
            "reserve": places.get(person.id),
        }
        for person in pool.people
    ]


def enrol_list(
    db: Database,
    code: str,
    title: Bilingual,
    people: bytes,
    *,
    keep_until: date | None = None,
    now: datetime,
) -> Enrolled:
    """Enrol all people of a list: a CSV file with `id` and `contact`, and the categories as far as they are known.

    Who they are is known until `keep_until`, two years if it is left out.

    Raises:
        PeopleInvalid: it has lines to correct.
        PanelTaken: the code is that of another panel.
        WrittenMeanwhile: somebody else enrols the same at this moment.
    """
    contacts = read_contacts(people, None)
    lines, _ = read_lines(people, CONTACT_COLUMNS, COLUMNS)
    if flaws := list(flaws_of(lines)):
        raise refuse(PeopleInvalid, "people.csv", flaws)
    rows: list[dict[str, Any]] = [
        {
            "number": line.cells["id"],
            **categories(line.cells),
            "standing": Standing.CANDIDATE,
            "chance": None,
            "reserve": None,
        }
        for line in lines
    ]
    with added_once(), db.transaction() as session:
        kind, nobody = PanelKind.LISTED, Recruited()
        panel, is_new = _enrol(
            session, code, title, kind, {}, rows, contacts, nobody, keep_until, now
        )
        return _enrolled(session, panel, is_new=is_new)


def _standing(number: str, selected: set[str], places: Mapping[str, int]) -> Standing:
    if number in selected:
        return Standing.SELECTED
    return Standing.RESERVE if number in places else Standing.CANDIDATE


def _enrol(
    session: Session,
    code: str,
    title: Bilingual,
    kind: PanelKind,
    files: Mapping[str, str],
    rows: Sequence[Mapping[str, Any]],
    contacts: Mapping[str, Contact],
    recruited: Recruited,
    keep_until: date | None,
    now: datetime,
) -> tuple[Panel, bool]:
    panel = queries.find_panel(session, code)
    is_new = panel is None
    if panel is None:
        if kind is PanelKind.DRAWN:
            refuse_resting(session, contacts, now)
        panel = Panel(
            code=code,
            title_ko=title.ko,
            title_en=title.en,
            kind=kind,
            files=dict(files),
            enrolled_at=now,
            keep_until=keep_until or seoul_date(now) + KEPT,
            invited=recruited.invited,
            willing=recruited.willing,
        )
        session.add(panel)
        session.flush()
        ids = queries.people(session, {each.contact: each.name for each in contacts.values()})
        queries.add_members(
            session,
            [
                {
                    "panel_id": panel.id,
                    "person_id": ids[contacts[row["number"]].contact]
                    if row["number"] in contacts
                    else None,
                    "household": contacts[row["number"]].household
                    if row["number"] in contacts
                    else None,
                    **row,
                    "instead_of_id": None,
                    "left_at": None,
                }
                for row in rows
            ],
        )
        ledger.record(
            session,
            "panel.enrolled",
            subject=("panel", panel.id),
            now=now,
            actor=Actor.COORDINATOR,
            members=len(rows),
            files=dict(files),
        )
    elif panel.kind is not kind or panel.files != dict(files) or kind is PanelKind.LISTED:
        raise PanelTaken(panel=code)
    return panel, is_new


def _enrolled(session: Session, panel: Panel, *, is_new: bool) -> Enrolled:
    asked = Standing.SELECTED if panel.kind is PanelKind.DRAWN else Standing.CANDIDATE
    members = queries.members(session, panel.id, {asked})
    return Enrolled(
        panel_id=panel.id,
        is_new=is_new,
        members=len(members),
        reserves=queries.counted(session, panel.id)[Standing.RESERVE],
        without_contact=sum(each.person_id is None for each in members),
    )
