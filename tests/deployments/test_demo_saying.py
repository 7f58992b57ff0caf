"""The demo's story counts as people do, and leaves out what did not happen."""

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
