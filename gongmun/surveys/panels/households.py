"""Households (세대): which volunteers give the same address, without keeping an address.

What is kept is an HMAC under a key that lies in a file apart from the database, so that whoever has only the
database cannot try all addresses of a street. One key serves all calls: somebody who lives with a member that
rests is found in the next call as well.
"""

import hmac
import re
import unicodedata
from hashlib import sha256

from gongmun.errors import GongmunError
from gongmun.surveys.panels import key_files

# No series can have this name.
KEY = "_households"
_IN_BRACKETS = re.compile(r"\([^)]*\)")
# The name of a road, which may be that of a road and a numbered lane off it, and the number of the building.
_ROAD = re.compile(
    r"(?P<name>[^\s,]*(?:로|길)(?:\s*[0-9]+[가-힣]?번?[가-힣]?길)?)"
    r"(?P<number>\s*(?:지하\s*)?[0-9]+(?:-[0-9]+)?)"
)
# Numbers, and the letters that buildings have in the place of one: 가동, B동, B102.
_UNIT = re.compile(r"[0-9]+|(?<![a-z가-힣])(?![제동호])[a-z가-힣](?=동|호|-|[0-9]|$)")
# Letters and digits by turns: spaces, commas and hyphens are written in many ways.
_PARTS = re.compile(r"[0-9]+|[a-z]+|[가-힣]+|[^\W\d_]+")
# What people write behind a number, or leave out.
_LEFT_OUT = frozenset({"번지", "번", "제", "동", "호"})


class HouseholdKeyMissing(GongmunError):
    """The key file of households is not where it belongs, or is not one."""

    code = "panels.household_key_missing"
    ko = "세대 열쇠 파일을 읽을 수 없습니다({path}). 백업에서 되돌려 주십시오."
    en = "The key file of households cannot be read ({path}). Restore it from the backup."


def household(postcode: str, road: str, unit: str) -> str:
    """The keyed hash of an address, 64 hexadecimal digits; the same for the usual ways of writing the same one.

    `road` is the road name with the number of the building, `unit` building and flat in it, empty where there is none.
    What stands before the road's name or in brackets, and the names of buildings, make no difference; what stands
    behind the building's number is read as `unit`.

    Raises:
        HouseholdKeyMissing: there is no key file.
    """
    road, beside = _split(_folded(road))
    told = "\n".join((_same(_folded(postcode)), _same(road), _unit(f"{beside} {_folded(unit)}")))
    return hmac.new(checked_key(), told.encode(), sha256).hexdigest()


def checked_key() -> bytes:
    """The key of this installation.

    Raises:
        HouseholdKeyMissing: there is no key file.
    """
    key = key_files.read(KEY)
    if key is None:
        raise HouseholdKeyMissing(path=str(key_files.path_of(KEY)))
    return key


def _folded(line: str) -> str:
    return _IN_BRACKETS.sub(" ", unicodedata.normalize("NFKC", line).casefold()).strip()


def _split(road: str) -> tuple[str, str]:
    """The road with the building's number, and what stands behind it; where no road is known, all of it."""
    *_, last = (None, *_ROAD.finditer(road))
    if last is None:
        return road, ""
    return "".join(last["name"].split()) + last["number"], road[last.end() :]


def _unit(line: str) -> str:
    return " ".join(part.lstrip("0") or "0" for part in _UNIT.findall(line.strip()))


def _same(line: str) -> str:
    parts = (_part(part) for part in _PARTS.findall(line))
    return " ".join(part for part in parts if part)


def _part(part: str) -> str:
    if part.isdigit():
        return part.lstrip("0") or "0"
    if part in _LEFT_OUT:
        return ""
    # 가동 202호 is 가-202.
    return part.removesuffix("동") if len(part) == 2 else part
