"""An uncertain dispatch is settled in Prefect's page: on a real server, by the form that it shows."""

import pytest
from sqlalchemy import select

from flows.settle_dispatch import settle_dispatch
from gongmun import ledger
from gongmun.mail import Dispatch, settle
from gongmun.mail.life import Status
from gongmun.mail.models import DispatchDecision
from gongmun.mail.settling_form import ARRIVED, NOT_ARRIVED
from tests.flows.asked import ME, Asked
from tests.flows.test_flows import artifact
from tests.world import World

pytestmark = [pytest.mark.long, pytest.mark.prefect]


@pytest.fixture
def uncertain(installation: World) -> Dispatch:
    """A dispatch of which nobody knows whether it arrived."""
    return cut_off(installation)


def cut_off(installation: World) -> Dispatch:
    """Send an outcome whose connection is cut after the data."""
    forum_id = installation.forum()
    installation.suggest(forum_id, "statistics")
    outcome_id = installation.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    installation.decide(outcome_id)
    installation.issue()
    (dispatch,) = dispatches(installation)
    installation.mailer.cutting_data = frozenset({dispatch.address or ""})
    installation.dispatch()
    (dispatch,) = dispatches(installation)
    assert dispatch.status is Status.UNCERTAIN
    return dispatch


def dispatches(world: World) -> list[Dispatch]:
    with world.db.reading() as session:
        return list(session.scalars(select(Dispatch)))


def decisions(world: World) -> list[DispatchDecision]:
    with world.db.reading() as session:
        return list(session.scalars(select(DispatchDecision)))


def begun(world: World, number: int) -> Asked:
    return Asked.begun(settle_dispatch, dispatch=number, as_of=world.now.isoformat())


def test_what_arrived_is_settled_with_name_time_and_reason(
    installation: World, uncertain: Dispatch
) -> None:
    run = begun(installation, uncertain.id)
    assert (run.state, run.run().name) == ("Suspended", "SETTLE dispatch 1")
    assert set(run.schema["required"]) == {"outcome", "name", "reason"}
    assert run.schema["properties"]["outcome"]["enum"] == [ARRIVED, NOT_ARRIVED]
    told = run.shown.replace("\\", "")
    assert uncertain.message_id.strip("<>").partition("@")[0] in told
    assert str(uncertain.address) not in told
    # The server itself refuses an empty form.
    assert run.send() is not None
    assert run.state == "Suspended"

    assert run.answer(outcome=ARRIVED, **ME) == "Completed"
    (dispatch,) = dispatches(installation)
    assert (dispatch.status, dispatch.accepted_at) == (Status.ACCEPTED, installation.now)
    (decision,) = decisions(installation)
    assert (decision.name, decision.reason, decision.at) == (
        ME["name"],
        ME["reason"],
        installation.now,
    )
    assert "처리했습니다" in artifact("decide-dispatch")
    # Who decided stands in our database, and nowhere in Prefect's.
    assert run.kept() == []
    assert not [word for word in (*ME.values(), str(uncertain.address)) if word in run.told()]
    with installation.db.reading() as session:
        assert ledger.history(session, "dispatch", 1)[-1].kind == "mail.confirmed"


def test_what_is_wrong_is_explained_and_asked_again(
    installation: World, uncertain: Dispatch
) -> None:
    run = begun(installation, uncertain.id)
    assert run.answer(outcome=NOT_ARRIVED, name=" \u200b ", reason="x") == "Suspended"
    told = run.shown.replace("\\", "")
    assert "'결재자 성명' 항목을 60자 이내로" in told
    assert "Fill in 'name'" in told
    assert dispatches(installation)[0].status is Status.UNCERTAIN
    assert run.answer(outcome=NOT_ARRIVED, **ME) == "Completed"
    assert dispatches(installation)[0].status is Status.QUEUED
    assert [each.event.value for each in decisions(installation)] == ["denied"]
    assert run.kept() == []


def test_a_number_that_is_nothings_is_asked_for_again(
    installation: World, uncertain: Dispatch
) -> None:
    run = begun(installation, 99)
    assert run.state == "Suspended"
    told = run.shown.replace("\\", "")
    assert "찾을 수 없습니다: 발송 99" in told
    assert "Not found: dispatch 99" in told
    assert "numbers that wait for a decision | 1 |" in told
    assert run.answer(number=98) == "Suspended"
    assert "발송 98" in run.shown
    assert run.answer(number=uncertain.id) == "Suspended"
    assert (run.run().name, run.run().parameters["dispatch"]) == ("SETTLE dispatch 1", 1)
    assert run.answer(outcome=ARRIVED, **ME) == "Completed"
    assert dispatches(installation)[0].status is Status.ACCEPTED


def test_the_first_of_two_answers_stands(installation: World, uncertain: Dispatch) -> None:
    first, second = (begun(installation, uncertain.id) for _ in range(2))
    # Both are answered before a worker takes either up.
    assert first.send(outcome=ARRIVED, **ME) is None
    assert second.send(outcome=NOT_ARRIVED, name="김다른", reason="도착하지 않았습니다.") is None
    first.go_on()
    second.go_on()
    assert (first.state, second.state) == ("Completed", "Completed")
    assert "처음 처리가 유지됩니다" in artifact("decide-dispatch")
    assert dispatches(installation)[0].status is Status.ACCEPTED
    assert [each.name for each in decisions(installation)] == [ME["name"]]


def test_what_is_settled_needs_no_form(installation: World, uncertain: Dispatch) -> None:
    settle(installation.db, uncertain.id, accepted=True, **ME, now=installation.now)
    assert begun(installation, uncertain.id).state == "Completed"


def test_an_answer_is_not_taken_for_what_was_not_shown(
    installation: World, uncertain: Dispatch
) -> None:
    """Settled by the command line, sent again, and uncertain anew: the form was about the first time."""
    run = begun(installation, uncertain.id)
    settle(installation.db, uncertain.id, accepted=False, **ME, now=installation.now)
    installation.dispatch(installation.now.replace(minute=45))
    assert dispatches(installation)[0].status is Status.UNCERTAIN
    assert run.answer(outcome=ARRIVED, **ME) == "Suspended"
    assert "그사이 바뀌어" in run.shown
    assert dispatches(installation)[0].status is Status.UNCERTAIN
    assert run.answer(outcome=ARRIVED, **ME) == "Completed"
