"""Mails that go to no ministry (기관이 아닌 수신자): what stands in the outbox in the place of its code, and its name."""

from collections.abc import Mapping

from gongmun.text import Bilingual

# No organisation has these codes.
PROPOSER = "PROPOSER"
DIVISION = "DIVISION"
VOLUNTEER = "VOLUNTEER"
MEMBER = "MEMBER"
RESPONDENT = "RESPONDENT"
COORDINATOR = "COORDINATOR"

RECIPIENTS: Mapping[str, Bilingual] = {
    PROPOSER: Bilingual(ko="제안자", en="proposer"),
    DIVISION: Bilingual(ko="담당 부서", en="our division"),
    VOLUNTEER: Bilingual(ko="참여 희망자", en="volunteer"),
    MEMBER: Bilingual(ko="참여단원", en="panel member"),
    RESPONDENT: Bilingual(ko="응답자", en="respondent"),
    COORDINATOR: Bilingual(ko="담당자", en="coordinator"),
}


def recipient(code: str) -> Bilingual:
    """How a list names whom a mail goes to: a ministry by its code, others by what they are. Nothing personal."""
    return RECIPIENTS.get(code, Bilingual(ko=code, en=code))
