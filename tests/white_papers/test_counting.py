"""Every referral and every commitment is counted once, whatever became of it."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongmun.answers.models import CommitmentStatus
from gongmun.clock import seoul_time
from gongmun.referrals.life import Status
from gongmun.referrals.models import ResponseDecision
from gongmun.white_papers.counting import (
    Fate,
    Promised,
    Sent,
    Standing,
    by_ministry,
    fate,
    standing,
    tally,
)

# The midnight with which 30 October ends in Seoul.
DUE = seoul_time(date(2026, 10, 31))
BEFORE, AFTER = DUE - timedelta(seconds=1), DUE + timedelta(days=9)
OPEN = Sent(
    organisation_id=1,
    status=Status.ACKNOWLEDGED,
    due_at=DUE,
    answered_at=None,
    paused_at=None,
    verdict=None,
)
ANSWERED = replace(OPEN, status=Status.CLOSED, answered_at=BEFORE)
PROMISED = Promised(
    organisation_id=1, status=CommitmentStatus.OPEN, due_on=date(2026, 12, 11), settled_at=None
)
DONE = replace(
    PROMISED, status=CommitmentStatus.DONE, settled_at=seoul_time(date(2026, 12, 11), 23)
)


@pytest.mark.parametrize(
    ("sent", "now", "expected"),
    [
        (ANSWERED, AFTER, Standing.IN_TIME),
        (replace(ANSWERED, status=Status.ANSWERED), AFTER, Standing.IN_TIME),
        (replace(ANSWERED, answered_at=DUE), AFTER, Standing.LATE),
        (OPEN, BEFORE, Standing.WAITING),
        (OPEN, DUE, Standing.OVERDUE),
        (replace(OPEN, paused_at=BEFORE), AFTER, Standing.WAITING),
        (replace(OPEN, paused_at=DUE), AFTER, Standing.OVERDUE),
        # Its first answer was in time; now it is examined again.
        (replace(OPEN, answered_at=BEFORE), BEFORE, Standing.WAITING),
        (replace(OPEN, status=Status.TRANSFERRED), AFTER, Standing.GONE),
        (replace(OPEN, status=Status.WITHDRAWN), AFTER, Standing.GONE),
    ],
)
def test_where_a_referral_stands(sent: Sent, now: datetime, expected: Standing) -> None:
    assert standing(sent, now) is expected


@pytest.mark.parametrize(
    ("promised", "today", "expected"),
    [
        (PROMISED, PROMISED.due_on, Fate.OPEN),
        (PROMISED, PROMISED.due_on + timedelta(days=1), Fate.OVERDUE),
        (DONE, PROMISED.due_on + timedelta(days=9), Fate.IN_TIME),
        (replace(DONE, settled_at=seoul_time(date(2026, 12, 12))), PROMISED.due_on, Fate.LATE),
        (replace(DONE, status=CommitmentStatus.WITHDRAWN), PROMISED.due_on, Fate.WITHDRAWN),
    ],
)
def test_what_became_of_a_commitment(promised: Promised, today: date, expected: Fate) -> None:
    assert fate(promised, today) is expected


moments = st.integers(-400, 400).map(lambda hours: DUE + timedelta(hours=hours))
days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
ministries = st.integers(1, 4)
referrals = st.builds(
    Sent,
    organisation_id=ministries,
    status=st.sampled_from([each for each in Status if each is not Status.DRAFTED]),
    due_at=moments,
    answered_at=moments,
    paused_at=st.none() | moments,
    verdict=st.none() | st.sampled_from(ResponseDecision),
)
commitments = st.builds(
    Promised,
    organisation_id=ministries,
    status=st.sampled_from(CommitmentStatus),
    due_on=days,
    settled_at=moments,
)


@given(st.lists(referrals), st.lists(commitments), moments)
def test_all_are_counted_once_in_total_and_by_ministry(
    sent: list[Sent], promised: list[Promised], now: datetime
) -> None:
    # A ministry that was sent nothing promised nothing.
    asked = {each.organisation_id for each in sent}
    promised = [each for each in promised if each.organisation_id in asked]
    whole, parts = tally(sent, promised, now), by_ministry(sent, promised, now)
    assert whole.sent == len(sent)
    assert whole.promised == len(promised)
    assert whole.decided == sum(each.verdict is not None for each in sent)
    assert whole.kept <= whole.promised
    for counts in ("standings", "verdicts", "fates"):
        for name, count in getattr(whole, counts).items():
            assert count == sum(getattr(part, counts)[name] for part in parts.values())
    sizes = [part.sent for part in parts.values()]
    assert sizes == sorted(sizes, reverse=True)
