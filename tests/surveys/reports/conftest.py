"""A wave that was asked in the field's own installation and is closed: sixty people, the quarterly questionnaire."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.documents import Decision, FakeRenderer, LocalStore, issue
from gongmun.errors import GongmunError
from gongmun.settings import settings
from gongmun.surveys.fieldwork import answering, invitation_queries
from gongmun.surveys.fieldwork import queries as field_queries
from gongmun.surveys.fieldwork.closing import GRACE, close_due
from gongmun.surveys.fieldwork.invitation_life import Event
from gongmun.surveys.fieldwork.life import Status
from gongmun.surveys.fieldwork.models import Mode
from gongmun.surveys.fieldwork.opening import open_wave
from gongmun.surveys.fieldwork.series import register_series
from gongmun.surveys.fieldwork.storing import store
from gongmun.surveys.panels import key_files
from gongmun.surveys.panels.models import PanelMember
from gongmun.surveys.questionnaire import Questionnaire, check_answers
from gongmun.surveys.reports import queries
from gongmun.surveys.reports.deciding import decide_report
from gongmun.surveys.reports.models import SurveyReport
from gongmun.surveys.reports.publishing import (
    draft_reports,
    publish_reports,
    to_issue,
    translate_reports,
)
from tests.beginnings import once
from tests.surveys.fieldwork.conftest import FILE, OPENING, Fielded, people, questionnaire
from tests.surveys.reports.invented import invented, opinions, sheets
from tests.world import at

PEOPLE = 60
# So few answers that no figure of them is made: for what is not about figures.
FEW = 9
# The next day of the rule: a series has one wave for each.
NEXT = date(2027, 1, 12)
CLOSING = at(date(2026, 10, 26), 18, 0)
CLOSED = CLOSING + GRACE
MORNING = at(date(2026, 10, 28), 10, 0)


@dataclass
class Reported(Fielded):
    """The installation of these tests, and what becomes of a wave in it."""

    store: LocalStore = field(kw_only=True)
    # What is asked where it is not the short questionnaire: of it all answers are invented.
    asked: Questionnaire | None = None
    renderer: FakeRenderer = field(default_factory=FakeRenderer)

    def ask(
        self, key: str, *, opens: datetime, answered: int = PEOPLE - 6, lean: float = 0.0
    ) -> int:
        """A wave from its start to its seal; its id. The last six have not answered."""
        answers = (
            opinions(self.asked, answered, lean=lean)
            if self.asked
            else invented(answered, lean=lean)
        )

        def ask() -> None:
            cycle_id = self.start(key, now=opens).cycle_id
            open_wave(self.db, cycle_id, now=opens)
            self.hand_in(cycle_id, answers, opens + timedelta(hours=1))
            closes = self.wave(cycle_id).closes_at
            close_due(self.db, now=closes)
            assert close_due(self.db, now=closes + GRACE).closed == (cycle_id,)

        once(self.db, ("ask", key, opens, json.dumps(answers)), ask)
        with self.db.reading() as session:
            (cycle_id,) = field_queries.cycles_in(session, {Status.CLOSED})
        return cycle_id

    def hand_in(
        self, cycle_id: int, answers: Sequence[Mapping[str, object]], now: datetime
    ) -> None:
        """The first of those who are invited hand in these answers, all in one transaction."""
        asked_of_all = self.asked or questionnaire()
        with self.db.transaction() as session:
            for asked, raw in zip(self.invitations(cycle_id), answers, strict=False):
                invitation = invitation_queries.invitation(session, asked.id)
                sheet = answering.begin(session, invitation, now=now, mode=Mode.WEB)
                checked = check_answers(asked_of_all, raw, submit=True)
                assert checked.complete
                sheet.answers, sheet.submitted_on = dict(checked.stored()), seoul_date(now)
                answering.mark(session, invitation, Event.ANSWERED, now)

    def report(self, cycle_id: int) -> SurveyReport:
        """The report of a wave."""
        with self.db.reading() as session:
            found = queries.find_report(session, cycle_id)
        assert found is not None
        return found

    def draft(self, now: datetime = MORNING) -> None:
        """Weigh and draft what is closed."""
        assert draft_reports(self.db, store=self.store, now=now).problems == ()

    def approve(self, cycle_id: int, now: datetime = MORNING) -> None:
        """A coordinator approves the report."""
        decide_report(
            self.db,
            cycle_id,
            decision=Decision.APPROVE,
            name="이결재",
            reason="수치를 확인함",
            now=now,
        )

    def issue(self, now: datetime = MORNING) -> None:
        """Print what is approved."""
        issued = issue(
            self.db, to_issue(self.db), renderer=self.renderer, store=self.store, now=now
        )
        assert issued.failed == ()

    def publish(self, cycle_id: int, now: datetime = MORNING) -> None:
        """From a closed wave to a published one."""
        self.draft(now)
        self.approve(cycle_id, now)
        self.issue(now)
        assert list(self.publish_issued(now)) == [cycle_id]

    def translate(self, now: datetime = MORNING) -> Sequence[GongmunError]:
        """Print in English what is issued; what went wrong."""
        printing = partial(nullcontext, self.renderer)
        return translate_reports(self.db, store=self.store, renderer=printing, now=now)

    def publish_issued(self, now: datetime = MORNING) -> Sequence[int]:
        """Publish what is issued, in English as well."""
        assert self.translate(now) == []
        return publish_reports(self.db, now=now)


@pytest.fixture
def reported(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reported]:
    """A panel that was drawn, with chances; the short questionnaire; a series. On both databases."""
    monkeypatch.setenv("GONGMUN_SURVEY_KEYS", str(tmp_path / "keys"))
    settings.cache_clear()
    # The same key in each test: what one has begun another goes on with.
    key_files.path_of(FILE.code).parent.mkdir()
    key_files.path_of(FILE.code).write_bytes(bytes(32))

    def begin() -> None:
        people(db, PEOPLE)
        spread(db)
        store(db, questionnaire(), now=at(OPENING))
        register_series(db, FILE, now=at(OPENING))

    once(db, "reported", begin)
    yield Reported(db, store=LocalStore(tmp_path / "store"))
    settings.cache_clear()


def spread(db: Database) -> None:
    """Give the members the sex, age and province of the population, and their chances in the lottery."""
    with db.transaction() as session:
        members = session.scalars(select(PanelMember).order_by(PanelMember.id)).all()
        drawn = sheets(questionnaire(), len(members))
        for member, like in zip(members, drawn, strict=True):
            member.sex, member.age_group, member.province = like.sex, like.age_group, like.province
            member.chance = 0.1 if like.sex == "F" else 0.08
