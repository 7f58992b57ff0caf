"""The manifests for Kubernetes: valid by its schemas, closed by default, and naming what exists."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

import kubernetes_validate
import pytest
import yaml
from prefect_kubernetes.settings import KubernetesObserverSettings, KubernetesWorkerSettings

from tests.deployments.recipes import DEPLOYMENTS, check_command, unknown

FOLDER = DEPLOYMENTS / "kubernetes"
KUSTOMIZATION = yaml.safe_load((FOLDER / "kustomization.yaml").read_text("utf-8"))
MANIFESTS: list[dict[str, Any]] = [
    manifest
    for name in KUSTOMIZATION["resources"]
    for manifest in yaml.safe_load_all((FOLDER / name).read_text("utf-8"))
]
# The oldest that is still looked after, and the newest.
VERSIONS = ("1.34", "1.37")
# Made by hand from the files of deployments/compose_secrets.sh, see docs/scale.md.
SECRETS = {"gongmun", "gongmun-owner", "gongmun-server", "gongmun-files"}


WITH_KUBECTL = pytest.mark.skipif(
    shutil.which("kubectl") is None, reason="kubectl is not installed"
)


def name_of(manifest: Mapping[str, Any]) -> str:
    return f"{manifest['kind']}/{manifest['metadata']['name']}"


def of(kind: str) -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each for each in MANIFESTS if each["kind"] == kind}


DEPLOYED = of("Deployment")
PODS = {name: each["spec"]["template"] for name, each in (DEPLOYED | of("Job")).items()}
CONTAINERS = [
    pytest.param(name, container, id=f"{name}-{container['name']}")
    for name, pod in PODS.items()
    for container in [*pod["spec"]["containers"], *pod["spec"].get("initContainers", ())]
]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("manifest", MANIFESTS, ids=name_of)
def test_the_schema_of_kubernetes_takes_it(manifest: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(manifest, version, strict=True)


def test_the_schema_of_kubernetes_would_not_take_a_mistake() -> None:
    wrong = yaml.safe_load(yaml.safe_dump(DEPLOYED["portal"]))
    wrong["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)


def test_every_manifest_is_applied() -> None:
    there = {path.name for path in FOLDER.glob("*.yaml")} - {"kustomization.yaml"}
    assert set(KUSTOMIZATION["resources"]) == there


JOBS = DEPLOYMENTS / "kubernetes-jobs"
RIGHTS = list(yaml.safe_load_all((JOBS / "rights.yaml").read_text("utf-8")))


@pytest.mark.parametrize("manifest", RIGHTS, ids=name_of)
def test_the_schema_takes_the_rights_of_a_worker_that_starts_jobs(manifest: dict[str, Any]) -> None:
    for version in VERSIONS:
        kubernetes_validate.validate(manifest, version, strict=True)


def test_a_worker_that_starts_jobs_may_do_that_in_its_namespace_and_nothing_else() -> None:
    assert {each["kind"] for each in RIGHTS} == {
        "ServiceAccount",
        "Role",
        "RoleBinding",
        "NetworkPolicy",
    }
    (role,) = (each for each in RIGHTS if each["kind"] == "Role")
    written = [rule["resources"] for rule in role["rules"] if "create" in rule["verbs"]]
    assert written == [["jobs"]]
    assert not any("*" in rule[key] for rule in role["rules"] for key in ("verbs", "resources"))
    assert "secrets" not in str(role)


def test_the_parts_that_start_jobs_run_what_exists() -> None:
    kustomization = yaml.safe_load((JOBS / "kustomization.yaml").read_text("utf-8"))
    commands, variables = [], set()
    for each in kustomization["patches"]:
        for change in yaml.safe_load(each["patch"]):
            if change["path"].endswith("/command"):
                commands.append(change["value"])
            if change["path"].endswith("/env"):
                variables |= {variable["name"] for variable in change["value"]}
    assert len(commands) == 2
    for command in commands:
        check_command(command)
    known = {
        f"PREFECT_INTEGRATIONS_KUBERNETES_{part}_{name}".upper()
        for part, settings in (
            ("observer", KubernetesObserverSettings),
            ("worker", KubernetesWorkerSettings),
        )
        for name in settings.model_fields
    }
    assert variables <= known


@WITH_KUBECTL
def test_kustomize_builds_it_with_jobs() -> None:
    built = subprocess.run(
        ["kubectl", "kustomize", str(JOBS)], capture_output=True, text=True, check=True
    ).stdout
    manifests = list(yaml.safe_load_all(built))
    assert len(manifests) == len(MANIFESTS) + len(RIGHTS)
    for manifest in manifests:
        kubernetes_validate.validate(manifest, VERSIONS[-1], strict=True)


@WITH_KUBECTL
def test_kustomize_builds_it() -> None:
    built = subprocess.run(
        ["kubectl", "kustomize", str(FOLDER)], capture_output=True, text=True, check=True
    ).stdout
    manifests = list(yaml.safe_load_all(built))
    assert len(manifests) == len(MANIFESTS)
    assert {each["metadata"].get("namespace", "gongmun") for each in manifests} == {"gongmun"}
    assert "image: registry.agency.example/gongmun:0.1.0" in built


@pytest.mark.parametrize(("pod", "container"), CONTAINERS)
def test_a_container_is_closed_and_runs_what_exists(pod: str, container: dict[str, Any]) -> None:
    assert container["image"] == "gongmun"
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"cpu", "memory"} <= set(container["resources"]["requests"])
    assert "memory" in container["resources"]["limits"]
    check_command(container["command"])
    spec = PODS[pod]["spec"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    mounted = {each["name"] for each in container["volumeMounts"]}
    assert mounted <= {each["name"] for each in spec["volumes"]}


@pytest.mark.parametrize(("pod", "container"), CONTAINERS)
def test_what_it_is_told_exists(pod: str, container: dict[str, Any]) -> None:
    for source in container["envFrom"]:
        if "configMapRef" in source:
            assert source["configMapRef"]["name"] in of("ConfigMap")
        else:
            assert source["secretRef"]["name"] in SECRETS
    for volume in PODS[pod]["spec"]["volumes"]:
        if "secret" in volume:
            assert volume["secret"]["secretName"] in SECRETS
        if "persistentVolumeClaim" in volume:
            assert volume["persistentVolumeClaim"]["claimName"] in of("PersistentVolumeClaim")


def test_the_places_of_runs_outlive_the_server() -> None:
    spec = PODS["server"]["spec"]
    (container,) = spec["containers"]
    (home,) = (each["value"] for each in container["env"] if each["name"] == "PREFECT_HOME")
    (mounted,) = (
        each["name"]
        for each in container["volumeMounts"]
        if PurePosixPath(home).is_relative_to(each["mountPath"])
    )
    (volume,) = (each for each in spec["volumes"] if each["name"] == mounted)
    claim = volume["persistentVolumeClaim"]["claimName"]
    holders = [name for name, pod in PODS.items() if f"'claimName': '{claim}'" in str(pod)]
    assert holders == ["server"]


def test_prefects_server_reaches_who_is_notified() -> None:
    ports = [
        port["port"]
        for policy in of("NetworkPolicy").values()
        if selects(policy["spec"]["podSelector"], PODS["server"]["metadata"]["labels"])
        for rule in policy["spec"].get("egress", ())
        for port in rule["ports"]
    ]
    assert 443 in ports


def test_the_settings_are_known_and_none_of_them_is_a_secret() -> None:
    data = of("ConfigMap")["gongmun"]["data"]
    assert not unknown(data)
    assert not any(
        word in name for name in data for word in ("PASSWORD", "AUTH", "DATABASE", "PIN")
    )
    assert not of("Secret")


def test_only_who_makes_the_tables_is_their_owner() -> None:
    holders = [
        container["name"]
        for _, container in (each.values for each in CONTAINERS)
        if {"secretRef": {"name": "gongmun-owner"}} in container["envFrom"]
    ]
    assert holders == ["tables"]


def test_what_is_watched_answers_for_itself_and_not_for_the_sweeps() -> None:
    for name, deployment in DEPLOYED.items():
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        probes = [
            container[each] for each in ("startupProbe", "livenessProbe") if each in container
        ]
        # The dispatch loop listens to nobody; the portal's /health tells of its heartbeat.
        assert len(probes) == (0 if name == "dispatch" else 2)
        ports = {port["name"] for port in container.get("ports", ())}
        for probe in probes:
            assert probe["httpGet"]["port"] in ports
            assert name == "worker" or probe["httpGet"]["path"] != "/health"


def test_one_of_each_kind_stays_while_machines_are_emptied() -> None:
    many = {name for name, each in DEPLOYED.items() if each["spec"]["replicas"] > 1}
    assert many == set(of("PodDisruptionBudget")) == {"worker", "dispatch", "portal"}


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    return all(
        labels.get(key) == value for key, value in selector.get("matchLabels", {}).items()
    ) and all(
        labels.get(each["key"]) in each["values"] for each in selector.get("matchExpressions", ())
    )


def test_every_selector_finds_somebody() -> None:
    labels = [pod["metadata"]["labels"] for pod in PODS.values()]
    selectors = [
        *(each["spec"]["selector"] for each in DEPLOYED.values()),
        *({"matchLabels": each["spec"]["selector"]} for each in of("Service").values()),
        *(each["spec"]["selector"] for each in of("PodDisruptionBudget").values()),
        *(each["spec"]["podSelector"] for each in of("NetworkPolicy").values()),
    ]
    for selector in selectors:
        assert any(selects(selector, each) for each in labels), selector


def test_nobody_speaks_to_anybody_unless_it_is_said() -> None:
    (nothing,) = (
        each["spec"]
        for each in of("NetworkPolicy").values()
        if each["spec"]["podSelector"] == {} and "egress" not in each["spec"]
    )
    assert nothing == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    # Prefect's server takes our own only.
    (source,) = of("NetworkPolicy")["server-takes-ours"]["spec"]["ingress"][0]["from"]
    assert set(source) == {"podSelector"}


def test_a_service_leads_to_a_port_that_is_open() -> None:
    for name, service in of("Service").items():
        (container,) = DEPLOYED[name]["spec"]["template"]["spec"]["containers"]
        (port,) = service["spec"]["ports"]
        assert {"name": port["targetPort"], "containerPort": port["port"]} in container["ports"]
