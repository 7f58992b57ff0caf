"""What of a mail is shown: the quote styles of what ministries write with."""

import pytest

from gongmun.mail.incoming import parse
from gongmun.mail.quotes import visible
from tests.mail.mails import sample

OWN = "안녕하세요.\n\n접수하였습니다.\n1. 수용합니다."
QUOTED = "귀 기관의 무궁한 발전을 기원합니다.\n수용곤란 사유를 적어 주십시오."
MARKED = "> 귀 기관의 무궁한 발전을 기원합니다.\n> 수용곤란 사유를 적어 주십시오."

STYLES = {
    "Naver": '-----Original Message-----\nFrom: "국민참여처"<forum@x.example>\nTo: <a@b.example>\nSent: 2026-10-12 (월) 09:30:00 (GMT+09:00)\nSubject: 결과',
    "Hiworks": "----- Original Message -----\nFrom: 국민참여처\nTo: a@b.example",
    "Hiworks in Korean": "----- 원본 메시지 -----\n보낸사람: 국민참여처",
    "Daum": "--------- 원본 메일 ---------\n보낸사람 : 국민참여처 <forum@x.example>\n날짜: 2026년 10월 12일",
    "Samsung": "-------- 원본 이메일 --------\n발신: 국민참여처",
    "Samsung in English": "-------- Original message --------\nFrom: x",
    "Outlook": "보낸 사람: 국민참여처 <forum@x.example>\n보낸 날짜: 2026년 10월 12일 월요일 오전 9:30\n받는 사람: a@b.example\n제목: 결과",
    "Outlook with a rule": "________________________________\n보낸 사람: 국민참여처 <forum@x.example>\n보낸 날짜: 2026년",
    "Outlook in English": "From: Forum <forum@x.example>\nSent: Monday, October 12, 2026 9:30 AM\nTo: a@b.example\nSubject: report",
    "Outlook in bold": "*From:* Forum <forum@x.example>\n*Date:* Monday",
    "Outlook's old rule": "-----Original Appointment-----\nFrom: x",
    "full-width colon": "보낸사람:국민참여처\n받는사람:a@b.example",
    "with a blank line": "From: Forum <forum@x.example>\n\nTo: a@b.example",
    "forwarded": "---------- Forwarded message ---------\n보낸사람: 국민참여처",
    "forwarded in Korean": "---------- 전달된 메시지 ----------\n보낸사람: 국민참여처",
    "Gmail": "2026년 10월 12일 (월) 오전 9:30, 국민참여처 <forum@x.example>님이 작성:",
    "Gmail, broken": "2026년 10월 12일 (월) 오전 9:30, 국민참여처\n<forum@x.example>님이\n작성:",
    "Gmail in English": "On Mon, Oct 12, 2026 at 9:30 AM 국민참여처 <forum@x.example> wrote:",
    "Gmail in English, broken": "On Mon, Oct 12, 2026 at 9:30 AM 국민참여처 <forum@x.example>\nwrote:",
    "Apple": "2026. 10. 12. 오전 9:30, 국민참여처 <forum@x.example> 작성:",
    "Apple in English": "On 12 Oct 2026, at 09:30, Forum <forum@x.example> wrote:",
    "Thunderbird": "2026-10-12 오전 9:30에 국민참여처 이(가) 쓴 글:",
    "Thunderbird in English": "On 10/12/26 9:30 AM, Forum wrote:",
}


@pytest.mark.parametrize("quoted", [QUOTED, MARKED], ids=["plain", "marked"])
@pytest.mark.parametrize("style", STYLES)
def test_the_quote_is_cut(style: str, quoted: str) -> None:
    assert visible(f"{OWN}\n\n{STYLES[style]}\n\n{quoted}\n") == OWN


@pytest.mark.parametrize("style", STYLES)
def test_a_mail_that_is_all_quote_is_shown_whole(style: str) -> None:
    whole = f"{STYLES[style]}\n\n{QUOTED}"
    assert visible(whole) == whole


@pytest.mark.parametrize(
    "signature",
    [
        "나의 iPhone에서 보냄",
        "내 Galaxy에서 보냄",
        "Galaxy에서 보냄",
        "Sent from my iPhone",
        "Sent from Outlook for Android",
        "Get Outlook for iOS",
        "iOS용 Outlook 다운로드",
        "네이버 메일앱에서 보냈습니다.",
        "삼성 갤럭시 스마트폰에서 보냄",
    ],
)
def test_a_telephones_signature_is_cut(signature: str) -> None:
    assert visible(f"{OWN}\n\n{signature}\n") == OWN
    assert visible(f"{OWN}\n\n{signature}\n\n{STYLES['Outlook']}\n{QUOTED}") == OWN
    assert visible(f"{signature}\n") == signature


def test_an_answer_under_the_quote_is_shown() -> None:
    assert visible(f"{STYLES['Apple']}\n{MARKED}\n\n{OWN}") == OWN
    assert visible(f"{MARKED}\n\n{OWN}") == OWN


def test_a_date_above_the_quote_is_no_part_of_it() -> None:
    own = "수용합니다.\n2027년 3월 31일까지 설치하겠습니다."
    assert visible(f"{own}\n{STYLES['Gmail, broken']}\n{QUOTED}") == own


def test_answers_between_quoted_lines_keep_them() -> None:
    text = "> 1. 언제 설치합니까?\n내년 3월입니다.\n> 2. 예산은 있습니까?\n있습니다."
    assert visible(f"{STYLES['Gmail']}\n{text}\n> 감사합니다.\n") == text


@pytest.mark.parametrize(
    "text",
    [
        "수신: 국민참여처\n참조: 공론소통과장\n제목: 이송 건에 대한 회신\n\n1. 수용합니다.",
        "From: 은 표의 첫 칸입니다.\n다음 줄입니다.",
        "회신을 작성:",
        "2026년 10월 12일까지 설치하겠습니다.\n담당자가 작성하였습니다.",
        "---------------\n표\n---------------\n끝",
        "원본 메시지는 붙임과 같습니다.",
        "5 > 3 이므로 수용합니다.",
        "Subject: 결과\nTo: x",
        "제목: 결과\n받는 사람: x",
        "",
    ],
)
def test_what_only_looks_like_a_quote_stays(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("naver_reply", "담당자 드림"),
        ("outlook_reply", "감사합니다."),
        ("gmail_reply", "네, 확인했습니다. 다음 주까지 회신하겠습니다."),
        ("hiworks_reply", "접수하였습니다. 접수번호는 환경정책과-88호입니다."),
        ("daum_reply", "담당  기획과"),
        ("iphone_reply", "접수했습니다."),
    ],
)
def test_samples_end_with_what_was_written(name: str, shown: str) -> None:
    text = parse(sample(name)).text
    assert visible(text).endswith(shown)
    assert len(visible(text)) < len(text)


def test_html_mails_are_cut_too() -> None:
    html = (
        '<div>수용합니다.</div><div class="gmail_quote"><div>2026년 10월 12일 (월) 오전 9:30, 국민참여처 &lt;'
        "<a>forum@x.example</a>&gt;님이 작성:<br></div><blockquote>귀 기관의<br>발전</blockquote></div>"
    )
    head = b"From: a@b.example\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    assert visible(parse(head + html.encode()).text) == "수용합니다."


def test_two_hundred_thousand_lines_are_shown_in_seconds() -> None:
    assert len(visible("수용합니다.\n" * 200_000)) > 1_000_000
