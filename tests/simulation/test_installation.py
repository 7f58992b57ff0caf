"""The simulation calls what the flows call, in their order: its copy of them cannot grow old unseen."""

import ast
import inspect
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

import pytest
from prefect import Flow, Task

from flows.chase_referrals import chase_referrals
from flows.collect_replies import collect_replies
from flows.dispatch_mail import dispatch_mail
from flows.follow_successions import follow_successions
from flows.follow_up import follow_up
from flows.issue_outcomes import issue_outcomes
from flows.recompute_deadlines import recompute_deadlines
from flows.schedule_wrap_ups import schedule_wrap_ups
from flows.wrap_up_forum import wrap_up_forum
from gongmun.simulation import installation
from gongmun.simulation.installation import Step

STEPS: dict[Step, tuple[Flow[Any, Any], ...]] = {
    installation.wrap_up_forums: (schedule_wrap_ups, wrap_up_forum),
    installation.follow_reorganisations: (follow_successions,),
    installation.recompute_deadlines: (recompute_deadlines,),
    installation.issue_approved: (issue_outcomes,),
    installation.dispatch: (dispatch_mail,),
    installation.chase: (chase_referrals,),
    installation.follow_up: (follow_up,),
    installation.collect_replies: (collect_replies,),
}
# What a flow does beside it stays out of a simulated world: boards and signs of life, the relay's log, volunteers of
# panels, large jobs that are shared out, previews.
ROOMS = ("flows", "tasks")
# These only tell what day it is.
VALUES = ("gongmun.calendar", "gongmun.clock")


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_a_step_is_what_its_flow_does(step: Step) -> None:
    ours = list(_services(step))
    assert ours
    theirs = [name for flow in STEPS[step] for name in _services(flow.fn)]
    assert [name for name in theirs if name in ours] == ours


def test_every_step_is_compared() -> None:
    steps = {
        each
        for each in vars(installation).values()
        if inspect.isfunction(each) and each.__module__ == installation.__name__
    }
    assert steps == set(STEPS)


def _services(
    function: Callable[..., Any], within: tuple[Callable[..., Any], ...] = ()
) -> Iterator[str]:
    """The services that this function calls, in order, by its flow and tasks or at once; a lease with what it is for."""
    scope = inspect.getmodule(function)
    (definition,) = ast.parse(inspect.getsource(function)).body
    assert isinstance(definition, ast.FunctionDef)
    for call in (call for each in definition.body for call in _calls(each)):
        called = getattr(scope, call.func.id, None) if isinstance(call.func, ast.Name) else None
        if isinstance(called, Task):
            called = called.fn
        if not isinstance(called, FunctionType) or called in (function, *within):
            continue
        if called.__module__.startswith(ROOMS):
            yield from _services(called, (function, *within))
        elif called.__name__ == "lease":
            yield f"lease of {ast.unparse(call.args[1])}"
        elif called.__module__.startswith("gongmun.") and not called.__module__.startswith(VALUES):
            yield f"{called.__module__}.{called.__name__}"


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """The calls in the order in which they are made: what is passed to a call comes before it."""
    for child in ast.iter_child_nodes(node):
        yield from _calls(child)
    if isinstance(node, ast.Call):
        yield node
