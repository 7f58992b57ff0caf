"""Small questionnaires as text, read by the product."""

import textwrap
from collections.abc import Callable

import pytest

from gongmun.surveys.questionnaire import Flaw, Questionnaire, read
from gongmun.surveys.questionnaire.flaws import Reason

Ask = Callable[..., Questionnaire]

HEAD = """\
format: 1
code: test
version: 1
title: {ko: 시험 조사, en: Test survey}
pages:
  - code: first
    items:
"""
YES_NO = "options: [{code: 1, ko: 예, en: 'Yes'}, {code: 2, ko: 아니요, en: 'No'}]"
ENDS_5 = "labels: {1: {ko: 매우 나쁨, en: Very bad}, 5: {ko: 매우 좋음, en: Very good}}"
ENDS_10 = "labels: {0: {ko: 전혀, en: Not at all}, 10: {ko: 매우, en: Very}}"


def item(code: str, type_: str, *lines: str) -> str:
    """One item as it stands below `items:`; `lines` are its other fields."""
    fields = (
        f"code: {code}",
        f"type: {type_}",
        f"text: {{ko: '{code} 문항', en: 'Item {code}'}}",
        *lines,
    )
    return textwrap.indent("- " + "\n  ".join(fields) + "\n", "      ")


def page(code: str, *items: str, show_if: str = "") -> str:
    """Another page below `pages:`."""
    condition = f"    show_if: {show_if}\n" if show_if else ""
    return f"  - code: {code}\n{condition}    items:\n" + "".join(items)


def document(*items: str) -> str:
    """A questionnaire of these items, all on the page `first`."""
    return HEAD + "".join(items)


@pytest.fixture
def ask() -> Ask:
    """A questionnaire of these items, in which there is nothing to correct."""

    def made(*items: str) -> Questionnaire:
        reading = read(document(*items).encode())
        assert reading.flaws == ()
        assert reading.questionnaire is not None
        return reading.questionnaire

    return made


def flaws_of(content: str | bytes) -> list[Flaw]:
    """What is wrong with a file in which something is."""
    reading = read(content.encode() if isinstance(content, str) else content)
    assert reading.questionnaire is None
    assert reading.flaws
    for flaw in reading.flaws:
        assert any("가" <= letter <= "힣" for letter in flaw.text.ko)
        assert flaw.text.en
        assert "{" not in flaw.text.ko.replace("{ko: 예", "")
    return list(reading.flaws)


def reasons(content: str | bytes) -> list[Reason]:
    """Why it is refused, in the order of the file."""
    return [flaw.reason for flaw in flaws_of(content)]
