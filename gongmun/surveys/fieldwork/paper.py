"""Answers on paper (종이 설문지): typed into a CSV file by a person, taken whole or not at all.

The first column is `number`, that of the respondent in the panel; the others are codes of items. A cell holds what
`check_answers` takes: a code, several separated by semicolons, a number, a text, `dont_know` or `refused`.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.errors import GongmunError
from gongmun.surveys.fieldwork import answering, invitation_queries, keys, queries, sheet_queries
from gongmun.surveys.fieldwork.invitation_life import Event
from gongmun.surveys.fieldwork.life import TAKES_ANSWERS
from gongmun.surveys.fieldwork.models import Invitation, InvitationStatus, Mode
from gongmun.surveys.questionnaire.answers import OFFERED
from gongmun.surveys.questionnaire.checking import Checked, check_answers
from gongmun.surveys.questionnaire.items import Item, Kind, Questionnaire
from gongmun.text import Bilingual

NUMBER = "number"
_LARGEST = 20 * 1024**2
_LISTS = frozenset({Kind.MULTIPLE, Kind.RANKING})


class PaperUnreadable(GongmunError):
    """A file of paper answers that cannot be read, or has a column that is no item."""

    code = "surveys.paper_unreadable"
    ko = "종이 응답 파일 {file}을(를) 읽을 수 없습니다: {why_ko}"
    en = "The file of paper answers {file} cannot be read: {why_en}"


class PaperRefused(GongmunError):
    """A file with lines that cannot be taken: none of it was."""

    code = "surveys.paper_refused"
    ko = "{lines}줄을 고쳐야 합니다. 아무것도 올리지 않았으니 고친 뒤 다시 실행해 주십시오."
    en = "{lines} lines have to be corrected. Nothing was taken: correct the file and run this again."


@dataclass(frozen=True, kw_only=True, slots=True)
class PaperProblem:
    """Why a line was not taken. `line` is that of the file, from 1, on which the record starts."""

    line: int
    number: str
    why: Bilingual


@dataclass(frozen=True, kw_only=True, slots=True)
class PaperReport:
    """How many answers were taken and how many had been before; with problems, none of either.

    `replaced` of those taken stand where the respondent had saved something online and not handed it in. `unasked` answers
    were left out of those taken, to items that the routing does not ask of who has answered so.
    """

    taken: int = 0
    again: int = 0
    replaced: int = 0
    unasked: int = 0
    problems: tuple[PaperProblem, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    line: int
    number: str
    raw: Mapping[str, object]


def take_paper(db: Database, cycle_id: int, path: Path, *, now: datetime) -> PaperReport:
    """Take the answers of a file. A second call with the same file finds them taken.

    What somebody has handed in online is never replaced, and of who has refused nothing is taken: such lines are
    problems.

    Raises:
        NotFound: there is no such wave.
        SurveyClosed: it takes no answers any more.
        PaperUnreadable: the file is none of its kind.
    """
    with db.transaction() as session:
        wave = queries.cycle(session, cycle_id, queries.Held.WHERE_IT_IS)
        if wave.status not in TAKES_ANSWERS:
            raise answering.SurveyClosed
        questionnaire = answering.questionnaire_of(session, wave)
        taken = again = replaced = unasked = 0
        problems: list[PaperProblem] = []
        rows = list(_read(path, questionnaire))
        # Held to the end: nobody refuses, or hands in, between the look at a line and what is taken of it.
        invited = invitation_queries.of_numbers(session, cycle_id, {row.number for row in rows})
        for row in rows:
            invitation = invited.get(row.number)
            why = _refusal(session, questionnaire, invitation, row)
            if why is not None:
                problems.append(PaperProblem(line=row.line, number=row.number, why=why))
            elif invitation is not None and not problems:
                replaced += _is_saved(session, invitation)
                checked = _take(session, questionnaire, invitation, row, now)
                if checked is None:
                    again += 1
                else:
                    taken, unasked = taken + 1, unasked + len(checked.dropped)
        if problems:
            session.rollback()
            return PaperReport(problems=tuple(problems))
        return PaperReport(taken=taken, again=again, replaced=replaced, unasked=unasked)


def _refusal(
    session: Session, questionnaire: Questionnaire, invitation: Invitation | None, row: _Row
) -> Bilingual | None:
    if invitation is None:
        return Bilingual(
            ko="이 회차에 초대한 번호가 아닙니다.",
            en="Nobody with this number is invited to the wave.",
        )
    if invitation.status is InvitationStatus.REFUSED:
        return Bilingual(
            ko="참여하지 않겠다고 밝힌 사람입니다. 이 줄을 빼 주십시오.",
            en="This person has refused to take part. Leave the line out.",
        )
    checked = check_answers(questionnaire, row.raw, submit=True)
    if checked.flaws:
        return Bilingual(
            ko=" / ".join(f"{flaw.item}: {flaw.text.ko}" for flaw in checked.flaws),
            en=" / ".join(f"{flaw.item}: {flaw.text.en}" for flaw in checked.flaws),
        )
    sheet = sheet_queries.sheet(session, _key(session, invitation))
    if sheet is not None and sheet.submitted_on and sheet.answers != dict(checked.stored()):
        return Bilingual(
            ko="이미 다른 답을 제출한 응답자입니다. 이 줄을 빼 주십시오.",
            en="This respondent has handed in other answers. Leave the line out.",
        )
    return None


def _is_saved(session: Session, invitation: Invitation) -> bool:
    """Whether there are answers that were saved and not handed in."""
    sheet = sheet_queries.sheet(session, _key(session, invitation))
    return sheet is not None and sheet.submitted_on is None and bool(sheet.answers)


def _take(
    session: Session,
    questionnaire: Questionnaire,
    invitation: Invitation,
    row: _Row,
    now: datetime,
) -> Checked | None:
    """What was taken; None where it was before."""
    if invitation.status is InvitationStatus.ANSWERED:
        return None
    checked = check_answers(questionnaire, row.raw, submit=True)
    sheet = answering.begin(session, invitation, now=now, mode=Mode.PAPER)
    sheet.mode = Mode.PAPER  # also where it was begun online
    sheet.answers = dict(checked.stored())
    sheet.submitted_on = seoul_date(now)
    answering.mark(session, invitation, Event.ANSWERED, now)
    return checked


def _key(session: Session, invitation: Invitation) -> str:
    return keys.sheet_key(queries.series_of(session, invitation.cycle_id).code, invitation.id)


def _read(path: Path, questionnaire: Questionnaire) -> Iterator[_Row]:
    items = {item.code: item for _, item in questionnaire.items()}
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(path, header, items)
        before = reader.line_num
        for cells in reader:
            line, before = before + 1, reader.line_num
            if any(cell.strip() for cell in cells):
                yield _row(path, line, header, cells, items)
    except csv.Error as error:
        raise PaperUnreadable(file=path.name, why_ko=str(error), why_en=str(error)) from None


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise PaperUnreadable(
                file=path.name, why_ko="20MB를 넘습니다.", why_en="It is larger than 20 MB."
            )
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        why = error.strerror or str(error)
        raise PaperUnreadable(file=path.name, why_ko=why, why_en=why) from None
    except UnicodeDecodeError:
        raise PaperUnreadable(
            file=path.name, why_ko="UTF-8로 저장해 주십시오.", why_en="Save it as UTF-8."
        ) from None


def _check_header(path: Path, header: Sequence[str], items: Mapping[str, Item]) -> None:
    unknown = [name for name in header if name != NUMBER and name not in items]
    if NUMBER not in header or unknown or len(set(header)) < len(header):
        named = ", ".join(unknown) or NUMBER
        raise PaperUnreadable(
            file=path.name,
            why_ko=f"첫 줄에는 {NUMBER}와 문항 코드를 한 번씩만 적어 주십시오({named}).",
            why_en=f"Its first line has {NUMBER} and codes of items, each once ({named}).",
        )


def _row(
    path: Path, line: int, header: Sequence[str], cells: Sequence[str], items: Mapping[str, Item]
) -> _Row:
    if len(cells) > len(header):
        raise PaperUnreadable(
            file=path.name,
            why_ko=f"{line}번째 줄에 칸이 더 있습니다.",
            why_en=f"Line {line} has more cells than the first.",
        )
    row = dict(zip(header, cells, strict=False))
    raw: dict[str, object] = {}
    for code, cell in row.items():
        if code == NUMBER or not cell.strip():
            continue
        if cell.strip() in OFFERED:
            raw[code] = {"missing": cell.strip()}
        elif items[code].kind in _LISTS:
            raw[code] = [each.strip() for each in cell.split(";")]
        else:
            raw[code] = cell
    return _Row(line=line, number=row[NUMBER].strip(), raw=raw)
