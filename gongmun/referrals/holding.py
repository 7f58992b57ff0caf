"""Notices that have to wait, whatever they say: nothing is numbered or sent for them meanwhile."""

from collections.abc import Collection
from datetime import date

from sqlalchemy.orm import Session

from gongmun.referrals import notice_queries
from gongmun.referrals.chase_pause_queries import paused_organisations
from gongmun.referrals.models import Notice
from gongmun.referrals.succession_queries import not_in_force


def held_back(session: Session, notices: Collection[Notice], today: date) -> Collection[int]:
    """The ids of those that go to, or are about, a ministry whose reminders are paused, or one that is no more.

    The successor of one that is no more is told of what passes to it. One of which nothing is true any more has
    nothing to wait for.
    """
    waiting = not_in_force(session, today) | frozenset(paused_organisations(session, today))
    return notice_queries.holding(
        session,
        [
            notice
            for notice in notices
            if not waiting.isdisjoint((notice.organisation_id, notice.addressee_id))
        ],
    )
