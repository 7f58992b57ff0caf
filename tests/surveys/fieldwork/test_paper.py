"""Paper answers from a file: whole or not at all, and every line that is wrong is named."""

from pathlib import Path

import pytest

from gongmun.surveys.fieldwork.answering import SurveyClosed, refuse, save
from gongmun.surveys.fieldwork.models import InvitationStatus, Mode
from gongmun.surveys.fieldwork.opening import open_wave
from gongmun.surveys.fieldwork.paper import PaperReport, PaperUnreadable, take_paper
from tests.surveys.fieldwork.conftest import MORNING, OPENING, Fielded
from tests.world import at

GOOD = 'number,took_part,satisfied,wishes\nP-0001,1,4,"더 자주,\n더 가까이"\nP-0002,2,,\n\n'


def taken(fielded: Fielded, folder: Path, content: str | bytes) -> PaperReport:
    if not fielded.invitations(1):
        open_wave(fielded.db, fielded.start().cycle_id, now=MORNING)
    path = folder / "paper.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return take_paper(fielded.db, 1, path, now=at(OPENING, 15))


def test_answers_on_paper_count_as_others_do(fielded: Fielded, tmp_path: Path) -> None:
    assert taken(fielded, tmp_path, "\ufeff" + GOOD) == PaperReport(taken=2)
    first, second, third, *_ = fielded.invitations(1)
    assert (first.status, second.answered_on) == (InvitationStatus.ANSWERED, OPENING)
    assert third.status is InvitationStatus.INVITED
    sheets = {str(sheet.answers): sheet for sheet in fielded.sheets()}
    assert {sheet.mode for sheet in sheets.values()} == {Mode.PAPER}
    assert any("더 자주,\\n더 가까이" in answers for answers in sheets)
    # The same file again adds nothing.
    assert taken(fielded, tmp_path, GOOD) == PaperReport(again=2)
    assert len(fielded.sheets()) == 2


def test_answers_to_what_is_not_asked_are_left_out_and_told(
    fielded: Fielded, tmp_path: Path
) -> None:
    # "Satisfied" is asked of those who took part only.
    content = "number,took_part,satisfied\nP-0001,1,4\nP-0002,2,5\n"
    assert taken(fielded, tmp_path, content) == PaperReport(taken=2, unasked=1)
    assert sum("satisfied" in sheet.answers for sheet in fielded.sheets()) == 1
    assert taken(fielded, tmp_path, content) == PaperReport(again=2)


def test_one_wrong_line_and_nothing_is_taken(fielded: Fielded, tmp_path: Path) -> None:
    wrong = GOOD + "P-0003,7,,\nP-9999,2,,\nP-0004,1,,\n"
    report = taken(fielded, tmp_path, wrong)
    assert [(each.line, each.number) for each in report.problems] == [
        (6, "P-0003"),
        (7, "P-9999"),
        (8, "P-0004"),
    ]
    assert "초대한 번호가 아닙니다" in report.problems[1].why.ko
    assert "satisfied" in report.problems[2].why.en
    assert fielded.sheets() == []
    assert {each.status for each in fielded.invitations(1)} == {InvitationStatus.INVITED}


def test_who_has_answered_otherwise_is_not_overwritten(fielded: Fielded, tmp_path: Path) -> None:
    taken(fielded, tmp_path, "number\n")
    fielded.answer(fielded.invitations(1)[0].id, at(OPENING, 11), took_part=2)
    report = taken(fielded, tmp_path, GOOD)
    assert [each.line for each in report.problems] == [2]
    assert [sheet.answers for sheet in fielded.sheets()] == [{"took_part": {"codes": [2]}}]


def test_paper_does_not_overrule_a_refusal(fielded: Fielded, tmp_path: Path) -> None:
    taken(fielded, tmp_path, "number\n")
    refuse(fielded.db, fielded.invitations(1)[1].id, now=at(OPENING, 11))
    report = taken(fielded, tmp_path, GOOD)
    assert [(each.line, each.number) for each in report.problems] == [(4, "P-0002")]
    assert "이 줄을 빼 주십시오" in report.problems[0].why.ko
    assert "Leave the line out" in report.problems[0].why.en
    assert fielded.sheets() == []
    first, second, *_ = fielded.invitations(1)
    assert (first.status, second.status) == (InvitationStatus.INVITED, InvitationStatus.REFUSED)


def test_what_was_saved_and_not_handed_in_is_replaced_and_told(
    fielded: Fielded, tmp_path: Path
) -> None:
    taken(fielded, tmp_path, "number\n")
    save(fielded.db, fielded.invitations(1)[0].id, {"took_part": 2}, now=at(OPENING, 11))
    assert taken(fielded, tmp_path, GOOD) == PaperReport(taken=2, replaced=1)
    assert {sheet.mode for sheet in fielded.sheets()} == {Mode.PAPER}
    assert [sheet.answers["took_part"]["codes"] for sheet in fielded.sheets()].count([1]) == 1
    assert taken(fielded, tmp_path, GOOD) == PaperReport(again=2)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "took_part\n1\n",
        "number,no_item\nP-0001,1\n",
        "number,took_part,took_part\nP-0001,1,1\n",
        "number,took_part\nP-0001,1,2,3\n",
        'number,took_part\nP-0001,"1\n',
        "number,took_part\nP-0001,예\n".encode("cp949"),
    ],
)
def test_what_is_no_such_file_says_why(
    fielded: Fielded, tmp_path: Path, content: str | bytes
) -> None:
    with pytest.raises(PaperUnreadable) as told:
        taken(fielded, tmp_path, content)
    assert "paper.csv" in str(told.value)


def test_nothing_is_taken_before_the_opening(fielded: Fielded, tmp_path: Path) -> None:
    fielded.start()
    (tmp_path / "paper.csv").write_text(GOOD, encoding="utf-8")
    with pytest.raises(SurveyClosed):
        take_paper(fielded.db, 1, tmp_path / "paper.csv", now=MORNING)
