"""Work pools (작업 풀): what kind of worker takes our runs, and how it starts them.

The job templates lie in deployments/work_pools/: as they are for whoever makes a pool by hand, too
(`prefect work-pool create --base-job-template`).
"""

import json
from enum import StrEnum
from pathlib import Path
from typing import Any

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectNotFound

from gongmun.errors import GongmunError
from gongmun.settings import PROJECT_ROOT

_FOLDER = Path(__file__).with_suffix("")


class PoolType(StrEnum):
    """How a worker of the pool starts a run."""

    PROCESS = "process"  # on its own machine
    DOCKER = "docker"  # in a container of its machine
    KUBERNETES = "kubernetes"  # as a job of the cluster

    @property
    def runs_an_image(self) -> bool:
        """Whether a run is a container of an image of ours."""
        return self is not PoolType.PROCESS


class PoolOfAnotherType(GongmunError):
    """There is a pool of this name, and its workers start runs in another way."""

    code = "work_pools.another_type"
    ko = "작업 풀 {name}은(는) 이미 {theirs} 형식으로 있습니다. 다른 이름을 지정하거나 Prefect 화면에서 삭제해 주십시오."
    en = "The work pool {name} exists already, of type {theirs}. Give another name, or delete it in Prefect's page."


def ensure(
    client: SyncPrefectClient, name: str, kind: PoolType, *, overwrite: bool = False
) -> None:
    """Make the pool where there is none. What an operator changed in one stays, unless `overwrite`.

    Raises:
        PoolOfAnotherType: there is one of this name and of another type.
    """
    try:
        existing = client.read_work_pool(name)
    except ObjectNotFound:
        existing = None
    if existing is not None and existing.type != kind:
        raise PoolOfAnotherType(name=name, theirs=existing.type)
    if existing is None or overwrite:
        pool = WorkPoolCreate(name=name, type=kind.value, base_job_template=template(kind))
        client.create_work_pool(pool, overwrite=overwrite)


def template(kind: PoolType) -> dict[str, Any]:
    """The base job template of a type, as Prefect takes it."""
    read: dict[str, Any] = json.loads((_FOLDER / f"{kind}.json").read_text("utf-8"))
    if kind is PoolType.PROCESS:
        # Runs have the worker's environment and read the same `.env`; nothing is copied to a folder of their own.
        read["variables"]["properties"]["working_dir"]["default"] = str(PROJECT_ROOT)
    return read
