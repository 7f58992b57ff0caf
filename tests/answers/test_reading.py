"""What is read in a reply, and what is not read into it."""

import time

import pytest

from gongmun.answers.reading import (
    Acknowledgement,
    CitedNumber,
    acknowledgement,
    cited_numbers,
    decision,
    is_answer,
)
from gongmun.answers.splitting import Item, split
from gongmun.referrals.models import ResponseDecision

OURS = {"공론소통과"}


@pytest.mark.parametrize(
    "subject",
    [
        "[공론소통과-12] 열린소통포럼 결과 통보 및 시민 제안 회신 요청",
        "RE: [공론소통과-12] 결과 통보",
        "회신: 공론소통과-12 관련",
        "Fw: RE: FW: [ 공론소통과-12 ] 결과 통보",
        "［공론소통과－１２］ 회신",
        "공론소통과 - 12 회신",
        "공론소통과–12호에 대한 회신",
        "공론소통과 제12호 관련 회신",
        "답변공론소통과-12",
        "\u1100\u1169\u11bc\u1105\u1169\u11ab\u1109\u1169\u1110\u1169\u11bc\u1100\u116a-12 회신",  # a Mac's
    ],
)
def test_our_number_is_found_however_it_is_written(subject: str) -> None:
    assert cited_numbers(subject, OURS) == (CitedNumber(division="공론소통과", serial=12),)


@pytest.mark.parametrize(
    "subject",
    [
        "국민공론소통과-12",
        "공론소통과-12-1",
        "공론소통과-1234567890",
        "공론소통과 12월 회의",
        "보건의료정책과-12",
        "공론소통과",
        "",
    ],
)
def test_another_number_is_not_ours(subject: str) -> None:
    assert cited_numbers(subject, OURS) == ()


def test_two_numbers_are_two_and_the_year_behind_one_is_read() -> None:
    found = cited_numbers(
        "공론소통과-12(2025. 10. 2.), 공론소통과-13@2026, 공론소통과-12@2025", OURS
    )
    assert found == (
        CitedNumber(division="공론소통과", serial=12, year=2025),
        CitedNumber(division="공론소통과", serial=13, year=2026),
    )


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("접수번호: 보건의료정책과-5678", "보건의료정책과-5678"),
        (
            "접수 번호는 보건의료정책과-5678입니다. 검토 후 회신드릴 예정입니다.",
            "보건의료정책과-5678",
        ),
        ("귀 처의 공문을 접수 제2026-1234호로 접수하였습니다.", "제2026-1234호"),
        (
            "보건의료정책과-5678(2026. 10. 14.)호로 접수되었음을 알려드립니다.",
            "보건의료정책과-5678",
        ),
        ("접수번호：１２３４５", "12345"),
        ("Registration number: MOHW-2026/123.", "MOHW-2026/123"),
        ("관련: 공론소통과-12\n접수번호: 철도정책과-77", "철도정책과-77"),
        # What would deny it in a sentence is a part of an office's name.
        ("접수번호: 반려동물정책과-77", "반려동물정책과-77"),
        ("접수번호: 반려동물정책과-77(반려동물정책과 홍길동)", "반려동물정책과-77"),
        ("예정지구관리과-3으로 접수하였습니다.", "예정지구관리과-3"),
        ("연못공원과-3호로 접수되었습니다.", "연못공원과-3"),
        ("접수번호: 못골-77", "못골-77"),
        ("공문 잘 접수했습니다.", None),
        ("문서 접수 완료", None),
        ("귀 기관의 공문을 접수하였습니다.", None),
    ],
)
def test_an_acknowledgement_is_read(text: str, number: str | None) -> None:
    assert acknowledgement(text, ours=OURS) == Acknowledgement(number=number)


@pytest.mark.parametrize(
    "text",
    [
        "접수번호를 알려 주십시오.",
        "아직 접수하지 못했습니다.",
        "다음 주에 접수할 예정입니다.",
        "접수번호: 공론소통과-12",  # ours
        "관련: 보건의료정책과-5678",
        "접수번호: 반려동물정책과-77로 접수하지 못하였습니다.",
        "접수번호 반려동물정책과-77은 반려되었습니다.",
        "접수번호: 철도과-1(반려)",
        "접수 2026-10-12",
        "민원 신청서를 접수했습니다.",
        "접수번호 가나과-1 또는 접수번호 다라과-2",
        "미접수 상태입니다.",
        "Please acknowledge receipt.",
    ],
)
def test_what_could_mean_something_else_acknowledges_nothing(text: str) -> None:
    assert acknowledgement(text, ours=OURS) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("처리결과: 수용", ResponseDecision.ACCEPTED),
        ("검토의견 : 일부 수용", ResponseDecision.PARTIALLY_ACCEPTED),
        ("[수용곤란] 예산이 없습니다.", ResponseDecision.NOT_ACCEPTED),
        ("결과: 불수용", ResponseDecision.NOT_ACCEPTED),
        ("구분: 중·장기 과제", ResponseDecision.LONG_TERM_REVIEW),
        ("(기시행)", ResponseDecision.ALREADY_IN_PLACE),
        ("가. 정류장 그늘막: 수용", ResponseDecision.ACCEPTED),
        ("수용", ResponseDecision.ACCEPTED),
        ("수용 여부를 검토하겠습니다.", None),
        ("장애인 수용시설의 개선", None),
        ("수용할 수 없습니다.", None),
        ("수용/일부수용/수용곤란 중 선택", None),
        ("처리결과: 수용\n처리결과: 수용곤란", None),
    ],
)
def test_a_decision_is_read_only_where_it_stands_for_itself(
    text: str, expected: ResponseDecision | None
) -> None:
    assert decision(text) is expected


