"""The checks of documents are no idle ones: each sees the fault it is for."""

import shutil
from collections.abc import Callable
from operator import delitem, setitem
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf

from gongmun.documents.data import enclosed
from gongmun.documents.printing import Page
from gongmun.documents.sheet import to_html
from tests.documents import archival, checking, samples


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    context = samples.outcome()
    html = to_html(context, samples.NOTED).html
    page = Page(html=html, enclosed=enclosed(context, samples.NOTED))
    (file,) = checking.render({"sound": page}, tmp_path_factory.mktemp("sound"))
    return file


def test_what_is_found_fails_unless_a_reason_is_on_record() -> None:
    for allowed in checking.ALLOWED:
        assert allowed.reason
        assert not checking.is_allowed(checking.Finding(rule=allowed.rule, message="other"))
    for allowed in checking.ALLOWED_SIGNED:
        assert allowed.reason
        found = checking.Finding(rule=allowed.rule, message="other")
        assert not checking.is_allowed(found, is_signed=True)
    assert not checking.is_allowed(checking.Finding(rule="FIG-001", message="no /Alt"))


def test_a_form_is_allowed_where_it_holds_a_signature(sound: Path, tmp_path: Path) -> None:
    (signed,) = checking.signed([sound])
    plain = tmp_path / "plain.pdf"
    plain.write_bytes(signed.read_bytes())
    found = checking.check([signed, plain])
    assert found[signed] == []
    rules = {finding.rule for finding in found[plain]}
    assert rules == {allowed.rule for allowed in checking.ALLOWED_SIGNED}


@pytest.mark.parametrize("is_installed", [True, False])
def test_a_file_that_breaks_off_is_found_by_each_qpdf(
    sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_installed: bool
) -> None:
    if not is_installed:
        monkeypatch.setenv("PATH", str(tmp_path))
    elif shutil.which("qpdf") is None:
        pytest.skip("qpdf is not installed")
    file = tmp_path / "broken.pdf"
    file.write_bytes(sound.read_bytes()[:-200])
    assert len(list(checking._qpdf(file))) == 1 + is_installed
    assert list(checking._qpdf(sound)) == []


def _first(pdf: Pdf, tag: str) -> Dictionary:
    return next(element for element in archival.elements(pdf) if tag == element.S)


def _spoil_metadata(pdf: Pdf) -> None:
    content = pdf.Root.Metadata.read_bytes()
    pdf.Root.Metadata.write(content.replace(b'pdfuaid:part="1"', b""))


def _add_action(pdf: Pdf) -> None:
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, A=Dictionary(S=Name.Launch))
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(link)])


def _double_content(pdf: Pdf) -> None:
    _first(pdf, "/H1").K.append(_first(pdf, "/P").K[0])


def _forget_characters(pdf: Pdf) -> None:
    for font in pdf.objects:
        if isinstance(font, Dictionary) and "/ToUnicode" in font:
            del font["/ToUnicode"]


SPOILERS: dict[str, Callable[[Pdf], object]] = {
    "identification": _spoil_metadata,
    "catalog: no language": lambda pdf: delitem(pdf.Root, "/Lang"),
    "catalog: not one output": lambda pdf: pdf.Root.OutputIntents.pop(),
    "catalog: not marked": lambda pdf: delitem(pdf.Root.MarkInfo, "/Marked"),
    "catalog: the title": lambda pdf: delitem(pdf.Root.ViewerPreferences, "/DisplayDocTitle"),
    "pages: page 1: tabs": lambda pdf: delitem(pdf.pages[0].obj, "/Tabs"),
    "content": _double_content,
    "tree": lambda pdf: setitem(_first(pdf, "/H1"), "/P", pdf.Root.StructTreeRoot),
    "headings: 0 bookmarks": lambda pdf: delitem(pdf.Root, "/Outlines"),
    "headings: a heading": lambda pdf: setitem(_first(pdf, "/H2"), "/S", Name.H3),
    "figures: a figure without": lambda pdf: delitem(_first(pdf, "/Figure"), "/Alt"),
    "figures: a figure's box": lambda pdf: setitem(_first(pdf, "/Figure").A.BBox, 3, 9999),
    "tables: a header cell": lambda pdf: delitem(_first(pdf, "/TH").A, "/Scope"),
    "tables: cells name": lambda pdf: delitem(_first(pdf, "/TH"), "/ID"),
    "tables: a table of": lambda pdf: setitem(_first(pdf, "/THead"), "/S", Name.TBody),
    "fonts": _forget_characters,
    "actions": _add_action,
    "attachments: a file that": lambda pdf: delitem(pdf.Root, "/AF"),
    "attachments: files are not": lambda pdf: pdf.Root.AF.append(pdf.Root.AF[0]),
    "attachments: outcome.json is not": lambda pdf: setitem(
        pdf.Root.AF[0], "/AFRelationship", Name.Unspecified
    ),
}


@pytest.mark.parametrize("problem", SPOILERS)
def test_our_own_assertions_see_what_they_are_for(
    sound: Path, tmp_path: Path, problem: str
) -> None:
    assert archival.problems(sound) == []
    with pikepdf.open(sound) as pdf:
        SPOILERS[problem](pdf)
        pdf.save(tmp_path / "spoiled.pdf")
    found = archival.problems(tmp_path / "spoiled.pdf")
    assert any(each.startswith(problem) for each in found), found
