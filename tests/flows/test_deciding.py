"""What coordinators decide in Prefect's page: on a real server, by the forms that it shows, and by who comes first."""

from datetime import date
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.states import AwaitingRetry, Cancelled
from sqlalchemy import select, text

from flows.ask_decisions import ask_decisions
from flows.decide_escalation import decide_escalation
from flows.decide_extension import decide_extension
from flows.decide_survey_report import decide_survey_report
from flows.publish_survey_report import publish_survey_report
from flows.replace_contact import replace_contact
from flows.route_suggestion import route_suggestion
from flows.settle_dispatch import settle_dispatch
from flows.wrap_up_forum import wrap_up_forum
from gongmun.answers import request_queries
from gongmun.answers.extension_form import GRANT, REFUSE
from gongmun.answers.models import RequestStatus
from gongmun.documents import Approval
from gongmun.documents import queries as document_queries
from gongmun.documents.decision_form import APPROVE, RETURN
from gongmun.documents.life import Status as DocumentStatus
from gongmun.forums.models import ManualRoute
from gongmun.forums.routing import RouteKnown
from gongmun.forums.routing import route_suggestion as record_route
from gongmun.mail import Dispatch, settle
from gongmun.mail.settling_form import NOT_ARRIVED
from gongmun.organisations import ContactHealth, ContactRole, note_health
from gongmun.organisations import queries as organisation_queries
from gongmun.organisations.models import ContactDecision
from gongmun.surveys.fieldwork.life import Status as WaveStatus
from tasks.decision_tasks import route_suggestion_task
from tasks.scheduling import under_way
from tests.answers.test_extending import UNTIL, ask
from tests.flows.asked import ME, Asked, deploy
from tests.flows.test_flows import artifact
from tests.flows.test_publish_survey_report import reported  # noqa: F401
from tests.flows.test_settle_dispatch import dispatches, uncertain  # noqa: F401
from tests.surveys.fieldwork.conftest import OPENING
from tests.surveys.reports.conftest import MORNING, Reported
from tests.world import World, at

pytestmark = [pytest.mark.long, pytest.mark.prefect]

OTHER = {"name": "김다른", "reason": "다르게 판단하였습니다."}


def approvals(world: World) -> list[str]:
    with world.db.reading() as session:
        return list(session.scalars(select(Approval.name).order_by(Approval.id)))


def test_a_suggestion_gets_its_ministries_from_those_of_the_day(installation: World) -> None:
    forum_id = installation.forum()
    installation.suggest(forum_id, "statistics")
    suggestion_id = installation.suggest(forum_id, None, title="골목길 가로등")
    outcome_id = installation.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    moment = installation.now.isoformat()
    run, late = (
        Asked.begun(route_suggestion, suggestion=suggestion_id, as_of=moment) for _ in range(2)
    )
    assert run.run().name == f"ROUTE suggestion {suggestion_id}"
    ministries = run.schema["properties"]["lead"]["enum"]
    assert "기후에너지환경부 (MCEE)" in ministries
    assert not [each for each in ministries if "환경부 (ME)" in each]
    assert "골목길" not in run.shown
    molit = "국토교통부 (MOLIT)"
    assert run.answer(lead=molit, cooperating=[molit], **ME) == "Suspended"
    assert "같은 기관이 두 번" in run.shown
    assert run.answer(lead=molit, cooperating=["행정안전부 (MOIS)"], **ME) == "Completed"
    assert late.answer(lead="교육부 (MOE)", **OTHER) == "Completed"
    assert "처음 처리가 유지됩니다" in artifact("decide-suggestion")
    with installation.db.reading() as session:
        (route,) = session.scalars(select(ManualRoute))
    assert (route.lead_code, route.cooperating_codes) == ("MOLIT", ["MOIS"])
    assert (route.name, route.reason, route.routed_at) == (*ME.values(), installation.now)
    # The outcome that waits for its approval has it.
    assert suggestion_id in {each.suggestion_id for each in installation.referrals(outcome_id)}
    assert run.kept() == []


def test_the_draft_follows_a_route_whose_first_try_ended_before_it(installation: World) -> None:
    forum_id = installation.forum()
    installation.suggest(forum_id, "statistics")
    suggestion_id = installation.suggest(forum_id, None)
    outcome_id = installation.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    record_route(
        installation.db,
        suggestion_id,
        lead="MOLIT",
        name=ME["name"],
        reason=ME["reason"],
        now=installation.now,
    )
    with pytest.raises(RouteKnown):
        route_suggestion_task.fn(suggestion_id, "MOLIT", [], **ME, now=installation.now)
    assert suggestion_id in {each.suggestion_id for each in installation.referrals(outcome_id)}