@pytest.mark.parametrize(
    ("text", "acknowledges", "expected"),
    [
        ("접수번호: 보건의료정책과-5678\n감사합니다.\n홍길동 드림", True, False),
        ("접수번호는 철도과-1입니다. 기한 내에 회신드리겠습니다.", True, False),
        ("안녕하십니까. 공문 잘 접수했습니다.\n--\n국토교통부 홍길동\n044-201-0000", True, False),
        ("네, 확인했습니다. 감사합니다.", False, False),
        (
            "접수번호: 철도과-1\n검토 결과 예산이 확보되어 내년부터 그늘막을 설치할 계획입니다.",
            True,
            True,
        ),
        ("수용", False, True),
        ("소관이 아닙니다.", False, True),
        ("예산이 없습니다.", False, True),
        ("확인했으나 곤란합니다.", False, True),
        ("감사합니다만 어렵습니다.", False, True),
        ("Thank you, but this is in place.", False, True),
        ("Thank you. Best regards", False, False),
    ],
)
def test_courtesies_are_no_answer(text: str, acknowledges: bool, expected: bool) -> None:
    assert is_answer(text, acknowledges=acknowledges) is expected


ITEMS = (
    Item(referral_id=1, reference="OCF-2026-10-001", title="버스 정류장 그늘막 설치"),
    Item(referral_id=2, reference="OCF-2026-10-002", title="횡단보도 표시 개선"),
    Item(referral_id=3, reference="OCF-2026-10-010", title="짧음"),
)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        # Below references; a longer reference is another one's.
        ("인사\nOCF-2026-10-001: 수용\nㄱ\n※ ocf-2026-10-010에 대하여\nㄴ", {1: 3, 3: 2}),
        # Below titles, with other spaces.
        ("□ 버스정류장 그늘막 설치\nㄱ\n□ 횡단보도 표시개선\nㄴ", {1: 2, 2: 2}),
        ("1. 하나\nㄱ\n2. 둘\n3. 셋\n감사합니다.", {1: 2, 2: 1, 3: 2}),
        (
            "1. 관련: 공론소통과-12\n2. 회신합니다.\n가. 하나\n나. 둘\n다. 셋\n3. 붙임",
            {1: 3, 2: 1, 3: 2},
        ),
        ("① 하나\n② 둘\n③ 셋", {1: 1, 2: 1, 3: 1}),
        ("제안 1: 하나\n제안 2: 둘\n제안 3: 셋", {1: 1, 2: 1, 3: 1}),
        # The points of a letter, a list of another length, dates: nothing to go by.
        ("1. 관련: 공론소통과-12\n2. 위와 관련하여 회신합니다.\n3. 끝", {1: 3}),
        ("가. 하나\n나. 둘", {1: 2}),
        ("2026. 10. 1. 회의\n결과", {1: 2}),
        ("OCF-2026-10-0011은 다른 제안", {1: 1}),
        ("짧음", {1: 1}),
    ],
)
def test_a_text_is_split_where_it_says_so_and_nothing_is_lost(
    text: str, lines: dict[int, int]
) -> None:
    parts = split(text, ITEMS, first=1)
    assert {i: part.count("\n") + 1 for i, part in parts.items()} == lines
    assert sorted("\n".join(parts.values()).split("\n")) == sorted(text.split("\n"))


def test_a_line_about_two_goes_to_both() -> None:
    both = "OCF-2026-10-001, OCF-2026-10-002 공통: 수용"
    assert split(both, ITEMS, first=3) == {1: both, 2: both}


@pytest.mark.parametrize(
    "text",
    [
        "-\n" * 50_000,
        "수용" * 20_000,
        "접수번호" * 10_000,
        "가" * 60_000 + "과-",
        "(" * 50_000,
        "1-" * 30_000,
        "드림 " * 30_000,
        " \n" * 50_000,
        "접수 제" + "1" * 60_000,
    ],
    ids=lambda text: repr(text[:6]),
)
def test_text_made_to_be_slow_is_read_in_time(text: str) -> None:
    begun = time.process_time()
    acknowledgement(text, ours=OURS)
    decision(text)
    is_answer(text, acknowledges=True)
    cited_numbers(text, OURS)
    split(text, ITEMS, first=1)
    assert time.process_time() - begun < 5
