"""The words of this room in both languages, for mails, pages and the command line."""

from collections.abc import Mapping

from gongmun.followups.life import Status
from gongmun.followups.models import Answered, CommitmentRung
from gongmun.text import Bilingual

MEETINGS: Mapping[Status, Bilingual] = {
    Status.PROPOSED: Bilingual(ko="제안됨", en="proposed"),
    Status.DATED: Bilingual(ko="일정 확정", en="dated"),
    Status.HELD: Bilingual(ko="개최", en="held"),
    Status.CANCELLED: Bilingual(ko="취소", en="cancelled"),
}

ANSWERED: Mapping[Answered, Bilingual] = {
    Answered.YES: Bilingual(ko="예", en="Yes"),
    Answered.PARTLY: Bilingual(ko="일부만", en="Only partly"),
    Answered.NO: Bilingual(ko="아니요", en="No"),
}

RUNGS: Mapping[CommitmentRung, Bilingual] = {
    CommitmentRung.COMING: Bilingual(ko="이행 기한 안내", en="The due day is coming"),
    CommitmentRung.DUE: Bilingual(ko="이행 기한 당일", en="Due today"),
    CommitmentRung.OVERDUE: Bilingual(ko="이행 기한 경과", en="Overdue"),
}

# What a mail asks for under the heading of a rung.
REQUESTS: Mapping[CommitmentRung, Bilingual] = {
    CommitmentRung.COMING: Bilingual(
        ko="이행 기한이 다가오고 있어 안내해 드립니다. 이미 이행하셨다면 결과를 알려 주십시오.",
        en="Their due day is near. If it is done already, please tell us.",
    ),
    CommitmentRung.DUE: Bilingual(
        ko="이행 기한이 되었습니다. 이행 결과와 증빙을 알려 주십시오.",
        en="They are due. Please tell us what was done, with evidence.",
    ),
    CommitmentRung.OVERDUE: Bilingual(
        ko="이행 기한이 지났습니다. 이행 결과와 증빙을 알려 주시거나, 이행이 어려우면 사유를 적어 철회해 주십시오.",
        en="Their due day has passed. Please tell us what was done, with evidence, or withdraw them "
        "with the reason.",
    ),
}
