"""A division's own forms: what lies in its folder wins, and what is broken is refused by its line."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from gongmun.db import Database
from gongmun.documents import (
    DocumentKind,
    FakeRenderer,
    LocalStore,
    RenderPool,
    approve,
    draft,
    issue,
    queries,
)
from gongmun.documents.letter import Language
from gongmun.documents.overrides import OverrideRefused
from gongmun.documents.preview import sample_pdf
from gongmun.documents.printing import Page, RenderFailed
from gongmun.documents.sample_contexts import SAMPLES
from gongmun.documents.sheet import to_html
from gongmun.settings import settings
from tests.documents import samples

pytestmark = pytest.mark.long

Write = Callable[[str, str], None]

BODY = "outcome/body.ko.html.j2"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder of overrides, in use."""
    monkeypatch.setenv("GONGMUN_DOCUMENT_OVERRIDES", str(tmp_path / "own"))
    (tmp_path / "own").mkdir()
    settings.cache_clear()
    yield tmp_path / "own"
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def write(folder: Path) -> Write:
    def write(name: str, text: str) -> None:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")

    return write


def _html(language: Language = Language.KO) -> str:
    return to_html(SAMPLES[DocumentKind.OUTCOME], samples.NOTED, language).html


def _refused(where: str, said: str) -> None:
    with pytest.raises(OverrideRefused) as caught:
        _html()
    assert caught.value.params["where"] == where
    assert said in caught.value.message_en
    assert where in caught.value.message_ko


def test_an_empty_folder_changes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_folder = _html()
    monkeypatch.delenv("GONGMUN_DOCUMENT_OVERRIDES")
    settings.cache_clear()
    assert _html() == with_folder


def test_a_template_takes_the_place_of_ours_and_changes_are_seen(
    write: Write, folder: Path
) -> None:
    write("seal.svg.j2", "<!-- 우리 과 직인 -->")
    assert "우리 과 직인" in _html()
    write("seal.svg.j2", "<!-- 새 직인 -->")
    assert "새 직인" in _html()
    (folder / "seal.svg.j2").unlink()
    assert "직인 -->" not in _html()


def test_words_are_laid_over_ours_in_their_language(write: Write) -> None:
    write("words/ko.toml", 'subject = "건명"\n')
    html = _html()
    assert "건명" in html
    assert "수신" in html
    assert "건명" not in _html(Language.EN)


