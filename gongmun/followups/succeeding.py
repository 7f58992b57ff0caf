"""Promises (이행과제) of ministries that are no more: whoever took over has to keep them.

The answers are published and the referrals closed; they pass on as open ones do, so that the successor is
reminded of the promise, sees it on its page, and may report it as done.
"""

from datetime import datetime

from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.followups import queries
from gongmun.referrals.succeeding import TakeoverReport, pass_on_each
from gongmun.referrals.succession_queries import not_in_force


def pass_on_promises(db: Database, *, now: datetime) -> TakeoverReport:
    """Pass on the closed referrals of ministries that are no more whose promises are still to be kept."""
    with db.reading() as session:
        ministries = not_in_force(session, seoul_date(now))
        found = queries.promised(session, ministries)
    return pass_on_each(db, [[referral_id] for referral_id in found], now=now)
