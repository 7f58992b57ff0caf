"""The job templates and the registry as a pool has them, without a server."""

import importlib
import json
import re

import pytest

from deployments.deploy import deployments_for_a_pool
from deployments.registry import registry
from deployments.work_pools import PoolType, template


@pytest.mark.parametrize("kind", PoolType)
def test_every_placeholder_is_a_variable_and_every_variable_is_used(kind: PoolType) -> None:
    read = template(kind)
    used = set(re.findall(r"\{\{ (\w+) \}\}", json.dumps(read["job_configuration"])))
    assert used == set(read["variables"]["properties"])
    assert read["variables"].get("required", []) == (["image"] if kind.runs_an_image else [])


def test_every_flow_of_a_pool_is_named_by_a_module_that_has_it() -> None:
    for_a_pool = deployments_for_a_pool()
    assert [each.name for each in for_a_pool] == [each.name for each in registry()]
    for deployment in for_a_pool:
        module, _, function = str(deployment.entrypoint).rpartition(".")
        assert getattr(importlib.import_module(module), function).name == deployment.flow_name
