"""What of a mail its sender wrote (인용문 가리기): for display only, the whole text is always kept.

No reader knows all styles. What is not recognised stays visible, and a mail of which nothing would be
left is shown whole.
"""

import re
from collections.abc import Sequence

from gongmun.text import lay_out

# `-----Original Message-----`, `---------- 원본 메일 ----------`: Outlook, Naver, Daum, Hiworks, Samsung.
_RULED = re.compile(
    r"[-_=*─━—\s]{2,60}\[?\s*(original (message|e-?mail|appointment)|forwarded message"
    r"|begin forwarded message"
    r"|(원본|원래|이전|전달된|전달) ?(메시지|메일|이메일|편지|약속)|원문)\s*\]?[-_=*─━—:\s]{2,60}",
    re.IGNORECASE,
)
# The head of the quoted mail, without a rule: Outlook and its relatives.
_HEAD = re.compile(r"\W{0,3}(from|보낸 ?사람|보낸 ?이|발신자)\W{0,3}[::].{0,500}", re.IGNORECASE)
_HEAD_MORE = re.compile(
    r"\W{0,3}(sent|date|to|cc|subject|보낸 ?(날짜|시간|일시)|날짜|일시|받는 ?사람|받은 ?사람|받는 ?이|참조|수신자|제목)"
    r"\W{0,3}[::].{0,900}",
    re.IGNORECASE,
)
_HEAD_REACH = 4
# `On … wrote:`, `2026년 10월 12일 (월) 오전 9:30, …님이 작성:`: Gmail, Apple, Thunderbird. No expression
# for the whole line: between its ends stands anything, and that takes quadratic time.
_WROTE = ("wrote", "작성", "작성함", "쓴 글", "보낸 메일")
_WHEN = re.compile(r"\d{1,4}\s?[년월일.\-/,:]")
_LONGEST_WROTE = 600
_WROTE_LINES = 3
# Who writes more lines than this above a quote is shown with it.
_REACH = 2000
# What a telephone writes under a mail.
_SIGNATURE = re.compile(
    r"(sent from (my|outlook|samsung|yahoo|naver|mail)\b.{0,60}|get outlook for \w+.{0,80}"
    r"|(android|ios)용 outlook.{0,80}|(나의|내) .{1,40}에서 보냄"
    r"|.{0,30}(galaxy|iphone|ipad|갤럭시|아이폰|스마트폰|휴대폰|메일 ?앱)에서 (보냄|보낸 메일입니다|보냈습니다|발송)"
    r"|outlook for (android|ios)(을|를)? 다운로드.{0,80})\.?",
    re.IGNORECASE,
)
_UNDERLINE = re.compile(r"[-_─━=]{5,120}")


def visible(text: str) -> str:
    """`text` without what it quotes and without telephones' signatures; whole if nothing is left.

    Answers written between quoted lines keep the lines that they answer.
    """
    lines = text.split("\n")
    end, resume = _cut(lines)
    own = lines[:end]
    if resume:
        own += lines[resume:]
    own = _without_quoted(own)
    own = _without_tail(own)
    shown = lay_out("\n".join(own))
    return shown if shown.strip() else lay_out(text)


def _cut(lines: Sequence[str]) -> tuple[int, int]:
    """Where the quoted mail begins, and where the text goes on after it (0: nowhere)."""
    for number, line in enumerate(lines[:_REACH]):
        bare = line.strip()
        if not bare or bare.startswith(">"):
            continue
        if _RULED.fullmatch(bare) or _is_head(lines, number):
            return number, 0
        if after := _attributed(lines, number):
            # An answer may stand under or between the lines with `>`; without them all is quoted.
            following = next((n for n in range(after, len(lines)) if lines[n].strip()), None)
            marked = following is not None and lines[following].lstrip().startswith(">")
            return number, after if marked else 0
    return len(lines), 0


def _is_head(lines: Sequence[str], number: int) -> bool:
    if not _HEAD.fullmatch(lines[number].strip()):
        return False
    following = [line.strip() for line in lines[number + 1 : number + 12] if line.strip()]
    return any(_HEAD_MORE.fullmatch(line) for line in following[:_HEAD_REACH])


def _attributed(lines: Sequence[str], number: int) -> int:
    """The line after `… wrote:` if one begins here; programs break it over up to three lines."""
    after = _after_wrote(lines, number)
    # A date in the line above it does not make that line a part of it.
    return 0 if any(_after_wrote(lines, n) for n in range(number + 1, after)) else after


def _after_wrote(lines: Sequence[str], number: int) -> int:
    if not _WHEN.search(lines[number]):
        return 0
    joined = ""
    for count in range(min(_WROTE_LINES, len(lines) - number)):
        line = lines[number + count].strip()
        joined = f"{joined} {line}".strip()
        if not line or line.startswith(">") or len(joined) > _LONGEST_WROTE:
            return 0
        if joined[-1] in "::" and joined[:-1].rstrip().lower().endswith(_WROTE):
            return number + count + 1
    return 0


def _without_quoted(lines: Sequence[str]) -> list[str]:
    """Without the one block of lines with `>`; where there are several with text between, with all."""
    quoted = [line.lstrip().startswith(">") for line in lines]
    blocks = 0
    inside = False
    for line, is_quoted in zip(lines, quoted, strict=True):
        if is_quoted and not inside:
            blocks += 1
            inside = True
        elif not is_quoted and line.strip():
            inside = False
    kept = list(lines)
    if blocks <= 1:
        return [line for line, is_quoted in zip(lines, quoted, strict=True) if not is_quoted]
    while kept and (not kept[-1].strip() or kept[-1].lstrip().startswith(">")):
        kept.pop()
    return kept


def _without_tail(lines: Sequence[str]) -> list[str]:
    """Without blank lines, rules and telephones' signatures at the end."""
    kept = list(lines)
    while kept:
        last = kept[-1].strip()
        if last and not _UNDERLINE.fullmatch(last) and not _SIGNATURE.fullmatch(last):
            break
        kept.pop()
    return kept
