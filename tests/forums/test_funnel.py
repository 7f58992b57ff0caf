"""The funnel counts each suggestion once, in every stage that it came to."""

from datetime import date

from gongmun.answers.models import CommitmentStatus
from gongmun.followups.commitments import settle
from gongmun.forums.funnel import funnel
from gongmun.forums.funnel_queries import Stages
from gongmun.referrals.models import ResponseDecision
from tests.followups.conftest import Followed
from tests.world import World, at


def test_a_suggestion_is_done_when_all_that_was_promised_is(world: World) -> None:
    world.suggest(world.forum("OCF-2026-09"), "statistics", selected=False)
    # The second topic has a cooperating ministry: two referrals are one suggestion.
    kept, partly, refused, *_ = world.dispatched(
        "statistics", "privacy", "statistics", "statistics"
    )
    followed = Followed(world)
    followed.published(
        kept, ResponseDecision.ACCEPTED, "그늘막을 설치합니다.", "안내문을 붙입니다."
    )
    followed.published(partly, ResponseDecision.PARTIALLY_ACCEPTED, "시범 운영합니다.")
    followed.refused(refused)
    with world.db.reading() as session:
        found = funnel(session, forums=10)
    assert found.total == Stages(received=5, selected=4, referred=4, answered=3, adopted=2, done=0)
    assert dict(found.forums) == {
        "OCF-2026-10": Stages(received=4, selected=4, referred=4, answered=3, adopted=2),
        "OCF-2026-09": Stages(received=1),
    }

    first, second = followed.commitments(kept)
    for commitment, done in ((first, 0), (second, 1)):
        settle(
            world.db,
            commitment.id,
            organisation_id=None,
            status=CommitmentStatus.DONE,
            account="12곳에 설치하였습니다.",
            now=at(date(2026, 11, 30)),
        )
        with world.db.reading() as session:
            assert funnel(session, forums=1).total.done == done


def test_an_answer_counts_when_it_is_published(world: World) -> None:
    (referral,) = world.dispatched("statistics")
    followed = Followed(world)
    response = followed.answered(referral, ResponseDecision.ACCEPTED, "설치합니다.")
    with world.db.reading() as session:
        assert funnel(session, forums=1).total.answered == 0
    followed.publish(response)
    with world.db.reading() as session:
        assert funnel(session, forums=1).total.answered == 1


def test_no_suggestions_are_no_error_and_only_the_newest_forums_are_named(world: World) -> None:
    for code in ("OCF-A", "OCF-B"):
        world.forum(code)
    with world.db.reading() as session:
        found = funnel(session, forums=1)
    assert (found.total, found.forums) == (Stages(), [("OCF-B", Stages())])
