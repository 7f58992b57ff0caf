"""The JSON of a document: as its published schema says, whole, the same bytes, nothing personal."""

import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from pikepdf import Pdf

from gongmun.clock import seoul_time
from gongmun.documents import DocumentKind, RenderPool
from gongmun.documents.data import SCHEMA, SCHEMA_ID, enclosed, to_bytes, to_data
from gongmun.documents.letter import Language
from gongmun.documents.printing import Page
from gongmun.documents.sheet import to_html
from gongmun.documents.wording import BODY_LIMIT
from gongmun.settings import PROJECT_ROOT, settings
from tests.documents import samples

PUBLISHED = json.loads(SCHEMA.read_text("utf-8"))


def _strict(schema: Any) -> Any:
    """The schema without the room that it leaves for fields of later days."""
    if isinstance(schema, list):
        return [_strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {"additionalProperties": False} if "required" in schema and "type" in schema else {}
    return {name: _strict(part) for name, part in schema.items()} | closed


def _faults(data: Any, schema: Any = PUBLISHED) -> list[str]:
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    return [error.json_path for error in validator.iter_errors(data)]


def test_the_schema_is_one_and_names_every_kind() -> None:
    Draft202012Validator.check_schema(PUBLISHED)
    assert PUBLISHED["$id"] == PUBLISHED["properties"]["schema"]["const"] == SCHEMA_ID
    assert set(PUBLISHED["properties"]["kind"]["enum"]) == {kind.value for kind in DocumentKind}


@pytest.mark.parametrize("kind", DocumentKind)
def test_every_kind_is_as_the_schema_says(kind: DocumentKind) -> None:
    data = json.loads(to_bytes(samples.EVERY_KIND[kind], samples.NOTED))
    assert _faults(data, _strict(PUBLISHED)) == []
    assert data["kind"] == kind.value


def test_of_several_recipients_and_dates_that_are_not_set() -> None:
    many = samples.letter(recipients=samples.recipients(3), disclosure="부분공개(6)")
    for context in (
        samples.reminder(letter=many, new_due=None),
        samples.extension(True, False),
        samples.submission(meeting_on=None),
    ):
        assert _faults(to_data(context, samples.NOTED), _strict(PUBLISHED)) == []


@pytest.mark.parametrize(
    ("spoil", "where"),
    [
        (lambda data: data.update(kind="letter"), "$.kind"),
        (lambda data: data.update(kind="correction"), "$.content"),
        (lambda data: data.update(schema="urn:gongmun:document:2"), "$.schema"),
        (lambda data: data.update(issued_on="2026. 10. 12."), "$.issued_on"),
        (lambda data: data.update(issued_on="2026-13-12"), "$.issued_on"),
        (lambda data: data.update(disclosure="비공개"), "$.disclosure"),
        (lambda data: data["title"].pop("en"), "$.title"),
        (lambda data: data["recipients"].clear(), "$.recipients"),
        (lambda data: data["content"].pop("answer_due"), "$.content"),
        (lambda data: data["content"]["suggestions"].clear(), "$.content.suggestions"),
        (
            lambda data: data["content"]["suggestions"][0].update(role="both"),
            "$.content.suggestions[0].role",
        ),
    ],
)
def test_what_is_wrong_is_found(spoil: Callable[[dict[str, Any]], Any], where: str) -> None:
    data = to_data(samples.outcome(2), samples.NOTED)
    spoil(data)
    assert where in _faults(data)


def test_a_suggestion_is_whole_however_little_is_printed_of_it() -> None:
    body = "제안 내용입니다. " * BODY_LIMIT
    context = samples.outcome(suggestions=(samples.suggestion(body=body),))
    written = to_data(context, samples.NOTED)["content"]["suggestions"][0]
    assert written["body"] == body.strip()
    assert written["role"] == "lead"


def test_the_same_document_is_the_same_bytes() -> None:
    context = samples.outcome(2)
    content = to_bytes(context, samples.NOTED)
    assert content == to_bytes(context, samples.NOTED)
    assert content.endswith(b"}\n")
    assert "국토교통부장관".encode() in content
    names = list(json.loads(content))
    assert names == sorted(names)


def test_nobody_is_named() -> None:
    agency = settings().agency
    for context in samples.EVERY_KIND.values():
        written = to_bytes(context, samples.NOTED).decode()
        assert samples.NOTED.approver
        for name in (samples.NOTED.approver, agency.drafter_name_ko, agency.drafter_name_en):
            assert name not in written


@pytest.mark.parametrize("language", Language)
def test_it_is_read_back_out_of_the_pdf(pool: RenderPool, language: Language) -> None:
    context = samples.outcome(3)
    (data,) = enclosed(context, samples.NOTED)
    assert (data.filename, data.at) == ("outcome.json", seoul_time(samples.NOTED.issued_on))
    html = to_html(context, samples.NOTED, language).html
    rendered = pool.render(Page(html=html, enclosed=(data,)))
    with Pdf.open(io.BytesIO(rendered.content)) as pdf:
        assert list(pdf.attachments) == ["outcome.json"]
        attached = pdf.attachments["outcome.json"].get_file()
        assert attached.mime_type == "application/json"
        content = attached.read_bytes()
    assert content == data.content
    assert _faults(json.loads(content)) == []


def test_the_example_of_the_documentation_is_as_the_schema_says() -> None:
    page = (PROJECT_ROOT / "docs" / "exchange.md").read_text("utf-8")
    (example,) = re.findall(r"^```json\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert _faults(json.loads(example), _strict(PUBLISHED)) == []
