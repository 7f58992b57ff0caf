"""Work pools on Prefect's server: made once, left as an operator changed them, and given every deployment.

And the job templates, as Prefect's workers take them: what a job of the cluster becomes is valid.
"""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import kubernetes_validate
import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolUpdate
from prefect.client.schemas.objects import FlowRun
from prefect.states import Scheduled
from prefect.workers.process import ProcessJobConfiguration
from prefect_docker.worker import DockerWorkerJobConfiguration
from prefect_kubernetes.worker import KubernetesWorkerJobConfiguration

from deployments.deploy import ImageOutOfPlace, main
from deployments.registry import registry
from deployments.work_pools import PoolOfAnotherType, PoolType, ensure, template
from gongmun.settings import PROJECT_ROOT
from tests.deployments.recipes import unknown
from tests.deployments.test_containers import COMPOSE
from tests.deployments.test_kubernetes import SECRETS, of

pytestmark = pytest.mark.long

IMAGE = "registry.agency.example/gongmun:0.1.0"
CONFIGURATIONS: dict[PoolType, Any] = {
    PoolType.PROCESS: ProcessJobConfiguration,
    PoolType.DOCKER: DockerWorkerJobConfiguration,
    PoolType.KUBERNETES: KubernetesWorkerJobConfiguration,
}


@pytest.fixture
def client(prefect_harness: None) -> Iterator[SyncPrefectClient]:
    with get_client(sync_client=True) as client:
        yield client


@pytest.mark.parametrize("kind", PoolType)
def test_a_pool_is_made_once_and_a_change_stays_unless_it_is_to_be_made_anew(
    client: SyncPrefectClient, kind: PoolType
) -> None:
    name = f"pool-{kind}"
    ensure(client, name, kind)
    made = client.read_work_pool(name)
    assert (made.type, made.base_job_template) == (kind, template(kind))
    changed = template(kind)
    changed["variables"]["properties"]["name"]["default"] = "ours"
    client.update_work_pool(name, WorkPoolUpdate(base_job_template=changed))
    ensure(client, name, kind)
    assert client.read_work_pool(name).base_job_template == changed
    ensure(client, name, kind, overwrite=True)
    assert client.read_work_pool(name).base_job_template == template(kind)


def test_a_pool_of_another_type_is_not_touched(client: SyncPrefectClient) -> None:
    ensure(client, "taken", PoolType.PROCESS)
    with pytest.raises(PoolOfAnotherType):
        ensure(client, "taken", PoolType.DOCKER, overwrite=True)
    assert client.read_work_pool("taken").type == PoolType.PROCESS


def test_every_deployment_is_registered_with_the_pool_and_its_image(
    client: SyncPrefectClient, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        main(pool="cluster", kind="kubernetes", image="gongmun:0.1.0")
    assert f"{len(registry())}" in capsys.readouterr().out
    ours = {each.name: each for each in client.read_deployments(limit=200)}
    for expected in registry():
        deployment = ours[str(expected.name)]
        assert deployment.work_pool_name == "cluster"
        assert deployment.job_variables["image"] == "gongmun:0.1.0"
        assert str(deployment.entrypoint).startswith("flows.")
        assert len(deployment.schedules) == len(expected.schedules or ())


@pytest.mark.parametrize(("kind", "image"), [("process", "gongmun:0.1.0"), ("docker", None)])
def test_an_image_is_for_containers(prefect_harness: None, kind: str, image: str | None) -> None:
    with pytest.raises(ImageOutOfPlace):
        main(pool="any", kind=kind, image=image)


def configured(kind: PoolType) -> Any:
    """What a worker of this type makes of the template and a run."""
    values = {"image": IMAGE} if kind.runs_an_image else {}

    async def made() -> Any:
        return await CONFIGURATIONS[kind].from_template_and_values(template(kind), values)

    configuration = asyncio.run(made())
    run = FlowRun(id=uuid4(), flow_id=uuid4(), name="RECONCILE 2026-11-22", state=Scheduled())
    configuration.prepare_for_flow_run(run)
    return configuration


@pytest.mark.parametrize("kind", PoolType)
def test_prefects_worker_takes_it(prefect_harness: None, kind: PoolType) -> None:
    configuration = configured(kind)
    assert configuration.command
    assert configuration.labels


def test_a_process_runs_in_the_folder_of_the_project(prefect_harness: None) -> None:
    assert configured(PoolType.PROCESS).working_dir == PROJECT_ROOT


def test_a_process_has_the_settings_of_its_worker(
    prefect_harness: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"GONGMUN_ENV_FILE": "/etc/gongmun/here.env", "PREFECT_HOME": "/var/lib/gongmun/here"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    environment = configured(PoolType.PROCESS).env
    assert {name: environment[name] for name in given} == given


def test_a_container_is_closed_and_reaches_what_the_compose_file_makes(
    prefect_harness: None,
) -> None:
    configuration = configured(PoolType.DOCKER)
    assert configuration.image == IMAGE
    assert configuration.privileged is False
    closed = configuration.container_create_kwargs
    assert closed["read_only"] is True
    assert closed["cap_drop"] == ["ALL"]
    networks = {f"{COMPOSE['name']}_{name}" for name in COMPOSE["networks"]}
    assert set(configuration.networks) == networks
    assert not unknown(template(PoolType.DOCKER)["variables"]["properties"]["env"]["default"])


def test_a_job_of_the_cluster_is_valid_closed_and_finds_its_settings(prefect_harness: None) -> None:
    manifest = configured(PoolType.KUBERNETES).job_manifest
    kubernetes_validate.validate(manifest, "1.37", strict=True)
    pod = manifest["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["image"] == IMAGE
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert pod["securityContext"]["runAsNonRoot"] is True
    (worker,) = of("Deployment")["worker"]["spec"]["template"]["spec"]["containers"]
    assert container["envFrom"] == worker["envFrom"]
    assert container["volumeMounts"] == worker["volumeMounts"]
    assert {each["secret"]["secretName"] for each in pod["volumes"] if "secret" in each} <= SECRETS
    # The policies of the network are those of a worker.
    labels = manifest["spec"]["template"]["metadata"]["labels"]
    assert labels["app.kubernetes.io/component"] == "worker"
