"""A panel of ten people, a short questionnaire, and a series that asks them every quarter."""

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from gongmun.access import links
from gongmun.db import Database
from gongmun.mail import DispatchReport, dispatch_due
from gongmun.mail.mailer import FakeMailer
from gongmun.settings import settings
from gongmun.surveys.fieldwork import leaving, queries
from gongmun.surveys.fieldwork.answering import save, submit
from gongmun.surveys.fieldwork.models import AnswerSheet, Invitation, SurveyCycle
from gongmun.surveys.fieldwork.series import SeriesFile, register_series
from gongmun.surveys.fieldwork.starting import Started, start
from gongmun.surveys.fieldwork.storing import store
from gongmun.surveys.panels.models import (
    Panel,
    PanelKind,
    PanelMember,
    PanelPerson,
    Standing,
)
from gongmun.surveys.questionnaire.items import Questionnaire
from gongmun.surveys.questionnaire.reading import read
from tests.world import at

PEOPLE = 10
# Monday 12 October 2026; no holiday follows within six weeks.
OPENING = date(2026, 10, 12)
MORNING = at(OPENING)
FILE = SeriesFile(
    code="engagement",
    title_ko="국민참여 만족도 조사",
    title_en="Engagement and satisfaction",
    questionnaire="satisfaction",
    panel="panel-2026",
    rule="FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=12",
    starts_on=date(2026, 7, 12),
    field_days=10,
    reminders=[3, 7],
)

SHORT = """
format: 1
code: satisfaction
version: 1
title: {ko: 만족도 조사, en: Satisfaction survey}
pages:
  - code: first
    items:
      - code: took_part
        type: single
        text: {ko: 포럼에 참여하셨습니까?, en: Did you take part in a forum?}
        options:
          - {code: 1, ko: 예, en: 'Yes'}
          - {code: 2, ko: 아니요, en: 'No'}
      - code: satisfied
        type: scale_5
        text: {ko: 얼마나 만족하셨습니까?, en: How satisfied were you?}
        labels: {1: {ko: 매우 불만족, en: Very dissatisfied}, 5: {ko: 매우 만족, en: Very satisfied}}
        show_if: {item: took_part, is: 1}
  - code: last
    items:
      - code: wishes
        type: text
        required: false
        max_length: 500
        text: {ko: 바라시는 점을 적어 주십시오., en: Tell us your wishes.}
"""


def questionnaire(text: str = SHORT) -> Questionnaire:
    """The short questionnaire, or another."""
    reading = read(text.encode())
    assert reading.questionnaire is not None, reading.flaws
    return reading.questionnaire


@dataclass
class Fielded:
    """The installation of these tests, and what they do in it."""

    db: Database
    mailer: FakeMailer = field(default_factory=FakeMailer)

    def start(self, key: str = "wave-1", *, now: datetime = MORNING) -> Started:
        """Start a wave."""
        return start(self.db, FILE.code, key=key, now=now)

    def dispatch(self, now: datetime) -> DispatchReport:
        """Send all that is due, with links."""
        return dispatch_due(
            self.db,
            mailer=self.mailer,
            attachments=lambda _: b"",
            witness=None,
            now=now,
            owner="test",
            fill=links.fill,
            review=leaving.review,
        )

    def wave(self, cycle_id: int) -> SurveyCycle:
        """A wave as it stands."""
        with self.db.reading() as session:
            return queries.cycle(session, cycle_id)

    def invitations(self, cycle_id: int) -> list[Invitation]:
        """All of a wave."""
        with self.db.reading() as session:
            return list(
                session.scalars(
                    select(Invitation)
                    .where(Invitation.cycle_id == cycle_id)
                    .order_by(Invitation.id)
                )
            )

    def sheets(self) -> list[AnswerSheet]:
        """All answer sheets."""
        with self.db.reading() as session:
            return list(session.scalars(select(AnswerSheet)))

    def answer(self, invitation_id: int, now: datetime, **answers: object) -> None:
        """Somebody answers and submits."""
        save(self.db, invitation_id, answers or {"took_part": 2}, now=now)
        assert submit(self.db, invitation_id, now=now).complete

    def sent(self) -> list[tuple[str, str]]:
        """What the relay has: recipients, and the words."""
        parser = BytesParser(policy=policy.default)
        return [
            (recipient, parser.parsebytes(raw).get_content()) for recipient, raw in self.mailer.sent
        ]


def people(db: Database, count: int = PEOPLE, *, panel: str = FILE.panel) -> None:
    """A panel that was drawn, and one of its reserves."""
    at_panel = "people.example" if panel == FILE.panel else f"{panel}.example"
    with db.transaction() as session:
        row = Panel(
            code=panel,
            title_ko="시민참여단",
            title_en="Citizens' panel",
            kind=PanelKind.DRAWN,
            files={},
            enrolled_at=at(OPENING),
            keep_until=OPENING + timedelta(days=730),
        )
        session.add(row)
        session.flush()
        for number in range(1, count + 2):
            person = PanelPerson(contact=f"citizen{number}@{at_panel}", name=f"시민{number}")
            session.add(person)
            session.flush()
            session.add(
                PanelMember(
                    panel_id=row.id,
                    person_id=person.id,
                    number=f"P-{number:04}",
                    sex="F" if number % 2 else "M",
                    age_group="30-39",
                    province="서울특별시",
                    standing=Standing.SELECTED if number <= count else Standing.RESERVE,
                )
            )


def until_it_waits(db: Database, other: Future[Any]) -> None:
    """Return when a connection of this PostgreSQL waits for a lock; `other`, who should be it, must not get through."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    if not db.is_sqlite:
        with db.engine.connect() as connection:
            while not connection.scalar(waiting) and not other.done():
                connection.rollback()
    assert not other.done()


@pytest.fixture
def fielded(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fielded]:
    """The panel, the questionnaire and the series, on both databases."""
    monkeypatch.setenv("GONGMUN_SURVEY_KEYS", str(tmp_path / "keys"))
    settings.cache_clear()
    people(db)
    store(db, questionnaire(), now=at(OPENING))
    register_series(db, FILE, now=at(OPENING))
    yield Fielded(db)
    settings.cache_clear()
