"""What groups, outcomes and files of a report are called, in both languages."""

from collections.abc import Mapping

from gongmun.surveys.analysis.dispositions import Group
from gongmun.surveys.fieldwork.models import Mode
from gongmun.text import Bilingual

AGES: Mapping[str, Bilingual] = {
    "18-29": Bilingual(ko="18~29세", en="18–29"),
    "30-39": Bilingual(ko="30대", en="30–39"),
    "40-49": Bilingual(ko="40대", en="40–49"),
    "50-59": Bilingual(ko="50대", en="50–59"),
    "60-69": Bilingual(ko="60대", en="60–69"),
    "70+": Bilingual(ko="70세 이상", en="70 and over"),
}
REGION_NAMES: Mapping[str, Bilingual] = {
    "seoul": Bilingual(ko="서울", en="Seoul"),
    "gyeonggi": Bilingual(ko="인천·경기", en="Incheon, Gyeonggi"),
    "chungcheong": Bilingual(ko="대전·세종·충청", en="Daejeon, Sejong, Chungcheong"),
    "jeolla": Bilingual(ko="광주·전라", en="Gwangju, Jeolla"),
    "daegu": Bilingual(ko="대구·경북", en="Daegu, N. Gyeongsang"),
    "busan": Bilingual(ko="부산·울산·경남", en="Busan, Ulsan, S. Gyeongsang"),
    "gangwon": Bilingual(ko="강원·제주", en="Gangwon, Jeju"),
}
MODES: Mapping[Mode, Bilingual] = {
    Mode.WEB: Bilingual(ko="인터넷(개인별 초대 링크)", en="online, by a personal link"),
    Mode.PAPER: Bilingual(ko="종이 설문지", en="on paper"),
}
OUTCOMES: Mapping[Group, Bilingual] = {
    Group.COMPLETE: Bilingual(ko="응답 완료", en="complete"),
    Group.PARTIAL: Bilingual(ko="부분 응답", en="partial"),
    Group.REFUSAL: Bilingual(ko="거절·중단", en="refusal and break-off"),
    Group.NON_CONTACT: Bilingual(ko="무응답", en="no answer"),
    Group.OTHER: Bilingual(ko="그 밖의 미응답", en="other non-response"),
    Group.UNKNOWN_PERSON: Bilingual(ko="적격 여부 불명", en="eligibility unknown"),
    Group.UNKNOWN_OTHER: Bilingual(ko="전달 불능", en="not delivered"),
    Group.INELIGIBLE: Bilingual(ko="부적격", en="not eligible"),
}
# The stages of the cumulative response rate of a panel.
STAGES: Mapping[str, Bilingual] = {
    "recruitment": Bilingual(ko="모집", en="recruitment"),
    "profile": Bilingual(ko="등록", en="profile"),
    "retention": Bilingual(ko="유지", en="retention"),
    "rr1": Bilingual(ko="응답", en="response"),
}
