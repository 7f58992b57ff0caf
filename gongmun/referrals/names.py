"""The words of this room in both languages, for mails, documents, artifacts and the command line."""

from collections.abc import Mapping

from gongmun.documents import Role
from gongmun.referrals.ladder import Clock, Rung
from gongmun.referrals.life import Status
from gongmun.referrals.models import ResponseDecision
from gongmun.text import Bilingual

STATUSES: Mapping[Status, Bilingual] = {
    Status.DRAFTED: Bilingual(ko="작성", en="drafted"),
    Status.APPROVED: Bilingual(ko="결재", en="approved"),
    Status.DISPATCHED: Bilingual(ko="발송", en="dispatched"),
    Status.ACKNOWLEDGED: Bilingual(ko="접수", en="acknowledged"),
    Status.ANSWERED: Bilingual(ko="회신", en="answered"),
    Status.CLOSED: Bilingual(ko="종결", en="closed"),
    Status.TRANSFERRED: Bilingual(ko="이관", en="transferred"),
    Status.WITHDRAWN: Bilingual(ko="철회", en="withdrawn"),
}

ROLES: Mapping[Role, Bilingual] = {
    Role.LEAD: Bilingual(ko="주관", en="lead"),
    Role.COOPERATING: Bilingual(ko="협조", en="cooperating"),
}

DECISIONS: Mapping[ResponseDecision, Bilingual] = {
    ResponseDecision.ACCEPTED: Bilingual(ko="수용", en="accepted"),
    ResponseDecision.PARTIALLY_ACCEPTED: Bilingual(ko="일부수용", en="partially accepted"),
    ResponseDecision.LONG_TERM_REVIEW: Bilingual(ko="중장기 검토", en="long-term review"),
    ResponseDecision.ALREADY_IN_PLACE: Bilingual(ko="기시행", en="already in place"),
    ResponseDecision.NOT_ACCEPTED: Bilingual(ko="수용곤란", en="not accepted"),
}

RUNGS: Mapping[Rung, Bilingual] = {
    Rung.NUDGE: Bilingual(ko="접수 확인 요청", en="request to acknowledge"),
    Rung.BACKUP_NUDGE: Bilingual(
        ko="접수 확인 요청(예비 담당자)", en="request to acknowledge (backup contact)"
    ),
    Rung.COURTESY_EARLY: Bilingual(ko="회신 기한 안내", en="notice of the coming deadline"),
    Rung.COURTESY_LATE: Bilingual(ko="회신 기한 임박 안내", en="the deadline is near"),
    Rung.COURTESY_DUE: Bilingual(ko="회신 기한 당일 안내", en="due today"),
    Rung.FIRST_REMINDER: Bilingual(ko="1차 독촉", en="first formal reminder"),
    Rung.SECOND_REMINDER: Bilingual(ko="2차 독촉", en="second formal reminder"),
    Rung.ESCALATION: Bilingual(ko="상향 통보", en="escalation to the parent body"),
    Rung.SILENCE: Bilingual(ko="미회신 공개", en="publication of no answer"),
}

CLOCKS: Mapping[Clock, Bilingual] = {
    Clock.ANSWER: Bilingual(ko="회신 기한", en="answer due"),
    Clock.ACKNOWLEDGEMENT: Bilingual(ko="접수 기한", en="acknowledgement due"),
}

