"""A ministry with a dispatched document, as the tests of answers need it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage

from gongmun.answers import deciding, files, submitting, view
from gongmun.answers.content import Content
from gongmun.answers.models import AnswerFile, Channel, Receipt
from gongmun.answers.view import Desk, ReferralView
from gongmun.documents import LocalStore
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.models import Response
from tests.world import LADDER, World, at

DAY = date(2026, 10, 20)
MOMENT = at(DAY)
ADDRESS = "officer@mods.example"


@dataclass(frozen=True)
class Officer:
    """The officer of one document of one ministry."""

    world: World
    document_id: int
    organisation_id: int
    ids: Sequence[int]

    @classmethod
    def of(cls, world: World, referral_id: int) -> "Officer":
        """The officer who has the document of this referral."""
        referral = world.referral(referral_id)
        assert referral.document_id is not None
        with world.db.reading() as session:
            all_ = referral_queries.of_document(session, referral.document_id)
        return cls(world, referral.document_id, referral.organisation_id, [r.id for r in all_])

    def submit(
        self,
        answers: Mapping[int, Content],
        left_open: Collection[int] = (),
        now: datetime = MOMENT,
        address: str | None = ADDRESS,
    ) -> Receipt:
        """Submit by the portal."""
        return submitting.submit(
            self.world.db,
            self.document_id,
            organisation_id=self.organisation_id,
            answers=answers,
            left_open=left_open,
            channel=Channel.PORTAL,
            address=address,
            now=now,
        )

    def attach(self, referral_id: int, content: bytes, filename: str = "메모.txt") -> AnswerFile:
        """Put a file to a draft."""
        return files.add(
            self.world.db,
            referral_id,
            filename=filename,
            content=content,
            channel=Channel.PORTAL,
            store=LocalStore(self.world.folder / "received", ending=""),
            scanner=None,
            now=MOMENT,
        )

    def desk(self, now: datetime = MOMENT) -> Desk:
        """What the officer sees."""
        with self.world.db.reading() as session:
            return view.desk(
                session, self.document_id, organisation_id=self.organisation_id, now=now
            )

    def sees(self, referral_id: int, now: datetime = MOMENT) -> ReferralView:
        """What the officer sees of one referral."""
        return self.desk(now).referral(referral_id)

    def response(self, referral_id: int) -> Response:
        """The last response."""
        with self.world.db.reading() as session:
            found = referral_queries.latest_response(session, referral_id)
        assert found is not None
        return found

    def send_back(
        self, response_id: int, now: datetime, note: str = "기한을 적어 주십시오."
    ) -> None:
        """A coordinator's note."""
        deciding.send_back(
            self.world.db, response_id, note=note, name="한소통", ladder=LADDER, now=now
        )

    def publish(self, response_id: int, now: datetime = MOMENT) -> None:
        """A coordinator's second step."""
        deciding.publish(self.world.db, response_id, name="한소통", now=now)

    def mails(self, now: datetime = MOMENT) -> Sequence[tuple[str, EmailMessage]]:
        """What is sent to anyone from now on."""
        before = len(self.world.sent())
        self.world.dispatch(now)
        return self.world.sent()[before:]
