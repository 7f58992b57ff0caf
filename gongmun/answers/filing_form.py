"""The form on which a coordinator files a held reply, as the Prefect UI shows it.

Its choices are the candidates, best first. Where the mail itself points to one, that one is chosen already:
Resume and Submit file it. Where a candidate is only a guess nothing is, and an empty form files nothing.
"""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field, create_model

from gongmun.answers.filing import NAME_LIMIT
from gongmun.answers.held import Choice

LATER = "나중에 / later"
NO_REPLY = "회신 아님 / not a reply"
# The UI knows nobody: who does not say who they are is called this.
_NAMELESS = "담당자(Prefect)"


def labels(choices: Sequence[Choice]) -> Sequence[str]:
    """What the form calls each document; begins with its id."""
    return [f"{choice.document_id}: {choice.number} {choice.ministry}" for choice in choices]


def document_id(label: str) -> int:
    """The document that a label stands for."""
    return int(label.partition(":")[0])


def form(choices: Sequence[Choice]) -> type[BaseModel]:
    """The form for these choices."""
    named = labels(choices)
    preselected: Any = named[0] if choices and choices[0].is_named else ...
    document: Any = Literal[(*named, NO_REPLY, LATER)]
    made: type[BaseModel] = create_model(
        "ReplyFiling",
        document=(
            document,
            Field(
                preselected,
                title="공문 / Document",
                description="가능성이 높은 순서입니다. / The likeliest first.",
            ),
        ),
        name=(
            str,
            Field(_NAMELESS, title="처리자 성명 / Your name", min_length=1, max_length=NAME_LIMIT),
        ),
    )
    return made
