"""What left with the mail is noted at the cost of what left, not of what still waits."""

from gongmun.referrals.dispatched import note_dispatches
from tests.asking import statements
from tests.world import LADDER, World


def test_documents_that_wait_for_their_mail_are_not_asked_about_one_by_one(world: World) -> None:
    asked = []
    for topics in (("statistics",), ("public_transport", "statistics")):
        forum_id = world.forum(code=f"F-{len(topics)}")
        for topic in topics:
            world.suggest(forum_id, topic)
        outcome_id = world.wrap_up(forum_id, f"run-{len(topics)}").outcome_id
        assert outcome_id is not None
        world.decide(outcome_id)
        world.issue()
        with statements(world.db) as said:
            assert not note_dispatches(world.db, ladder=LADDER, now=world.now)
        asked.append(len(said))
    assert asked[0] == asked[1]
    world.dispatch()
    assert all(each.dispatched_at for each in world.referrals(outcome_id))
