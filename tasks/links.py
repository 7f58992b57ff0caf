"""Where links in artifacts and descriptions lead: pages of Prefect's by path, pages of the office by the portal's address."""

from collections.abc import Mapping, Sequence

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter

from gongmun.settings import settings
from gongmun.text import Bilingual, Link

# The keys of the boards, which stand in bookmarks and must not change.
BOARD, WAITING, UPCOMING, FUNNEL = "board", "waiting-for-you", "upcoming", "funnel"
FIELDWORK = "fieldwork"
BOARDS = {
    BOARD: Bilingual(ko="현황판", en="board"),
    WAITING: Bilingual(ko="확인할 사항", en="waiting for you"),
    UPCOMING: Bilingual(ko="앞으로의 일정", en="upcoming"),
    FUNNEL: Bilingual(ko="처리 단계", en="funnel"),
    FIELDWORK: Bilingual(ko="설문 진행", en="fieldwork"),
}
# More runs than this do not wait for an answer at a time; those beyond have their command.
_RUNS = 200


def artifact_path(key: str) -> str:
    """The page of an artifact: the newest one of this key, and all before it."""
    return f"/artifacts/key/{key}"


def links(keys: Mapping[str, Bilingual]) -> str:
    """Markdown: the pages of artifacts, by key and name, in one line."""
    return " · ".join(f"[{name}]({artifact_path(key)})" for key, name in keys.items())


def document_link(document_id: int, number: str | None) -> Link | str:
    """The PDF of a document for whoever is logged in; its number alone where no portal is known."""
    url, text = settings().public_url, number or str(document_id)
    return Link(text=text, to=f"{url}/office/documents/{document_id}.pdf") if url else text


def case_link(referral_id: int) -> Link | str:
    """The case of a referral for whoever is logged in; else the command that shows it."""
    url = settings().public_url
    if not url:
        return f"gongmun referral show {referral_id}"
    return Link(text=str(referral_id), to=f"{url}/office/referrals/{referral_id}")


def waiting_runs(names: Sequence[str]) -> dict[str, str]:
    """The pages of the runs of these names that wait for a form, by name."""
    if not names:
        return {}
    paused = FlowRunFilter.model_validate({"state": {"type": {"any_": ["PAUSED"]}}})
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs(flow_run_filter=paused, limit=_RUNS)
    return {run.name: f"/runs/flow-run/{run.id}" for run in runs if run.name in set(names)}
