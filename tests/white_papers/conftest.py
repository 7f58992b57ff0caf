"""A year in a small world: suggestions, referrals to ministries, answers of every kind, commitments."""

from dataclasses import dataclass, field
from datetime import date, datetime

import pytest

from gongmun.answers.models import CommitmentStatus
from gongmun.db import Database
from gongmun.documents import Decision, Document, WhitePaperContext, issue
from gongmun.followups.commitments import settle
from gongmun.forums.waiting import waiting
from gongmun.referrals.models import ResponseDecision
from gongmun.white_papers import queries
from gongmun.white_papers.deciding import context_of, decide_white_paper, latest
from gongmun.white_papers.drafting import draft_white_paper
from tests.followups.conftest import Followed
from tests.world import World, at

YEAR = 2026
# The last working day of the year, and a day on which all that is due has been due.
SPRING = at(date(2027, 1, 15), 10)


@dataclass
class Told:
    """The world of these tests, and what they do in it."""

    world: World
    referrals: tuple[int, ...] = field(default=())

    @property
    def db(self) -> Database:
        """Its database."""
        return self.world.db

    def draft(self, year: int = YEAR, now: datetime = SPRING) -> int:
        """Draft the white paper."""
        return draft_white_paper(self.db, year, now=now)

    def decide(self, decision: Decision = Decision.APPROVE, now: datetime = SPRING) -> int:
        """A coordinator's decision."""
        return decide_white_paper(
            self.db, YEAR, decision=decision, name="이결재", reason="수치를 확인함", now=now
        )

    def issue(self) -> None:
        """Print what is approved."""
        world = self.world
        with self.db.reading() as session:
            waiting = queries.to_issue(session)
        report = issue(self.db, waiting, renderer=world.renderer, store=world.store, now=SPRING)
        assert (report.issued, report.failed) == (tuple(waiting), ())

    def document(self, year: int = YEAR) -> Document:
        """The last draft, wherever it stands."""
        with self.db.reading() as session:
            return latest(session, year)

    def says(self, year: int = YEAR) -> WhitePaperContext:
        """What it says."""
        return context_of(self.document(year))

    def waits(self) -> bool:
        """Whether a coordinator is told that it waits for a decision."""
        with self.db.reading() as session:
            return any(
                f"gongmun white-paper show {YEAR}" == each.remedy
                for each in waiting(session, SPRING)
            )

    def figures(self, part: int) -> list[int]:
        """The counts of a part, from top to bottom."""
        return [figure.count for figure in self.says().parts[part].figures]


def a_year(world: World) -> Told:
    """Five suggestions, four of them referred: answered in time and kept, answered late, refused, never answered."""
    world.suggest(world.forum("OCF-2026-09"), "statistics", selected=False)
    referrals = tuple(world.dispatched("statistics", "privacy", "statistics", "privacy"))
    followed = Followed(world)
    kept, late, refused, _ = referrals
    followed.published(
        kept, ResponseDecision.ACCEPTED, "그늘막을 설치합니다.", "안내문을 붙입니다."
    )
    followed.refused(refused)
    overdue = followed.answered(
        late, ResponseDecision.PARTIALLY_ACCEPTED, "시범 운영합니다.", on=date(2026, 12, 1)
    )
    followed.publish(overdue, date(2026, 12, 2))
    first, _ = followed.commitments(kept)
    settle(
        world.db,
        first.id,
        organisation_id=None,
        status=CommitmentStatus.DONE,
        account="12곳에 설치하였습니다.",
        now=at(date(2026, 11, 30)),
    )
    return Told(world=world, referrals=referrals)


@pytest.fixture
def told(world: World) -> Told:
    """The year, on both databases."""
    return a_year(world)
