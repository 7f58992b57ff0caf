"""Hostile text and hostile pages: nothing is fetched, nothing runs, nothing takes for ever."""

import io
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pikepdf import Dictionary, Pdf
from pydantic import ValidationError
from pypdf import PdfReader

from gongmun.decisions import NAME_LIMIT
from gongmun.documents import DocumentKind, OutcomeContext, RenderPool, glyphs
from gongmun.documents.letter import Language, Recipient, Reference
from gongmun.documents.printing import Page, RenderFailed
from gongmun.documents.sheet import to_html
from gongmun.documents.wording import BODY_LIMIT, WORD_JOINER, excerpt
from gongmun.settings import settings
from gongmun.text import Bilingual, clean, clean_line
from tests.documents import samples
from tests.documents.hostile_texts import corpus

pytestmark = pytest.mark.long

SECRET = "비밀 문구 3f9c"
PARTS = 24
# Words of a list, not free: `disclosure.py` reads them.
CLOSED = {"disclosure"}
QUOTATIONS = {"stood", "reads"}


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


@pytest.fixture(scope="module")
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
    both = Bilingual(ko=text, en=text)
    return samples.outcome(
        letter=samples.letter(
            recipients=(Recipient(office=both, handling=both),),
            via=both,
            title=both,
            references=(Reference(number=text, on=samples.NOTED.issued_on),),
            legal_basis=(both, both),
            attachments=(both,),
        ),
        forum_title=both,
        answer_due_explanation=both,
        suggestions=(
            samples.suggestion(
                reference=text,
                title=text,
                body=text,
                topic=both,
                lead_name=both,
                cooperating_names=(both,),
            ),
        ),
    )


def _text(content: bytes) -> str:
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return "".join(text.replace(WORD_JOINER, "").split())