def test_citizens_text_stays_escaped_in_a_template_of_the_division(write: Write) -> None:
    write(BODY, "{% for s in context.suggestions %}{{ s.title }}|{{ s.body | words }}{% endfor %}")
    hostile = samples.outcome(
        suggestions=(samples.suggestion(title="<script>1</script>", body="<img src=x>"),)
    )
    html = to_html(hostile, samples.NOTED).html
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    ("name", "text", "where", "said"),
    [
        pytest.param(BODY, "<p>\n{% if %}", f"{BODY}:2", "Expected an expression", id="syntax"),
        pytest.param(BODY, "<p>\n\n{{ 1 | wrods }}", f"{BODY}:3", "wrods", id="filter"),
        pytest.param(BODY, "{{ letter.title | safe }}", f"{BODY}:1", "safe", id="safe"),
        pytest.param(
            BODY,
            "\n{% autoescape false %}{{ letter.title }}{% endautoescape %}",
            f"{BODY}:2",
            "autoescape",
            id="autoescape",
        ),
        pytest.param(BODY, "<p>\n{{ letter.tilte }}", f"{BODY}:2", "tilte", id="undefined"),
        pytest.param(
            BODY, "<p>\n\n{{ 1 // 0 }}", f"{BODY}:3", "ZeroDivisionError", id="expression"
        ),
        pytest.param(
            BODY, '\n{% include "sael.svg.j2" %}', f"{BODY}:2", "sael.svg.j2", id="included"
        ),
        # The layout misses what this body should have set.
        pytest.param(
            BODY, '\n{% extends "layout.html.j2" %}', f"{BODY}:2", "items", id="forgotten"
        ),
        pytest.param("outcome/bdy.ko.html.j2", "", "outcome/bdy.ko.html.j2", BODY, id="file name"),
        pytest.param("extras.css", "", "extras.css", "'extra.css'", id="style name"),
        pytest.param("words/ko.toml", 'to = "가"\nvia = \n', "words/ko.toml:2", "TOML", id="toml"),
        pytest.param("words/ko.toml", 'to = "가', "words/ko.toml:1", "TOML", id="end of toml"),
        pytest.param(
            "words/ko.toml", '\nsubjct = "가"\n', "words/ko.toml:2", "'subject'", id="word"
        ),
        pytest.param("words/ko.toml", '\nto = "수😀"', "words/ko.toml:2", "U+1F600", id="no glyph"),
        pytest.param("words/ko.toml", "\nto = 1\n", "words/ko.toml:2", "type", id="type of word"),
        pytest.param("extra.css", "p { color: red }\nb { : 1 }", "extra.css:2", "CSS", id="css"),
        pytest.param("extra.css", "p {\n color red;\n}", "extra.css:2", "CSS", id="declaration"),
        pytest.param("extra.css", "p { color: red }}", "extra.css:1", "CSS", id="brace too many"),
        pytest.param("extra.css", "b {}\np { color: red", "extra.css:2", "closed", id="open brace"),
        pytest.param("extra.css", "b {}\n/* p {}", "extra.css:1", "closed", id="open comment"),
        pytest.param("extra.css", "/* p {}", "extra.css:1", "closed", id="nothing but a comment"),
        pytest.param("extra.css", "@media print {\np {}", "extra.css:1", "closed", id="open media"),
        pytest.param(
            "extra.css", '\n@import "x.css";', "extra.css:2", "@import", id="imported style"
        ),
        pytest.param(
            "document.css",
            "p { color: red;\n background: url(http://127.0.0.1/x) }",
            "document.css:2",
            "http://127.0.0.1/x",
            id="address",
        ),
        pytest.param("document.css", "p {}", "document.css", "@font-face", id="no font"),
        pytest.param(
            "extra.css",
            '@media print {\n p { content: image-set("file:///x" 1x) } }',
            "extra.css:2",
            "file:///x",
            id="address in a function",
        ),
        pytest.param(
            "extra.css",
            '@font-face { src: url("asset:sans-bald.woff2") }',
            "extra.css:1",
            "'asset:sans-bold.woff2'",
            id="font",
        ),
    ],
)
def test_what_is_broken_is_refused_by_its_line(
    write: Write, name: str, text: str, where: str, said: str
) -> None:
    write(name, text)
    _refused(where, said)


@pytest.mark.parametrize(
    "attack",
    [
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ (''|escape).__class__(letter.title) }}",
        "{{ letter['__class__'].__mro__ }}",
        "{{ ''|attr('__class__') }}",
        "{{ [letter]|map(attribute='__class__')|join }}",
        "{{ marks.func.__globals__ }}",
        "{{ imprint.issued_on.__class__.today() }}",
        "{{ '{0.__class__}'.format(letter) }}",
        "{{ ('{0.__class__}'|escape).format(letter) }}",
        "{% set format = '{0.__class__}'.format %}{{ format(letter) }}",
        "{{ self.__init__.__globals__ }}",
        "{{ words.update(to='나') }}",
        "{{ agency.clear() }}",
        "{{ range(100000000)|list|length }}",
    ],
)
def test_a_template_reaches_nothing_beyond_what_it_is_given(write: Write, attack: str) -> None:
    write(BODY, f"<p>\n{attack}")
    _refused(f"{BODY}:2", "")
    (settings().document_overrides / BODY).unlink()
    assert "수신" in _html()


def test_a_file_that_is_no_text_is_refused_by_its_line(folder: Path) -> None:
    (folder / "extra.css").write_bytes("p {}\n/* 가 */".encode("cp949"))
    _refused("extra.css:2", "UTF-8")


