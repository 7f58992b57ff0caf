"""Descriptions of deployments: the flow's own words, and the way to what its runs show.

Prefect's sidebar has no artifacts: each deployment's page leads to them, by its tab "Description".
"""

import re
from collections.abc import Mapping
from typing import Any

from prefect import Flow

from gongmun.text import Bilingual
from tasks.decision_tasks import RUNS
from tasks.links import BOARDS, links

# What a deployment shows besides the boards: the keys of its artifacts.
_PREVIEW = Bilingual(ko="미리 보기", en="preview")
_ISSUED = Bilingual(ko="시행한 공문", en="documents issued")
_LAST = Bilingual(ko="최근 실행의 결과", en="what its last run did")
SHOWN: Mapping[str, Mapping[str, Bilingual]] = {
    "chase-referrals": {"chase-referrals": _LAST, "chase-preview": _PREVIEW},
    "follow-successions": {"follow-successions": _LAST, "succession-preview": _PREVIEW},
    "wrap-up-forum": {"wrap-up": _LAST, "issue-outcomes": _ISSUED},
    **{deployment: {f"decide-{kind}": _LAST} for kind, (deployment, _, _) in RUNS.items()},
    # The boards themselves, what is sent as mail, and a share of what another run shows.
    "print-documents": {},
    "show-boards": {},
    "send-morning-digest": {},
    "tell-coordinators": {},
}


def description(flow: Flow[Any, Any]) -> str:
    """Markdown: what the flow does in Korean, then in English, then links to what it shows and to the boards."""
    shown = SHOWN.get(flow.name, {flow.name: _LAST})
    # Prefect's page breaks a line where the text does.
    told = re.sub(r"(?<!\n)\n(?!\n)", " ", (flow.description or "").strip())
    return "\n\n".join([told, links({**BOARDS, **shown})])
