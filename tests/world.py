"""A small world for tests above the lower rooms: real services on a real database, fakes at the ports.

Only mail and printing are faked, by the fakes that pass the ports' contract tests. A test of the
real ones belongs to tests/mail, tests/documents and tests/end_to_end.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongmun.access import links
from gongmun.clock import SEOUL
from gongmun.db import Database
from gongmun.documents import FakeRenderer, LocalStore, issue
from gongmun.followups.leaving import review
from gongmun.forums.deciding import decide_outcome
from gongmun.forums.issuing import IssuedOutcomes, issue_outcomes
from gongmun.forums.models import Forum, ForumKind, Outcome
from gongmun.forums.wrapping_up import WrapUp, wrap_up
from gongmun.mail import DispatchReport, dispatch_due
from gongmun.mail.mailer import FakeMailer
from gongmun.organisations import load
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import queries
from gongmun.referrals.answering import Answer, take_responses
from gongmun.referrals.chasing import ChaseReport, sweep
from gongmun.referrals.dispatched import note_dispatches
from gongmun.referrals.ladder import load as load_ladder
from gongmun.referrals.models import Referral, Response, ResponseDecision
from gongmun.referrals.notices import (
    NoticeReport,
    enqueue_notices,
    papers_to_issue,
    prepare_notices,
)
from gongmun.suggestions.models import Channel, Import, Suggestion
from tests.beginnings import once

LADDER = load_ladder()


def at(day: date, hour: int = 9, minute: int = 10) -> datetime:
    """A moment in Seoul."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SEOUL)


def organise(db: Database, now: datetime) -> None:
    """Load the organisations of the package."""
    once(db, ("load", now), lambda: load(db, now))


