"""Citizens, who ask for another examination, and the promises of ministries, which are kept or not."""

from datetime import timedelta
from functools import partial

from gongmun.answers.models import CommitmentStatus
from gongmun.clock import seoul_date
from gongmun.followups import commitments
from gongmun.followups.reexamining import reexamine
from gongmun.simulation import queries
from gongmun.simulation.installation import House


def insist(house: House) -> None:
    """One refusal in eight is not taken for an answer, by some only when it is too late."""
    dice = house.plan.dice
    with house.db.reading() as session:
        refusals = queries.published_refusals(session, house.now - timedelta(days=22))
    for response, referral in refusals:
        assert response.decided_at is not None
        day = response.decided_at + timedelta(
            days=dice.between(1, 20, "reexamination", response.id)
        )
        if dice.falls(0.12, "insists", response.id) and seoul_date(day) == seoul_date(house.now):
            house.request(
                f"reexamine:{response.id}",
                partial(
                    reexamine,
                    house.db,
                    referral.id,
                    suggestion_id=referral.suggestion_id,
                    reason="다른 사례가 있습니다.",
                    ladder=house.ladder,
                    now=house.now,
                ),
            )


def keep_promises(house: House) -> None:
    """Ministries do what they promised, some early, some late, some never."""
    dice = house.plan.dice
    with house.db.reading() as session:
        promised = queries.open_commitments(session)
    for commitment, referral in promised:
        late = dice.between(-20, 60, "kept", commitment.id)
        if dice.falls(0.15, "broken", commitment.id):
            continue
        if seoul_date(house.now) >= commitment.due_on + timedelta(days=late):
            house.request(
                f"settle:{commitment.id}",
                partial(
                    commitments.settle,
                    house.db,
                    commitment.id,
                    organisation_id=referral.organisation_id,
                    status=CommitmentStatus.DONE,
                    account="개정을 마쳤습니다.",
                    now=house.now,
                ),
            )
