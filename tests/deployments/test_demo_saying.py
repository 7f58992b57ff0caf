"""The demo's story counts as people do, and leaves out what did not happen."""

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from deployments.demo import saying
from deployments.demo.saying import counted, of_a_day
from gongmun.text import Bilingual


def test_one_is_not_several() -> None:
    assert [counted(count, "mail") for count in (0, 1, 2)] == ["0 mails", "1 mail", "2 mails"]


def test_what_is_zero_is_left_out() -> None:
    asked = Bilingual(ko="질의에 답변", en="a question answered")
    assert of_a_day(0, [asked]) == asked
    assert of_a_day(1, [asked]) == Bilingual(
        ko="독촉·안내 1통, 질의에 답변", en="1 mail, a question answered"
    )
    assert of_a_day(0, []) is None


@pytest.mark.parametrize("width", [60, 80])
def test_a_line_of_the_story_breaks_between_words_and_beside_the_time(width: int) -> None:
    written = io.StringIO()
    ko = "시험용 인증서를 만들었습니다. 서명은 변조되지 않았음만 증명하며, 서명 시각은 실제 시각입니다."
    en = "Made a test certificate: it proves integrity only. [Signatures] claim the real time."
    Console(file=written, width=width).print(saying.line(12.3, ko, en))
    printed = written.getvalue()
    first, *others = printed.splitlines()
    assert first.startswith("   12 s  시험용 인증서를")
    assert others
    assert all(cell_len(each) <= width and each.startswith(" " * 9) for each in others)
    assert printed.split() == ["12", "s", *ko.split(), *en.split()]
    # The languages do not share a line.
    assert not [each for each in printed.splitlines() if "Made" in each and "시각입니다" in each]
