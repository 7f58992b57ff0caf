"""The four files that are published, and nothing else is needed to draw again: docs/sortition.md has their fields.

`pool.csv` and `lottery.json` before the draw, with `commitment.json`; `draw.json` afterwards. JSON is canonical: UTF-8,
keys sorted, no spaces, a newline at the end. So a file is what it says, byte by byte.
"""

import csv
import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from gongmun.errors import GongmunError
from gongmun.surveys.panels.drawing import Draw
from gongmun.surveys.panels.grouping import Group, Grouping, group
from gongmun.surveys.panels.lottery import Lottery, Proof
from gongmun.surveys.panels.pool import Pool, read_published_pool
from gongmun.surveys.panels.quotas import Quota, Quotas
from gongmun.surveys.panels.seeds import is_seed

POOL, LOTTERY, COMMITMENT, DRAW = "pool.csv", "lottery.json", "commitment.json", "draw.json"
FILES = (POOL, LOTTERY, COMMITMENT, DRAW)
_LOTTERY, _COMMITMENT, _DRAW = "gongmun-lottery-1", "gongmun-commitment-1", "gongmun-draw-1"
_DIGITS = 12


class PublishedInvalid(GongmunError):
    """A published file is not one that this version writes."""

    code = "panels.published_invalid"
    ko = "{file}을(를) 읽을 수 없습니다: 공개한 그대로의 파일이 아닙니다. 공개된 곳에서 다시 받아 주십시오."
    en = "{file} cannot be read: it is not as it was published. Fetch it again from where it was."


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """A lottery as its file has it. `chances` are by id, rounded to 12 digits."""

    pool_sha256: str
    lottery: Lottery
    chances: Mapping[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Committed:
    """What was committed to before the draw. `source` names the public number to come; empty: none."""

    pool_sha256: str
    lottery_sha256: str
    source: str
    commitment: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Revealed:
    """What was revealed after the draw: the seed, the public number (empty: none), and who was drawn."""

    seed: str
    public: str
    draw: Draw


def canonical(value: object) -> bytes:
    """JSON as it is published and hashed."""
    text = json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return f"{text}\n".encode()


def read_pool_file(content: bytes) -> Pool:
    """The pool of `pool.csv`.

    Raises:
        PublishedInvalid: it is not what `publish_pool` writes.
    """
    try:
        return read_published_pool(content)
    except (ValueError, csv.Error):
        raise PublishedInvalid(file=POOL) from None


def chances_by_id(pool: Pool, lottery: Lottery) -> dict[str, float]:
    """Everybody's chance by the tickets, rounded to 12 digits."""
    chances = [round(float(chance), _DIGITS) for chance in lottery.chances()]
    return {
        person.id: chances[place]
        for person, place in zip(pool.people, lottery.grouping.group_of, strict=True)
    }


def lottery_file(pool: Pool, pool_sha256: str, lottery: Lottery) -> bytes:
    """`lottery.json`."""
    proof = lottery.proof
    return canonical(
        {
            "format": _LOTTERY,
            "pool_sha256": pool_sha256,
            "size": lottery.quotas.size,
            "quotas": [
                {"feature": cell.feature, "value": cell.value, "min": cell.least, "max": cell.most}
                for cell in lottery.quotas.cells
            ],
            "groups": [
                {
                    "traits": each.traits,
                    "household": each.composition,
                    "people": each.people,
                    "seats": seats,
                }
                for each, seats in zip(lottery.grouping.groups, lottery.seats(), strict=True)
            ],
            "tickets": lottery.tickets,
            "chances": chances_by_id(pool, lottery),
            "proof": {
                "value": round(proof.value, _DIGITS),
                "bound": round(proof.bound, _DIGITS),
                "gap": round(proof.gap, _DIGITS),
                "weights": [round(weight, _DIGITS) for weight in proof.weights],
                "highest": round(proof.highest, _DIGITS),
                "loss": round(proof.loss, _DIGITS),
                "iterations": proof.iterations,
                "solver": proof.solver,
            },
            "software": {
                "gongmun": version("gongmun"),
                "python": platform.python_version(),
                "numpy": version("numpy"),
                "scipy": version("scipy"),
            },
        }
    )


def read_lottery(content: bytes, pool: Pool) -> Published:
    """The lottery of `lottery.json` for the pool that was published with it.

    Raises:
        PublishedInvalid: it is not canonical, something is missing, or the groups are not those of the pool.
    """
    try:
        read = _read(content, _LOTTERY)
        proof = read["proof"]
        quotas = Quotas(
            size=_whole(read["size"]),
            cells=tuple(
                Quota(
                    feature=str(cell["feature"]),
                    value=str(cell["value"]),
                    least=_whole(cell["min"]),
                    most=_whole(cell["max"]),
                )
                for cell in read["quotas"]
            ),
        )
        grouping = _grouping(pool, read["groups"])
        tickets = tuple(tuple(map(_whole, ticket)) for ticket in read["tickets"])
        weights = tuple(map(float, proof["weights"]))
        lengths = {len(grouping.groups), len(weights), *map(len, tickets)}
        if quotas.features != pool.features or len(lengths) != 1 or not tickets:
            raise ValueError("lengths")
        lottery = Lottery(
            quotas=quotas,
            grouping=grouping,
            tickets=tickets,
            proof=Proof(
                value=float(proof["value"]),
                bound=float(proof["bound"]),
                weights=weights,
                highest=float(proof["highest"]),
                loss=float(proof["loss"]),
                iterations=_whole(proof["iterations"]),
                solver=str(proof["solver"]),
            ),
        )
        if [each["seats"] for each in read["groups"]] != list(lottery.seats()):
            raise ValueError("seats")
        return Published(
            pool_sha256=str(read["pool_sha256"]), lottery=lottery, chances=dict(read["chances"])
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise PublishedInvalid(file=LOTTERY) from None


def _grouping(pool: Pool, listed: list[dict[str, Any]]) -> Grouping:
    """The groups of the pool, which have to be those listed."""
    groups = tuple(
        Group(
            traits=tuple(each["traits"]),
            composition=tuple(map(tuple, each["household"])),
            people=_whole(each["people"]),
        )
        for each in listed
    )
    found = group(pool, {each.composition for each in groups if each.composition})
    if found.groups != groups:
        raise ValueError("groups")
    return found


def commitment_file(committed: Committed) -> bytes:
    """`commitment.json`."""
    return canonical(
        {
            "format": _COMMITMENT,
            "pool_sha256": committed.pool_sha256,
            "lottery_sha256": committed.lottery_sha256,
            "source": committed.source,
            "commitment": committed.commitment,
        }
    )


def read_commitment(content: bytes) -> Committed:
    """What `commitment.json` says.

    Raises:
        PublishedInvalid: it is not canonical, or something is missing.
    """
    try:
        read = _read(content, _COMMITMENT)
        return Committed(
            pool_sha256=str(read["pool_sha256"]),
            lottery_sha256=str(read["lottery_sha256"]),
            source=str(read["source"]),
            commitment=str(read["commitment"]),
        )
    except (KeyError, TypeError, ValueError):
        raise PublishedInvalid(file=COMMITMENT) from None


def draw_file(revealed: Revealed) -> bytes:
    """`draw.json`."""
    return canonical(
        {
            "format": _DRAW,
            "seed": revealed.seed,
            "public": revealed.public,
            "ticket": revealed.draw.ticket,
            "members": revealed.draw.members,
            "reserves": revealed.draw.reserves,
        }
    )


def read_draw(content: bytes) -> Revealed:
    """What `draw.json` says.

    Raises:
        PublishedInvalid: it is not canonical, or something is missing.
    """
    try:
        read = _read(content, _DRAW)
        if not is_seed(read["seed"]):
            raise ValueError("seed")
        return Revealed(
            seed=read["seed"],
            public=str(read["public"]),
            draw=Draw(
                ticket=_whole(read["ticket"]),
                members=tuple(map(str, read["members"])),
                reserves=tuple(map(str, read["reserves"])),
            ),
        )
    except (KeyError, TypeError, ValueError):
        raise PublishedInvalid(file=DRAW) from None


def _read(content: bytes, format_: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(content.decode())
    if read["format"] != format_ or canonical(read) != content:
        raise ValueError("not canonical")
    return read


def _whole(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("not a whole number")
    return value
