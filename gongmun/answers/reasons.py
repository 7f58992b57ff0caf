"""What of a reply by mail is the reason (사유) that a citizen reads. Pure.

A mail has lines for us: the registration number, the reference of the suggestion, the word of the decision.
They are read (`reading`, `splitting`), stand in fields of their own, and are left out here. Whatever else the
mail says stays, to the letter; the whole mail is kept in any case.
"""

import re
from collections.abc import Iterator, Sequence

from gongmun.answers import reading
from gongmun.answers.reading import plain
from gongmun.answers.splitting import TITLE_LENGTH, Item
from gongmun.referrals.models import ResponseDecision

# Spaces between the parts of a head: few, so that a line made to be slow is not.
_S = r"\s{0,3}"
# `1.`, `가.`, `①`, `제안 1:`, `□`: nothing of them is ever taken back by what follows.
_MARKS = (
    r"(?:(?:[(\[<]?(?:제안|건의|연번|안건)?\s?\d{1,2}\s?[.)\]>:]|[가-하]\s?[.)]|[①-⑳]"
    r"|[-*•□■○●◦◆◇▶▷※·ㅇ])\s{0,3})*+"
)
_OPEN, _CLOSE = r"[\[(<「『【〔\"'“‘]?", r"[\])>」』】〕\"'”’]"
_LABEL = r"(?:(?:처리|검토|조치|심의|수용|회신|답변)?\s?(?:결과|의견|여부|구분|결정)|결론|decision|result|outcome)"
_ENDING = r"\s?(?:함|합니다|하겠습니다|입니다|임|예정)?"
_REASON = re.compile(
    r"^\s{0,9}(?:(?:수용|불수용|처리|결정|검토)?\s?(?:사유|이유)|reasons?)\s?:\s*", re.IGNORECASE
)
# A head is not longer; what is, was not written by an office.
_LONGEST_HEAD = 1_000


def reason(
    text: str,
    items: Sequence[Item],
    *,
    decision: ResponseDecision | None,
    acknowledges: bool,
) -> str:
    """`text` without its lines for us; empty where it has no others.

    `items` are the suggestions that it may name, `decision` the one that was read in it, None where it has
    to stay; `acknowledges` says that its registration number was taken.
    """
    head = _head(items, decision)
    lines = (_bare(line, head, acknowledges=acknowledges) for line in text.split("\n"))
    return "\n".join(line for line in lines if line is not None).strip("\n")


def _bare(line: str, head: re.Pattern[str], *, acknowledges: bool) -> str | None:
    """A line without what stands at its beginning for us; None where nothing else stood there."""
    bare = line
    if acknowledges:
        bare = _cut(bare, reading.acknowledged_until(plain(bare)))
    if found := head.match(plain(bare)):
        bare = _cut(bare, found.end())
    if found := _REASON.match(plain(bare)):
        bare = _cut(bare, found.end())
    return bare if bare.strip() or not line.strip() else None


def _cut(line: str, end: int) -> str:
    """`line` without the characters that are the first `end` of its plain form."""
    if end == 0 or end > _LONGEST_HEAD:
        return line
    if len(plain(line)) == len(line):
        return line[end:]
    cut = 0
    # A letter may be several characters, or one that is several in the plain form.
    while cut < len(line) and len(plain(line[: cut + 1])) <= end:
        cut += 1
    return line[cut:]


def _head(items: Sequence[Item], decision: ResponseDecision | None) -> re.Pattern[str]:
    """Matches the names of suggestions, the decision, or both, at the beginning of a line."""
    names = "|".join(sorted(_names(items), key=len, reverse=True)) or r"(?!)"
    name = rf"{_OPEN}{_S}(?:{names})(?![0-9A-Za-z]|-[0-9A-Za-z]){_S}{_CLOSE}?"
    named = rf"{name}(?:{_S}(?:[,·/&]|및|와|과)?{_S}{name})*+{_S}(?:공통|관련|제안|건)?{_S}"
    said = reading.words_of(decision) if decision else r"(?!)"
    # The word stands for itself, as in `reading.decision`.
    decided = (
        rf"(?:{_LABEL}{_S}:{_S})?{_OPEN}{_S}(?:{said}){_ENDING}{_S}"
        rf"(?:{_CLOSE}{_S}[.:,;/|-]{{0,2}}|[.:,;/|-]{{1,2}}|$)\s*"
    )
    separated = rf"(?:[:;.,|/-]{{1,2}}\s*|$|(?={_S}[\[(<「【〔]{_S}(?:{said})))"
    return re.compile(
        rf"^\s{{0,9}}{_MARKS}(?:{named}{separated}(?:{decided})?|{decided})", re.IGNORECASE
    )


def _names(items: Sequence[Item]) -> Iterator[str]:
    """Patterns of references, and of titles with whatever spaces."""
    for item in items:
        yield re.escape(plain(item.reference))
        title = "".join(plain(item.title).split())
        if len(title) >= TITLE_LENGTH:
            yield r"\s{0,2}".join(map(re.escape, title))