@dataclass
class World:
    """One installation: its database with the organisations, its store, its ports."""

    db: Database
    folder: Path
    now: datetime
    renderer: FakeRenderer = field(default_factory=FakeRenderer)
    mailer: FakeMailer = field(default_factory=FakeMailer)

    def __post_init__(self) -> None:
        self.store = LocalStore(self.folder / "documents")
        organise(self.db, self.now)

    def forum(self, code: str = "OCF-2026-10", *, ends_at: datetime | None = None) -> int:
        """A forum that ended an hour ago, unless said otherwise."""
        ends_at = ends_at or self.now - timedelta(hours=1)
        with self.db.transaction() as session:
            forum = Forum(
                code=code,
                kind=ForumKind.OPEN_FORUM,
                title_ko="생활 속 불편 함께 고치기",
                title_en="Fixing everyday problems",
                starts_at=ends_at - timedelta(days=3),
                ends_at=ends_at,
                answer_rule="suggestion",
            )
            session.add(forum)
            session.flush()
            session.add(
                Import(
                    id=forum.id,
                    forum_id=forum.id,
                    file_name="test.csv",
                    sha256="0" * 64,
                    mapping={},
                    started_at=self.now,
                    complete=True,
                )
            )
            return forum.id

    def suggest(
        self, forum_id: int, topic: str | None, *, title: str = "", selected: bool = True
    ) -> int:
        """A suggestion of that topic."""
        with self.db.transaction() as session:
            forum = session.get_one(Forum, forum_id)
            number = len(_suggestions(session, forum_id)) + 1
            suggestion = Suggestion(
                forum_id=forum_id,
                key=f"website:{number}",
                number=number,
                reference=f"{forum.code}-{number:03}",
                channel=Channel.WEBSITE,
                title=title or f"제안 {number}",
                body="버스 정류장에 그늘막을 설치해 주십시오.",
                topic=topic,
                selected=selected,
                content_hash=str(number),
                imported_at=self.now,
                import_id=forum_id,
            )
            session.add(suggestion)
            session.flush()
            return suggestion.id

    def wrap_up(self, forum_id: int, key: str = "run-1") -> WrapUp:
        """Draft the outcome."""
        return wrap_up(self.db, forum_id, key=key, now=self.now)

    def decide(self, outcome_id: int, decision: str = "approve") -> Outcome:
        """A coordinator's decision."""
        return decide_outcome(
            self.db,
            outcome_id,
            decision=decision,
            name="한소통",
            reason="확인하였습니다.",
            now=self.now,
        )

    def issue(self) -> IssuedOutcomes:
        """Issue approved outcomes."""
        return issue_outcomes(self.db, renderer=self.renderer, store=self.store, now=self.now)

    def dispatch(self, now: datetime | None = None) -> DispatchReport:
        """Send what is due, and start the clocks of what went out."""
        now = now or self.now
        report = dispatch_due(
            self.db,
            mailer=self.mailer,
            attachments=self.store.get,
            now=now,
            owner="test",
            limit=999,
            fill=links.fill,
            review=review,
        )
        note_dispatches(self.db, ladder=LADDER, now=now)
        return report

    def dispatched(self, *topics: str) -> Sequence[int]:
        """A forum with a suggestion of each topic, taken as far as dispatched; all referral ids."""
        if not self._is_new():
            return self._dispatched(*topics)
        found: list[int] = []
        mailer = self.mailer

        def make() -> Sequence[object]:
            found.extend(self._dispatched(*topics))
            files = [file.read_bytes() for file in self._files()]
            changed = (found, files, self.renderer.pages, mailer.sent, mailer.envelopes)
            return [tuple(each) for each in changed]

        def bring(besides: Any) -> None:
            found[:], files, self.renderer.pages[:], mailer.sent[:], mailer.envelopes[:] = besides
            for file in files:
                self.store.put(file)

        said = sorted(each for each in os.environ.items() if each[0].startswith("GONGMUN_"))
        settled = repr(said).replace(str(self.folder), "")
        once(self.db, ("dispatched", topics, self.now, settled), make, bring)
        return found

    def _is_new(self) -> bool:
        """Whether nothing was printed, stored or sent, and nothing is going to go wrong."""
        return (
            type(self.mailer) is FakeMailer
            and type(self.renderer) is FakeRenderer
            and vars(self.renderer) == vars(FakeRenderer())
            and self.mailer == FakeMailer()
            and not self._files()
        )

    def _files(self) -> Sequence[Path]:
        return [file for file in (self.folder / "documents").rglob("*") if file.is_file()]

    def _dispatched(self, *topics: str) -> Sequence[int]:
        forum_id = self.forum()
        for topic in topics:
            self.suggest(forum_id, topic)
        outcome_id = self.wrap_up(forum_id).outcome_id
        assert outcome_id is not None
        self.decide(outcome_id)
        self.issue()
        self.dispatch()
        return [referral.id for referral in self.referrals(outcome_id)]

    def respond(self, referral_id: int, now: datetime, **changed: Any) -> Response:
        """A refusal of the ministry, unless said otherwise, without a receipt."""
        words = {
            "decision": ResponseDecision.NOT_ACCEPTED,
            "reason": "다른 법령에 따라 시행 중인 제도와 중복됩니다.",
            "promised_on": None,
        }
        with self.db.transaction() as session:
            referral = queries.by_id(session, referral_id)
            answer = Answer(referral=referral, **(words | changed))
            return take_responses(session, [answer], now=now)[0]

    def referrals(self, outcome_id: int) -> Sequence[Referral]:
        """The referrals of an outcome."""
        with self.db.reading() as session:
            return queries.of_outcome(session, outcome_id)

    def referral(self, referral_id: int) -> Referral:
        """One referral, read afresh."""
        with self.db.reading() as session:
            return queries.by_id(session, referral_id)

    def chase(self, day: date) -> tuple[ChaseReport, NoticeReport]:
        """One whole chase on a day, as the flow does it, and the mail that comes of it."""
        now = at(day)
        note_dispatches(self.db, ladder=LADDER, now=now)
        swept = sweep(self.db, ladder=LADDER, now=now)
        notices = self.send_notices(now)
        return swept, notices

    def send_notices(self, now: datetime) -> NoticeReport:
        """Issue the documents of waiting notices, queue them and send."""
        prepare_notices(self.db, now=now)
        ids = papers_to_issue(self.db, now=now)
        issue(self.db, ids, renderer=self.renderer, store=self.store, now=now)
        notices = enqueue_notices(self.db, now=now)
        self.dispatch(now)
        return notices

    def code(self, referral: Referral) -> str:
        """The code of a referral's ministry."""
        with self.db.reading() as session:
            return organisation_queries.by_id(session, referral.organisation_id).code

    def sent(self) -> Sequence[tuple[str, EmailMessage]]:
        """All mail the relay has, by recipient, as the standard library reads it."""
        parser = BytesParser(policy=policy.default)
        return [(recipient, parser.parsebytes(raw)) for recipient, raw in self.mailer.sent]


def _suggestions(session: Session, forum_id: int) -> Sequence[int]:
    return session.scalars(select(Suggestion.id).where(Suggestion.forum_id == forum_id)).all()
