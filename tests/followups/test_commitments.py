"""Settling a commitment: with evidence or a reason, by who may, once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from gongmun import ledger
from gongmun.answers import files
from gongmun.answers.models import Channel, CommitmentStatus
from gongmun.errors import GongmunError, NotFound
from gongmun.followups.commitments import (
    ACCOUNT_LIMIT,
    AccountMissing,
    AccountTooLong,
    CommitmentSettled,
    required,
    settle,
)
from gongmun.referrals.models import ResponseDecision
from tests.followups.conftest import Followed
from tests.world import at

ON = at(date(2026, 12, 1), 10)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def open_one(followed: Followed) -> tuple[int, int]:
    """A published commitment, and its ministry."""
    (referral_id,) = followed.world.dispatched("statistics")
    followed.published(referral_id)
    (commitment,) = followed.commitments(referral_id)
    return commitment.id, followed.referral(referral_id).organisation_id


def put(
    followed: Followed,
    commitment_id: int,
    status: CommitmentStatus = CommitmentStatus.DONE,
    account: str = "설치를 마쳤습니다.",
    organisation_id: int | None = None,
) -> None:
    settle(
        followed.db,
        commitment_id,
        organisation_id=organisation_id,
        status=status,
        account=account,
        now=ON,
    )


@pytest.mark.parametrize("status", [CommitmentStatus.DONE, CommitmentStatus.WITHDRAWN])
def test_it_is_settled_once(on_both: Followed, status: CommitmentStatus) -> None:
    commitment_id, ministry = open_one(on_both)
    put(on_both, commitment_id, status, " 마쳤습니다.\x00 ", ministry)
    with on_both.db.reading() as session:
        (event,) = ledger.history(session, "commitment", commitment_id)
    (found,) = on_both.commitments(1)
    assert (found.status, found.account, found.settled_at) == (status, "마쳤습니다.", ON)
    assert found.next_action_on is None
    assert (event.kind, event.actor) == (f"commitment.{status.value}", "ministry")
    assert "마쳤습니다" not in str(event.data)
    with pytest.raises(CommitmentSettled):
        put(on_both, commitment_id, CommitmentStatus.DONE)
    assert on_both.commitments(1)[0].status is status


def test_of_two_at_once_one_is_taken(on_both: Followed) -> None:
    commitment_id, _ = open_one(on_both)

    def attempt(status: CommitmentStatus) -> str:
        try:
            put(on_both, commitment_id, status)
        except GongmunError as error:
            return error.code
        return "settled"

    with ThreadPoolExecutor(2) as pool:
        ended = sorted(pool.map(attempt, [CommitmentStatus.DONE, CommitmentStatus.WITHDRAWN]))
    assert ended == ["commitment.settled", "settled"]


@pytest.mark.parametrize("account", ["", " \n\t", "\u200b\x00"])
@pytest.mark.parametrize("status", [CommitmentStatus.DONE, CommitmentStatus.WITHDRAWN])
def test_not_without_a_word(followed: Followed, status: CommitmentStatus, account: str) -> None:
    commitment_id, _ = open_one(followed)
    with pytest.raises(AccountMissing):
        put(followed, commitment_id, status, account)
    assert followed.commitments(1)[0].status is CommitmentStatus.OPEN


def test_a_file_is_evidence_enough_but_no_reason(followed: Followed) -> None:
    commitment_id, _ = open_one(followed)
    files.add(
        followed.db,
        1,
        filename="준공 사진.pdf",
        content=PDF,
        channel=Channel.PORTAL,
        store=followed.world.store,
        scanner=None,
        now=ON,
        commitment_id=commitment_id,
    )
    with pytest.raises(AccountMissing):
        put(followed, commitment_id, CommitmentStatus.WITHDRAWN, "")
    put(followed, commitment_id, CommitmentStatus.DONE, "")
    assert followed.commitments(1)[0].account is None


def test_too_much_is_refused_whole(followed: Followed) -> None:
    commitment_id, _ = open_one(followed)
    put_long = "가" * (ACCOUNT_LIMIT + 1)
    with pytest.raises(AccountTooLong):
        put(followed, commitment_id, account=put_long)
    put(followed, commitment_id, account=put_long[:-1])


def test_another_ministrys_does_not_exist(followed: Followed) -> None:
    statistics, privacy = followed.world.dispatched("statistics", "privacy")
    followed.published(statistics)
    (commitment,) = followed.commitments(statistics)
    other = followed.referral(privacy).organisation_id
    with pytest.raises(NotFound) as theirs:
        put(followed, commitment.id, organisation_id=other)
    with pytest.raises(NotFound) as none:
        put(followed, 9999, organisation_id=other)
    assert theirs.value.code == none.value.code
    assert followed.commitments(statistics)[0].status is CommitmentStatus.OPEN


def test_not_before_it_is_published(followed: Followed) -> None:
    (referral_id,) = followed.world.dispatched("statistics")
    followed.answered(referral_id, ResponseDecision.ACCEPTED, "설치합니다.")
    (commitment,) = followed.commitments(referral_id)
    with pytest.raises(NotFound):
        put(followed, commitment.id)


def test_what_is_settled_takes_no_more_evidence(followed: Followed) -> None:
    commitment_id, ministry = open_one(followed)
    with followed.db.reading() as session:
        assert required(session, commitment_id, organisation_id=ministry).id == commitment_id
    put(followed, commitment_id)
    with followed.db.reading() as session, pytest.raises(CommitmentSettled):
        required(session, commitment_id, organisation_id=ministry)
