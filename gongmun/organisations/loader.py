"""Load the data of organisations from files: all of it is checked first, then all is written, or none.

A row is found again by its natural key and brought up to date. A row that the files no longer name is
kept, because referrals and documents point to it; give it an end instead: `valid_to` for an
organisation or a rule, no topics for a division, `retire_contact` for a mailbox. A mailbox that a
coordinator set by hand is left alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.db import Base, Database
from gongmun.organisations.checks import check, overlap
from gongmun.organisations.models import (
    Contact,
    ContactHealth,
    Division,
    Organisation,
    RoutingRule,
    Succession,
    Topic,
)
from gongmun.organisations.problems import DataInvalid, Problem
from gongmun.organisations.tables import R, Table, Tables, read_tables

DATA = Path(__file__).parent / "data"

_Key = tuple[Any, ...]
_Rows = Mapping[_Key, Mapping[str, Any]]

# The tables that a load fills, by the noun of what it tells the ledger, and those events.
LOADED: Mapping[str, type[Base]] = {
    "organisation": Organisation,
    "succession": Succession,
    "topic": Topic,
    "routing_rule": RoutingRule,
    "division": Division,
    "contact": Contact,
}
LOADED_EVENTS = tuple(f"{noun}.{change}" for noun in LOADED for change in ("added", "changed"))

# The columns of each table's natural key.
_KEYS: Mapping[type[Base], tuple[str, ...]] = {
    Organisation: ("code",),
    Succession: ("predecessor_code", "successor_code"),
    Topic: ("code",),
    RoutingRule: ("topic", "valid_from"),
    Division: ("organisation_id", "name_ko"),
    Contact: ("organisation_id", "role"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadReport:
    """How many rows a load added, changed and found as they should be.

    `absent` rows are in the database and not in the files.
    """

    added: int
    changed: int
    unchanged: int
    absent: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Changes:
    """What a load does to one table: rows, for changed ones with the names of the changed columns."""

    noun: str
    added: list[Any]
    changed: list[tuple[Any, list[str]]]
    unchanged: int
    absent: list[Any]


def load(db: Database, now: datetime, directory: Path = DATA) -> LoadReport:
    """Bring the tables of this room up to the files of `directory`, in one transaction.

    Raises:
        DataInvalid: naming every problem with file and line; nothing was written.
    """
    tables = read_tables(directory)
    problems = [*tables.problems, *(check(tables) if tables.readable else ())]
    if problems:
        raise DataInvalid(problems=tuple(sorted(problems, key=lambda item: (item.file, item.line))))
    with db.transaction() as session:
        changes = _write(session, tables)
        for item in changes:
            _record(session, item, now)
    return LoadReport(
        added=sum(len(item.added) for item in changes),
        changed=sum(len(item.changed) for item in changes),
        unchanged=sum(item.unchanged for item in changes),
        absent=sum(len(item.absent) for item in changes),
    )


def _write(session: Session, tables: Tables) -> list[_Changes]:
    """Add and change rows table by table; those that others point to come first.

    Raises:
        DataInvalid: a line contradicts a row that the files no longer name.
    """
    organisations = _upsert(session, "organisation", _rows(tables.organisations))
    successions = _upsert(session, "succession", _rows(tables.successions))
    topics = _upsert(session, "topic", _rows(tables.topics))
    rules = _upsert(session, "routing_rule", _rows(tables.routing))
    ids = {row.code: row.id for row in session.scalars(select(Organisation))}
    divisions = _upsert(session, "division", _division_rows(tables, ids))
    contacts = _upsert(session, "contact", _contact_rows(session, tables, ids))

    conflicts = (
        *_succession_conflicts(tables, successions),
        *_rule_conflicts(tables, rules),
        *_division_conflicts(tables, divisions, ids),
    )
    if conflicts:
        raise DataInvalid(problems=conflicts)
    return [organisations, successions, topics, rules, divisions, contacts]


def _rows(table: Table[R]) -> _Rows:
    return {record.key: record.model_dump() for _, record in table}


def _division_rows(tables: Tables, ids: Mapping[str, int]) -> _Rows:
    rows = {}
    for _, record in tables.divisions:
        organisation_id = ids[record.organisation_code]
        rows[(organisation_id, record.name_ko)] = {
            "organisation_id": organisation_id,
            **record.model_dump(exclude={"organisation_code"}),
        }
    return rows


def _contact_rows(session: Session, tables: Tables, ids: Mapping[str, int]) -> _Rows:
    existing = {(row.organisation_id, row.role): row for row in session.scalars(select(Contact))}
    rows: dict[_Key, Mapping[str, Any]] = {}
    for _, record in tables.contacts:
        key = (ids[record.organisation_code], record.role)
        found = existing.get(key)
        if found and (found.by_hand or found.email == record.email):
            # Left as it is. A retired mailbox stays retired until it gets another address.
            rows[key] = {}
        else:
            rows[key] = {
                "organisation_id": key[0],
                "role": record.role,
                "email": record.email,
                "valid": True,
                "health": ContactHealth.OK,
                "health_noted_at": None,
            }
    return rows


def _upsert(session: Session, noun: str, wanted: _Rows) -> _Changes:
    """Add the rows of `wanted` that are not there by their natural key, change those that differ."""
    model = LOADED[noun]
    key_columns = _KEYS[model]
    existing = {
        tuple(getattr(row, column) for column in key_columns): row
        for row in session.scalars(select(model))
    }
    added: list[Any] = []
    changed: list[tuple[Any, list[str]]] = []
    for key, values in wanted.items():
        row = existing.get(key)
        if row is None:
            added.append(model(**values))
            continue
        columns = [name for name, value in values.items() if getattr(row, name) != value]
        for name in columns:
            setattr(row, name, values[name])
        if columns:
            changed.append((row, columns))
    session.add_all(added)
    session.flush()
    return _Changes(
        noun=noun,
        added=added,
        changed=changed,
        unchanged=len(wanted) - len(added) - len(changed),
        absent=[row for key, row in existing.items() if key not in wanted],
    )


def _record(session: Session, changes: _Changes, now: datetime) -> None:
    noun = changes.noun
    for row in changes.added:
        ledger.record(session, f"{noun}.added", subject=(noun, row.id), now=now)
    for row, columns in changes.changed:
        ledger.record(session, f"{noun}.changed", subject=(noun, row.id), now=now, columns=columns)


def _succession_conflicts(tables: Tables, changes: _Changes) -> Iterator[Problem]:
    added = {(row.predecessor_code, row.successor_code) for row in changes.added}
    kept = {row.predecessor_code for row in changes.absent}
    for line, record in tables.successions:
        if record.key in added and record.predecessor_code in kept:
            yield tables.successions.problem(
                line,
                f"데이터베이스에는 {record.predecessor_code}의 다른 승계가 있습니다. 그 줄도 파일에 남겨 주십시오.",
                f"the database has another succession of {record.predecessor_code}; keep its line.",
            )


def _rule_conflicts(tables: Tables, changes: _Changes) -> Iterator[Problem]:
    for row in changes.absent:
        for line, record in tables.routing:
            if record.topic == row.topic and overlap(record, row):
                yield tables.routing.problem(
                    line,
                    f"데이터베이스에 {row.valid_from}부터 적용되는 {row.topic} 규칙과 겹칩니다. 그 줄을 남기고 "
                    "valid_to를 적어 주십시오.",
                    f"overlaps with the rule for {row.topic} from {row.valid_from} in the database; "
                    "keep its line and give it a valid_to.",
                )


def _division_conflicts(
    tables: Tables, changes: _Changes, ids: Mapping[str, int]
) -> Iterator[Problem]:
    for row in changes.absent:
        for line, record in tables.divisions:
            both = sorted(set(record.topics) & set(row.topics))
            if both and ids[record.organisation_code] == row.organisation_id:
                yield tables.divisions.problem(
                    line,
                    f"데이터베이스의 {row.name_ko}이(가) 이미 {', '.join(both)}을(를) 담당합니다. 그 줄을 "
                    "남기고 topics를 비워 주십시오.",
                    f"{row.name_ko} in the database already handles {', '.join(both)}; keep its line "
                    "and leave its topics empty.",
                )
