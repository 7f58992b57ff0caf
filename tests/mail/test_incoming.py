"""Reading mails: what Korean ministries send, and what a hostile sender may."""

import base64
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gongmun.mail import incoming, tokens
from gongmun.mail.decoding import decode, words
from gongmun.mail.html_text import html_text
from gongmun.mail.incoming import MailUnreadable, parse
from gongmun.mail.models import IncomingKind
from gongmun.settings import settings
from tests.mail.mails import INBOX, MESSAGE_ID, TOKEN, mail, multipart, sample, samples


@pytest.fixture(autouse=True)
def inbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings().inbox, "maildir", Path("/var/mail/reply"))
    monkeypatch.setattr(settings().inbox, "address", INBOX)


KINDS = {
    "bounce_without_token": IncomingKind.BOUNCED,
    "exchange_out_of_office": IncomingKind.AUTO_REPLY,
    "mailbox_full": IncomingKind.BOUNCED,
    "naver_absence": IncomingKind.AUTO_REPLY,
    "naver_bounce": IncomingKind.BOUNCED,
    "postfix_bounce": IncomingKind.BOUNCED,
    "postfix_delayed": IncomingKind.DELAYED,
    "postfix_delivered": IncomingKind.DELIVERED,
    "postfix_expired": IncomingKind.BOUNCED,
    "postfix_relayed": IncomingKind.DELIVERED,
    "qmail_bounce": IncomingKind.BOUNCED,
    "read_receipt": IncomingKind.AUTO_REPLY,
}


@pytest.mark.parametrize("name", samples())
def test_each_sample_is_what_it_is(name: str) -> None:
    assert parse(sample(name)).kind is KINDS.get(name, IncomingKind.REPLY)


def test_a_reply_from_naver() -> None:
    read = parse(sample("naver_reply"))
    assert read.envelope.sender == "office@molit.example"
    assert read.envelope.subject == "RE: 열린소통포럼 결과 통보(공론소통과-12)"
    assert read.envelope.sent_at == datetime(2026, 10, 14, 1, 12, 41, tzinfo=UTC)
    assert read.envelope.tokens == (TOKEN,)
    assert read.envelope.references == (MESSAGE_ID,)
    assert "접수번호: 대중교통과-3871" in read.text
    assert "-----Original Message-----" in read.text  # the whole text is kept
    (file,) = read.files
    assert (file.filename, file.media_type) == ("검토의견서(대중교통과).pdf", "application/pdf")
    assert file.content == b"%PDF-1.7 sample"


def test_what_calls_itself_ks_c_5601_holds_all_syllables() -> None:
    read = parse(sample("outlook_reply"))
    assert read.envelope.subject.endswith("똠방각하")
    assert "똠방각하 관련 제안은" in read.text
    assert read.envelope.references == ("<aaaa@other.example>", MESSAGE_ID)


def test_raw_euc_kr_in_headers_text_and_file_name() -> None:
    read = parse(sample("hiworks_reply"))
    assert read.envelope.subject == "회신입니다"
    assert "접수번호는 환경정책과-88호" in read.text
    assert [file.filename for file in read.files] == ["붙임 1. 검토의견.hwp"]


def test_a_mail_that_is_html_only_is_text() -> None:
    read = parse(sample("daum_reply"))
    assert read.envelope.subject == "Re: 열린소통"  # cut in two within its base64
    assert read.text.startswith(
        "안녕하십니까.\n\n금번 제안은 일부 수용합니다.\n이행 시기: 2027. 3. 31."
    )
    assert "- 조례 개정\n- 예산 반영\n담당  기획과" in read.text
    assert "alert" not in read.text
    assert "color" not in read.text
    assert "> 귀 기관의" in read.text


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        ("euc-kr", "euc-kr"),
        ("EUC-KR", "cp949"),
        ("ks_c_5601-1987", "cp949"),
        ("cp949", "cp949"),
        ("x-windows-949", "cp949"),
        ("iso-2022-kr", "iso2022_kr"),
        ("utf-8", "utf-8"),
        ("utf-8", "cp949"),  # wrong
        ("us-ascii", "utf-8"),  # wrong
        ("iso-8859-1", "cp949"),  # wrong
        ("no-such-charset", "cp949"),
        ("idna", "utf-8"),
        ("base64", "utf-8"),
        ("\x00", "utf-8"),
        ("unicode_escape", "utf-8"),
        ('"utf-8', "utf-8-sig"),
    ],
)
def test_text_is_read_whatever_its_charset_is_called(charset: str, codec: str) -> None:
    text = "이송 건을 접수하였습니다. 검토 후 회신드리겠습니다."
    kind = f"text/plain; charset={charset}"
    assert parse(mail(body=text.encode(codec), kind=kind)).text == text


