"""Tasks of the follow-ups room."""

from datetime import datetime

from gongmun import wiring
from gongmun.followups.chasing import CommitmentChase, chase_commitments
from gongmun.followups.proposers import ProposersTold, tell_proposers
from tasks.service_task import service_task


@service_task("chase commitments")
def chase_commitments_task(now: datetime) -> CommitmentChase:
    """Remind ministries of what is due."""
    return chase_commitments(wiring.database(), now=now)


@service_task("tell proposers")
def tell_proposers_task(now: datetime) -> ProposersTold:
    """Tell proposers what is new."""
    return tell_proposers(wiring.database(), now=now)
