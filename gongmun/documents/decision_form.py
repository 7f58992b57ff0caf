"""The form on which a coordinator approves or returns what was drafted (결재), as the Prefect UI shows it."""

from typing import Any, Literal

from pydantic import Field

from gongmun.decisions import form
from gongmun.documents.models import Decision

APPROVE = "승인 / approve"
RETURN = "반려 / return"
_DECISION: Any = Literal[APPROVE, RETURN]
DECISION_FORM = form(decision=(_DECISION, Field(title="결정 / Decision")))


def decision(label: str) -> Decision:
    """The decision that a label stands for."""
    return Decision.APPROVE if label == APPROVE else Decision.RETURN