def test_what_no_charset_fits_is_replaced_and_not_lost() -> None:
    assert decode(b"abc\xff\xff\xfe\x00def", "utf-8").startswith("abc\N{REPLACEMENT CHARACTER}")
    assert decode("café".encode("latin-1"), "iso-8859-1") == "café"


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("=?utf-8?q?=ED=9A=8C=EC=8B=A0?=", "회신"),
        ("=?utf-8?b?7ZqM7Iug?= =?utf-8?b?7J6F64uI64uk?=", "회신입니다"),
        ("=?utf-8?b?7ZqM7Iug?=입니다", "회신입니다"),
        ("RE: =?euc-kr?B?yLi9xQ==?= (1)", "RE: 회신 (1)"),
        ("=?utf-8?b?7ZqM?=\t=?utf-8?b?7Iug?=", "회신"),
        # Characters cut in two between words, with base64 that is whole, and that is not.
        ("=?utf-8?b?7Zo=?= =?utf-8?b?jOyLoA==?=", "회신"),
        ("=?utf-8?b?7ZqM7?= =?utf-8?b?Iug?=", "회신"),
        ("=?utf-8?q?=ED=9A?= =?utf-8?q?=8C?=", "회"),
        ("=?utf-8*ko?b?7ZqM7Iug?=", "회신"),
        ("=?utf-8?b?!!!?= x", " x"),
        ("=?utf-8?x?7ZqM?=", "=?utf-8?x?7ZqM?="),
        ("=?utf-8?b?7ZqM", "=?utf-8?b?7ZqM"),
        ("plain", "plain"),
        ("=?utf-8?b?7ZqM?= =?euc-kr?B?yLg=?=", "회회"),
    ],
)
def test_encoded_words(header: str, text: str) -> None:
    assert words(header) == text


@pytest.mark.parametrize(
    "disposition",
    [
        "filename*=utf-8''%EB%B6%99%EC%9E%84.pdf",
        "filename*0*=utf-8''%EB%B6%99;\r\n filename*1*=%EC%9E%84.pdf",
        "filename*=euc-kr''%BA%D9%C0%D3.pdf",
        'filename="=?utf-8?b?67aZ7J6ELnBkZg==?="',
        "filename==?utf-8?b?67aZ7J6ELnBkZg==?=",
        'filename="%EB%B6%99%EC%9E%84.pdf"',
        'filename="붙임.pdf"',
        "filename=\"붙임.pdf\"; filename*=utf-8''%EB%B6%99%EC%9E%84.pdf",
        "filename=붙임.pdf",
    ],
)
def test_korean_file_names(disposition: str) -> None:
    kind, body = multipart(
        "mixed",
        f"Content-Type: application/pdf\r\nContent-Disposition: attachment; {disposition}\r\n\r\n%PDF",
    )
    (file,) = parse(mail(kind=kind, body=body)).files
    assert file.filename == "붙임.pdf"


def test_a_file_name_in_raw_cp949() -> None:
    part = b'Content-Type: application/hwp; name="' + "똠 의견.hwp".encode("cp949") + b'"\r\n\r\nx'
    kind, body = multipart("mixed", part)
    assert [file.filename for file in parse(mail(kind=kind, body=body)).files] == ["똠 의견.hwp"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("C:\\\\x\\\\y.pdf", "C:_x_y.pdf"),
        ("a\x00b\u202efdp.exe", "abfdp.exe"),
        ("가" * 300 + ".pdf", "가" * 145 + "….pdf"),
        ("", "file"),
    ],
)
def test_file_names_are_harmless(name: str, kept: str) -> None:
    part = f'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="{name}"\r\n\r\nx'
    kind, body = multipart("mixed", part)
    assert [file.filename for file in parse(mail(kind=kind, body=body)).files] == [kept]


