"""The pool (참여 희망자 명단): the people among whom a panel is drawn, without their names and addresses.

An address becomes the number of a household, and only where two or more of the pool share it. So the pool can be
published: a file with the columns id, the features of the quotas, and household.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from gongmun.surveys.panels.lines import Flaw, Line, LinesInvalid, flaw, read_lines, refuse
from gongmun.surveys.panels.quotas import Quotas
from gongmun.text import clean_line, shorten

ADDRESS = "address"
_HOUSEHOLD = "household"
# Another name that a column of a feature may have.
_ALSO = {"sido": "province"}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
# Numbers that tell who somebody is: of resident registration, and of a mobile telephone.
_PERSONAL = re.compile(r"[0-9]{6}[-.]?[0-9]{7}|01[016789][-.]?[0-9]{3,4}[-.]?[0-9]{4}")


class PoolInvalid(LinesInvalid):
    """A file of a pool cannot be used; nobody is drawn from a part of it."""

    code = "panels.pool_invalid"
    ko = "참여 희망자 명단 {file}에 고칠 곳이 {count}건 있습니다.\n{list_ko}"
    en = "Correct {count} lines of the pool {file}.\n{list_en}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """One of the pool. `traits` are in the order of the pool's features; `household` is None for who shares none."""

    id: str
    traits: tuple[str, ...]
    household: int | None

    @property
    def address(self) -> str:
        """What stands in the place of his address in a file that numbers its households: never what is an id."""
        return f"세대{self.household}" if self.household else self.id


@dataclass(frozen=True, kw_only=True, slots=True)
class Pool:
    """People in the order of their ids, byte by byte: the order in which everything counts them."""

    features: tuple[str, ...]
    people: tuple[Person, ...]

    def households(self) -> Mapping[int, Sequence[int]]:
        """The places of the people of each shared household."""
        found: dict[int, list[int]] = {}
        for place, person in enumerate(self.people):
            if person.household is not None:
                found.setdefault(person.household, []).append(place)
        return found

    def with_households(self, numbers: Collection[str]) -> frozenset[str]:
        """The ids of these people, and of all who live with one of them."""
        asked = frozenset(numbers)
        homes = {person.household for person in self.people if person.id in asked} - {None}
        return frozenset(
            person.id for person in self.people if person.id in asked or person.household in homes
        )


def assemble(features: Sequence[str], people: Iterable[tuple[str, Sequence[str], str]]) -> Pool:
    """The pool of people given by id, traits and address; ids are taken to be different.

    Addresses are the same where they differ only by runs of spaces or the case of letters.
    """
    ordered = sorted((id_, tuple(traits), _same(address)) for id_, traits, address in people)
    shared = {key for key, count in Counter(key for *_, key in ordered).items() if count > 1}
    numbers: dict[str, int] = {}
    for *_, key in ordered:
        if key in shared:
            numbers.setdefault(key, len(numbers) + 1)
    return Pool(
        features=tuple(features),
        people=tuple(
            Person(id=id_, traits=traits, household=numbers.get(key))
            for id_, traits, key in ordered
        ),
    )


def _same(address: str) -> str:
    return clean_line(address).casefold()


def read_pool(content: bytes, file: str, quotas: Quotas) -> Pool:
    """The pool of a CSV file with the columns id, the features of `quotas`, and address; others are left out.

    `sido` may be called `province`.

    Raises:
        PoolInvalid: naming each line to correct: an id twice, a value that the quotas do not know, and so on.
    """
    content = _renamed(content, quotas.features)
    lines, flaws = read_lines(content, ("id", *quotas.features, ADDRESS))
    flaws += _flaws_of(lines, quotas)
    if not lines and not flaws:
        flaws.append(flaw(1, "명단에 사람이 없습니다.", "there is nobody in the pool."))
    if flaws:
        raise refuse(PoolInvalid, file, flaws)
    return assemble(
        quotas.features,
        (
            (
                line.cells["id"],
                [line.cells[name] for name in quotas.features],
                line.cells[ADDRESS],
            )
            for line in lines
        ),
    )


def _renamed(content: bytes, features: Sequence[str]) -> bytes:
    header, end, rest = content.partition(b"\n")
    names = header.split(b",")
    for feature in features:
        also = _ALSO.get(feature)
        if also and also.encode() in names and feature.encode() not in names:
            names[names.index(also.encode())] = feature.encode()
    return b",".join(names) + end + rest


def _flaws_of(lines: Sequence[Line], quotas: Quotas) -> list[Flaw]:
    known = {feature: frozenset(quotas.values(feature)) for feature in quotas.features}
    flaws, first = [], dict[str, int]()
    for line in lines:
        id_ = line.cells["id"]
        if not _ID.fullmatch(id_) or _PERSONAL.fullmatch(id_):
            flaws.append(
                flaw(
                    line.number,
                    "id는 공개됩니다. 개인정보가 아닌 영문자·숫자 32자 이내의 번호로 적어 주십시오.",
                    "an id is published: use a number of at most 32 letters and digits that tells nothing.",
                )
            )
        elif id_ in first:
            flaws.append(
                flaw(
                    line.number,
                    f"id {id_}이(가) {first[id_]}번째 줄에도 있습니다.",
                    f"the id {id_} stands on line {first[id_]} as well.",
                )
            )
        first.setdefault(id_, line.number)
        for feature in quotas.features:
            value = line.cells[feature]
            if value not in known[feature]:
                choices = shorten(", ".join(quotas.values(feature)), 120)
                shown = shorten(value, 40)
                flaws.append(
                    flaw(
                        line.number,
                        f"{feature} '{shown}'은(는) 할당에 없는 값입니다. 가능한 값: {choices}",
                        f"the quotas have no {feature} '{shown}'. They have {choices}",
                    )
                )
    return flaws


def publish_pool(pool: Pool) -> bytes:
    """The file that is published, and whose SHA-256 is the pool's; the same pool is always the same bytes."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("id", *pool.features, _HOUSEHOLD))
    writer.writerows(
        (person.id, *person.traits, "" if person.household is None else person.household)
        for person in pool.people
    )
    return file.getvalue().encode()


def write_pool(pool: Pool) -> bytes:
    """A file that `read_pool` reads as the same pool: in the place of addresses it has numbers of households."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("id", *pool.features, ADDRESS))
    writer.writerows((person.id, *person.traits, person.address) for person in pool.people)
    return file.getvalue().encode()


def read_published_pool(content: bytes) -> Pool:
    """The pool of a published file.

    Raises:
        ValueError: it is not what `publish_pool` writes.
    """
    rows = list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))
    if len(rows) < 2 or rows[0][0] != "id" or rows[0][-1] != _HOUSEHOLD:
        raise ValueError("not a published pool")
    width = len(rows[0])
    if any(len(row) != width for row in rows):
        raise ValueError("rows of different lengths")
    pool = Pool(
        features=tuple(rows[0][1:-1]),
        people=tuple(
            Person(id=row[0], traits=tuple(row[1:-1]), household=int(row[-1]) if row[-1] else None)
            for row in rows[1:]
        ),
    )
    ids = [person.id for person in pool.people]
    if ids != sorted(set(ids)) or publish_pool(pool) != content:
        raise ValueError("not as it is written")
    return pool
