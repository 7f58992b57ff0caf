"""Two waves from draft to archived on a simulated panel, day by day with a virtual clock, as the deployments would run.

Respondents answer through the real portal. After each day the promises of a survey are read off the tables.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from email import policy
from email.parser import BytesParser
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cronsim import CronSim
from httpx import Client
from prefect.client.schemas.schedules import CronSchedule
from sqlalchemy import DateTime, event, inspect, select, text
from sqlalchemy.orm import Session

from deployments.registry import registry
from gongmun import ledger
from gongmun.calendar import calendar, hours
from gongmun.clock import SEOUL, seoul_date
from gongmun.db import Database
from gongmun.documents import Decision, LocalStore, issue
from gongmun.mail.life import Status as MailStatus
from gongmun.mail.models import Dispatch
from gongmun.portal import create
from gongmun.settings import settings
from gongmun.surveys.fieldwork import sheet_queries
from gongmun.surveys.fieldwork.archiving import ArchivedWaves, archive_due
from gongmun.surveys.fieldwork.board import series_lines
from gongmun.surveys.fieldwork.closing import GRACE, close_due
from gongmun.surveys.fieldwork.invitation_queries import WAITED_FOR
from gongmun.surveys.fieldwork.life import Event, Status, advance
from gongmun.surveys.fieldwork.models import (
    AnswerSheet,
    Invitation,
    InvitationStatus,
    Mode,
    SurveyCycle,
    SurveyMail,
    SurveyMailKind,
)
from gongmun.surveys.fieldwork.opening import open_waves
from gongmun.surveys.fieldwork.paper import take_paper
from gongmun.surveys.fieldwork.reminding import remind
from gongmun.surveys.fieldwork.series import read_series, register_series
from gongmun.surveys.fieldwork.starting import start_due
from gongmun.surveys.fieldwork.storing import store
from gongmun.surveys.panels import queries as panel_queries
from gongmun.surveys.panels.enrolling import enrol_draw
from gongmun.surveys.panels.models import PanelMember, Standing
from gongmun.surveys.reports.deciding import decide_report
from gongmun.surveys.reports.figures import from_json
from gongmun.surveys.reports.figuring import change
from gongmun.surveys.reports.publishing import draft_reports, publish_reports, to_issue
from gongmun.surveys.reports.telling import is_untold, tell
from gongmun.surveys.reports.waves import load
from gongmun.text import Bilingual
from tests.portal.served import served
from tests.surveys.fieldwork.conftest import questionnaire
from tests.surveys.reports.conftest import Reported
from tests.surveys.simulated import QUESTIONS, SIZE, Plan, Way, address, contacts, draw, plan, pool
from tests.world import at

pytestmark = pytest.mark.long

SERIES = """
code = "engagement"
title_ko = "국민참여 만족도 조사"
title_en = "Engagement and satisfaction"
questionnaire = "satisfaction"
panel = "citizens-2026"
rule = "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=12;COUNT=2"
starts_on = 2026-10-12
field_days = 10
reminders = [3, 7]
keep_days = 150
"""
FIRST, LAST = date(2026, 10, 5), date(2027, 2, 5)
# Nothing runs on these: that of the first reminder, and that of the second wave's opening.
DOWN = {date(2026, 10, 15), date(2026, 10, 16), date(2027, 1, 12)}
# Every sweep of the day runs twice at once; or is killed before each of its commits, again and again.
TWICE = {date(2026, 10, 12), date(2026, 10, 19), date(2026, 10, 28), date(2027, 1, 26)}
KILLED = {date(2026, 10, 26), date(2026, 10, 27), date(2027, 1, 13), date(2027, 1, 29)}
_FIRST_PAGE = ("i-took_part", "i-satisfied")
LINK = re.compile(r"https://check\.participation\.example(/s/[\w-]+)")


@cache
def crons() -> Mapping[str, str]:
    """The schedule of each deployment that has one."""
    found = {each.name: each.schedules[0].schedule for each in registry() if each.schedules}
    return {name: each.cron for name, each in found.items() if isinstance(each, CronSchedule)}


def is_scheduled(name: str, now: datetime) -> bool:
    """Whether the deployment of that name runs at that minute."""
    local = now.astimezone(SEOUL)
    return next(CronSim(crons()[name], local - timedelta(minutes=1))) == local


class Killed(BaseException):
    """The power is cut."""


@dataclass
class House(Reported):
    """The installation, its virtual clock, its portal, and the days that it goes through."""

    browser: Client = field(kw_only=True)
    clock: "Clock" = field(kw_only=True)
    folder: Path = field(kw_only=True)
    links: dict[tuple[int, str], str] = field(default_factory=dict)
    acted: set[tuple[int, str]] = field(default_factory=set)
    counted: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    seals: dict[int, str] = field(default_factory=dict)
    seen_events: int = 0

    @property
    def now(self) -> datetime:
        return self.clock.now

    def archive(self, now: datetime) -> ArchivedWaves:
        """What the sweep of the night does."""
        return archive_due(self.db, now=now, is_untold=is_untold)

    def day(self, day: date) -> None:
        """One day, as its deployments and its people make it."""
        if day in DOWN:
            return
        is_weekday = day.weekday() < 5
        self.sweep("archive-survey-waves", day, 3, 30, self.archive)
        self.sweep("open-survey-wave", day, 9, 5, self._open)
        if is_weekday:
            self.sweep("remind-respondents", day, 9, 40, lambda now: remind(self.db, now=now))
        self.clock.now = at(day, 10, 0)
        self.deliver()
        if is_weekday:
            self.sweep("publish-survey-report", day, 10, 15, self._report)
        self.clock.now = at(day, 11, 0)
        self.people(day)
        self.clock.now = at(day, 15, 0)
        self.coordinator()
        if is_weekday:
            self.sweep("publish-survey-report", day, 16, 15, self._report)
        self.sweep("close-survey-wave", day, 18, 0, lambda now: close_due(self.db, now=now))
        self.clock.now = at(day, 18, 20)
        self.people_after_the_closing(day)

    def sweep(
        self, name: str, day: date, hour: int, minute: int, act: Callable[[datetime], object]
    ) -> None:
        """What a deployment does at that time, which its schedule has; on some days twice at once, or killed on the way."""
        now = self.clock.now = at(day, hour, minute)
        assert is_scheduled(name, now), (name, now)
        if day in TWICE:
            with ThreadPoolExecutor(2) as both:
                for done in [both.submit(act, now) for _ in range(2)]:
                    done.result()
        elif day in KILLED:
            self.killed_everywhere(lambda: act(now))
        else:
            act(now)

    def killed_everywhere(self, act: Callable[[], object]) -> None:
        """Run it until it gets through, each time killed before one commit more than the last time."""
        for commits in range(1, 100):
            with power_cut(self.db, before_commit=commits) as is_cut:
                try:
                    act()
                except Killed:
                    self.check_claims()
            if not is_cut():
                return
        raise AssertionError("it does not come to an end")

    def _open(self, now: datetime) -> None:
        assert start_due(self.db, now=now).problems == ()
        assert open_waves(self.db, now=now).problems == ()

    def _report(self, now: datetime) -> None:
        assert draft_reports(self.db, store=self.store, now=now).problems == ()
        issue(self.db, to_issue(self.db), renderer=self.renderer, store=self.store, now=now)
        assert self.translate(now) == []
        publish_reports(self.db, now=now)
        tell(self.db, now=now)

    def deliver(self) -> None:
        """The relay gets what is due; a reminder only goes to whoever is waited for at this moment."""
        before = len(self.mailer.sent)
        statuses = self.statuses()
        self.dispatch(self.now)
        with self.db.reading() as session:
            kinds = dict(
                session.execute(
                    select(Dispatch.message_id, SurveyMail.kind).join(
                        SurveyMail, SurveyMail.dispatch_id == Dispatch.id
                    )
                ).all()
            )
            wave = session.scalar(select(SurveyCycle.id).order_by(SurveyCycle.id.desc()).limit(1))
        parser = BytesParser(policy=policy.default)
        for recipient, raw in self.mailer.sent[before:]:
            mail = parser.parsebytes(raw)
            assert wave is not None
            assert hours.is_open(self.now, calendar())
            kind = kinds[mail["Message-ID"]]
            self.counted[wave, recipient, kind] += 1
            if kind is SurveyMailKind.REMINDER:
                assert statuses[wave, recipient] in WAITED_FOR
            found = LINK.search(mail.get_content())
            assert found is not None
            self.links[wave, recipient] = found[1]

    def statuses(self) -> dict[tuple[int, str], InvitationStatus]:
        with self.db.reading() as session:
            return {
                (cycle, address(number)): status
                for cycle, number, status in session.execute(
                    select(Invitation.cycle_id, PanelMember.number, Invitation.status).join(
                        PanelMember, PanelMember.id == Invitation.member_id
                    )
                )
            }

    def members(self) -> list[str]:
        """The numbers of those who were drawn, in an order of their own."""
        with self.db.reading() as session:
            panel = panel_queries.panel(session, "citizens-2026")
            found = panel_queries.members(session, panel.id, [Standing.SELECTED])
            return sorted(each.number for each in found)

    def waves(self) -> list[SurveyCycle]:
        with self.db.reading() as session:
            return list(session.scalars(select(SurveyCycle).order_by(SurveyCycle.id)))

    def people(self, day: date) -> None:
        """Whoever has made up his mind for today; bouncing addresses bounce by themselves."""
        for wave in self.waves():
            if wave.status is not Status.FIELDING or wave.invited_at is None:
                continue
            since = (day - seoul_date(wave.invited_at)).days
            for place, number in enumerate(self.members()):
                planned, who = plan(number, place, wave.wave), (wave.id, address(number))
                if planned.day <= since and who in self.links and who not in self.acted:
                    self.acted.add(who)
                    self.acts(wave, number, planned)

    def acts(self, wave: SurveyCycle, number: str, planned: Plan) -> None:
        link = self.links[wave.id, address(number)]
        if planned.way in (Way.WEB, Way.LATE, Way.BEGINS):
            self.fill(link, planned)
        if planned.way is Way.WEB:
            assert "done=submitted" in self.post(f"{link}/submit")
        if planned.way is Way.REFUSES:
            assert "done=refused" in self.post(f"{link}/refuse")
        if planned.way is Way.PAPER:
            self.on_paper(wave.id, number, planned)

    def fill(self, link: str, planned: Plan) -> None:
        """Page by page, the first one twice where an answer brings up another question."""
        assert self.browser.get(link).status_code == 200
        form = {f"i-{code}": value for code, value in planned.answers.items()}
        first = {code: value for code, value in form.items() if code in _FIRST_PAGE}
        last = {code: value for code, value in form.items() if code not in _FIRST_PAGE}
        if "more=yes" in self.post(f"{link}/p/first", **first):
            self.post(f"{link}/p/first", **first)
        assert self.post(f"{link}/p/last", **last).endswith("/check")

    def post(self, path: str, **data: str) -> str:
        """Where the portal leads to after this form."""
        return self.browser.post(path, data=data).headers["location"]

    def on_paper(self, cycle_id: int, number: str, planned: Plan) -> None:
        out = io.StringIO()
        columns = ("number", "took_part", "satisfied", "trust", "wishes")
        typed = csv.writer(out)
        typed.writerow(columns)
        typed.writerow([number, *(planned.answers.get(code, "") for code in columns[1:])])
        path = self.folder / "paper.csv"
        path.write_text(out.getvalue(), "utf-8")
        report = take_paper(self.db, cycle_id, path, now=self.now)
        assert (report.taken, report.problems) == (1, ())

    def people_after_the_closing(self, day: date) -> None:
        """Who has begun ends within the grace; nobody else gets in."""
        for wave in self.waves():
            if wave.status is not Status.CLOSING:
                continue
            for place, number in enumerate(self.members()):
                planned = plan(number, place, wave.wave)
                link = self.links.get((wave.id, address(number)), "")
                if planned.way is Way.LATE:
                    assert "done=submitted" in self.post(f"{link}/submit")
                if planned.way is Way.TOO_LATE:
                    before = len(self.sheets())
                    assert self.post(f"{link}/p/first", **{"i-took_part": "2"}).startswith(link)
                    assert len(self.sheets()) == before

    def coordinator(self) -> None:
        """Approves the report that waits."""
        for wave in self.waves():
            if wave.status is Status.REPORTED:
                decide_report(
                    self.db,
                    wave.id,
                    decision=Decision.APPROVE,
                    name="이결재",
                    reason="수치를 확인함",
                    now=self.now,
                )

    def check(self) -> None:
        """What has to hold in the evening of every day."""
        for (_, _, kind), mails in self.counted.items():
            assert mails <= (2 if kind is SurveyMailKind.REMINDER else 1)
        self.check_claims()
        with self.db.reading() as session:
            for wave in session.scalars(select(SurveyCycle)):
                self._check_answers(session, wave)
            self._check_life(session)
            events = session.scalar(text("SELECT count(*) FROM ledger_events"))
            if events != self.seen_events:
                ledger.verify(session)
                self.seen_events = events

    def _check_answers(self, session: Session, wave: SurveyCycle) -> None:
        sheets = list(session.scalars(select(AnswerSheet).where(AnswerSheet.cycle_id == wave.id)))
        submitted = [sheet for sheet in sheets if sheet.submitted_on]
        statuses = list(
            session.scalars(select(Invitation.status).where(Invitation.cycle_id == wave.id))
        )
        assert len(statuses) in (0, SIZE)
        assert len(submitted) == statuses.count(InvitationStatus.ANSWERED)
        last_day = (wave.closes_at + GRACE).date()
        assert all(sheet.submitted_on <= last_day for sheet in submitted if sheet.submitted_on)
        if wave.sheets_sha256 is not None:
            # Nothing was changed after the closing, whatever ran since.
            assert sheet_queries.digest(session, wave.id) == (len(sheets), wave.sheets_sha256)
            if wave.status is not Status.ARCHIVED:
                assert self.seals.setdefault(wave.id, wave.sheets_sha256) == wave.sheets_sha256

    def _check_life(self, session: Session) -> None:
        """The ledger tells of no step that the table does not know, and ends where the row stands."""
        for wave in session.scalars(select(SurveyCycle)):
            status = Status.DRAFT
            for told in ledger.history(session, "survey_cycle", wave.id):
                step = told.kind.removeprefix("survey_cycle.")
                if step in set(Event) and told.kind.startswith("survey_cycle."):
                    status = advance(status, Event(step))
            assert status is wave.status

    def check_claims(self) -> None:
        """No row says more than was done: of an archived wave nothing is left, and of a destroyed key no file."""
        key = settings().survey_keys / "engagement.key"
        with self.db.reading() as session:
            (series,) = session.execute(text("SELECT key_destroyed_at FROM survey_series")).all()
            if series.key_destroyed_at is not None:
                assert not key.exists()
            for wave in session.scalars(select(SurveyCycle)):
                if wave.status is not Status.ARCHIVED:
                    continue
                for sheet in session.scalars(
                    select(AnswerSheet).where(AnswerSheet.cycle_id == wave.id)
                ):
                    told = (
                        sheet.pair_key,
                        sheet.sex,
                        sheet.age_group,
                        sheet.province,
                        sheet.weight,
                    )
                    assert (sheet.key, *told) == (sheet.id, None, None, None, None, None)
                    assert "010-1234" not in str(sheet.answers)
                left = session.execute(
                    select(Dispatch.address, Dispatch.relay_reply, Invitation.answered_on)
                    .join(SurveyMail, SurveyMail.dispatch_id == Dispatch.id)
                    .join(Invitation, Invitation.id == SurveyMail.invitation_id)
                    .where(Invitation.cycle_id == wave.id)
                ).all()
                assert left
                assert {value for row in left for value in row} == {None}


@dataclass
class Clock:
    """The time that everything in this house is told."""

    now: datetime


@contextmanager
def power_cut(db: Database, *, before_commit: int) -> Iterator[Callable[[], bool]]:
    """Raise `Killed` right before a commit of the block, the n-th; whether it came to that."""
    seen = 0

    def cut(connection: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == before_commit:
            raise Killed

    event.listen(db.engine, "commit", cut)
    try:
        yield lambda: seen >= before_commit
    finally:
        event.remove(db.engine, "commit", cut)


@pytest.fixture
def house(sqlite_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A panel drawn in public from a pool and enrolled, a questionnaire, and a series from its file."""
    monkeypatch.setenv("GONGMUN_SURVEY_KEYS", str(tmp_path / "keys"))
    settings.cache_clear()
    kept, clock, people = LocalStore(tmp_path / "store"), Clock(at(FIRST)), pool()
    enrolled = enrol_draw(
        sqlite_db,
        "citizens-2026",
        Bilingual(ko="시민참여단", en="Citizens' panel"),
        draw(people),
        contacts(people),
        store=kept,
        now=at(FIRST),
    )
    assert enrolled.members == SIZE
    store(sqlite_db, questionnaire(QUESTIONS), now=at(FIRST))
    (tmp_path / "series.toml").write_text(SERIES, "utf-8")
    register_series(sqlite_db, read_series(tmp_path / "series.toml"), now=at(FIRST))
    app = create(sqlite_db, store=kept, now=lambda: clock.now)
    with served(app) as browser:
        yield House(sqlite_db, store=kept, browser=browser, clock=clock, folder=tmp_path)
    settings.cache_clear()


