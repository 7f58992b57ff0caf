"""Asking a coordinator: the run suspends with a form, and asks again until an answer can be taken.

Nothing waits here: the run ends while it waits, and begins again from the top when it is answered, be it a month
and a new server later. An answer counts for what was shown: its key has the digest of that.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from prefect import suspend_flow_run
from prefect.client.orchestration import get_client
from prefect.context import FlowRunContext
from prefect.input import RunInput
from pydantic import BaseModel, ValidationError, create_model

from gongmun import clock
from gongmun.decisions import Kind, Matter, NumberForm
from gongmun.errors import GongmunError, NotFound
from gongmun.text import Bilingual
from tasks.artifacts import escaped, publish
from tasks.decision_tasks import RUNS, matter_task, pending_task
from tasks.forgetting import forget, forgetting

_make: Any = create_model
CHANGED = Bilingual(
    ko="보여 드린 내용이 그사이 바뀌어 처리하지 않았습니다. 다시 확인하고 결정해 주십시오.",
    en="What you were shown has changed since, so nothing was done. Look at it again, then decide.",
)
_UNREADABLE = Bilingual(
    ko="‘{fields}’ 항목의 값을 읽을 수 없어 처리하지 않았습니다. 다시 입력해 주십시오.",
    en="What was filled in for '{fields}' cannot be read, so nothing was done. Fill it in again.",
)
_SETTLED = Bilingual(
    ko="이미 처리되어 더 결정할 것이 없습니다. 처음 처리가 유지됩니다.",
    en="This is settled already and nothing is left to decide. What was done first stands.",
)
_DONE = Bilingual(ko="처리했습니다.", en="Done.")
_RESUME = Bilingual(
    ko="이 실행의 Resume 단추로 결정해 주십시오.", en="Decide with the Resume button of this run."
)
_STANDING = Bilingual(ko="상태", en="where it stands")


def decided(
    kind: Kind, number: int, take: Callable[[int, Any], None], as_of: datetime | None
) -> str:
    """Ask until it is decided, here or elsewhere; where it stands then, in English.

    `take` records what the form says about the thing with a number, and raises what is wrong with it: that is shown
    with the next form. Names and reasons are forgotten by Prefect once they are recorded or refused.
    """
    with forgetting():
        return _decided(kind, number, take, as_of)


def _decided(
    kind: Kind, number: int, take: Callable[[int, Any], None], as_of: datetime | None
) -> str:
    number, matter = _existing(kind, number, as_of)
    stem = f"{kind}-{number}-"
    attempt, problem, outcome = _attempt(stem), None, _SETTLED
    while matter.is_open:
        key = f"{stem}{attempt}-{matter.digest}"
        if key not in answered_keys() and any(
            each.startswith(f"{stem}{attempt}-") for each in answered_keys()
        ):
            problem = CHANGED
        try:
            filled = _ask(kind, matter, key, problem)
            take(number, filled)
            outcome = _DONE
        except ValidationError as error:
            problem = _unreadable(error)
        except GongmunError as error:
            if error.retryable:
                raise
            problem = _said(error)
        attempt += 1
        matter = matter_task(kind, number, clock.resolve(as_of))
        if outcome is _DONE:
            break
        # What was refused is never read again, and the next answer may take a month.
        forget(_run().id, stem)
    _publish(kind, matter, [outcome])
    return matter.standing.en


def _ask(kind: Kind, matter: Matter, key: str, problem: Bilingual | None) -> Any:
    """What was filled in. The process ends here where nothing was, yet."""
    # What is read back needs no description, and is not shown once more.
    shown = "" if key in answered_keys() else _publish(kind, matter, [matter.how, _RESUME])
    return _suspend(matter.form, shown, key, problem)


def _existing(kind: Kind, number: int, as_of: datetime | None) -> tuple[int, Matter]:
    """What has the number that was given, or the one that is given instead where it is nothing's."""
    stem = f"{kind}-number-"
    attempt, given = _attempt(stem), number
    while True:
        now = clock.resolve(as_of)
        try:
            matter = matter_task(kind, number, now)
        except NotFound as error:
            waits = [each.number for each in pending_task(now) if each.kind is kind]
            shown = publish(
                f"decide-{kind}",
                Bilingual(ko="번호를 다시 입력해 주십시오.", en="Please give another number."),
                {
                    Bilingual(ko="결정을 기다리는 번호", en="numbers that wait for a decision"): (
                        ", ".join(map(str, waits)) or "-"
                    )
                },
            )
            filled = _suspend(NumberForm, shown, f"{stem}{attempt}", _said(error))
            number, attempt = filled.number, attempt + 1
        else:
            break
    if number != given:
        _name(kind, number)
    return number, matter


def _suspend(form: type[BaseModel], shown: str, key: str, problem: Bilingual | None) -> Any:
    warned = f"**{problem.ko}** _{problem.en}_\n\n" if problem else ""
    asked = _make("Decision", __base__=(RunInput, form))
    return suspend_flow_run(asked.with_initial_data(description=f"{warned}{shown}"), key=key)


def _publish(kind: Kind, matter: Matter, notes: list[Bilingual]) -> str:
    return publish(
        f"decide-{kind}",
        matter.title,
        {**matter.facts, _STANDING: matter.standing},
        notes=notes,
    )


def _said(error: GongmunError) -> Bilingual:
    return Bilingual(ko=escaped(error.message_ko), en=escaped(error.message_en))


def _unreadable(error: ValidationError) -> Bilingual:
    fields = ", ".join(str(each["loc"][0]) for each in error.errors() if each["loc"])
    return Bilingual(
        ko=_UNREADABLE.ko.format(fields=fields), en=_UNREADABLE.en.format(fields=fields)
    )


def _run() -> Any:
    context = FlowRunContext.get()
    assert context is not None
    return context.flow_run


def answered_keys() -> set[str]:
    """The keys under which this run was answered before this process began: it will not suspend under them again."""
    return _run().empirical_policy.pause_keys or set()


def _attempt(stem: str) -> int:
    """The attempt that was asked last: what was answered before was refused, and is not tried again."""
    asked = [each.removeprefix(stem) for each in answered_keys() if each.startswith(stem)]
    return max((int(each.partition("-")[0]) for each in asked), default=1)


def _name(kind: Kind, number: int) -> None:
    """Let the run say what it is about now."""
    _, parameter, name = RUNS[kind]
    run = _run()
    with get_client(sync_client=True) as client:
        client.update_flow_run(
            run.id, name=f"{name} {number}", parameters={**run.parameters, parameter: number}
        )