def test_what_is_nested_is_found() -> None:
    related = multipart(
        "related",
        "Content-Type: text/html; charset=utf-8\r\n\r\n<p>수용합니다.</p><img src=cid:logo>",
        "Content-Type: image/png\r\nContent-ID: <logo>\r\nContent-Disposition: inline\r\n\r\nPNG",
        boundary="b2",
    )
    alternative = multipart(
        "alternative",
        "Content-Type: text/plain; charset=utf-8\r\n\r\n수용합니다.",
        f"Content-Type: {related[0]}\r\n\r\n".encode() + related[1],
        boundary="b1",
    )
    kind, body = multipart(
        "mixed",
        f"Content-Type: {alternative[0]}\r\n\r\n".encode() + alternative[1],
        "Content-Type: text/plain; charset=utf-8\r\n\r\n보안 문구",
        "Content-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\n",
        'Content-Type: application/ms-tnef; name="winmail.dat"\r\n\r\nTNEF',
        "Content-Type: message/rfc822\r\n\r\nSubject: =?utf-8?b?7ZqM7Iug?=\r\nFrom: x@y.example\r\n\r\nbody",
    )
    read = parse(mail(kind=kind, body=body))
    assert read.text == "수용합니다.\n\n보안 문구"
    assert [(file.filename, file.inline) for file in read.files] == [
        ("file", True),
        ("invite.ics", False),
        ("winmail.dat", False),
        ("message.eml", False),
    ]
    assert read.files[3].content == (
        b"Subject: =?utf-8?b?7ZqM7Iug?=\r\nFrom: x@y.example\r\n\r\nbody"
    )


def test_the_fuller_alternative_is_taken() -> None:
    kind, body = multipart(
        "alternative",
        "Content-Type: text/plain\r\n\r\nHTML!",
        "Content-Type: text/html; charset=utf-8\r\n\r\n<p>" + "검토 결과를 알려 드립니다. " * 10,
    )
    assert parse(mail(kind=kind, body=body)).text.startswith("검토 결과를 알려")


def test_three_tokens_are_kept_as_they_are_stored() -> None:
    read = parse(
        mail(
            "To: <reply+7HQ2M9D4XK3V8TLN@participation.example>,"
            " Reply <REPLY+aaaa-bbbb-cccc-dddd@Participation.example>",
            "Cc: reply+0123456789abcdef@participation.example, x@y.example",
            "Delivered-To: reply+7hq2m9d4xk3v8t1n@participation.example",
        )
    )
    assert read.envelope.tokens == (
        "7hq2m9d4xk3v8t1n",
        "aaaabbbbccccdddd",
        "0123456789abcdef",
    )


def test_tokens_typed_by_hand() -> None:
    assert tokens.typed("7HQ2-M9D4 xk3v-8tLn") == TOKEN
    assert tokens.typed("oIl") == "011"
    assert tokens.address_with(TOKEN) == f"reply+{TOKEN}@participation.example"
    found = tokens.tokens_in(
        [
            f"reply+{TOKEN}@participation.example.evil.example",
            f"noreply+{TOKEN}@participation.example",
            f"xreply+{TOKEN}@participation.example",
            f"reply+{TOKEN}x@participation.example",
            f"reply+{TOKEN[:-1]}u@participation.example",
            f"reply+{TOKEN[:-1]}@participation.example",
            "reply@participation.example",
        ]
    )
    assert found == ()


def test_without_an_inbox_there_are_no_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings().inbox, "maildir", None)
    assert tokens.address_with(TOKEN) is None
    assert tokens.tokens_in([f"reply+{TOKEN}@participation.example"]) == ()


@pytest.mark.parametrize(
    "headers",
    [
        ("Auto-Submitted: auto-replied",),
        ("Auto-Submitted: auto-generated; type=vacation",),
        ("Return-Path: <>",),
        ("X-Auto-Response-Suppress: All",),
        ("X-Autoreply: yes",),
        ("Precedence: auto_reply",),
        ("Precedence: bulk",),
        ("Subject: 자동 회신: 열린소통포럼",),
        ("Subject: 자동회신: 열린소통포럼",),
        ("Subject: [부재중] 휴가 안내",),
        ("Subject: 부재 중 알림",),
        ("Subject: Automatic reply: report",),
        ("Subject: Out of Office: report",),
        ("Subject: =?euc-kr?B?us7A57HivsggyLi9xQ==?=", "Auto-Submitted: auto-replied"),
    ],
)
def test_automatic_replies(headers: tuple[str, ...]) -> None:
    assert parse(mail(*headers, body="돌아오면 연락드리겠습니다.")).kind is IncomingKind.AUTO_REPLY


