"""The bench prints what it says: it is run seldom, and the form changes often."""

from datetime import date
from pathlib import Path

from bench.reference import letters
from gongmun.documents.check_codes import check_mark
from gongmun.documents.sheet import Imprint, to_html


def test_the_reference_letter_has_its_rows_chart_code_and_seal(tmp_path: Path) -> None:
    context = letters.reference(1)
    with letters.templates(tmp_path / "templates"):
        imprint = Imprint(
            number="공론소통과-1",
            issued_on=date(2026, 11, 2),
            approver=None,
            check=check_mark("abcdefghjk"),
        )
        html = to_html(context, imprint).html
        facts = letters.facts(context, html)

    assert set(facts["drawings"]) == {"seal", "check", "chart"}
    assert facts["number"] == "공론소통과-1"
    assert html.count('<td class="code">') == len(facts["items"]) == letters.ROWS
