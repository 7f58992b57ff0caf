"""The demo's ministries and what they do, in working days after the outcome was dispatched.

The names are real, the behaviour is invented: it is spread so that every way through is walked once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gongmun.referrals.models import ResponseDecision

# This mailbox refuses all mail for good, and there is no other.
UNDELIVERABLE = "RDA"
# The mailbox of this one takes mail and returns it; its backup contact gets it then.
BOUNCING = "MOTIR"
# Never says a word, and is escalated to its parent body.
SILENT = "MSS"
# Answers only after the second formal reminder.
LATE = "MOEL"
# Its answer is sent back with a note, and comes again.
SENT_BACK = "KNPA"


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """When a ministry acknowledges and answers, and what else it does; None means never.

    Through the portal, or `by_mail`. A question and a request for an extension are about its first
    referral; `transfers` names the day and the ministry that its last one is said to belong to.
    """

    code: str
    acknowledges: int | None
    answers: int | None
    by_mail: bool = False
    asks: int | None = None
    extends: int | None = None
    transfers: tuple[int, str] | None = None

    @property
    def days(self) -> frozenset[int | None]:
        """The days on which it does something."""
        transfer = self.transfers[0] if self.transfers else None
        return frozenset({self.acknowledges, self.answers, self.asks, self.extends, transfer})


CAST: Sequence[Part] = (
    Part(code="MOLIT", acknowledges=1, answers=9),
    Part(code="MOE", acknowledges=1, answers=11),
    Part(code="MOHW", acknowledges=1, answers=8, asks=3),
    Part(code="MCEE", acknowledges=2, answers=18, extends=10),
    Part(code="MAFRA", acknowledges=2, answers=5, by_mail=True),
    Part(code="MOGEF", acknowledges=1, answers=10),
    Part(code="KNPA", acknowledges=5, answers=12),  # after the request to acknowledge
    Part(code="KNPA", acknowledges=None, answers=14),  # again, because it was sent back
    Part(code="MOIS", acknowledges=1, answers=7),
    Part(code="MCST", acknowledges=3, answers=13, transfers=(4, "MSIT")),  # on the last day
    Part(code="MOTIR", acknowledges=2, answers=6),
    Part(code="MSIT", acknowledges=1, answers=4),
    Part(code="MSIT", acknowledges=6, answers=10),  # what was transferred to it meanwhile
    Part(code="PIPC", acknowledges=1, answers=3),
    Part(code="NFA", acknowledges=8, answers=12),  # after the backup contact was asked
    Part(code="KMCC", acknowledges=1, answers=16),  # after the first formal reminder
    Part(code=LATE, acknowledges=2, answers=22),
    Part(code=SILENT, acknowledges=None, answers=None),
    Part(code=UNDELIVERABLE, acknowledges=None, answers=None),
)

# Taken in turn: a decision, its reason, and in how many days it is promised (None: nothing is).
RESPONSES: Sequence[tuple[ResponseDecision, str, int | None]] = (
    (
        ResponseDecision.ACCEPTED,
        "제안의 취지에 공감하며, 관련 지침을 개정하여 시행하겠습니다.",
        90,
    ),
    (
        ResponseDecision.PARTIALLY_ACCEPTED,
        "예산이 확보된 범위에서 시범사업을 먼저 추진하고 확대 여부를 검토하겠습니다.",
        180,
    ),
    (
        ResponseDecision.ALREADY_IN_PLACE,
        "제안하신 내용은 현재 시행 중입니다. 이용 방법을 누리집에 다시 안내하겠습니다.",
        None,
    ),
    (
        ResponseDecision.LONG_TERM_REVIEW,
        "법률 개정이 필요한 사항으로, 연구용역 결과를 반영하여 검토하겠습니다.",
        365,
    ),
    (
        ResponseDecision.NOT_ACCEPTED,
        "다른 법령과의 관계 및 형평성을 고려할 때 현재로서는 수용하기 어렵습니다.",
        None,
    ),
)
