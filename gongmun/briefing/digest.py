"""The morning's digest (아침 요약): one page to each coordinator, on working days, once a day.

What is stuck, what is due today, what came in since the morning before. Counts, codes and numbers only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from gongmun.briefing import digest_queries as counts
from gongmun.calendar import calendar
from gongmun.clock import seoul_date, seoul_time
from gongmun.db import Database
from gongmun.forums.waiting import Waiting, waiting
from gongmun.mail import compose
from gongmun.mail.coordinators import tell_coordinators
from gongmun.referrals.board import BoardLine, board
from gongmun.settings import settings
from gongmun.text import Bilingual

DIGEST_SWEEP = "morning-digest"
DIGEST_INTENT = "morning_digest"
# From when on something came in "since the morning before".
MORNING = 8
# Lines of a list: all of it stays on one page.
_SHOWN = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """A name, and how many of it there are: one at least."""

    name: Bilingual
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Digest:
    """What a coordinator reads in the morning. `since` is the moment from which on `came_in` counts."""

    today: date
    since: datetime
    stuck: Sequence[Waiting]
    overdue: Sequence[BoardLine]
    due_today: Sequence[Counted]
    came_in: Sequence[Counted]


def digest(session: Session, now: datetime) -> Digest:
    """The digest of this moment."""
    today = seoul_date(now)
    since = seoul_time(calendar().shift(today, -1), MORNING)
    begin, end = seoul_time(today), seoul_time(today + timedelta(days=1))
    return Digest(
        today=today,
        since=since,
        stuck=waiting(session, now),
        overdue=[line for line in board(session, now) if line.overdue],
        due_today=_named(
            {
                Bilingual(ko="회신 기한인 이송", en="answers due"): counts.answers_due(
                    session, today
                ),
                Bilingual(
                    ko="접수 확인 기한인 이송", en="acknowledgements due"
                ): counts.acknowledgements_due(session, today),
                Bilingual(ko="이행 기한인 과제", en="commitments due"): counts.commitments_due(
                    session, today
                ),
                Bilingual(ko="끝나는 포럼", en="forums that end"): counts.forums_ending(
                    session, begin, end
                ),
                Bilingual(ko="마감하는 설문", en="surveys that close"): counts.waves_closing(
                    session, begin, end
                ),
            }
        ),
        came_in=_named(
            {
                Bilingual(ko="기관의 접수 확인", en="acknowledgements"): counts.acknowledged(
                    session, since, now
                ),
                Bilingual(ko="기관의 회신", en="answers of ministries"): counts.answered(
                    session, since, now
                ),
                Bilingual(
                    ko="기관의 질의·연장·이관 요청", en="questions and requests of ministries"
                ): counts.asked(session, since, now),
                Bilingual(ko="받은 메일", en="mails that people wrote"): counts.replies(
                    session, since, now
                ),
                Bilingual(ko="제안자의 재검토 요청", en="re-examinations asked for"): (
                    counts.reexaminations(session, since, now)
                ),
                Bilingual(ko="등록된 제안", en="suggestions registered"): counts.suggested(
                    session, since, now
                ),
                Bilingual(ko="반송된 메일", en="mails that came back"): counts.bounced(
                    session, since, now
                ),
            }
        ),
    )


def send_digest(db: Database, *, page: str | None = None, now: datetime) -> Sequence[int]:
    """Mail today's digest to each coordinator who has not got it; the ids of the mails.

    None on a day off, and where the settings name no coordinators. `page` is the address of Prefect's page.
    """
    today = seoul_date(now)
    if not settings().coordinators or not calendar().is_working_day(today):
        return ()
    with db.transaction() as session:
        found = digest(session, now)
        mail = compose(
            DIGEST_INTENT,
            {
                "agency": settings().agency,
                "digest": found,
                "stuck": found.stuck[:_SHOWN],
                "overdue": found.overdue[:_SHOWN],
                "page": page,
                "portal": settings().public_url,
            },
        )
        return tell_coordinators(
            session, key=f"digest:{today.isoformat()}", intent=DIGEST_INTENT, mail=mail, now=now
        )


def _named(found: dict[Bilingual, int]) -> Sequence[Counted]:
    return [Counted(name=name, count=count) for name, count in found.items() if count]