def test_more_time_is_granted_within_the_rule(installation: World) -> None:
    (referral_id,) = installation.dispatched("statistics")
    extension = ask(installation, referral_id, reason="홍길동 사무관의 출장")
    moment = at(date(2026, 10, 22), 15).isoformat()
    run, late = (
        Asked.begun(decide_extension, extension=extension.id, as_of=moment) for _ in range(2)
    )
    told = run.shown.replace("\\", "")
    for fact in (
        "국가데이터처 (MODS)",
        "2026. 10. 29.(목)",
        "2026. 11. 12.(목)",
        "2026. 11. 18.(수)",
    ):
        assert fact in told
    assert "홍길동" not in told
    assert run.answer(decision=GRANT, until="2026-12-24", **ME) == "Suspended"
    assert "2026. 11. 18.까지의 날짜로" in run.shown.replace("\\", "")
    assert run.answer(decision=GRANT, **ME) == "Completed"
    assert late.answer(decision=REFUSE, **OTHER) == "Completed"
    with installation.db.reading() as session:
        decided = request_queries.extension(session, extension.id)
    assert (decided.status, decided.new_due) == (RequestStatus.GRANTED, UNTIL)
    # The first is of the outcome itself.
    assert approvals(installation)[1:] == [ME["name"]]


def test_a_day_that_does_not_exist_is_asked_for_again(installation: World) -> None:
    (referral_id,) = installation.dispatched("statistics")
    extension = ask(installation, referral_id)
    run = Asked.begun(
        decide_extension, extension=extension.id, as_of=at(date(2026, 10, 22), 15).isoformat()
    )
    assert run.answer(decision=GRANT, until="2026-02-30", **ME) == "Suspended"
    assert "‘until’ 항목의 값을 읽을 수 없어" in run.shown
    assert run.answer(decision=GRANT, until="2026-11-05", **ME) == "Completed"
    with installation.db.reading() as session:
        decided = request_queries.extension(session, extension.id)
    assert decided.new_due == date(2026, 11, 5)


def test_an_escalation_goes_only_if_it_is_approved(installation: World) -> None:
    installation.dispatched("statistics")
    for day in (date(2026, 10, 30), date(2026, 11, 9), date(2026, 11, 18)):
        installation.chase(day)
    with installation.db.reading() as session:
        (document,) = document_queries.drafted_escalations(session)
    moment = at(date(2026, 11, 18), 10).isoformat()
    run, late = (
        Asked.begun(decide_escalation, document=document.id, as_of=moment) for _ in range(2)
    )
    assert "국가데이터처" in run.shown
    assert f"gongmun escalation show {document.id}" in run.shown.replace("\\", "")
    assert run.answer(decision=APPROVE, name="한소통", reason=" ") == "Suspended"
    assert "'사유' 항목을" in run.shown
    # What was refused is not kept for as long as the next answer takes.
    assert run.kept() == []
    assert run.answer(decision=APPROVE, **ME) == "Completed"
    assert late.answer(decision=RETURN, **OTHER) == "Completed"
    with installation.db.reading() as session:
        approved = document_queries.by_id(session, document.id)
        approval = session.get_one(Approval, approved.approval_id)
    assert approved.status is DocumentStatus.APPROVED
    assert (approval.name, approval.reason, approval.at) == (
        *ME.values(),
        at(date(2026, 11, 18), 10),
    )
    # A document that is no escalation is none to decide on.
    outcome = Asked.begun(decide_escalation, document=1, as_of=moment)
    assert "찾을 수 없습니다: 상향 통보 1" in outcome.shown


def test_a_survey_report_is_returned_and_its_next_draft_approved(
    installation: World,
    reported: Reported,  # noqa: F811
) -> None:
    wave = reported.ask("wave-1", opens=at(OPENING))
    publish_survey_report(MORNING)
    moment = MORNING.isoformat()
    run, late = (Asked.begun(decide_survey_report, wave=wave, as_of=moment) for _ in range(2))
    assert run.run().name == f"DECIDE survey report {wave}"
    assert run.answer(decision=RETURN, name=" ", reason="x") == "Suspended"
    assert run.answer(decision=RETURN, **ME) == "Completed"
    publish_survey_report(MORNING)
    # The other form was about the draft that was returned.
    assert late.answer(decision=APPROVE, **OTHER) == "Suspended"
    assert "그사이 바뀌어" in late.shown
    assert late.answer(decision=APPROVE, **OTHER) == "Completed"
    assert approvals(installation) == [ME["name"], OTHER["name"]]
    publish_survey_report(MORNING)
    assert reported.wave(wave).status is WaveStatus.PUBLISHED