# What the ledger tells of a referral besides its statuses; the braces are names in an event's data.
EVENTS: Mapping[str, Bilingual] = {
    "referral.paused": Bilingual(
        ko="소관 기관 질의(회신 기한 계산 정지)",
        en="The ministry asked a question; its clock stopped",
    ),
    "referral.resumed": Bilingual(
        ko="질의에 답변(회신 기한 {answer_due})",
        en="Its question was answered; the answer is due on {answer_due}",
    ),
    "referral.extension_requested": Bilingual(
        ko="소관 기관이 {until}까지 회신 기한 연장 요청",
        en="The ministry asked for more time, until {until}",
    ),
    "referral.extension_granted": Bilingual(
        ko="회신 기한 연장({old_due} → {new_due})",
        en="More time granted: due on {new_due} instead of {old_due}",
    ),
    "referral.extension_refused": Bilingual(
        ko="회신 기한 연장 불승인", en="More time was not granted"
    ),
    "referral.deadline_moved": Bilingual(
        ko="휴무일 변경에 따른 회신 기한 조정({old_due} → {new_due})",
        en="The days off changed: the answer is due on {new_due} instead of {old_due}",
    ),
    "referral.hour_moved": Bilingual(
        ko="휴무일 변경에 따른 회신 시각 조정({new_due} {hour}까지): {why_ko}",
        en="The days off changed: the answer is due on {new_due}, now until {hour}: {why_en}",
    ),
    "referral.receipt_moved": Bilingual(
        ko="휴무일 변경에 따른 접수 기한 조정({old_due} → {new_due})",
        en="The days off changed: the acknowledgement is due on {new_due} instead of {old_due}",
    ),
    "referral.transfer_requested": Bilingual(
        ko="소관 기관이 다른 기관으로 이관 요청",
        en="The ministry asked to transfer it to another one",
    ),
    "referral.transfer_refused": Bilingual(ko="이관 불승인", en="The transfer was not granted"),
    "referral.transferred": Bilingual(
        ko="다른 기관으로 이관(보유 기간: 근무일 {held_working_days}일)",
        en="Transferred to another ministry after {held_working_days} working days",
    ),
    "referral.taken_over": Bilingual(
        ko="정부조직 개편으로 소관 기관 승계({predecessor} → {successor})",
        en="Passed to a successor: from the {predecessor} to the {successor}",
    ),
    "referral.reopened": Bilingual(
        ko="제안자의 재검토 요청(회신 기한 {answer_due})",
        en="The proposer asked for a re-examination; the answer is due on {answer_due}",
    ),
    "referral.sent_back": Bilingual(
        ko="회신 보완 요청(회신 기한 {answer_due})",
        en="The answer was sent back; it is due on {answer_due}",
    ),
}

# What else happens to a referral: for a coordinator, not for the parent body that reads its case.
ASIDES: Mapping[str, Bilingual] = {
    "referral.bounced": Bilingual(
        ko="공문 메일 반송(발송 취소)", en="Its mail came back: it never was with the ministry"
    ),
    "referral.registered": Bilingual(ko="접수번호 기록", en="registration number recorded"),
    "referral.rearmed": Bilingual(ko="독촉 단계를 새로 시작", en="the ladder begins anew"),
    "referral.chase_taken_back": Bilingual(
        ko="보내지 않은 독촉을 거둠", en="a reminder that had not left was taken back"
    ),
    "referral.chase_overtaken": Bilingual(
        ko="보내지 않은 독촉을 상위 단계로 갈음",
        en="a reminder that had not left gave way to a higher rung",
    ),
    "referral.overdue": Bilingual(ko="회신 기한 경과", en="overdue"),
    "referral.move_told": Bilingual(
        ko="조정된 기한을 소관 기관에 안내", en="the ministry was told of the new deadline"
    ),
    "referral.assigned": Bilingual(
        ko="승계 기관 지정({successor})", en="the successor was named: the {successor}"
    ),
    "referral.given_lead": Bilingual(
        ko="협조에서 주관으로 변경(이송 {instead_of_id}번을 이어받음)",
        en="leads now, in the place of referral {instead_of_id}",
    ),
}

# What a mail asks for under the heading of a rung.
REQUESTS: Mapping[Rung, Bilingual] = {
    Rung.NUDGE: Bilingual(
        ko="아직 접수가 확인되지 않았습니다. 접수번호를 알려 주십시오.",
        en="We have no acknowledgement yet. Please send us your registration number.",
    ),
    Rung.BACKUP_NUDGE: Bilingual(
        ko="대표 연락처에서 접수 확인이 없어 예비 연락처로 알려 드립니다. 접수번호를 알려 주십시오.",
        en="The main contact has not acknowledged, so we write to you. Please send us your "
        "registration number.",
    ),
    Rung.COURTESY_EARLY: Bilingual(
        ko="회신 기한이 다가오고 있어 안내해 드립니다.", en="The deadline is coming up."
    ),
    Rung.COURTESY_LATE: Bilingual(
        ko="회신 기한이 얼마 남지 않았습니다.", en="Please answer in time."
    ),
    Rung.COURTESY_DUE: Bilingual(ko="오늘이 회신 기한입니다.", en="Your answer is due today."),
    Rung.FIRST_REMINDER: Bilingual(
        ko="회신 기한이 지났습니다. 붙임 공문을 확인하시고 조속히 회신해 주십시오.",
        en="The deadline has passed. Please see the attached document and answer soon.",
    ),
    Rung.SECOND_REMINDER: Bilingual(
        ko="회신 기한이 지난 지 오래되었으나 회신이 없습니다. 계속 회신이 없으면 상급기관에 알립니다.",
        en="The deadline passed some time ago. Without an answer your parent body will be told.",
    ),
    Rung.ESCALATION: Bilingual(
        ko="회신 기한이 지나도록 회신이 없습니다.", en="The deadline passed without an answer."
    ),
}
