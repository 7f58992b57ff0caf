"""What the mails of referrals have in common."""

import pytest

from gongmun.mail import OutgoingMessage, enqueue
from gongmun.referrals.mailing import thread
from tests.world import World


@pytest.mark.parametrize("more", [0, 8, 9, 30])
def test_a_thread_is_its_first_and_its_last_nine_mails(world: World, more: int) -> None:
    [referral_id] = world.dispatched("statistics")
    document_id = world.referral(referral_id).document_id
    with world.db.transaction() as session:
        [first] = thread(session, [document_id])
        sent = [
            enqueue(
                session,
                OutgoingMessage(
                    key=f"test:{number}",
                    intent="chase",
                    organisation_code="MODS",
                    address="forum@mods.example",
                    subject="독촉",
                    body="독촉",
                    document_id=document_id,
                ),
                world.now,
            ).message_id
            for number in range(more)
        ]
        assert thread(session, [document_id, None]) == (first, *sent[-9:])
