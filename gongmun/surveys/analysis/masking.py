"""Personal data in open answers, masked before anybody reads them.

Masked: mail addresses, links, telephone numbers, resident and foreigner registration numbers, licence and
passport numbers, cards and accounts, vehicle plates, accounts of messengers that are named as such, dates of
birth that say so, street and lot addresses with their flat, and names before 씨, 님 or a title, or after "my
name is".

Not masked, because no pattern tells them from other words: names that stand alone, nicknames, numbers in
words (공일공…), places and events that only one person can have to do with. A person approves what is quoted.
Rather too much is masked than too little: a mark in a quote costs little.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from gongmun.text import Bilingual, clean


class Personal(StrEnum):
    """Kinds of personal data that are recognised."""

    MAIL = "mail"
    LINK = "link"
    REGISTRATION = "registration"
    PHONE = "phone"
    LICENCE = "licence"
    ACCOUNT = "account"
    VEHICLE = "vehicle"
    MESSENGER = "messenger"
    BIRTH = "birth"
    ADDRESS = "address"
    NAME = "name"


LABELS: Mapping[Personal, Bilingual] = {
    Personal.MAIL: Bilingual(ko="전자우편", en="mail address"),
    Personal.LINK: Bilingual(ko="링크", en="link"),
    Personal.REGISTRATION: Bilingual(ko="주민등록번호", en="registration number"),
    Personal.PHONE: Bilingual(ko="전화번호", en="telephone number"),
    Personal.LICENCE: Bilingual(ko="면허·여권번호", en="licence or passport number"),
    Personal.ACCOUNT: Bilingual(ko="계좌·카드번호", en="account or card number"),
    Personal.VEHICLE: Bilingual(ko="차량번호", en="vehicle plate"),
    Personal.MESSENGER: Bilingual(ko="메신저 계정", en="messenger account"),
    Personal.BIRTH: Bilingual(ko="생년월일", en="date of birth"),
    Personal.ADDRESS: Bilingual(ko="주소", en="address"),
    Personal.NAME: Bilingual(ko="이름", en="name"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Masked:
    """A text with marks such as `[전화번호]` in the place of personal data, and what was found."""

    text: str
    found: frozenset[Personal]


def mask(text: str) -> Masked:
    """The text, cleaned, without the personal data that can be recognised; see the head of this module."""
    text = clean(text).translate(_PLAIN)
    found = set()
    for kind, pattern in _PATTERNS:
        mark = f"[{LABELS[kind].ko}]"
        text, count = pattern.subn(mark, text)
        if count:
            found.add(kind)
    text, count = _mask_names(text)
    if count:
        found.add(Personal.NAME)
    return Masked(text=text, found=frozenset(found))


# Digits and hyphens as they are typed with other keyboards.
_PLAIN = str.maketrans(
    "０１２３４５６７８９－‐‑‒–—―−＠．",
    "0123456789--------@.",
)
_GAP = r"[\s.\-)]{0,2}"
_PLATE_LETTERS = "가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주바사아자배하허호"
_PATTERNS: tuple[tuple[Personal, re.Pattern[str]], ...] = (
    (
        Personal.MAIL,
        re.compile(
            r"[A-Za-z0-9._%+\-]+\s?(?:@|\(at\)|골뱅이)\s?[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+"
        ),
    ),
    (Personal.LINK, re.compile(r"(?:https?://|www\.)[^\s가-힣)]+")),
    (
        Personal.REGISTRATION,
        re.compile(
            r"(?<!\d)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\s?-?\s?[0-9](?:\d{6}|[*xX●○]{6})(?!\d)"
        ),
    ),
    (Personal.LICENCE, re.compile(r"(?<!\d)\d{2}-\d{2}-\d{6}-\d{2}(?!\d)")),
    (Personal.LICENCE, re.compile(r"(?<![A-Za-z0-9])[A-Z]\d{3}[A-Z0-9]\d{4}(?![A-Za-z0-9])")),
    (
        Personal.PHONE,
        re.compile(
            rf"(?:\+?82{_GAP}\(?0?|\(?(?<!\d)0)(?:1[016789]|2|[3-6]\d|70|50\d?){_GAP}\d{{3,4}}{_GAP}\d{{4}}(?!\d)"
        ),
    ),
    (Personal.PHONE, re.compile(r"(?<![\d-])1[568]\d{2}-\d{4}(?![\d-])")),
    (
        Personal.ACCOUNT,
        re.compile(
            r"(?<![\d-])(?!(?:19|20)\d{2}-\d{1,2}-\d{1,2}(?!\d))\d{2,6}(?:[\- ]\d{2,6}){2,4}(?![\d-])"
        ),
    ),
    (Personal.ACCOUNT, re.compile(r"(?<!\d)\d{10,16}(?!\d)")),
    (
        Personal.VEHICLE,
        re.compile(rf"(?:[가-힣]{{2}}\s?)?(?<!\d)\d{{2,3}}\s?[{_PLATE_LETTERS}]\s?\d{{4}}(?!\d)"),
    ),
    (
        Personal.MESSENGER,
        re.compile(
            r"(?:(?<=카톡)|(?<=카카오톡)|(?<=인스타)|(?<=텔레그램)|(?<=라인)|(?<=아이디)|(?<=ID))"
            r"(?:\s?(?:아이디|ID|id|계정))?\s?[은는:=]?\s?@?[A-Za-z0-9][A-Za-z0-9._\-]{3,}"
        ),
    ),
    (Personal.MESSENGER, re.compile(r"(?<![A-Za-z0-9])@[A-Za-z0-9_][A-Za-z0-9_.]{2,}")),
    (
        Personal.BIRTH,
        re.compile(
            r"(?<!\d)(?:19|20)?\d{2}\s?[년.\-/]\s?\d{1,2}\s?[월.\-/]\s?\d{1,2}\s?일?\s?(?:생|출생)"
            r"|(?<!\d)\d{6}\s?생"
        ),
    ),
    # Road, number, and the flat behind them: 세종대로 209, 테헤란로12길 34, 102동 1203호.
    (
        Personal.ADDRESS,
        re.compile(
            r"(?<![가-힣])(?:[가-힣]+(?:시|도|군|구|읍|면)\s)*[가-힣0-9·]*(?:(?<!으)로|길)\s?\d{1,4}"
            r"(?:번?길\s?\d{1,4})?(?:-\d{1,4})?(?:\s?,?\s?\d{1,4}동\s?\d{1,4}호|\s?,?\s?\d{1,4}호)?"
            r"(?![\d가-힣%])"
        ),
    ),
    (
        Personal.ADDRESS,
        re.compile(
            r"(?<![가-힣])(?:[가-힣]+(?:시|도|군|구|읍|면)\s)*[가-힣]+[0-9]?(?:동|리|가)\s(?:산\s?)?"
            r"\d{1,4}(?:-\d{1,4}(?:번지)?|번지)"
        ),
    ),
    (Personal.ADDRESS, re.compile(r"(?<!\d)\d{1,4}동\s?\d{1,4}호")),
)
# The 60 most common surnames cover all but one in a hundred (census of 2015), with the commonest of two syllables.
_SURNAMES = "김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구나민진지엄채원천방공현함변염여추도소석선설마길"
_NAME = rf"(?:(?:남궁|황보|제갈|사공|선우|서문|독고)[가-힣]{{1,2}}|[{_SURNAMES}][가-힣]{{1,2}})"
_TITLES = "주무관|사무관|서기관|과장|팀장|국장|실장|차장|부장|대리|주임|계장|의원|장관|차관|시장|군수|구청장|교수|선생|기자|박사|소장"
_BEFORE_TITLE = re.compile(rf"(?<![가-힣])({_NAME})(?=\s?(?:씨|님)(?![앗족])|\s(?:{_TITLES}))")
_INTRODUCED = re.compile(
    rf"(?:(?<=이름은\s)|(?<=성함은\s)|(?<=저는\s)|(?<=나는\s))({_NAME})(?=\s?(?:입니다|이고|이며|이라고|라고|예요|이에요|임))"
)
# Words of two or three syllables that begin like a name and stand before 님, 씨 or a title.
_NO_NAMES = frozenset(
    [
        "선생",
        "고객",
        "장관",
        "차관",
        "주임",
        "국장",
        "이장",
        "조장",
        "반장",
        "원장",
        "사장",
        "손",
        "하느",
        "임금",
        "어머",
        "부모",
        "시장",
        "군수",
        "소장",
        "주무관",
        "서기관",
        "구청장",
        "주인",
        "진행자",
        "강사",
        "조교",
        "지사",
        "차장",
        "실장",
        "과장",
        "팀장",
        "부장",
        "교수",
        "의원",
        "위원",
        "위원장",
        "조합장",
        "이사",
        "이사장",
        "지점장",
        "공무원",
        "선배",
        "후배",
        "신부",
        "목사",
        "스",
        "변호사",
        "의사",
        "간호사",
        "기사",
        "하나",
        "마나",
        "맘",
        "도지사",
        "현",
        "전",
        "신임",
        "우리",
        "해당",
        "담당",
        "유관",
        "관계",
        "이런",
        "저런",
        "그런",
        "여러",
        "모든",
        "어느",
        "어떤",
        "무슨",
        "지금",
        "현재",
        "전임",
        "차기",
        "한국",
        "정부",
        "서울",
        "민원",
        "지역",
        "구청",
        "시청",
        "도청",
        "민간",
        "소속",
        "주요",
        "방문",
        "문의",
        "성실한",
        "친절한",
        "유능한",
        "전담",
        "공공",
        "조직",
        "심사",
        "이번",
        "지난",
        "하위",
        "고위",
        "남자",
        "여자",
        "노인",
        "주민",
        "날",
        "고운",
        "마음",
        "이",
        "한",
        "두",
        "세",
        "공식",
        "전체",
        "진짜",
        "정말",
        "이상한",
        "오늘",
    ]
)
_ADNOMINAL = ("한", "된", "던", "할", "는")


def _mask_names(text: str) -> tuple[str, int]:
    count = 0

    def masked(found: re.Match[str]) -> str:
        nonlocal count
        word = found[1]
        follows = text_now[found.end() :].lstrip()
        if word in _NO_NAMES or (
            word.endswith(_ADNOMINAL) and not follows.startswith(("씨", "님"))
        ):
            return found[0]
        count += 1
        return f"[{LABELS[Personal.NAME].ko}]"

    for pattern in (_INTRODUCED, _BEFORE_TITLE):
        text_now = text
        text = pattern.sub(masked, text_now)
    return text, count
