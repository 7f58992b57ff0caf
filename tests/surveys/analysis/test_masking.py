"""What is masked and what is not, in the words of people."""

import pytest

from gongmun.surveys.analysis.masking import Personal, mask


@pytest.mark.parametrize(
    ("text", "expected", "kind"),
    [
        ("010-1234-5678로 연락 주세요", "[전화번호]로 연락 주세요", Personal.PHONE),
        ("01012345678", "[전화번호]", Personal.PHONE),
        ("０１０　１２３４　５６７８", "[전화번호]", Personal.PHONE),
        ("+82 10-1234-5678", "[전화번호]", Personal.PHONE),
        ("02) 345-6789", "[전화번호]", Personal.PHONE),
        ("1588-1234", "[전화번호]", Personal.PHONE),
        ("메일은 a.b+c@mois.go.kr 입니다", "메일은 [전자우편] 입니다", Personal.MAIL),
        ("hong(at)naver.com", "[전자우편]", Personal.MAIL),
        ("https://blog.example.com/me?id=3 참고", "[링크] 참고", Personal.LINK),
        ("850302-1234567", "[주민등록번호]", Personal.REGISTRATION),
        ("850302 - 2******", "[주민등록번호]", Personal.REGISTRATION),
        ("8503021234567", "[주민등록번호]", Personal.REGISTRATION),
        ("운전면허 11-22-123456-78", "운전면허 [면허·여권번호]", Personal.LICENCE),
        ("여권 M12345678", "여권 [면허·여권번호]", Personal.LICENCE),
        ("국민은행 110-123-456789", "국민은행 [계좌·카드번호]", Personal.ACCOUNT),
        ("1234-5678-9012-3456", "[계좌·카드번호]", Personal.ACCOUNT),
        ("12가 3456 차량이", "[차량번호] 차량이", Personal.VEHICLE),
        ("서울 123하4567", "[차량번호]", Personal.VEHICLE),
        ("카톡 아이디: abcd_1234", "카톡[메신저 계정]", Personal.MESSENGER),
        ("@hong_gd 로", "[메신저 계정] 로", Personal.MESSENGER),
        ("1985년 3월 2일생입니다", "[생년월일]입니다", Personal.BIRTH),
        ("세종대로 209 앞", "[주소] 앞", Personal.ADDRESS),
        ("서울특별시 강남구 테헤란로12길 34, 102동 1203호", "[주소]", Personal.ADDRESS),
        ("역삼동 123-45번지", "[주소]", Personal.ADDRESS),
        ("우리 아파트 102동 1203호", "우리 아파트 [주소]", Personal.ADDRESS),
        ("김철수 씨가 친절", "[이름] 씨가 친절", Personal.NAME),
        ("박지은 주무관이 도와줌", "[이름] 주무관이 도와줌", Personal.NAME),
        ("남궁민수님께", "[이름]님께", Personal.NAME),
        ("저는 홍길동입니다", "저는 [이름]입니다", Personal.NAME),
    ],
)
def test_personal_data_goes(text: str, expected: str, kind: Personal) -> None:
    found = mask(text)
    assert found.text == expected
    assert kind in found.found


@pytest.mark.parametrize(
    "text",
    [
        "예산 12,000원에서 10만 5000원으로 올려 주세요",
        "2026년 3월 15일에 신청",
        "2026-03-15 방문",
        "앞으로 3년 더, 종로 3가에서",
        "서비스로 10점 만점에 8점",
        "선생님, 고객님, 이장님, 주무관님, 장관님",
        "친절한 과장님과 담당 팀장",
        "1, 2, 3번 문항과 5~7번 문항",
        "50대 1000명, 30도 이상",
        "국민신문고로 3번 접수했습니다",
        "정부24, 코로나19, A4 3장",
        "날씨가 좋다",
    ],
)
def test_what_is_not_personal_stays(text: str) -> None:
    found = mask(text)
    assert found.text == text
    assert found.found == frozenset()


def test_several_at_once() -> None:
    found = mask("김철수 씨 010-1234-5678, kim@example.com")
    assert found.text == "[이름] 씨 [전화번호], [전자우편]"
    assert found.found == {Personal.NAME, Personal.PHONE, Personal.MAIL}
