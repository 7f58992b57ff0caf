"""Names of the statuses of a dispatch, in both languages."""

from collections.abc import Mapping

from gongmun.mail.life import Status
from gongmun.text import Bilingual

STATUSES: Mapping[Status, Bilingual] = {
    Status.HELD: Bilingual(ko="보류", en="held"),
    Status.QUEUED: Bilingual(ko="대기", en="queued"),
    Status.CLAIMED: Bilingual(ko="준비", en="claimed"),
    Status.SENDING: Bilingual(ko="발송 중", en="sending"),
    Status.ACCEPTED: Bilingual(ko="발송", en="accepted"),
    Status.DELIVERED: Bilingual(ko="도달", en="delivered"),
    Status.BOUNCED: Bilingual(ko="반송", en="bounced"),
    Status.FAILED: Bilingual(ko="실패", en="failed"),
    Status.UNCERTAIN: Bilingual(ko="불명", en="uncertain"),
    Status.RECALLED: Bilingual(ko="회수", en="recalled"),
}
