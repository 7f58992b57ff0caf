"""Contents of answers, for tests of this room."""

from dataclasses import replace
from datetime import date
from typing import Any

from gongmun.answers.content import CommitmentContent, Content
from gongmun.referrals.models import ResponseDecision

PROMISE = CommitmentContent(text="지침 개정", owner="통계정책과", due_on=date(2027, 3, 31))


def refusal(reason: str = "다른 법령에 따라 시행 중인 제도와 중복됩니다.") -> Content:
    """Complete, and promises nothing."""
    return Content(decision=ResponseDecision.NOT_ACCEPTED, reason=reason)


def acceptance(**changed: Any) -> Content:
    """Complete: one commitment until the end of March 2027."""
    whole = Content(
        decision=ResponseDecision.ACCEPTED,
        reason="지침을 고쳐 시행하겠습니다.",
        commitments=(PROMISE,),
    )
    return replace(whole, **changed)
