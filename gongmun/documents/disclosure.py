"""The disclosure class (공개 구분) of a document.

Source: Official Information Disclosure Act (공공기관의 정보공개에 관한 법률), article 9(1): whatever is
not fully open names the items, 1 to 8, that close it.
"""

import re

from gongmun.errors import GongmunError

OPEN = "공개"
_ENGLISH = {OPEN: "Open", "부분공개": "Partly open", "비공개": "Closed"}
_CLASS = re.compile(r"(부분공개|비공개)\(([1-8](?:,[1-8])*)\)")


class DisclosureInvalid(GongmunError):
    """A disclosure class that the form does not know."""

    code = "documents.disclosure_invalid"
    ko = (
        "공개 구분이 올바르지 않습니다: {given}. '공개', '부분공개(6)', '비공개(5,6)'처럼 적고, 공개가 "
        "아니면 정보공개법 제9조제1항의 호 번호(1~8)를 반드시 적어 주십시오."
    )
    en = (
        "Invalid disclosure class: {given}. Write 공개, 부분공개(6) or 비공개(5,6); whatever is not open "
        "must name the items (1 to 8) of article 9(1) of the Official Information Disclosure Act."
    )


def disclosure_class(given: str) -> str:
    """`given` in its one spelling: no spaces, items ascending and once each.

    Raises:
        DisclosureInvalid: not a class, or items are missing, unknown or not allowed.
    """
    compact = "".join(given.split())
    if compact == OPEN:
        return OPEN
    match = _CLASS.fullmatch(compact)
    if match is None:
        raise DisclosureInvalid(given=given)
    items = sorted(set(match[2].split(",")))
    return f"{match[1]}({','.join(items)})"


def in_english(disclosure: str) -> str:
    """A class in its one spelling, in English: `부분공개(6)` is `Partly open (6)`."""
    name, bracket, items = disclosure.partition("(")
    return _ENGLISH[name] + (f" ({items}" if bracket else "")
