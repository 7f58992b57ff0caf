"""The registry on a real server: what a coordinator reads there, and what becomes of a second run of a kind."""

import time
from collections.abc import Iterator

import pytest

from deployments.registry import registry
from tests.prefect_servers import Server, running

SECONDS = 120.0

pytestmark = [pytest.mark.long, pytest.mark.prefect, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("prefect")) as served:
        yield served


def test_what_the_registry_says_arrives(server: Server) -> None:
    expected = {each.name: each for each in registry()}
    found = {each["name"]: each for each in server.ask("POST", "deployments/filter", limit=200)}
    assert set(found) == set(expected)
    for name, deployment in found.items():
        assert deployment["description"] == expected[name].description
        assert set(deployment["tags"]) == set(expected[name].tags or ())
        for field_ in deployment["parameter_openapi_schema"]["properties"].values():
            korean, english = field_["description"].split("\n\n")
            assert korean != english
        assert deployment["enforce_parameter_schema"] is True
        assert {each["schedule"]["timezone"] for each in deployment["schedules"]} <= {"Asia/Seoul"}


def test_a_form_refuses_what_it_does_not_ask(server: Server) -> None:
    deployment = server.deployment("wrap-up-forum")["id"]
    for wrong in ({}, {"forum": 1}):
        answer = server.answer(
            "POST", f"deployments/{deployment}/create_flow_run", parameters=wrong
        )
        assert answer.status_code in (409, 422), wrong


def test_a_second_run_of_what_comes_by_itself_is_cancelled(server: Server) -> None:
    first, second = (server.create("close-survey-wave") for _ in range(2))
    assert server.becomes(first, "PENDING") == ("ACCEPT", "Pending")
    assert server.becomes(second, "PENDING") == ("REJECT", "Cancelled")
    assert server.becomes(first, "RUNNING") == ("ACCEPT", "Running")
    assert server.becomes(first, "COMPLETED") == ("ACCEPT", "Completed")
    third = server.create("close-survey-wave")
    assert server.becomes(third, "PENDING") == ("ACCEPT", "Pending")
    server.becomes(third, "CANCELLED")


def test_a_second_run_of_what_people_start_waits_for_the_first(server: Server) -> None:
    first, second = (server.create("collect-replies") for _ in range(2))
    assert server.becomes(first, "PENDING") == ("ACCEPT", "Pending")
    assert server.becomes(second, "PENDING") == ("REJECT", "AwaitingConcurrencySlot")
    # Another kind does not wait for it.
    other = server.create("show-boards")
    assert server.becomes(other, "PENDING") == ("ACCEPT", "Pending")
    server.becomes(first, "RUNNING")
    server.becomes(first, "COMPLETED")
    assert server.becomes(second, "PENDING") == ("ACCEPT", "Pending")


def test_runs_that_ask_about_different_things_wait_side_by_side(server: Server) -> None:
    deployment = server.deployment("wrap-up-forum")["id"]
    for code in ("OCF-A", "OCF-B"):
        run = server.ask(
            "POST", f"deployments/{deployment}/create_flow_run", parameters={"forum": code}
        )["id"]
        assert server.becomes(run, "PENDING") == ("ACCEPT", "Pending")
        assert server.becomes(run, "RUNNING") == ("ACCEPT", "Running")


def test_a_place_whose_run_was_killed_with_the_server_is_free_again(server: Server) -> None:
    """By the server's default it would be kept for ever: every run to come is cancelled."""
    name = "schedule-wrap-ups"
    # Without the time that the registry gives to a start, that of the server counts.
    server.ask(
        "PATCH",
        f"deployments/{server.deployment(name)['id']}",
        concurrency_limit=1,
        concurrency_options={"collision_strategy": "CANCEL_NEW"},
    )
    killed = server.create(name)
    assert server.becomes(killed, "PENDING") == ("ACCEPT", "Pending")
    assert server.becomes(server.create(name), "PENDING") == ("REJECT", "Cancelled")
    server.kill()
    server.start()
    server.wait()
    give_up = time.monotonic() + SECONDS
    while server.becomes(server.create(name), "PENDING") != ("ACCEPT", "Pending"):
        assert time.monotonic() < give_up
        time.sleep(1)