@pytest.mark.parametrize(
    "headers",
    [
        ("Auto-Submitted: no",),
        ("Return-Path: <office@molit.example>",),
        ("Precedence: list",),
        ("Subject: Re: 부재중 안내에 대한 답변",),
        ("Subject: 회신(자동차정책과)",),
        ("Subject: 자동차 회신",),
        ("Subject: Re: delivery failed",),
        ("Subject: 발송 실패한 공문에 대한 회신",),
    ],
)
def test_what_a_person_wrote_is_a_reply(headers: tuple[str, ...]) -> None:
    body = "담당자가 부재중이어서 늦었습니다. 반송된 메일은 수신이 불가하였습니다. 5.1.1"
    assert parse(mail(*headers, body=body)).kind is IncomingKind.REPLY


@pytest.mark.parametrize(
    "date", ["", "yesterday", "Mon, 99 Foo 20261 99:99:99 +9999", "Fri, 31 Dec 9999 23:59:59 -2359"]
)
def test_a_date_that_is_none_is_none(date: str) -> None:
    assert parse(mail(f"Date: {date}")).envelope.sent_at is None


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ('"김, 소통" <kim@molit.example>', "kim@molit.example"),
        ("=?utf-8?b?6rmALCDshoztho0=?= <kim@molit.example>", "kim@molit.example"),
        ("김소통(주무관)<kim@molit.example>", "kim@molit.example"),
        ("kim@molit.example (김소통)", "kim@molit.example"),
        ("<<kim@molit.example>>", "kim@molit.example"),
        ("김, 소통 <kim@molit.example>", "kim@molit.example"),
        ("undisclosed-recipients:;", None),
        ("", None),
        ("(" * 20_000, None),
        ('"' * 20_000 + "@", None),
        ("a@" + "b" * 300, "a@" + "b" * 190),
    ],
)
def test_the_sender(header: str, address: str | None) -> None:
    assert parse(mail(f"From: {header}", body="x")).envelope.sender == address


def test_nothing_unprintable_comes_through() -> None:
    read = parse(
        mail(
            "Subject: a\x00b\u202e\x1b[31mc",
            "Message-ID: <x\x00\xffy@z>",
            "References: <a\x01b@c> <가@나>",
            body="가\x00나\x1b\u202e다",
        )
    )
    assert read.envelope.subject == "ab[31mc"
    assert read.text == "가나다"
    assert read.envelope.message_id is not None
    assert read.envelope.message_id.isprintable()
    assert all(one.isascii() and one.isprintable() for one in read.envelope.references)


