"""The flows under Prefect: names, artifacts, running twice. What they do is tested with the services."""

import re
from contextlib import nullcontext
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import Artifact, FlowRun

from flows.chase_referrals import chase_referrals
from flows.dispatch_mail import dispatch_mail
from flows.import_suggestions import import_suggestions
from flows.issue_outcomes import issue_outcomes
from flows.wrap_up_forum import wrap_up_forum
from gongmun import wiring
from gongmun.db.sweeps import SweepBusy, last_finished, lease
from gongmun.documents import FakeRenderer
from gongmun.documents.decision_form import APPROVE
from gongmun.documents.printing import RenderFailed
from gongmun.errors import NaiveDatetime
from gongmun.forums import queries
from gongmun.forums.life import Status as OutcomeStatus
from gongmun.forums.redrafting import redraft
from gongmun.referrals.chase_pauses import pause
from gongmun.suggestions import deselect
from tests.smtp_servers import running as running_relay
from tests.world import World, at

pytestmark = pytest.mark.prefect
wrap_up_module = import_module("flows.wrap_up_forum")

MAPPING = """
[columns]
title = "제목"
body = "내용"
topic = "분야"
[constants]
channel = "website"
selected = true
[topics]
"교통" = "public_transport"
"""


def artifact(key: str) -> str:
    """The newest artifact of a key, as a coordinator reads it."""
    with get_client(sync_client=True) as client:
        (found,) = client.request(
            "POST",
            "/artifacts/latest/filter",
            json={"artifacts": {"key": {"any_": [key]}}},
        ).json()
    return str(Artifact.model_validate(found).data)


def newest_run(name: str) -> FlowRun:
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs()
    return next(run for run in runs if run.name == name)


def test_import_reports_each_wrong_row_and_adds_nothing_twice(
    installation: World, tmp_path: Path
) -> None:
    installation.forum("OCF-TEST")
    (tmp_path / "map.toml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "in.csv").write_text(
        "제목,내용,분야\n정류장 그늘막,설치해 주십시오.,교통\n,제목이 없습니다.,교통\n횡단보도|표|,고쳐 주십시오.,우주\n",
        encoding="utf-8",
    )
    arguments = ("OCF-TEST", tmp_path / "in.csv", tmp_path / "map.toml", installation.now)
    assert import_suggestions(*arguments) == 2
    text = artifact("import-suggestions")
    assert "새로 접수 / new | 2" in text.replace("\\", "")
    assert "| 3 |" in text  # the line of the row without a title
    assert "| 4 |" in text  # and of the unknown topic
    assert import_suggestions(*arguments) == 0
    assert newest_run("IMPORT OCF-TEST").state_name == "Completed"


def test_a_wrap_up_with_nothing_to_refer_says_so(installation: World) -> None:
    forum_id = installation.forum("OCF-EMPTY")
    installation.suggest(forum_id, None)
    assert wrap_up_forum("OCF-EMPTY", as_of=installation.now) == "nothing to refer"
    assert "gongmun suggestion route" in artifact("wrap-up").replace("\\", "")


def test_a_wrap_up_of_a_forum_that_still_runs_says_so_and_ends(installation: World) -> None:
    installation.forum("OCF-MOVED", ends_at=installation.now + timedelta(days=1))
    assert wrap_up_forum("OCF-MOVED", as_of=installation.now) == "not ended"
    assert "아직 끝나지 않아" in artifact("wrap-up")