def test_a_mailbox_that_mail_came_back_from_is_replaced(installation: World) -> None:
    with installation.db.transaction() as session:
        contact = organisation_queries.contact_of(session, "MOLIT", ContactRole.PRIMARY)
        assert contact is not None
        before, number = contact.email, contact.id
        note_health(session, before, ContactHealth.HARD, now=installation.now)
    moment = installation.now.isoformat()
    run, late = (Asked.begun(replace_contact, contact=number, as_of=moment) for _ in range(2))
    assert run.run().name == f"REPLACE contact {number}"
    assert "국토교통부 (MOLIT)" in run.shown.replace("\\", "")
    assert before not in run.shown
    assert run.answer(email="forum@molit", **ME) == "Suspended"
    assert "전자우편 주소가 올바르지 않습니다" in run.shown
    assert run.answer(email="new@molit.example", **ME) == "Completed"
    assert late.answer(email="other@molit.example", **OTHER) == "Completed"
    # Neither the address nor who gave it stays with Prefect.
    assert (run.kept(), late.kept()) == ([], [])
    assert not [word for word in ("@molit", *ME.values()) if word in run.told()]
    with installation.db.reading() as session:
        contact = organisation_queries.contact_by_id(session, number)
        (decision,) = session.scalars(select(ContactDecision))
    assert (contact.email, contact.health) == ("new@molit.example", ContactHealth.OK)
    assert (decision.contact_id, decision.name, decision.at) == (
        number,
        ME["name"],
        installation.now,
    )


def asking() -> list[FlowRun]:
    return list(under_way("settle-dispatch"))


def cancel(run: FlowRun) -> None:
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run.id, Cancelled())


def test_a_run_that_fails_forgets_who_decided_and_asks_again_when_it_is_retried(
    installation: World,
    uncertain: Dispatch,  # noqa: F811
) -> None:
    run = Asked.begun(settle_dispatch, dispatch=uncertain.id, as_of=installation.now.isoformat())
    with installation.db.transaction() as session:
        session.execute(
            text(
                "CREATE TRIGGER broken BEFORE INSERT ON dispatch_decisions "
                "BEGIN SELECT RAISE(ABORT, 'broken'); END"
            )
        )
    assert run.answer(outcome=NOT_ARRIVED, **ME) == "Failed"
    assert run.kept() == []
    assert not [word for word in ME.values() if word in run.told()]
    with installation.db.transaction() as session:
        session.execute(text("DROP TRIGGER broken"))
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(run.run_id, AwaitingRetry())
    assert run.go_on().name == "Suspended"
    assert run.answer(outcome=NOT_ARRIVED, **ME) == "Completed"
    assert [str(each.status) for each in dispatches(installation)] == ["queued"]


def test_what_was_filled_in_for_runs_that_a_person_cancels_is_forgotten_by_the_sweep(
    installation: World,
    uncertain: Dispatch,  # noqa: F811
) -> None:
    moment = installation.now.isoformat()
    answered = Asked.begun(settle_dispatch, dispatch=uncertain.id, as_of=moment)
    answered.send(outcome=NOT_ARRIVED, **ME)
    waiting = Asked.begun(settle_dispatch, dispatch=uncertain.id, as_of=moment)
    waiting.send(outcome=NOT_ARRIVED, **ME)
    installation.suggest(installation.forum("R-9"), "statistics")
    refused = Asked.begun(wrap_up_forum, forum="R-9", as_of=moment)
    refused.answer(decision=APPROVE, name="한소통", reason=" ")
    for each in (answered, refused):
        assert each.kept() != []
        cancel(each.run())
    ask_decisions(as_of=installation.now)
    assert (answered.kept(), refused.kept()) == ([], [])
    # What a run has still to read is left to it.
    assert waiting.kept() != []
    assert waiting.go_on().name == "Completed"


def test_each_thing_that_waits_is_asked_once_and_no_longer_than_it_waits(
    installation: World,
    uncertain: Dispatch,  # noqa: F811
    tmp_path: Path,
) -> None:
    for run in asking():  # of other tests on this server
        cancel(run)
    for flow in (settle_dispatch, route_suggestion):
        deploy(flow)
    assert ask_decisions(as_of=installation.now) == 1
    (run,) = asking()
    assert (run.name, run.parameters) == ("SETTLE dispatch 1", {"dispatch": 1})
    assert "uncertain dispatches | 1 | 1" in artifact("ask-decisions").replace("\\", "")
    asked = Asked(settle_dispatch, run.id)
    asked.go_on()
    assert asked.state == "Suspended"
    assert ask_decisions(as_of=installation.now) == 0
    assert [each.id for each in asking()] == [run.id]

    # Settled by the command line: the run asks no more.
    settle(installation.db, uncertain.id, accepted=False, **ME, now=installation.now)
    assert ask_decisions(as_of=installation.now) == 0
    ended = asked.run()
    assert ended.state is not None
    assert (ended.state.name, ended.state.message) == ("Completed", "대기 / queued")
    # It was sent again, and is uncertain again: that is another question.
    installation.dispatch(installation.now.replace(minute=45))
    assert [str(each.status) for each in dispatches(installation)] == ["uncertain"]
    assert ask_decisions(as_of=installation.now) == 1
    (again,) = asking()
    assert again.id != run.id
    # What a person has cancelled is left to the list of what waits.
    cancel(again)
    assert ask_decisions(as_of=installation.now) == 0
    assert asking() == []
