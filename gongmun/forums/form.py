"""The form on which a coordinator decides, as the Prefect UI shows it.

No field has a default, so that an empty form decides nothing. Texts are checked again where the
decision is recorded: this form is only what the browser is told.
"""

from typing import Literal

from pydantic import BaseModel, Field

from gongmun.documents.approval import NAME_LIMIT, REASON_LIMIT


class DecisionForm(BaseModel):
    """결재 / Decision."""

    decision: Literal["approve", "return"] = Field(
        title="결정 / Decision", description="approve 승인, return 반려"
    )
    name: str = Field(title="결재자 성명 / Your name", min_length=1, max_length=NAME_LIMIT)
    reason: str = Field(title="사유 / Reason", min_length=1, max_length=REASON_LIMIT)
