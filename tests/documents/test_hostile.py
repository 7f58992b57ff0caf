"""Hostile text and hostile pages: nothing is fetched, nothing runs, nothing takes for ever."""

import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pypdf import PdfReader

from gongmun.documents import OutcomeContext, RenderPool
from gongmun.documents.printing import RenderFailed
from gongmun.documents.sheet import to_html
from gongmun.documents.wording import WORD_JOINER
from tests.documents import samples

SECRET = "비밀 문구 3f9c"


class Listener:
    """A web server on loopback that counts who asks."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    thread = threading.Thread(target=listener.server.serve_forever)
    thread.start()
    yield listener
    listener.server.shutdown()
    thread.join()
    listener.server.server_close()


@pytest.fixture(scope="module")
def pool() -> Iterator[RenderPool]:
    with RenderPool(workers=1, timeout=60) as pool:
        yield pool


def _everywhere(text: str) -> OutcomeContext:
    """A context that holds `text` wherever text from outside may stand."""
    return samples.outcome(
        letter=samples.letter(
            recipient=text,
            handling=text,
            via=text,
            title=text,
            references=(text,),
            legal_basis=(text, text),
            attachments=(text,),
        ),
        forum_title=text,
        answer_due_explanation=text,
        acknowledge_within=text,
        suggestions=(
            samples.suggestion(
                reference=text,
                title=text,
                body=text,
                topic=text,
                lead_name=text,
                cooperating_names=(text,),
            ),
        ),
    )


def _text(content: bytes) -> str:
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return "".join(text.replace(WORD_JOINER, "").split())


def test_markup_in_a_text_is_printed_as_the_characters_it_is(
    pool: RenderPool, listener: Listener, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET, encoding="utf-8")
    for text in (
        "<script>alert(1)</script>",
        f'<img src="{listener.url}/a">',
        f"<link rel=attachment href={secret.as_uri()}>",
        f'"><style>@import url({listener.url}/b)</style>',
        f"</style><style>p{{background:url('{listener.url}/c')}}",
        "{{ 7 * 7 }}{% include '/etc/passwd' %}",
        "<![CDATA[ <!-- --> ]]>&lt;&#x3c;",
    ):
        rendered = pool.render(to_html(_everywhere(text), samples.NOTED).html)
        assert "".join(text.split()) in _text(rendered.content)
        assert not PdfReader(io.BytesIO(rendered.content)).attachments
    assert listener.asked == []


def test_even_a_page_of_hostile_markup_reaches_nothing(
    pool: RenderPool, listener: Listener, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET, encoding="utf-8")
    rendered = pool.render(
        f"""<!DOCTYPE html><html lang=ko><head><title>제목</title><base href="{listener.url}/">
        <link rel=stylesheet href="{listener.url}/style"><link rel=attachment href="{secret.as_uri()}">
        <link rel=attachment href="{listener.url}/attached">
        <style>@import url("{listener.url}/import"); @font-face {{ font-family: x;
        src: url("{listener.url}/font") }} p {{ font-family: x; background: url("{listener.url}/b") }}
        </style></head><body><p>본문</p><img src="{listener.url}/image"><img src="{secret.as_uri()}">
        <img src="relative"><object data="{listener.url}/object"></object><embed src="{listener.url}/e">
        <svg><image href="{listener.url}/svg"/><use href="{secret.as_uri()}#x"/></svg>
        <img src="data:text/html,<b>x"><img src="ftp://127.0.0.1/x"><img src="asset:../settings.py">
        </body></html>"""
    )
    assert listener.asked == []
    assert SECRET.encode() not in rendered.content
    assert not PdfReader(io.BytesIO(rendered.content)).attachments


@pytest.mark.parametrize(
    "text",
    [
        "\u202e뒤집힌 글\u2066안\u2069",
        "\x00\x07\x1b[31m제어\x7f\x9b",
        "\ud800\udfff 짝 없는 \udc00",
        "e\u0301 ㅎ\u1161 각 \u1112\u1161\u11ab",
        "👨‍👩‍👧‍👦🏳️‍🌈 \U0001f468",
        "\u200b\u200c\u200d\u2060\ufeff",
        "ﷺ" * 50,
        "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢" * 20,
        "\ue000\uf8ff\ufffd\U0010ffff",
    ],
)
def test_strange_characters_are_printed_or_marked(pool: RenderPool, text: str) -> None:
    sheet = to_html(_everywhere(f"앞 {text} 뒤"), samples.NOTED)
    assert pool.render(sheet.html).pages >= 1
    assert not set(sheet.html) & set("\u202e\u2066\x00\x1b\ud800\ufeff")


@pytest.mark.parametrize("unit", ["가", "a", "가나다 ", "a ", "\n", "<", "&", "『", "㉮1", "़"])
def test_a_hundred_thousand_characters_take_seconds(pool: RenderPool, unit: str) -> None:
    text = unit * (100_000 // len(unit))
    rendered = pool.render(to_html(_everywhere(text), samples.NOTED).html)
    assert rendered.pages < 40


def test_a_document_of_many_long_rows(pool: RenderPool) -> None:
    context = samples.outcome(
        suggestions=tuple(samples.suggestion(title="가" * 300, body="나" * 5000) for _ in range(40))
    )
    assert pool.render(to_html(context, samples.NOTED).html).pages > 40


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.text(st.characters(codec=None), max_size=100))
def test_any_text_can_be_printed(pool: RenderPool, text: str) -> None:
    assert pool.render(to_html(_everywhere(text), samples.NOTED).html).pages >= 1


def test_more_items_than_there_are_marks_is_a_problem_of_the_document() -> None:
    with pytest.raises(RenderFailed):
        to_html(samples.outcome(letter=samples.letter(references=("관련",) * 100)), samples.NOTED)


def test_an_unknown_language_names_what_is_missing() -> None:
    with pytest.raises(RenderFailed) as caught:
        to_html(samples.outcome(letter=samples.letter(language="../../x")), samples.NOTED)
    assert "TemplateNotFound" in caught.value.message_en