def test_an_answer_is_taken_only_for_the_form_that_was_shown(
    installation: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prefect keeps answers by key; the key names the outcome, its revision and the attempt."""
    forum_id = installation.forum()
    kept = installation.suggest(forum_id, "public_transport")
    dropped = installation.suggest(forum_id, "public_transport")
    shown: list[str] = []

    def answer(form: Any, *, key: str) -> Any:
        shown.append(key)
        if len(shown) == 2:  # a colleague deselects one while the form is open
            deselect(installation.db, dropped, now=installation.now)
            assert redraft(installation.db, dropped, now=installation.now)
        name = " " if len(shown) == 1 else "한소통"
        return SimpleNamespace(decision=APPROVE, name=name, reason="확인하였습니다.")

    monkeypatch.setattr(wrap_up_module, "suspend_flow_run", answer)
    assert wrap_up_forum("OCF-2026-10", as_of=installation.now) == "approved"
    assert shown == ["outcome-1-0-1", "outcome-1-0-2", "outcome-1-1-3"]
    assert {r.suggestion_id for r in installation.referrals(1)} == {kept}


def test_an_answer_to_a_draft_that_has_changed_since_is_told_and_asked_again(
    installation: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run begins again from the top when it is answered: it finds the answer under the key of another draft."""
    forum_id = installation.forum()
    installation.suggest(forum_id, "public_transport")
    dropped = installation.suggest(forum_id, "public_transport")
    shown: list[str] = []

    def answer(form: Any, *, key: str) -> Any:
        shown.append(form._description)
        return SimpleNamespace(decision=APPROVE, name="한소통", reason="확인하였습니다.")

    monkeypatch.setattr(wrap_up_module, "suspend_flow_run", answer)
    outcome_id = installation.wrap_up(forum_id).outcome_id
    deselect(installation.db, dropped, now=installation.now)
    assert redraft(installation.db, dropped, now=installation.now)
    monkeypatch.setattr(wrap_up_module, "answered_keys", lambda: {f"outcome-{outcome_id}-0-1"})
    assert wrap_up_forum("OCF-2026-10", as_of=installation.now) == "approved"
    (form,) = shown
    assert "그사이 바뀌어 처리하지 않았습니다" in form
    assert "결과 정리" in form


def test_what_was_answered_is_not_shown_again(
    installation: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    forum_id = installation.forum()
    installation.suggest(forum_id, "public_transport")
    outcome_id = installation.wrap_up(forum_id).outcome_id
    shown: list[str] = []

    def answer(form: Any, *, key: str) -> Any:
        shown.append(form._description)
        return SimpleNamespace(decision=APPROVE, name="한소통", reason="확인하였습니다.")

    monkeypatch.setattr(wrap_up_module, "suspend_flow_run", answer)
    monkeypatch.setattr(wrap_up_module, "answered_keys", lambda: {f"outcome-{outcome_id}-0-1"})
    assert wrap_up_forum("OCF-2026-10", as_of=installation.now) == "approved"
    assert shown == [""]


def test_a_document_that_cannot_be_made_fails_the_wrap_up_and_is_made_later(
    installation: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.suggest(installation.forum(), "public_transport")
    broken = RenderFailed(reason="a cut")

    def approve(form: Any, *, key: str) -> Any:
        return SimpleNamespace(decision=APPROVE, name="한소통", reason="확인하였습니다.")

    monkeypatch.setattr(wrap_up_module, "suspend_flow_run", approve)
    with monkeypatch.context() as printing:
        printing.setattr(wiring, "renderer", lambda: nullcontext(FakeRenderer(lambda _: broken)))
        with pytest.raises(RenderFailed):
            wrap_up_forum("OCF-2026-10", as_of=installation.now)
    # What it has to say stands in its artifact, and the next sweep goes on.
    assert "a cut" in artifact("issue-outcomes")
    assert issue_outcomes(as_of=installation.now) == 1


def test_issue_dispatch_and_chase_leave_artifacts_and_can_be_run_twice(
    installation: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forum_id = installation.forum()
    installation.suggest(
        forum_id, "public_transport", title="정류장 그늘막 \N{SLIGHTLY SMILING FACE}"
    )
    outcome_id = installation.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    installation.decide(outcome_id)

    assert issue_outcomes(as_of=installation.now) == 1
    issued = artifact("issue-outcomes")
    assert "공론소통과" in issued
    assert issue_outcomes(as_of=installation.now) == 0

    with running_relay(tmp_path / "mail") as relay:
        monkeypatch.setenv("GONGMUN_MAIL__HOST", "127.0.0.1")
        monkeypatch.setenv("GONGMUN_MAIL__PORT", str(relay.port))
        monkeypatch.setenv("GONGMUN_MAIL__TLS", "none")
        monkeypatch.setenv("GONGMUN_MAIL__TEST_RELAY", "true")
        from gongmun.settings import settings

        settings.cache_clear()
        assert dispatch_mail(as_of=installation.now) == 1
        assert "accepted by the relay | 1" in artifact("dispatch-mail").replace("\\", "")
        assert dispatch_mail(as_of=installation.now) == 0

        reminder_day = at(date(2026, 10, 30))
        assert chase_referrals(as_of=reminder_day) == 1
        text = artifact("chase-referrals")
        assert "1차 독촉" in text
        assert "국토교통부" in text
        assert chase_referrals(as_of=reminder_day) == 0
        assert dispatch_mail(as_of=reminder_day) == 1
    # One outcome document and one reminder list the suggestion; each says so where it is issued.
    for told, number in ((issued, "공론소통과-1"), (text, "공론소통과-2")):
        row = (
            rf"\| \[{number}\]\(\S+/office/documents/\d+\.pdf\) \| [^|]+ \| MOLIT "
            r"\| [12]: gongmun document export"
        )
        assert re.search(row, told.replace("\\", ""))
    with installation.db.reading() as session:
        assert last_finished(session, "chase-referrals") is not None


def test_a_chase_outside_of_working_hours_and_of_a_paused_ministry_says_so(
    installation: World,
) -> None:
    installation.dispatched("statistics")
    lunch = at(date(2026, 10, 30), 12)
    assert chase_referrals(as_of=lunch) == 0
    said = artifact("chase-referrals")
    assert "근무시간이 아니므로" in said
    assert "근무일이 아니므로" not in said  # a Friday
    assert chase_referrals(as_of=lunch, dry_run=True) == 1
    assert "다음 근무시간의 점검이 보낼 내용" in artifact("chase-preview")
    # One line for a ministry and rung, and no address.
    shown = artifact("chase-preview").replace("\\", "")
    assert (
        "| 국가데이터처 (MODS) | 국가데이터처 | 1차 독촉 / first formal reminder | 1 | 보냄 / sent |"
        in shown
    )
    assert "@" not in shown

    until = date(2026, 11, 6)
    pause(installation.db, "MODS", until=until, name="한소통", reason="국정감사", now=lunch)
    assert chase_referrals(as_of=at(date(2026, 10, 30), 14)) == 0
    said = artifact("chase-referrals").replace("\\", "")
    assert "독촉을 보류 중인 기관 / ministries passed over, paused | 1 |" in said
    assert "국가데이터처 (MODS) | 2026-11-06" in said
    assert "한소통" not in said


def test_a_relay_that_cannot_be_reached_is_told_and_nothing_is_lost(
    installation: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    forum_id = installation.forum()
    installation.suggest(forum_id, "public_transport")
    outcome_id = installation.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    installation.decide(outcome_id)
    issue_outcomes(as_of=installation.now)
    monkeypatch.setenv("GONGMUN_MAIL__HOST", "127.0.0.1")
    monkeypatch.setenv("GONGMUN_MAIL__PORT", "1")
    from gongmun.settings import settings

    settings.cache_clear()
    assert dispatch_mail(as_of=installation.now) == 0
    text = artifact("dispatch-mail").replace("\\", "")
    assert "to be tried again | 1" in text
    with installation.db.reading() as session:
        assert queries.outcome(session, outcome_id).status is OutcomeStatus.ISSUED


def test_two_chases_at_once_are_one(installation: World) -> None:
    with lease(installation.db, "chase-referrals"), pytest.raises(SweepBusy):
        chase_referrals.with_options(retries=0)(as_of=installation.now)


def test_a_moment_without_a_zone_is_refused(installation: World) -> None:
    with pytest.raises(NaiveDatetime):
        issue_outcomes(as_of=installation.now.replace(tzinfo=None))
