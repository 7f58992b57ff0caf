"""What states and categories of the fieldwork are called, in both languages."""

from collections.abc import Mapping

from gongmun.surveys.fieldwork.funnel import Step
from gongmun.surveys.fieldwork.life import Status
from gongmun.surveys.fieldwork.models import InvitationStatus
from gongmun.text import Bilingual

STATUSES: Mapping[Status, Bilingual] = {
    Status.DRAFT: Bilingual(ko="개시 전", en="draft"),
    Status.FROZEN: Bilingual(ko="설문지 확정", en="frozen"),
    Status.SAMPLING: Bilingual(ko="대상자 확정 중", en="sampling"),
    Status.INVITING: Bilingual(ko="초대 발송 중", en="inviting"),
    Status.FIELDING: Bilingual(ko="응답 받는 중", en="fielding"),
    Status.CLOSING: Bilingual(ko="마감 중", en="closing"),
    Status.CLOSED: Bilingual(ko="마감", en="closed"),
    Status.WEIGHTED: Bilingual(ko="가중치 산출", en="weighted"),
    Status.REPORTED: Bilingual(ko="보고서 작성", en="reported"),
    Status.PUBLISHED: Bilingual(ko="공개", en="published"),
    Status.ARCHIVED: Bilingual(ko="보존", en="archived"),
    Status.CANCELLED: Bilingual(ko="취소", en="cancelled"),
}
INVITATIONS: Mapping[InvitationStatus, Bilingual] = {
    InvitationStatus.INVITED: Bilingual(ko="응답 전", en="not begun"),
    InvitationStatus.OPENED: Bilingual(ko="응답 중", en="begun"),
    InvitationStatus.ANSWERED: Bilingual(ko="응답", en="answered"),
    InvitationStatus.REFUSED: Bilingual(ko="거절", en="refused"),
    InvitationStatus.UNREACHABLE: Bilingual(ko="연락되지 않음", en="not reached"),
}
FEATURES: Mapping[str, Bilingual] = {
    "sex": Bilingual(ko="성별", en="sex"),
    "age_group": Bilingual(ko="연령대", en="age group"),
    "province": Bilingual(ko="시도", en="province"),
}
SEXES: Mapping[str, Bilingual] = {
    "F": Bilingual(ko="여성", en="Women"),
    "M": Bilingual(ko="남성", en="Men"),
}
FUNNEL: Mapping[Step, Bilingual] = {
    Step.INVITED: Bilingual(ko="모집 안내", en="invited to volunteer"),
    Step.WILLING: Bilingual(ko="참여 희망", en="willing"),
    Step.CANDIDATES: Bilingual(ko="추첨 대상", en="candidates"),
    Step.SELECTED: Bilingual(ko="선정", en="selected"),
    Step.ATTENDED: Bilingual(ko="한 번이라도 응답", en="answered at least once"),
    Step.ASKED: Bilingual(ko="이 회차에 요청", en="asked in this wave"),
    Step.ANSWERED: Bilingual(ko="이 회차에 응답", en="answered this wave"),
}


def category(feature: str, value: str) -> Bilingual:
    """One category of the people asked, such as 성별: 여성 / sex: Women."""
    name = FEATURES[feature]
    said = SEXES.get(value, Bilingual(ko=value, en=value))
    return Bilingual(ko=f"{name.ko}: {said.ko}", en=f"{name.en}: {said.en}")
