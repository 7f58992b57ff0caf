"""What must hold between the records of the data files. Pure: tables in, problems out."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import combinations
from typing import Protocol

from gongmun.organisations.problems import Problem
from gongmun.organisations.records import OrganisationRecord
from gongmun.organisations.tables import R, Table, Tables

_Known = Mapping[str, OrganisationRecord]


class Period(Protocol):
    """What holds from a day to a day, both included, or without a known end."""

    @property
    def valid_from(self) -> date:
        """The first day."""

    @property
    def valid_to(self) -> date | None:
        """The last day."""


def check(tables: Tables) -> Iterator[Problem]:
    """Every problem between records; those within one line are in the tables."""
    known = {record.code: record for _, record in tables.organisations}
    yield from _duplicates(tables.organisations)
    yield from _duplicates(tables.successions)
    yield from _duplicates(tables.topics)
    yield from _duplicates(tables.divisions)
    yield from _duplicates(tables.contacts)
    yield from _duplicates(tables.routing)
    yield from _organisations(tables, known)
    yield from _successions(tables, known)
    yield from _divisions(tables)
    yield from _contacts(tables)
    yield from _routing(tables, known)


def overlap(one: Period, other: Period) -> bool:
    """Whether two periods share a day."""
    return one.valid_from <= _last(other) and other.valid_from <= _last(one)


def _last(record: Period) -> date:
    return record.valid_to or date.max


def _exists(record: Period, on: date) -> bool:
    return record.valid_from <= on <= _last(record)


def _duplicates(table: Table[R]) -> Iterator[Problem]:
    first: dict[tuple[object, ...], int] = {}
    for line, record in table:
        before = first.setdefault(record.key, line)
        if before != line:
            name = " ".join(map(str, record.key))
            yield table.problem(
                line,
                f"{before}번째 줄과 중복됩니다: {name}",
                f"the same as line {before}: {name}.",
            )


def _unknown(
    table: Table[R], line: int, codes: Iterable[str], known: set[str]
) -> Iterator[Problem]:
    for code in codes:
        if code not in known:
            yield table.problem(line, f"없는 코드입니다: {code}", f"unknown code {code}.")


def _ends_before_it_begins(table: Table[R], line: int, record: Period) -> Iterator[Problem]:
    if _last(record) < record.valid_from:
        yield table.problem(
            line, "valid_to가 valid_from보다 앞섭니다.", "valid_to lies before valid_from."
        )


def _organisations(tables: Tables, known: _Known) -> Iterator[Problem]:
    table = tables.organisations
    for line, record in table:
        yield from _ends_before_it_begins(table, line, record)
        if record.parent_code is None:
            continue
        yield from _unknown(table, line, [record.parent_code], table.codes)
        parent = known.get(record.parent_code)
        if parent and not _exists(parent, _last(record)):
            yield table.problem(
                line,
                f"상급기관 {parent.code}의 유효기간이 이 기관의 마지막 날을 포함하지 않습니다.",
                f"the parent {parent.code} is not valid on the last day of this organisation.",
            )
        if cycle := _cycle(record, known):
            yield table.problem(
                line,
                f"상급기관이 순환합니다: {' → '.join(cycle)}",
                f"parents go round in a circle: {' → '.join(cycle)}.",
            )
    for (_, one), (line, other) in combinations(table, 2):
        if one.code != other.code and one.name_ko == other.name_ko and overlap(one, other):
            yield table.problem(
                line,
                f"{one.code}와(과) 같은 이름이 같은 기간에 쓰입니다: {other.name_ko}",
                f"the name {other.name_ko} is that of {one.code} in the same period.",
            )


def _cycle(record: OrganisationRecord, known: _Known) -> list[str]:
    """The codes of the circle of parents that `record` stands in; empty if it stands in none."""
    path = [record.code]
    while (parent := known[path[-1]].parent_code) in known and parent is not None:
        path.append(parent)
        if parent == record.code:
            return path
        if parent in path[:-1]:
            return []  # a circle further up: its own lines report it
    return []


def _successions(tables: Tables, known: _Known) -> Iterator[Problem]:
    table = tables.successions
    for line, record in table:
        codes = (record.predecessor_code, record.successor_code)
        yield from _unknown(table, line, codes, tables.organisations.codes)
        predecessor, successor = (known.get(code) for code in codes)
        day_before = record.effective_on - timedelta(days=1)
        if predecessor and predecessor.valid_to != day_before:
            yield table.problem(
                line,
                f"{predecessor.code}의 valid_to는 승계 전날인 {day_before}이어야 합니다.",
                f"valid_to of {predecessor.code} must be the day before, {day_before}.",
            )
        if successor and not _exists(successor, record.effective_on):
            yield table.problem(
                line,
                f"승계일에 {successor.code}이(가) 존재하지 않습니다.",
                f"{successor.code} does not exist on the day it takes over.",
            )


def _divisions(tables: Tables) -> Iterator[Problem]:
    table = tables.divisions
    handled: dict[tuple[str, str], int] = {}
    for line, record in table:
        yield from _unknown(table, line, [record.organisation_code], tables.organisations.codes)
        yield from _unknown(table, line, record.topics, tables.topics.codes)
        for topic in record.topics:
            before = handled.setdefault((record.organisation_code, topic), line)
            if before != line:
                yield table.problem(
                    line,
                    f"{before}번째 줄의 부서가 이미 {topic}을(를) 담당합니다.",
                    f"the division on line {before} already handles {topic}.",
                )


def _contacts(tables: Tables) -> Iterator[Problem]:
    table = tables.contacts
    for line, record in table:
        yield from _unknown(table, line, [record.organisation_code], tables.organisations.codes)


def _routing(tables: Tables, known: _Known) -> Iterator[Problem]:
    table = tables.routing
    for line, record in table:
        codes = [record.lead_code, *record.cooperating_codes]
        yield from _ends_before_it_begins(table, line, record)
        yield from _unknown(table, line, [record.topic], tables.topics.codes)
        yield from _unknown(table, line, codes, tables.organisations.codes)
        if len(set(codes)) < len(codes):
            yield table.problem(
                line, "같은 기관을 두 번 적었습니다.", "an organisation is named twice."
            )
        for code in codes:
            if code in known and not _exists(known[code], record.valid_from):
                yield table.problem(
                    line,
                    f"{record.valid_from}에는 {code}이(가) 존재하지 않습니다.",
                    f"{code} does not exist on {record.valid_from}.",
                )
    for (before, one), (line, other) in combinations(table, 2):
        if one.topic == other.topic and one.key != other.key and overlap(one, other):
            yield table.problem(
                line,
                f"{before}번째 줄과 {other.topic}의 적용 기간이 겹칩니다.",
                f"the period of {other.topic} overlaps with line {before}.",
            )
