"""A world in which a ministry has answered, with the real services of all rooms below."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from gongmun.access import links
from gongmun.answers.content import CommitmentContent, Content
from gongmun.answers.deciding import publish
from gongmun.answers.models import Channel, Commitment
from gongmun.answers.submitting import submit
from gongmun.db import Database
from gongmun.followups.chasing import CommitmentChase, chase_commitments
from gongmun.followups.leaving import review
from gongmun.followups.proposers import ProposersTold, tell_proposers
from gongmun.mail import Dispatch, dispatch_due
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.models import Referral, ResponseDecision
from gongmun.suggestions.models import Proposer
from tests.world import World, at

ANSWERED = date(2026, 10, 20)
PUBLISHED = date(2026, 10, 21)
# Friday 11 December 2026: no holiday in the weeks before.
DUE = date(2026, 12, 11)


@dataclass
class Followed:
    """A world, and what the tests of this room do in it."""

    world: World

    @property
    def db(self) -> Database:
        """Its database."""
        return self.world.db

    def answered(
        self,
        referral_id: int,
        decision: ResponseDecision = ResponseDecision.ACCEPTED,
        *commitments: str,
        due: date = DUE,
        reason: str = "제안하신 대로 시행하겠습니다.",
        on: date = ANSWERED,
    ) -> int:
        """The ministry's answer to one referral, not published yet; its id."""
        referral = self.world.referral(referral_id)
        assert referral.document_id is not None
        with self.db.reading() as session:
            others = [
                r.id
                for r in referral_queries.of_document(session, referral.document_id)
                if r.id != referral_id
            ]
        submit(
            self.db,
            referral.document_id,
            organisation_id=referral.organisation_id,
            answers={
                referral_id: Content(
                    decision=decision,
                    reason=reason,
                    review_by=None,
                    commitments=tuple(
                        CommitmentContent(text=text, owner="대중교통과", due_on=due)
                        for text in commitments
                    ),
                )
            },
            left_open=others,
            channel=Channel.PORTAL,
            address=None,
            now=at(on, 15),
        )
        with self.db.reading() as session:
            response = referral_queries.latest_response(session, referral_id)
            assert response is not None
            return response.id

    def published(
        self,
        referral_id: int,
        decision: ResponseDecision = ResponseDecision.ACCEPTED,
        *commitments: str,
        due: date = DUE,
        reason: str = "제안하신 대로 시행하겠습니다.",
        on: date = PUBLISHED,
    ) -> int:
        """As `answered`, and published the day after."""
        if not commitments and decision is ResponseDecision.ACCEPTED:
            commitments = ("그늘막을 설치합니다.",)
        response_id = self.answered(
            referral_id, decision, *commitments, due=due, reason=reason, on=min(on, ANSWERED)
        )
        self.publish(response_id, on)
        return response_id

    def refused(self, referral_id: int, *, on: date = PUBLISHED) -> int:
        """A published refusal."""
        return self.published(
            referral_id,
            ResponseDecision.NOT_ACCEPTED,
            reason="예산이 없어 수용이 어렵습니다.",
            on=on,
        )

    def publish(self, response_id: int, on: date = PUBLISHED) -> None:
        """A coordinator's second step."""
        publish(self.db, response_id, name="한소통", now=at(on, 16))

    def chase(self, day: date) -> CommitmentChase:
        """One sweep, and its mail."""
        report = chase_commitments(self.db, now=at(day, 9, 20))
        self.send(at(day, 9, 25))
        return report

    def tell(self, day: date) -> ProposersTold:
        """One sweep, and its mail."""
        report = tell_proposers(self.db, now=at(day, 9, 20))
        self.send(at(day, 9, 25))
        return report

    def send(self, now: datetime) -> None:
        """Send all that is due, with links."""
        dispatch_due(
            self.db,
            mailer=self.world.mailer,
            attachments=self.world.store.get,
            now=now,
            owner="test",
            limit=999,
            fill=links.fill,
            review=review,
        )

    def contact(self, referral_id: int, contact: str | None, name: str = "홍길동") -> int:
        """Let the proposer of a referral's suggestion have left this; the suggestion's id."""
        suggestion_id = self.world.referral(referral_id).suggestion_id
        with self.db.transaction() as session:
            session.merge(Proposer(suggestion_id=suggestion_id, name=name, contact=contact))
        return suggestion_id

    def commitments(self, referral_id: int) -> list[Commitment]:
        """Those of a referral."""
        with self.db.reading() as session:
            return list(
                session.scalars(
                    select(Commitment)
                    .where(Commitment.referral_id == referral_id)
                    .order_by(Commitment.id)
                )
            )

    def mails(self, intent: str) -> list[Dispatch]:
        """The outbox's rows of an intent."""
        with self.db.reading() as session:
            return list(
                session.scalars(
                    select(Dispatch).where(Dispatch.intent == intent).order_by(Dispatch.id)
                )
            )

    def referral(self, referral_id: int) -> Referral:
        """Read afresh."""
        return self.world.referral(referral_id)

    def texts(self, recipient: str) -> list[str]:
        """The bodies of all mail to an address."""
        found = []
        for to, mail in self.world.sent():
            if to == recipient:
                body = mail.get_body(("plain",))
                assert body is not None
                found.append(body.get_content())
        return found


@pytest.fixture
def followed(sqlite_db: Database, tmp_path: Path, now: datetime) -> Followed:
    """A world on SQLite, for what does not depend on the kind of database."""
    return Followed(World(db=sqlite_db, folder=tmp_path, now=now))


@pytest.fixture
def on_both(world: World) -> Followed:
    """A world on each kind of database."""
    return Followed(world)
