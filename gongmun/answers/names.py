"""The words of this room in both languages, for pages, mails and the command line."""

from collections.abc import Mapping

from gongmun.answers.models import Channel, CommitmentStatus, ReplyStatus, RequestStatus
from gongmun.referrals.models import ResponseStatus
from gongmun.text import Bilingual

CHANNELS: Mapping[Channel, Bilingual] = {
    Channel.PORTAL: Bilingual(ko="회신 화면", en="portal"),
    Channel.MAIL: Bilingual(ko="메일", en="mail"),
    Channel.COORDINATOR: Bilingual(ko="담당자 기록", en="recorded by a coordinator"),
}

REQUESTS: Mapping[RequestStatus, Bilingual] = {
    RequestStatus.REQUESTED: Bilingual(ko="결정 대기", en="waits for a decision"),
    RequestStatus.GRANTED: Bilingual(ko="승인", en="granted"),
    RequestStatus.REFUSED: Bilingual(ko="불승인", en="refused"),
    RequestStatus.LAPSED: Bilingual(ko="회신으로 종료", en="ended by the answer"),
}

COMMITMENTS: Mapping[CommitmentStatus, Bilingual] = {
    CommitmentStatus.OPEN: Bilingual(ko="이행 중", en="open"),
    CommitmentStatus.DONE: Bilingual(ko="이행 완료", en="done"),
    CommitmentStatus.WITHDRAWN: Bilingual(ko="철회", en="withdrawn"),
}

RESPONSES: Mapping[ResponseStatus, Bilingual] = {
    ResponseStatus.RECEIVED: Bilingual(ko="확인 대기", en="waits to be published"),
    ResponseStatus.SENT_BACK: Bilingual(ko="보완 요청", en="sent back"),
    ResponseStatus.PUBLISHED: Bilingual(ko="공개", en="published"),
}

REPLIES: Mapping[ReplyStatus, Bilingual] = {
    ReplyStatus.HELD: Bilingual(ko="분류 대기", en="held"),
    ReplyStatus.FILED: Bilingual(ko="확인 대기", en="filed"),
    ReplyStatus.SETTLED: Bilingual(ko="처리 완료", en="settled"),
    ReplyStatus.DISMISSED: Bilingual(ko="회신 아님", en="dismissed"),
}
