"""Names of what is mailed, in both languages, by intent: that of the folder under templates/mail."""

from collections.abc import Mapping

from gongmun.text import Bilingual

INTENTS: Mapping[str, Bilingual] = {
    "alarm": Bilingual(ko="담당자 알림", en="alarm to coordinators"),
    "chase": Bilingual(ko="안내·독촉", en="chase"),
    "code": Bilingual(ko="인증번호", en="code"),
    "commitments": Bilingual(ko="이행과제 안내", en="commitments due"),
    "correction": Bilingual(ko="정정 공문", en="correction"),
    "deadline_change": Bilingual(ko="기한 조정 안내", en="moved deadline"),
    "delegation": Bilingual(ko="회신 업무 위임", en="delegation"),
    "delegation_told": Bilingual(ko="위임 안내", en="delegation told"),
    "escalation": Bilingual(ko="상향 통보", en="escalation"),
    "extension": Bilingual(ko="기한 연장 결정", en="decision on an extension"),
    "meeting": Bilingual(ko="후속 협의 초대", en="invitation to a meeting"),
    "meeting_cancelled": Bilingual(ko="후속 협의 취소", en="meeting cancelled"),
    "morning_digest": Bilingual(ko="아침 요약", en="morning digest"),
    "outcome": Bilingual(ko="결과 통보 공문", en="outcome document"),
    "panel_confirmation": Bilingual(ko="참여단 신청 확인", en="confirmation of a sign-up"),
    "panel_left": Bilingual(ko="참여단 교체 안내", en="end of a panel"),
    "proposer_news": Bilingual(ko="제안자 안내", en="news for a proposer"),
    "question": Bilingual(ko="질의 답변", en="answer to a question"),
    "receipt": Bilingual(ko="접수증", en="receipt"),
    "reexamination": Bilingual(ko="재검토 요청", en="re-examination"),
    "reply_taken": Bilingual(ko="회신 메일 임시저장 안내", en="reply taken up"),
    "sent_back": Bilingual(ko="회신 보완 요청", en="answer sent back"),
    "survey_invitation": Bilingual(ko="설문 초대", en="survey invitation"),
    "survey_news": Bilingual(ko="설문 결과 안내", en="news of a survey"),
    "survey_reminder": Bilingual(ko="설문 안내", en="survey reminder"),
    "takeover": Bilingual(ko="승계 안내", en="succession"),
    "transfer": Bilingual(ko="이관 결정", en="decision on a transfer"),
}