def test_two_waves_run_by_their_schedule_from_draft_to_archived(house: House) -> None:
    members = house.members()
    ways = [plan(number, place, 1).way for place, number in enumerate(members)]
    house.mailer.refusing = {
        address(number): 550
        for number, way in zip(members, ways, strict=True)
        if way is Way.BOUNCES
    }
    day = FIRST
    while day <= LAST:
        house.day(day)
        house.check()
        day += timedelta(days=1)

    first, second = house.waves()
    assert [wave.status for wave in (first, second)] == [Status.PUBLISHED] * 2
    assert (first.due_on, second.due_on) == (date(2026, 10, 12), date(2027, 1, 12))
    every_way_was_taken(house, first, ways)
    nothing_leads_from_an_answer_to_a_person(house)
    the_second_is_compared_with_the_first_by_whom_they_share(house, first.id, second.id)
    the_series_is_over_and_everything_is_archived(house, first, second)


def every_way_was_taken(house: House, wave: SurveyCycle, ways: list[Way]) -> None:
    statuses = Counter(
        status for (cycle, _), status in house.statuses().items() if cycle == wave.id
    )
    counts = Counter(ways)
    assert statuses == {
        InvitationStatus.ANSWERED: counts[Way.WEB] + counts[Way.PAPER] + counts[Way.LATE],
        InvitationStatus.REFUSED: counts[Way.REFUSES],
        InvitationStatus.OPENED: counts[Way.BEGINS],
        InvitationStatus.UNREACHABLE: counts[Way.BOUNCES],
        InvitationStatus.INVITED: counts[Way.SILENT] + counts[Way.TOO_LATE],
    }
    modes = Counter(sheet.mode for sheet in house.sheets() if sheet.cycle_id == wave.id)
    assert modes[Mode.PAPER] == counts[Way.PAPER]
    # Nobody answers between the sweep and the relay here: no reminder had to be taken back.
    with house.db.reading() as session:
        assert MailStatus.RECALLED not in set(session.scalars(select(Dispatch.status)))
    reminded = [who for (cycle, who, kind), n in house.counted.items() if kind == "reminder" if n]
    # The day of the first reminder was missed, and made up for.
    assert set(reminded) > {
        address(number)
        for number, way in zip(house.members(), ways, strict=True)
        if way in (Way.SILENT, Way.TOO_LATE)
    }


