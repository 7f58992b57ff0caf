"""The run in which a coordinator files a held reply: what it shows, and what it takes for an answer."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from prefect.utilities.schema_tools import validate
from prefect.utilities.schema_tools.validation import is_valid_schema

from flows.file_reply import file_reply
from gongmun.answers import filing, filing_form
from gongmun.answers.models import ReplyStatus
from gongmun.cli import runs
from gongmun.settings import settings
from tests.answers.mails import INBOX, Inbox, reply_to
from tests.answers.test_replies import draft, outcome, sent
from tests.flows.test_flows import artifact
from tests.world import World

pytestmark = [pytest.mark.long, pytest.mark.prefect]
file_reply_module = import_module("flows.file_reply")

TEXT = "홍길동 사무관입니다.\n처리결과: 수용곤란\n다른 제도와 중복됩니다."


@pytest.fixture
def inbox(installation: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Inbox:
    """An installation that `wiring` knows, with an inbox and one document that waits for an answer."""
    monkeypatch.setenv("GONGMUN_VAR", str(tmp_path))
    monkeypatch.setenv("GONGMUN_INBOX__MAILDIR", str(tmp_path / "inbox"))
    monkeypatch.setenv("GONGMUN_INBOX__ADDRESS", INBOX)
    settings.cache_clear()
    outcome(installation, "정류장 그늘막")
    return Inbox(installation)


def held(inbox: Inbox, sender: str = "hong@gmail.example") -> int:
    reply = inbox.reply(reply_to(sent(inbox.world)[0], TEXT, sender=sender))
    assert reply.status is ReplyStatus.HELD
    return reply.id


class Ui:
    """What Prefect's interface does: shows the form, sends what was chosen, checked by the schema."""

    def __init__(self, *answers: dict[str, Any] | None) -> None:
        self.answers = list(answers)
        self.shown: list[tuple[str, dict[str, Any], str]] = []

    def __call__(self, form: Any, *, key: str) -> Any:
        schema = form.model_json_schema()
        is_valid_schema(schema)  # raises where it is none
        self.shown.append((key, schema, form._description))
        answer = self.answers.pop(0) or {}
        assert not validate(answer, schema)
        return form(**answer)


def test_resume_and_submit_file_what_the_mail_names(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply_id = held(inbox)
    ui = Ui(None)
    monkeypatch.setattr(file_reply_module, "suspend_flow_run", ui)
    assert file_reply(reply_id, as_of=inbox.world.now) == "filed"
    reply = inbox.read(reply_id)
    assert (reply.document_id, reply.filed_by) == (1, "담당자(Prefect)")
    assert draft(inbox.world, 1) is not None
    ((key, schema, description),) = ui.shown
    assert key.startswith(f"reply-{reply_id}-")
    assert schema["properties"]["document"]["default"] == "1: 공론소통과-1 국토교통부"
    told = description + artifact("file-reply")
    assert "gmail" not in told
    assert "기관 외부 / outside" in told
    assert "국토교통부" in told
    for personal in ("홍길동", "hong", "중복", "수용곤란"):
        assert personal not in told
    # Run again from the top, as after a resume, it finds what was decided.
    assert file_reply(reply_id, as_of=inbox.world.now) == "filed"


def test_later_asks_again_and_no_reply_dismisses(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply_id = held(inbox)
    ui = Ui(
        {"document": filing_form.LATER},
        {"document": "1: 공론소통과-1 국토교통부", "name": "\u200b"},
        {"document": filing_form.NO_REPLY, "name": "한소통"},
    )
    monkeypatch.setattr(file_reply_module, "suspend_flow_run", ui)
    assert file_reply(reply_id, as_of=inbox.world.now) == "dismissed"
    assert inbox.read(reply_id).settled_by == "한소통"
    assert len({key for key, _, _ in ui.shown}) == 3


def test_whoever_files_by_the_command_line_ends_the_run(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply_id = held(inbox)

    def meanwhile(form: Any, *, key: str) -> Any:
        filing.dismiss(inbox.world.db, reply_id, name="한소통", now=inbox.world.now)
        # What `runs.resume_filing` sends satisfies the form, and files nothing.
        return form(document=filing_form.LATER, name=" ")

    monkeypatch.setattr(file_reply_module, "suspend_flow_run", meanwhile)
    assert file_reply(reply_id, as_of=inbox.world.now) == "dismissed"
    assert runs.resume_filing(reply_id) is False  # nothing waits any more


def test_a_form_overtaken_by_a_colleague_does_nothing(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply_id = held(inbox)

    def overtaken(form: Any, *, key: str) -> Any:
        filing.dismiss(inbox.world.db, reply_id, name="한소통", now=inbox.world.now)
        return form()

    monkeypatch.setattr(file_reply_module, "suspend_flow_run", overtaken)
    assert file_reply(reply_id, as_of=inbox.world.now) == "dismissed"
    assert draft(inbox.world, 1) is None
