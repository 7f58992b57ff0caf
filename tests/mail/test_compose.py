"""Templates become a subject of one line and a clean body; what is missing is said, never guessed."""

from pathlib import Path

import pytest

from gongmun.mail import compose
from gongmun.mail.compose import MailTemplateMissing, MailTemplateUnfilled
from gongmun.settings import settings

CONTEXT = {
    "number": "공론소통과-1234",
    "forum": "제12차 포럼",
    "ministry": "국토교통부",
    "titles": ["버스 <b>증차</b>", "{{ secret }}"],
}


@pytest.fixture(autouse=True)
def _sample_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "templates", Path(__file__).parent / "templates")


def test_a_mail_is_filled_in() -> None:
    mail = compose("sample", CONTEXT)
    assert mail.subject == "[공론소통과-1234] 제12차 포럼 결과"
    assert mail.body == (
        "국토교통부 귀중\n\n    1. 버스 <b>증차</b>\n    2. {{ secret }}\n\n회신을 부탁드립니다."
    )


def test_hostile_values_stay_on_their_line() -> None:
    mail = compose("sample", CONTEXT | {"forum": "포럼\r\nBcc: everybody@x.example\x00\u202e"})
    assert mail.subject == "[공론소통과-1234] 포럼 Bcc: everybody@x.example 결과"


def test_a_missing_value_is_named() -> None:
    with pytest.raises(MailTemplateUnfilled, match="forum"):
        compose("sample", {name: CONTEXT[name] for name in CONTEXT if name != "forum"})


@pytest.mark.parametrize("intent", ["nothing", "../documents", "/etc", ""])
def test_a_missing_template_is_named(intent: str) -> None:
    with pytest.raises(MailTemplateMissing):
        compose(intent, CONTEXT)
