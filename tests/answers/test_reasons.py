"""What a citizen reads of a reply by mail: the reason, without the lines that were for us."""

import time

import pytest

from gongmun.answers.reading import acknowledgement, decision
from gongmun.answers.reasons import reason
from gongmun.answers.splitting import Item

ITEMS = (
    Item(referral_id=1, reference="OCF-2026-09-009", title="버스 정류장 그늘막 설치"),
    Item(referral_id=2, reference="OCF-2026-09-010", title="입양 지원"),
)


def read(text: str) -> str:
    said = acknowledgement(text, ours=())
    return reason(text, ITEMS, decision=decision(text), acknowledges=said is not None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "접수번호: 반려동물정책과-77\n\nOCF-2026-09-009: 수용. 입양 지원을 확대하겠습니다.",
            "입양 지원을 확대하겠습니다.",
        ),
        ("보내 주신 공문을 접수하였습니다.\n접수번호: 철도과-1\n설치합니다.", "설치합니다."),
        ("귀 처의 공문을 접수 제2026-1234호로 접수하였습니다. 예산 없음", "예산 없음"),
        ("접수번호는 보건과-3입니다. 내년에 설치합니다.", "내년에 설치합니다."),
        ("처리결과: 수용\n설치합니다.", "설치합니다."),
        ("[수용곤란] 예산이 없습니다.", "예산이 없습니다."),
        ("(OCF-2026-09-009) [수용] 설치합니다.", "설치합니다."),
        ("2. ocf-2026-09-009 - 수용\n사유: 3~4월에 설치합니다.", "3~4월에 설치합니다."),
        ("ＯＣＦ－2026－09－009： 수용. ３～４월", "３～４월"),
        ("□ 버스정류장 그늘막 설치: 일부 수용\n1) 하나\n2) 둘", "1) 하나\n2) 둘"),
        ("OCF-2026-09-009, OCF-2026-09-010 공통: 수용\n좋습니다.", "좋습니다."),
        ("OCF-2026-09-009: Accepted. Reason: we will.", "we will."),
        ("OCF-2026-09-009: accepted\nReason: we will.", "we will."),
        ("수용", ""),
        ("OCF-2026-09-009\n처리 결과: 수용곤란\n\n예산\n\n없음", "예산\n\n없음"),
    ],
)
def test_number_reference_and_decision_are_left_out(text: str, expected: str) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "OCF-2026-09-009에 대하여 답변드립니다. 예산이 없습니다.",
        "OCF-2026-09-009 제안은 예산이 없습니다.",
        "OCF-2026-09-0091: 다른 제안",
        "수용 여부를 검토하겠습니다.",
        "접수번호: 철도과-1 예산 없음",
        "접수번호 가나과-1 또는 접수번호 다라과-2",
        "1. 하나\n2. 둘",
        "- 2026. 3. 1. 시행\n  수용시설 개선",
        "입양 지원을 확대하겠습니다.",
        "처리결과: 수용\n처리결과: 수용곤란",
    ],
)
def test_prose_stays_to_the_letter(text: str) -> None:
    assert read(text) == text


def test_a_decision_that_has_to_stay_stays() -> None:
    text = "OCF-2026-09-009: 수용. 설치합니다."
    assert reason(text, ITEMS, decision=None, acknowledges=False) == "수용. 설치합니다."


@pytest.mark.parametrize(
    "text",
    [
        "- " * 30_000 + "수용",
        "OCF-2026-09-009 " * 4_000,
        "버스 정류장 그늘막" + " " * 40_000 + "설치",
        "접수" * 20_000,
        "음을음" * 20_000,
        "접수번호: 철도과-1 " + "을를이" * 20_000 + "x",
        "사유 " * 20_000,
        "\uac00\u11a8" * 30_000,
        "처리" + " " * 40_000 + "결과: 수용",
        "접수번호: 철도과-1. " * 3_000,
    ],
    ids=lambda text: repr(text[:8]),
)
def test_text_made_to_be_slow_is_read_in_time(text: str) -> None:
    begun = time.process_time()
    for said in (None, decision("수용")):
        reason(text[:20_000], ITEMS, decision=said, acknowledges=True)
    assert time.process_time() - begun < 5
