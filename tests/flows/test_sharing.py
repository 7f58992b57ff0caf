"""A large job is shared out; where nobody prints for it, the run that asked prints all."""

from collections.abc import Iterator

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun

from deployments.deploy import main
from flows.issue_outcomes import issue_outcomes
from flows.print_documents import print_documents
from flows.wrap_up_forum import wrap_up_forum
from gongmun.db.sweeps import SweepBusy, lease
from gongmun.documents import Document
from gongmun.documents.life import ISSUED
from gongmun.settings import settings
from tests.world import World

pytestmark = [pytest.mark.long, pytest.mark.prefect]
TOPICS = ("public_transport", "statistics", "education")


@pytest.fixture
def approved(installation: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """An outcome with a document for each of three ministries, of which one is a batch."""
    forum_id = installation.forum()
    for topic in TOPICS:
        installation.suggest(forum_id, topic)
    outcome_id = installation.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    installation.decide(outcome_id)
    monkeypatch.setenv("GONGMUN_PRINT_BATCH", "1")
    settings.cache_clear()
    yield installation
    settings.cache_clear()


def documents(world: World) -> list[Document]:
    with world.db.reading() as session:
        return list(session.query(Document).order_by(Document.id))


def shares() -> list[FlowRun]:
    with get_client(sync_client=True) as client:
        return [run for run in client.read_flow_runs() if run.name.startswith("PRINT ")]


def test_without_the_deployment_a_run_prints_all(approved: World) -> None:
    assert issue_outcomes(as_of=approved.now) == len(TOPICS)
    assert {each.status for each in documents(approved)} <= ISSUED


def test_what_nobody_begins_is_taken_back(approved: World) -> None:
    # Registered, and no worker there.
    main(pool="any", printing_pool="printing")
    before = {run.id for run in shares()}
    assert issue_outcomes(as_of=approved.now) == len(TOPICS)
    given = [run for run in shares() if run.id not in before]
    assert len(given) == len(TOPICS) - 1
    assert {run.state_name for run in given} == {"Cancelled"}
    assert {each.status for each in documents(approved)} <= ISSUED
    assert [each.serial for each in documents(approved)] == [1, 3, 2]


def test_a_second_run_leaves_a_large_job_to_the_first(approved: World) -> None:
    with lease(approved.db, "print-documents"):
        with pytest.raises(SweepBusy):
            issue_outcomes(as_of=approved.now)
        # One that was decided on just now is not lost by it.
        assert wrap_up_forum("OCF-2026-10", as_of=approved.now) == "approved"
    assert not {each.status for each in documents(approved)} & ISSUED
    assert issue_outcomes(as_of=approved.now) == len(TOPICS)


def test_a_share_prints_its_documents_and_no_other(approved: World) -> None:
    _, second, third = documents(approved)
    assert print_documents(second.id, third.id, as_of=approved.now) == 2
    assert print_documents(second.id, third.id, as_of=approved.now) == 0
    after = documents(approved)
    assert {each.id for each in after if each.status in ISSUED} == {second.id, third.id}
    assert issue_outcomes(as_of=approved.now) == 1