def nothing_leads_from_an_answer_to_a_person(house: House) -> None:
    """No column of a sheet is a moment, none but its wave's is a key of another table, and nobody else knows its own."""
    columns = inspect(AnswerSheet).columns
    assert not [column.name for column in columns if isinstance(column.type, DateTime)]
    assert [c.name for c in columns if c.foreign_keys] == ["cycle_id"]
    sheets = house.sheets()
    secrets = {
        value for sheet in sheets for value in (sheet.id, sheet.key, sheet.pair_key) if value
    }
    with house.db.engine.connect() as connection:
        for table in inspect(house.db.engine).get_table_names():
            if table == "answer_sheets":
                continue
            rows = str(connection.execute(text(f'SELECT * FROM "{table}"')).all())
            words = set(re.findall(r"[0-9a-f]{32,64}", rows))
            assert not words & secrets, table


def the_second_is_compared_with_the_first_by_whom_they_share(
    house: House, first: int, second: int
) -> None:
    figures = from_json(house.report(second).figures or {})
    assert figures.before == 1
    assert figures.changes
    with house.db.reading() as session:
        then, now = load(session, first), load(session, second)
    shared = set(then.answers.pair_keys) & set(now.answers.pair_keys)
    assert len(shared) > SIZE / 3
    strangers = tuple(f"{place:064x}" for place, _ in enumerate(then.answers.ids))
    apart = replace(then, answers=replace(then.answers, pair_keys=strangers)).counted()
    counted = now.counted()
    assert apart is not None
    assert counted is not None
    of_strangers = change(apart, counted)
    assert [(each.before, each.after) for each in of_strangers] == [
        (each.before, each.after) for each in figures.changes
    ]
    assert [(each.low, each.high) for each in of_strangers] != [
        (each.low, each.high) for each in figures.changes
    ]