@pytest.fixture(scope="module")
def texts(listener: Listener, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    secret = tmp_path_factory.mktemp("secret") / "secret.txt"
    secret.write_text(SECRET, encoding="utf-8")
    return list(corpus(url=f"{listener.url}/x", file=secret.as_uri()).items())


def test_the_corpus_is_large(texts: list[tuple[str, str]]) -> None:
    assert len(texts) >= 200


def _expected(text: str) -> str:
    """What a reader finds of a citizen's text, without spaces."""
    coverage = settings().templates / "fonts" / "coverage.txt"
    printed, _ = glyphs.printable("".join(excerpt(clean(text)).paragraphs), coverage)
    return "".join(printed.split())


@pytest.mark.parametrize("part", range(PARTS))
def test_every_text_of_the_corpus_is_printed_harmlessly(
    pool: RenderPool, listener: Listener, texts: list[tuple[str, str]], part: int
) -> None:
    named = texts[part::PARTS]
    context = samples.outcome(
        suggestions=tuple(
            samples.suggestion(title=f"제목 {text}", body=f"앞{number} {text} 뒤{number}")
            for number, (_, text) in enumerate(named)
        )
    )
    rendered = pool.render(Page(html=to_html(context, samples.NOTED).html))
    printed = _text(rendered.content)
    for number, (name, text) in enumerate(named):
        assert f"앞{number}" in printed, name
        if len(text) < BODY_LIMIT - 100:
            assert f"뒤{number}" in printed, name
        if name.startswith(("markup", "language")):
            assert _expected(text) in printed, name
    assert rendered.pages < 60
    assert SECRET not in printed
    assert SECRET.encode() not in rendered.content
    assert listener.asked == []
    assert _actions(rendered.content) == []


def _actions(content: bytes) -> list[str]:
    """What a viewer of the file would do, run, open or fetch."""
    found = []
    with Pdf.open(io.BytesIO(content)) as pdf:
        root = pdf.Root
        found += [name for name in ("/OpenAction", "/AA", "/AcroForm") if name in root]
        names = root.get("/Names", Dictionary())
        found += [name for name in ("/JavaScript", "/EmbeddedFiles") if name in names]
        for item in pdf.objects:
            if not isinstance(item, Dictionary) or "/S" not in item:
                continue
            if item.S in ("/JavaScript", "/Launch", "/GoToR", "/SubmitForm", "/ImportData"):
                found.append(str(item.S))
            if item.S == "/URI":
                found.append(str(item.URI))
    return found


def _filled(value: Any, texts: deque[str], *, field: str = "") -> Any:
    """A context with the next of `texts` wherever free text may stand, and its lists thrice as long.

    Where no text is left stands an ordinary one.
    """
    if isinstance(value, Bilingual):
        return samples.both(texts.popleft() if texts else "본문")
    if type(value) is str:  # and no member of an enumeration
        text = texts.popleft() if texts else "본문"
        # A quotation is printed whole: a hundred thousand characters are a hundred pages.
        return text[:BODY_LIMIT] if field in QUOTATIONS else text
    if isinstance(value, tuple):
        times = 3 if any(map(is_dataclass, value)) else 1
        return tuple(_filled(each, texts) for each in value * times)
    if is_dataclass(value) and not isinstance(value, type):
        names = [each.name for each in fields(value) if each.name not in CLOSED]
        return replace(
            value, **{name: _filled(getattr(value, name), texts, field=name) for name in names}
        )
    return value


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", DocumentKind)
def test_every_text_of_the_corpus_stands_anywhere_in_every_kind(
    pool: RenderPool,
    listener: Listener,
    texts: list[tuple[str, str]],
    kind: DocumentKind,
    language: Language,
) -> None:
    # Each in one of the two languages, whose forms print what comes from outside alike: the next kind has
    # it in the other one. The long ones, which take the time and are cut alike, in two of the kinds.
    turn = 2 * list(DocumentKind).index(kind) + list(Language).index(language)
    long = [named for named in texts if named[0].startswith("long")]
    short = [named for named in texts if named not in long]
    chosen = short[(turn // 2 + turn) % 2 :: 2] + long[turn % 7 :: 7]
    context = replace(samples.EVERY_KIND[kind], letter=_everywhere("본문").letter)
    waiting = deque(text for _, text in chosen)
    while waiting:
        given = chosen[-len(waiting) :]
        approver = clean_line(waiting[0])[:NAME_LIMIT]
        sheet = to_html(
            _filled(context, waiting), replace(samples.NOTED, approver=approver), language
        )
        rendered = pool.render(Page(html=sheet.html))
        printed = _text(rendered.content)
        for name, text in given[: len(given) - len(waiting)]:
            # Some names in an outcome are printed for those only who cooperate.
            if name.startswith(("markup", "language")) and kind is not DocumentKind.OUTCOME:
                assert _expected(text) in printed, name
        assert rendered.pages < 60
        assert SECRET not in printed
        assert SECRET.encode() not in rendered.content
        assert _actions(rendered.content) == []
    assert listener.asked == []


def test_even_a_page_of_hostile_markup_reaches_nothing(
    pool: RenderPool, listener: Listener, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET, encoding="utf-8")
    rendered = pool.render(
        Page(
            html=f"""<!DOCTYPE html><html lang=ko><head><title>제목</title><base href="{listener.url}/">
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
    assert pool.render(Page(html=sheet.html)).pages >= 1
    assert not set(sheet.html) & set("\u202e\u2066\x00\x1b\ud800\ufeff")


@pytest.mark.parametrize("unit", ["가", "a", "가나다 ", "a ", "\n", "<", "&", "『", "㉮1", "़"])
def test_a_hundred_thousand_characters_take_seconds(pool: RenderPool, unit: str) -> None:
    text = unit * (100_000 // len(unit))
    rendered = pool.render(Page(html=to_html(_everywhere(text), samples.NOTED).html))
    assert rendered.pages < 40


def test_a_document_of_many_long_rows(pool: RenderPool) -> None:
    context = samples.outcome(
        suggestions=tuple(samples.suggestion(title="가" * 300, body="나" * 5000) for _ in range(40))
    )
    assert pool.render(Page(html=to_html(context, samples.NOTED).html)).pages > 40


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.text(st.characters(codec=None), max_size=100))
def test_any_text_can_be_printed(pool: RenderPool, text: str) -> None:
    assert pool.render(Page(html=to_html(_everywhere(text), samples.NOTED).html)).pages >= 1


def test_more_items_than_there_are_marks_is_a_problem_of_the_document() -> None:
    reference = Reference(number="관련", on=samples.NOTED.issued_on)
    context = samples.outcome(letter=samples.letter(references=(reference,) * 100))
    with pytest.raises(RenderFailed):
        to_html(context, samples.NOTED)


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValidationError):
        samples.letter(language="../../x")
