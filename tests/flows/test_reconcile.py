"""The reconciliation under Prefect: quiet where all is well, a failing run and a table where not."""

from datetime import timedelta

import pytest

from flows.reconcile import reconcile
from gongmun.forums.reconciling import NotReconciled
from tests.flows.test_flows import artifact
from tests.world import World

pytestmark = [pytest.mark.long, pytest.mark.prefect]


def test_a_run_that_finds_something_fails_and_tells_what(installation: World) -> None:
    assert reconcile(as_of=installation.now) == 0
    assert "| 0 |" in artifact("reconcile")
    forum_id = installation.forum()
    installation.suggest(forum_id, "statistics")
    outcome_id = installation.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    installation.decide(outcome_id)
    tomorrow = installation.now + timedelta(days=1)
    for _ in range(2):  # looking changes nothing
        with pytest.raises(NotReconciled):
            reconcile(as_of=tomorrow)
    told = artifact("reconcile").replace("\\", "")
    assert "approved documents without a dispatch | 1 |" in told
    assert "gongmun document show" in told
    installation.issue()
    installation.dispatch(tomorrow)
    assert reconcile(as_of=tomorrow) == 0
