"""The flow that collects mail, under Prefect: quiet where there is nothing, whole where the inbox is not."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from flows.collect_replies import collect_replies
from gongmun.db.sweeps import last_finished, lease
from gongmun.mail import Status, enqueue
from gongmun.mail.collecting import COLLECT_SWEEP
from gongmun.mail.mailbox import InboxUnavailable
from gongmun.mail.models import Dispatch, IncomingKind, IncomingMail
from gongmun.settings import settings
from tests.flows.test_flows import artifact
from tests.mail.conftest import MESSAGE
from tests.mail.mails import INBOX, TOKEN, mail, sample
from tests.world import World

pytestmark = [pytest.mark.long, pytest.mark.prefect]
flow_module = import_module("flows.collect_replies")


@pytest.fixture
def maildir(installation: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An inbox in the settings of this installation."""
    for name in ("new", "cur", "tmp"):
        (tmp_path / "inbox" / name).mkdir(parents=True)
    monkeypatch.setenv("GONGMUN_VAR", str(tmp_path))
    monkeypatch.setenv("GONGMUN_INBOX__MAILDIR", str(tmp_path / "inbox"))
    monkeypatch.setenv("GONGMUN_INBOX__ADDRESS", INBOX)
    settings.cache_clear()
    yield tmp_path / "inbox"
    settings.cache_clear()


def incoming(installation: World) -> list[IncomingMail]:
    with installation.db.reading() as session:
        return list(session.query(IncomingMail).order_by(IncomingMail.id))


def test_without_an_inbox_nothing_happens(
    installation: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow_module, "publish", pytest.fail)
    assert collect_replies(as_of=installation.now) == 0
    with installation.db.reading() as session:
        # It has run, and there was nothing to do.
        assert last_finished(session, COLLECT_SWEEP) is not None


def test_an_empty_inbox_leaves_no_artifact(
    installation: World, maildir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow_module, "publish", pytest.fail)
    assert collect_replies(as_of=installation.now) == 0
    with installation.db.reading() as session:
        assert last_finished(session, COLLECT_SWEEP) is not None
    with lease(installation.db, COLLECT_SWEEP):  # the run before is not done yet
        assert collect_replies(as_of=installation.now) == 0


def test_notices_and_automatic_replies_are_taken_up_once(
    installation: World, maildir: Path
) -> None:
    with installation.db.transaction() as session:
        dispatch = enqueue(session, MESSAGE, installation.now)
        dispatch.token, dispatch.status = TOKEN, Status.ACCEPTED
        dispatch.accepted_at = dispatch.sending_at = installation.now
    (maildir / "new" / "1").write_bytes(sample("postfix_bounce"))
    (maildir / "new" / "2").write_bytes(sample("naver_absence"))
    assert collect_replies(as_of=installation.now) == 2
    text = artifact("collect-replies").replace("\\", "")
    assert "새로 받은 메일 / new mails | 2" in text
    assert "반송 / bounced | 1" in text
    assert "automatic replies, noted only | 1" in text
    with installation.db.reading() as session:
        assert session.get_one(Dispatch, dispatch.id).status is Status.BOUNCED
    assert all(row.handled_at for row in incoming(installation))
    assert collect_replies(as_of=installation.now) == 0


def test_an_inbox_out_of_reach_stops_nothing_but_the_run_fails(
    installation: World, maildir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        flow_module, "collect_task", flow_module.collect_task.with_options(retries=0)
    )
    (maildir / "new" / "1").write_bytes(mail("Auto-Submitted: auto-replied"))
    (maildir / "new" / "2").symlink_to("/proc/self/mem")  # not even root can read it
    with pytest.raises(InboxUnavailable):
        collect_replies(as_of=installation.now)
    (row,) = incoming(installation)
    assert (row.kind, row.handled_at) == (IncomingKind.AUTO_REPLY, installation.now)
    assert "GONGMUN" in artifact("collect-replies")
