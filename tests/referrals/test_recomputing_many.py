"""A late holiday at the scale of many ministries: a few statements, and one mail a ministry."""

from sqlalchemy import func, select

from bench.reference.national import MINISTRIES, NOW, make
from bench.reference.spread import DECLARED, spread
from bench.rivals.bare_sweep import recorded
from gongmun.calendar import calendar
from gongmun.db import Database
from gongmun.mail import Dispatch
from gongmun.referrals.models import DeadlineChange, Referral
from gongmun.referrals.recompute_preview import preview
from gongmun.referrals.recomputing import recompute
from gongmun.referrals.telling_changes import tell_changes
from tests.world import LADDER


def test_a_late_holiday_moves_what_is_due_on_it_and_tells_each_ministry_once(
    sqlite_db: Database,
) -> None:
    make(sqlite_db, referrals=10_000, due=1_000)
    spread(sqlite_db)
    cal = calendar().turned([DECLARED])
    with sqlite_db.reading() as session:
        due = select(func.count()).where(Referral.answer_due == DECLARED)
        expected = session.scalar(due)
        seen = preview(session, cal=cal, now=NOW)
    assert expected == len(seen.referral_ids) == 4 * MINISTRIES
    with recorded(sqlite_db) as said:
        assert recompute(sqlite_db, cal=cal, ladder=LADDER, now=NOW).moved == expected
        told = tell_changes(sqlite_db, now=NOW)
    assert len([each for each in said if each.text]) < 60
    assert (len(told.mails), told.problems) == (MINISTRIES, ())
    with sqlite_db.reading() as session:
        assert session.scalar(due) == 0
        changes = session.scalars(select(DeadlineChange)).all()
        assert {(each.old_due, each.new_due) for each in changes} == {
            (DECLARED, calendar().shift(DECLARED, 1))
        }
        mails = session.scalars(select(Dispatch).where(Dispatch.id.in_(told.mails))).all()
        assert len({mail.organisation_code for mail in mails}) == MINISTRIES
        numbers = [f"BENCH-{each.referral_id - 1} " for each in changes]
        assert all(any(number in mail.body for mail in mails) for number in numbers)
    assert tell_changes(sqlite_db, now=NOW).mails == ()
