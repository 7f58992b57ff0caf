"""The one module here that speaks to Prefect, and imports it only when it has to (3.6 s)."""

from collections.abc import Mapping
from typing import Any

from gongmun import prefect_login
from gongmun.answers.filing_form import LATER
from gongmun.documents.decision_form import RETURN
from gongmun.errors import GongmunError
from gongmun.settings import settings

_WRAP_UP = "wrap-up-forum/wrap-up-forum"


class RunNotStarted(GongmunError):
    """Prefect's server is not named, not there, or knows no such deployment."""

    code = "prefect.run_not_started"
    ko = (
        "Prefect에서 실행하지 못했습니다({reason}). make up 이 실행 중인지, PREFECT_API_URL이 맞는지 "
        "확인해 주십시오. 'gongmun doctor'가 원인을 알려 줍니다."
    )
    en = (
        "Prefect did not run it ({reason}). Check that `make up` runs and that PREFECT_API_URL is right; "
        "`gongmun doctor` tells what is wrong."
    )
    retryable = True


def start_wrap_up(forum: str) -> str:
    """Start a wrap-up of the forum now; the name of its run.

    Raises:
        RunNotStarted: no server, or nothing is deployed there.
        PrefectLoginUnusable: the login to the server cannot be read.
    """
    prefect_login.use(settings().prefect_login)
    from httpx import HTTPError
    from prefect.deployments import run_deployment
    from prefect.exceptions import PrefectException
    from prefect.settings import get_current_settings

    if not get_current_settings().api.url:
        raise RunNotStarted(reason="PREFECT_API_URL")
    try:
        run: Any = run_deployment(
            _WRAP_UP,
            parameters={"forum": forum},
            flow_run_name=f"WRAP-UP {forum}",
            timeout=0,
            as_subflow=False,
        )
    except (PrefectException, HTTPError, OSError) as error:
        raise RunNotStarted(reason=type(error).__name__) from error
    return str(run.name)


def resume_wrap_up(forum: str) -> bool:
    """Let the run that waits for the decision on this forum go on; False where none was reached.

    The decision is in our database already: the run finds it there, and the input given here only
    satisfies its form. Without a run the issuing sweep takes the outcome up.
    """
    # A run that should, after all, take this for a decision refuses it and asks again.
    return _resume(f"WRAP-UP {forum}", {"decision": RETURN, "name": " ", "reason": " "})


def resume_filing(reply_id: int) -> bool:
    """Let the run that waits for a held reply end, after it was filed or dismissed here."""
    return _resume(f"FILE reply {reply_id}", {"document": LATER, "name": " "})


def _resume(name: str, form: Mapping[str, str]) -> bool:
    """Resume the suspended runs of this name with a filled form; False where none was reached."""
    try:
        prefect_login.use(settings().prefect_login)
    except prefect_login.PrefectLoginUnusable:
        # The decision is made and kept all the same.
        return False
    from httpx import HTTPError
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter
    from prefect.exceptions import PrefectException
    from prefect.settings import get_current_settings

    if not get_current_settings().api.url:
        return False
    waiting = FlowRunFilter.model_validate(
        {"name": {"any_": [name]}, "state": {"type": {"any_": ["PAUSED"]}}}
    )
    try:
        with get_client(sync_client=True) as client:
            runs = client.read_flow_runs(flow_run_filter=waiting)
            for run in runs:
                client.resume_flow_run(run.id, run_input=dict(form))
    except (PrefectException, HTTPError, OSError):
        return False
    return bool(runs)
