"""The words of a simulated world's figures in both languages: what there was, and what went wrong."""

from collections.abc import Mapping

from gongmun.text import Bilingual

TOTALS: Mapping[str, Bilingual] = {
    "referrals": Bilingual(ko="이송", en="referrals"),
    "documents": Bilingual(ko="공문", en="documents"),
    "mails": Bilingual(ko="보낼 메일", en="mails out"),
    "mails_in": Bilingual(ko="받은 메일", en="mails in"),
    "responses": Bilingual(ko="회신", en="answers"),
    "questions": Bilingual(ko="질의", en="questions"),
    "extensions": Bilingual(ko="연장 요청", en="requests for more time"),
    "transfers": Bilingual(ko="이관 요청", en="requests for a transfer"),
    "rungs": Bilingual(ko="독촉 단계", en="rungs"),
    "events": Bilingual(ko="원장 기록", en="events of the ledger"),
}

FAULTS: Mapping[str, Bilingual] = {
    "locked": Bilingual(ko="데이터베이스 잠김", en="database locked"),
    "unreachable": Bilingual(ko="데이터베이스 접속 불가", en="database unreachable"),
    "answer_lost": Bilingual(ko="저장 확인 유실", en="answer to a commit lost"),
    "kill_before": Bilingual(ko="처리 직전 프로세스 종료", en="process killed before"),
    "kill_after": Bilingual(ko="처리 직후 프로세스 종료", en="process killed after"),
    "twin": Bilingual(ko="동시에 두 번 실행", en="run twice at once"),
    "relay_down": Bilingual(ko="중계 서버 접속 불가", en="relay down"),
    "4xx": Bilingual(ko="중계 서버 일시 거부", en="refused for now (4xx)"),
    "greylisted": Bilingual(ko="중계 서버 재시도 요구", en="greylisted"),
    "5xx": Bilingual(ko="중계 서버 영구 거부", en="refused for good (5xx)"),
    "cut": Bilingual(ko="연결 끊김", en="connection cut"),
    "cut_after_dot": Bilingual(ko="본문 전송 뒤 연결 끊김", en="connection cut after the data"),
    "hang": Bilingual(ko="중계 서버 무응답", en="relay hung"),
    "not_printed": Bilingual(ko="인쇄 실패", en="not printed"),
    "disk_full": Bilingual(ko="저장 공간 부족", en="disk full"),
    "inbox_down": Bilingual(ko="메일함 접속 불가", en="inbox down"),
}