BOMBS = {
    "a header of ten megabytes": mail("To: " + "a@b.example, " * 800_000),
    "a subject of words": mail("Subject: " + "=?utf-8?b?7ZqM?= " * 100_000),
    "half words": mail("Subject: " + "=?a?q?" * 100_000),
    "many headers": mail(*(f"X-{n}: {n}" for n in range(100_000))),
    "many recipients": mail(*(f"To: a{n}@b.example" for n in range(20_000))),
    "comments": mail("From: " + "(" * 100_000, "To: " + "(" * 100_000),
    "parameters": mail("Content-Type: text/plain" + '; a="' * 50_000),
    "numbered parameters": mail(
        "Content-Type: text/plain" + "".join(f"; name*{n}=x" for n in range(50_000))
    ),
    "references": mail("References: " + "<a@b> " * 200_000),
    "half ids": mail("References: " + "<" * 500_000, "In-Reply-To: <" + "a@" * 300_000),
    "html": mail(body="<div <a " * 200_000, kind="text/html"),
    "open comments": mail(body="<!--" * 300_000, kind="text/html"),
    "comments in html": mail(body="<!--x>" * 200_000, kind="text/html"),
    "declarations": mail(body="<![x" * 200_000 + "<!x>" * 200_000, kind="text/html"),
    "quotes in tags": mail(body="<a b='>" * 100_000 + '<a b="' * 100_000, kind="text/html"),
    "attributes": mail(body=("<a " + "b " * 1_900 + ">") * 200, kind="text/html"),
    "odd attributes": mail(body=("<a " + "='" * 1_900 + ">") * 200, kind="text/html"),
    "scripts": mail(body="<script></scrip" * 100_000, kind="text/html"),
    "blockquotes": mail(body="<blockquote>x" * 200_000, kind="text/html"),
    "entities": mail(body="&#" * 500_000 + "&lt;" * 500_000, kind="text/html"),
    "data": mail(body='<img src="data:image/png;base64,' + "A" * 5_000_000, kind="text/html"),
    "long lines": mail(body="> 2026년 작성 " * 300_000),
    "many lines": mail(body="2026년 10월 12일 작성:x\n" * 300_000),
    "no base64": mail("Content-Transfer-Encoding: base64", body="%" * 1_000_000),
    "uuencode": mail("Content-Transfer-Encoding: x-uuencode", body="begin 644 x\n" * 10_000),
    "a report of nothing": mail(kind="multipart/report; report-type=delivery-status"),
    "status lines": mail(
        kind='multipart/report; boundary="b"',
        body="--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        + "Action: failed\r\n\r\n" * 50_000,
    ),
    "bounce words": mail("Return-Path: <>", "From: mailer-daemon", body="수신자" * 300_000),
    "bounce codes": mail("Return-Path: <>", "From: mailer-daemon", body="5.1." * 500_000),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_hostile_mail_is_read_in_seconds(name: str) -> None:
    from gongmun.mail.quotes import visible

    # Of the processor: how long it takes by the clock says what else runs here.
    begun = time.process_time()
    read = parse(BOMBS[name])
    visible(read.text)
    assert time.process_time() - begun < 30


@pytest.mark.parametrize("depth", [45, 400, 2000])
def test_what_is_nested_without_end_is_not_readable(depth: int) -> None:
    body = "".join(
        f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(depth)
    )
    with pytest.raises(MailUnreadable):
        parse(b"From: x@y.example\r\n" + body.encode())


def test_four_hundred_files_are_read_and_too_many_are_not() -> None:
    part = base64.b64encode(b"x" * 100).decode()
    pieces = [
        f"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
        f'Content-Disposition: attachment; filename="{n}.pdf"\r\n\r\n{part}'
        for n in range(incoming.MOST_FILES + 1)
    ]
    kind, body = multipart("mixed", *pieces[:400])
    assert len(parse(mail(kind=kind, body=body)).files) == 400
    kind, body = multipart("mixed", *pieces)
    with pytest.raises(MailUnreadable, match="files"):
        parse(mail(kind=kind, body=body))


@pytest.mark.parametrize(
    "content", [b"", b"\r\n", b"no header at all", b"\x00" * 1000, b"\xff\xfe"]
)
def test_what_is_no_mail_is_not_readable(content: bytes) -> None:
    with pytest.raises(MailUnreadable, match="no headers"):
        parse(content)
    assert incoming.envelope(content).sender is None


def test_a_mail_that_is_too_large_still_says_who_wrote_it(monkeypatch: pytest.MonkeyPatch) -> None:
    content = sample("naver_reply")
    monkeypatch.setattr(incoming, "LARGEST", len(content) - 1)
    with pytest.raises(MailUnreadable, match="larger"):
        parse(content)
    head = incoming.envelope(content)
    assert (head.sender, head.tokens) == ("office@molit.example", (TOKEN,))


def test_html_of_all_kinds() -> None:
    assert html_text("") == ""
    assert html_text("a<br><br>b") == "a\n\nb"
    assert html_text("<p>a &amp;&nbsp;b</p><p>c</p>") == "a & b\n\nc\n"
    assert html_text("<blockquote>a<blockquote>b</blockquote></blockquote>c") == "> a\n> > b\nc"
    assert html_text("<title>t</title><style>s</style>a<script>x</script>") == "a"
    assert html_text("</blockquote></div>a<b") == "a<b"
    assert html_text("<head><meta></head>a<body>b") == "ab"


def test_the_link_that_a_reply_quotes_is_not_kept() -> None:
    token = "u-oW-rci6AzExDW3YQLs0YKD_0m-e0rA1WrGs_NAl30"
    quoted = f"> https://portal.example/a/{token}\n> https://portal.example/p/{token}\n/a/short"
    text = parse(mail(body=f"접수하였습니다.\n{quoted}")).text
    assert token not in text
    assert "접수하였습니다." in text
    assert "https://portal.example/a/…" in text
    assert "/a/short" in text