def the_series_is_over_and_everything_is_archived(
    house: House, first: SurveyCycle, second: SurveyCycle
) -> None:
    key = settings().survey_keys / "engagement.key"
    link = next(iter(house.links.values()))
    april, july = date(2027, 4, 12), date(2027, 7, 12)
    assert first.published_at is not None
    assert second.published_at is not None
    for wave, published in ((first, first.published_at), (second, second.published_at)):
        eve = published.date() + timedelta(days=149)
        house.day(eve)
        assert house.wave(wave.id).status is Status.PUBLISHED
        house.clock.now = at(eve + timedelta(days=1), 3, 30)
        house.killed_everywhere(lambda: house.archive(house.now))
        assert house.wave(wave.id).status is Status.ARCHIVED
        house.check()
        assert key.exists() is (wave is first)
    for day in (april, july):
        house.day(day)
        house.check()
    assert len(house.waves()) == 2
    with house.db.reading() as session:
        (line,) = series_lines(session, now=at(july))
        kinds = Counter(told.kind for told in ledger.history(session, "survey_series", 1))
        sheets = sum(1 for _ in sheet_queries.sheets(session, first.id))
    assert (line.is_over, line.next_on) == (True, None)
    assert kinds["survey_series.key_destroyed"] == kinds["survey_series.ended"] == 1
    # What was answered and what was published stay; the way in is gone.
    assert sheets
    assert house.browser.get("/surveys/engagement/1").status_code == 200
    assert house.browser.get(link).status_code == 404
