"""The fields of the form by which people volunteer (신청 양식): what was typed, checked, and what is wrong with it."""

from collections.abc import Mapping, Sequence

from gongmun.mail import AddressRefused
from gongmun.mail.outbox import checked_address
from gongmun.portal.flaws import Flaw
from gongmun.portal.forms import Form
from gongmun.surveys.panels.margins import margins
from gongmun.surveys.panels.volunteering import SignUp
from gongmun.text import Bilingual, clean_line

FIELDS = ("email", "sex", "birth_year", "province", "postcode", "road", "unit", "consent")
SEXES: Mapping[str, Bilingual] = {
    "F": Bilingual(ko="여성", en="Woman"),
    "M": Bilingual(ko="남성", en="Man"),
}
_ENGLISH = (
    *("Seoul", "Busan", "Daegu", "Incheon", "Gwangju", "Daejeon", "Ulsan", "Sejong", "Gyeonggi-do"),
    *("Chungcheongbuk-do", "Chungcheongnam-do", "Jeollanam-do", "Gyeongsangbuk-do"),
    *("Gyeongsangnam-do", "Jeju", "Gangwon", "Jeonbuk"),
)
# By the names of the margins, in their order: in both languages.
PROVINCES: Mapping[str, Bilingual] = {
    name: Bilingual(ko=name, en=english)
    for name, english in zip(margins().provinces, _ENGLISH, strict=True)
}
# Older is a slip of the keyboard.
_OLDEST = 120
_LONGEST = 100

_WRONG = {
    "email": Bilingual(
        ko="이름@example.kr 형식의 메일 주소 하나를 적어 주십시오.",
        en="Give one mail address, such as name@example.kr.",
    ),
    "sex": Bilingual(ko="성별을 골라 주십시오.", en="Choose your sex."),
    "birth_year": Bilingual(
        ko="태어난 해를 네 자리로 적어 주십시오. 예: 1985",
        en="Give the year of your birth in four digits, such as 1985.",
    ),
    "young": Bilingual(
        ko="만 18세가 되는 해부터 신청하실 수 있습니다.",
        en="You can take part from the year in which you turn 18.",
    ),
    "province": Bilingual(
        ko="사시는 시·도를 골라 주십시오.", en="Choose the province you live in."
    ),
    "postcode": Bilingual(
        ko="우편번호를 다섯 자리 숫자로 적어 주십시오. 예: 03172",
        en="Give your postcode in five digits, such as 03172.",
    ),
    "road": Bilingual(
        ko="도로명과 건물번호를 적어 주십시오. 예: 세종대로 209",
        en="Give the road name and the number of the building, such as Sejong-daero 209.",
    ),
    "unit": Bilingual(
        ko="동·호수를 100자 이내로 적어 주십시오.",
        en="Give the building and the flat in at most 100 characters.",
    ),
    "consent": Bilingual(
        ko="개인정보 수집·이용에 동의하셔야 신청하실 수 있습니다.",
        en="You can sign up only if you agree that we use your data.",
    ),
}


def filled(form: Form) -> Mapping[str, str]:
    """What was typed, by field, for the form that is shown once more; the consent is asked for anew."""
    return {name: "" if name == "consent" else clean_line(form.text(name)) for name in FIELDS}


def read(form: Form, year: int) -> tuple[SignUp | None, Sequence[Flaw]]:
    """What was told, or what is wrong with it, in the order of the fields; ages are those of the `year`."""
    typed = filled(form)
    age_group, wrong_year = _age_group(typed["birth_year"], year)
    road, unit = typed["road"], typed["unit"]
    wrong = {
        "email": not _is_address(typed["email"]),
        "sex": typed["sex"] not in SEXES,
        "birth_year": age_group is None,
        "province": typed["province"] not in PROVINCES,
        "postcode": not _is_number(typed["postcode"], 5),
        "road": len(road) > _LONGEST or not any(map(str.isdigit, road)) or road.isdigit(),
        "unit": len(unit) > _LONGEST,
        "consent": form.text("consent") != "yes",
    }
    flaws = [
        Flaw(field=name, why=_WRONG[wrong_year if name == "birth_year" else name])
        for name, is_wrong in wrong.items()
        if is_wrong
    ]
    if flaws or age_group is None:
        return None, flaws
    return SignUp(
        contact=typed["email"],
        sex=typed["sex"],
        age_group=age_group,
        province=typed["province"],
        postcode=typed["postcode"],
        road=road,
        unit=unit,
    ), ()


def _age_group(text: str, year: int) -> tuple[str | None, str]:
    """The age group of somebody born in that year, and what is wrong where it has none."""
    if not _is_number(text, 4) or not 0 <= year - int(text) <= _OLDEST:
        return None, "birth_year"
    return margins().group_of(year - int(text)), "young"


def _is_number(text: str, digits: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) == digits


def _is_address(text: str) -> bool:
    try:
        checked_address(text)
    except AddressRefused:
        return False
    return True