def test_a_folder_that_is_not_there_is_refused(folder: Path) -> None:
    folder.rmdir()
    _refused(str(folder), "no such folder")


def test_what_editors_and_git_leave_behind_is_ignored(write: Write) -> None:
    write(".git/config", "[core]")
    write(".extra.css.swp", "{")
    write("extra.css~", "{")
    write("README.md", "# 우리 과 서식")
    write("outcome/notes.txt", "{{")
    assert "국민참여처" in _html()


def test_a_fault_of_ours_is_told_with_its_line_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forms = tmp_path / "templates" / "documents"
    (forms / "words").mkdir(parents=True)
    (forms / "outcome").mkdir()
    (forms / "words" / "ko.toml").touch()
    (forms / BODY).write_text("\n\n{{ missing }}", "utf-8")
    monkeypatch.setenv("GONGMUN_TEMPLATES", str(tmp_path / "templates"))
    settings.cache_clear()
    try:
        with pytest.raises(RenderFailed, match=rf"'missing' is undefined \({BODY}:3\)"):
            _html()
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_style_sheets_of_the_division_hold_at_once(write: Write, folder: Path) -> None:
    page = Page(html='<html lang="ko" data-number="1"><title>가</title><body><p>한 쪽')
    with RenderPool(workers=1, timeout=60) as pool:
        plain = pool.render(page)
        write("extra.css", "p { break-after: page } body::after { content: '끝' }")
        assert pool.render(page).pages == plain.pages + 1
        (folder / "extra.css").unlink()
        assert pool.render(page).content == plain.content
        ours = (settings().templates / "documents" / "document.css").read_text("utf-8")
        write("document.css", ours.replace("size: A4", "size: A5"))
        assert pool.render(page).content != plain.content


STYLES = [
    ("p {}\nh1 { colr: red }", "extra.css:2", "unknown property"),
    ("p {\n color: rde }", "extra.css:2", "invalid value"),
    ("p::foo { color: red }", "extra.css", "selector"),
    ("\n@page { @top-x { content: 'a' } }", "extra.css:2", "Unknown @page rule"),
]


def test_a_style_that_would_have_no_effect_is_refused(write: Write, folder: Path) -> None:
    page = Page(html='<html lang="ko"><title>가</title><body><p>한 쪽')
    # To start a worker costs a hundred times what such a page does: one pool for all styles.
    with RenderPool(workers=1, timeout=60) as pool:
        pool.render(page)
        # By a worker that ran already, then by a new one.
        for style, where, said in (STYLES[0], *STYLES):
            write("extra.css", style)
            with pytest.raises(OverrideRefused, match=said) as caught:
                pool.render(page)
            assert caught.value.params["where"] == where
        (folder / "extra.css").unlink()
        assert pool.render(page).pages == 1


def test_issuing_and_preview_say_the_same(
    sqlite_db: Database, now: datetime, write: Write, tmp_path: Path
) -> None:
    write(BODY, "<p>\n{{ letter.tilte }}")
    with sqlite_db.transaction() as session:
        document = draft(
            session,
            kind=DocumentKind.OUTCOME,
            key="k",
            recipient_code="MOLIT",
            context=samples.outcome(),
            now=now,
        )
        approve(session, document, None, now)
    renderer, store = FakeRenderer(), LocalStore(tmp_path / "store")
    report = issue(sqlite_db, [document.id], renderer=renderer, store=store, now=now)
    with pytest.raises(OverrideRefused) as caught:
        sample_pdf(DocumentKind.OUTCOME, Language.KO, renderer)
    assert [str(problem) for _, problem in report.failed] == [str(caught.value)]
    with sqlite_db.reading() as session:
        (waiting,) = queries.with_problems(session)
    assert waiting.problem_ko == caught.value.message_ko
    assert f"{BODY}:2" in caught.value.message_ko
