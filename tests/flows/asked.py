"""Runs that ask, as a coordinator meets them: begun, shown and answered through the API of a real server of Prefect's."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import orjson
from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, FlowRunFilter, LogFilter
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import SetStateStatus
from prefect.deployments import run_deployment
from prefect.exceptions import Pause
from prefect.flow_engine import run_flow
from prefect.states import State

ME = {"name": "한소통", "reason": "담당 과장과 통화하여 확인하였습니다."}


def deploy(flow: Flow[Any, Any]) -> None:
    """Make the deployment of this flow known, as `deployments.serve` does."""
    flow.to_deployment(name=flow.name).apply()


class Asked:
    """One run of a deployment. It runs in this process each time that a worker would start it."""

    def __init__(self, flow: Flow[Any, Any], run_id: Any) -> None:
        self.flow = flow
        self.run_id = run_id

    @classmethod
    def begun(cls, flow: Flow[Any, Any], **parameters: Any) -> "Asked":
        """A new one, run until it asks or ends."""
        deploy(flow)
        run: Any = run_deployment(
            f"{flow.name}/{flow.name}", parameters=parameters, timeout=0, as_subflow=False
        )
        asked = cls(flow, run.id)
        asked.go_on()
        return asked

    def run(self) -> FlowRun:
        """As the server has it now."""
        with get_client(sync_client=True) as client:
            return client.read_flow_run(self.run_id)

    def go_on(self) -> State[Any]:
        """Run it from the top."""
        with suppress(Pause):
            run_flow(self.flow, flow_run=self.run(), return_type="state")
        state = self.run().state
        assert state is not None
        return state

    @property
    def state(self) -> str:
        """The name of its state."""
        return str(self.run().state_name)

    @property
    def shown(self) -> str:
        """What stands over the form."""
        return str(self._input("description"))

    @property
    def schema(self) -> Mapping[str, Any]:
        """The form."""
        found: Mapping[str, Any] = self._input("schema")
        return found

    def answer(self, **fields: Any) -> str:
        """Send the form, and let a worker take the run up; the state after."""
        assert self.send(**fields) is None
        return str(self.go_on().name)

    def send(self, **fields: Any) -> str | None:
        """Send the form; why the server refuses it, else None."""
        with get_client(sync_client=True) as client:
            answer = client.resume_flow_run(self.run_id, run_input=fields)
        if answer.status is SetStateStatus.ACCEPT:
            return None
        return str(answer.details.reason)

    def kept(self) -> list[str]:
        """What Prefect keeps of what was filled in."""
        with get_client(sync_client=True) as client:
            inputs = client.filter_flow_run_input(
                self.run_id, key_prefix="suspended-", limit=200, exclude_keys=set()
            )
        return [each.value for each in inputs if each.key.endswith("-response")]

    def told(self) -> str:
        """All that Prefect says of this run and of its tasks: states, parameters, logs, artifacts."""
        ours = FlowRunFilter.model_validate({"id": {"any_": [self.run_id]}})
        logs = LogFilter.model_validate({"flow_run_id": {"any_": [self.run_id]}})
        artifacts = ArtifactFilter.model_validate({"flow_run_id": {"any_": [self.run_id]}})
        with get_client(sync_client=True) as client:
            tasks = client.read_task_runs(flow_run_filter=ours)
            said = client.read_logs(log_filter=logs)
            shown = client.read_artifacts(artifact_filter=artifacts)
        assert shown
        return repr([each.model_dump() for each in (self.run(), *tasks, *said, *shown)])

    def _input(self, part: str) -> Any:
        state = self.run().state
        assert state is not None
        keys = state.state_details.run_input_keyset
        assert keys is not None
        with get_client(sync_client=True) as client:
            return orjson.loads(client.read_flow_run_input(self.run_id, keys[part]))
