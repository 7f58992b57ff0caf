"""What nobody needs any more goes, nothing of an open case does, and a run that was killed is gone on with."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from gongmun import ledger
from gongmun.access.models import AccessLink
from gongmun.answers.files import add
from gongmun.answers.models import AnswerFile, Channel, CommitmentStatus, Reply
from gongmun.db import Database
from gongmun.db.sweeps import SweepBusy, last_finished, lease
from gongmun.documents import Approval, Document, LocalStore
from gongmun.documents.models import RegisterEntry
from gongmun.documents.store import StoredFileMissing, StoreUnavailable
from gongmun.followups.commitments import settle
from gongmun.followups.meetings import date_, propose
from gongmun.followups.models import Meeting
from gongmun.forums.models import Forum
from gongmun.ledger import LedgerEvent
from gongmun.mail import Dispatch
from gongmun.mail.collecting import COLLECT_SWEEP
from gongmun.mail.delivering import bounced
from gongmun.mail.models import IncomingMail
from gongmun.organisations import ContactRole
from gongmun.organisations.contacts import set_contact
from gongmun.referrals.life import Status
from gongmun.referrals.models import Referral, ResponseDecision
from gongmun.retention import incoming_queries
from gongmun.retention.expiring import Stores, expire
from gongmun.retention.rules import load
from gongmun.suggestions.models import Proposer
from gongmun.surveys.panels.mail_queries import forget_mails
from tests.followups.conftest import DUE, PUBLISHED
from tests.retention.conftest import Keeping
from tests.surveys.fieldwork.conftest import until_it_waits
from tests.world import at

pytestmark = pytest.mark.long

HONG = "hong@example.com"
TWO_YEARS = timedelta(days=731)
NEXT = PUBLISHED + timedelta(days=1)


def count(db: Database, row: Any) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(row)) or 0


def dispatch_to(db: Database, address: str) -> Sequence[Dispatch]:
    with db.reading() as session:
        return session.scalars(select(Dispatch).where(Dispatch.address == address)).all()


def closed(keeping: Keeping) -> int:
    """A case that a refusal ended, with a proposer who was told; its referral."""
    (referral_id,) = keeping.world.dispatched("statistics")
    keeping.followed.contact(referral_id, HONG)
    keeping.followed.refused(referral_id)
    keeping.followed.tell(NEXT)
    return referral_id


def test_a_proposer_goes_two_years_after_the_last_thing_and_his_mails_with_him(
    keeping: Keeping,
) -> None:
    closed(keeping)
    almost = at(NEXT) + timedelta(days=729)
    assert "proposers" not in keeping.expire(almost)
    assert dispatch_to(keeping.db, HONG)
    found = keeping.expire(at(NEXT) + TWO_YEARS)
    assert found["proposers"] == (1, 0)
    assert found["proposer_mails"] == (1, 0)
    assert count(keeping.db, Proposer) == 0
    assert dispatch_to(keeping.db, HONG) == []
    with keeping.db.reading() as session:
        assert session.scalars(select(AccessLink.suggestion_id)).all().count(1) == 0
        # What was sent, when, and that it arrived stays.
        mail = session.scalars(select(Dispatch).where(Dispatch.intent == "proposer_news")).one()
        assert (mail.address, mail.accepted_at is not None) == (None, True)


@pytest.mark.parametrize(("contact", "known"), [(None, False), (f" {HONG} ", True)])
def test_mails_stay_while_somebody_with_their_address_is_known(
    keeping: Keeping, contact: str | None, known: bool
) -> None:
    closed(keeping)
    waits = keeping.world.suggest(1, None)
    with keeping.db.transaction() as session:
        session.add(Proposer(suggestion_id=waits, name="홍길동", contact=contact))
    found = keeping.expire(at(NEXT) + TWO_YEARS)
    assert found["proposers"] == (1, 0)
    assert ("proposer_mails" in found) is not known
    assert bool(dispatch_to(keeping.db, HONG)) is known


def test_what_came_back_about_a_forgotten_mail_leaves_no_file(keeping: Keeping) -> None:
    closed(keeping)
    mail_id = collected(keeping, "반송된 메일입니다.", files=[b"photo"])
    (sent,) = dispatch_to(keeping.db, HONG)
    with keeping.db.transaction() as session:
        session.get_one(IncomingMail, mail_id).dispatch_id = sent.id
        session.flush()
        forget_mails(session, [sent.id])
        session.expire_all()
        assert session.get_one(IncomingMail, mail_id).text is None
    assert keeping.expire(at(NEXT) + TWO_YEARS)["strays"] == (1, 2)
    assert files(keeping) == []


def test_what_stays(keeping: Keeping) -> None:
    closed(keeping)
    kept = (Document, Approval, RegisterEntry, Referral, Dispatch)
    before = [count(keeping.db, row) for row in kept]
    keeping.expire(at(NEXT) + timedelta(days=4000))
    assert [count(keeping.db, row) for row in kept] == before
    with keeping.db.reading() as session:
        for document in session.scalars(select(Document)):
            assert document.file_sha256
            assert keeping.world.store.get(document.file_sha256)
        ledger.verify(session)


def test_a_second_run_finds_nothing_and_says_nothing(keeping: Keeping) -> None:
    closed(keeping)
    later = at(NEXT) + TWO_YEARS
    assert keeping.expire(later)
    events = count(keeping.db, LedgerEvent)
    assert keeping.expire(later) == {}
    assert count(keeping.db, LedgerEvent) == events


def test_a_dry_run_counts_the_same_and_changes_nothing(keeping: Keeping) -> None:
    closed(keeping)
    collected(keeping, "답장입니다.")
    later = at(NEXT) + TWO_YEARS

    def everything() -> tuple[Any, ...]:
        with keeping.db.reading() as session:
            return (
                session.execute(select(Proposer.suggestion_id, Proposer.contact)).all(),
                session.execute(select(Dispatch.id, Dispatch.address)).all(),
                session.execute(select(IncomingMail.id, IncomingMail.text)).all(),
                session.scalar(select(func.count()).select_from(LedgerEvent)),
                sorted(each.name for each in files(keeping)),
            )

    before = everything()
    would = keeping.expire(later, dry_run=True)
    assert everything() == before
    assert keeping.expire(later) == would
    assert everything() != before


def test_the_ledger_tells_how_many_by_which_rule_and_nothing_else(keeping: Keeping) -> None:
    closed(keeping)
    keeping.expire(at(NEXT) + TWO_YEARS)
    with keeping.db.reading() as session:
        events = session.scalars(
            select(LedgerEvent).where(LedgerEvent.kind == "personal_data.expired")
        ).all()
        assert {"rule": "proposers", "days": 730, "rows": 1, "files": 0} in [
            each.data for each in events
        ]
        assert HONG not in str([each.data for each in events])
        ledger.verify(session)


# Each makes a closed case an open one, or one in which something has just happened.
def _open_commitment(keeping: Keeping, referral_id: int, _late: datetime) -> None:
    keeping.followed.published(referral_id, on=PUBLISHED)


def _settled_lately(keeping: Keeping, referral_id: int, late: datetime) -> None:
    keeping.followed.published(referral_id, on=PUBLISHED)
    (commitment,) = keeping.followed.commitments(referral_id)
    settle(
        keeping.db,
        commitment.id,
        organisation_id=None,
        status=CommitmentStatus.DONE,
        account="다 했습니다.",
        now=late - timedelta(days=30),
    )


def _meeting(keeping: Keeping, referral_id: int, _late: datetime) -> None:
    keeping.followed.refused(referral_id)
    with keeping.db.transaction() as session:
        session.add(
            Meeting(
                referral_id=referral_id,
                status="proposed",
                agenda="남은 일",
                by_ministry=False,
                with_proposer=True,
                sequence=0,
                proposed_at=at(NEXT),
            )
        )


def _not_published(keeping: Keeping, referral_id: int, _late: datetime) -> None:
    keeping.followed.answered(referral_id, ResponseDecision.NOT_ACCEPTED)


def _silence(_keeping: Keeping, _referral_id: int, _late: datetime) -> None:
    """The ministry never says anything."""


def _reopened(keeping: Keeping, referral_id: int, _late: datetime) -> None:
    keeping.followed.refused(referral_id)
    with keeping.db.transaction() as session:
        session.execute(
            update(Referral).where(Referral.id == referral_id).values(status=Status.ACKNOWLEDGED)
        )


def _told_lately(keeping: Keeping, referral_id: int, late: datetime) -> None:
    keeping.followed.refused(referral_id)
    keeping.followed.tell(late.date() - timedelta(days=30))


@pytest.mark.parametrize(
    "make",
    [
        _open_commitment,
        _settled_lately,
        _meeting,
        _not_published,
        _silence,
        _reopened,
        _told_lately,
    ],
)
def test_nothing_of_an_open_case_goes(keeping: Keeping, make: Any) -> None:
    (referral_id,) = keeping.world.dispatched("statistics")
    keeping.followed.contact(referral_id, HONG)
    late = at(date(2030, 10, 14))
    make(keeping, referral_id, late)
    assert "proposers" not in keeping.expire(late)
    assert count(keeping.db, Proposer) == 1


def test_a_suggestion_that_nobody_took_up_is_kept_two_years_and_one_without_a_ministry_longer(
    keeping: Keeping,
) -> None:
    forum_id = keeping.world.forum()
    passed_over = keeping.world.suggest(forum_id, None, selected=False)
    unrouted = keeping.world.suggest(forum_id, None)
    with keeping.db.transaction() as session:
        for suggestion_id in (passed_over, unrouted):
            session.add(Proposer(suggestion_id=suggestion_id, name="홍길동", contact=HONG))
    assert keeping.expire(keeping.world.now + timedelta(days=700)) == {}
    assert keeping.expire(keeping.world.now + TWO_YEARS) == {"proposers": (1, 0)}
    with keeping.db.reading() as session:
        assert session.scalars(select(Proposer.suggestion_id)).all() == [unrouted]


def test_an_invitation_to_a_meeting_goes_with_its_calendar_file(keeping: Keeping) -> None:
    referral_id = closed(keeping)
    with keeping.db.transaction() as session:
        session.execute(
            update(Referral).where(Referral.id == referral_id).values(status=Status.ACKNOWLEDGED)
        )
    meeting = propose(
        keeping.db,
        referral_id,
        agenda="남은 일",
        by_ministry=False,
        with_proposer=True,
        now=at(NEXT, 8),
    )
    date_(
        keeping.db,
        meeting.id,
        starts_at=at(DUE, 10),
        ends_at=at(DUE, 11),
        place="회의실",
        store=keeping.world.store,
        now=at(NEXT, 9),
    )
    keeping.followed.send(at(NEXT, 10))
    with keeping.db.transaction() as session:
        session.execute(update(Meeting).values(status="cancelled"))
        session.execute(update(Referral).values(status=Status.CLOSED))
        invitation = next(
            m for m in session.scalars(select(Dispatch)) if m.address == HONG and m.attachments
        )
        sha256 = invitation.attachments[0]["sha256"]
    assert HONG.encode() in keeping.world.store.get(sha256).replace(b"\r\n ", b"")
    found = keeping.expire(at(DUE) + TWO_YEARS)
    assert found["proposer_mails"] == (2, 1)
    with pytest.raises(StoredFileMissing):
        keeping.world.store.get(sha256)


def test_a_calendar_file_stays_while_the_mail_to_the_backup_contact_has_it(
    keeping: Keeping,
) -> None:
    referral_id = closed(keeping)
    with keeping.db.transaction() as session:
        session.execute(update(Referral).values(status=Status.ACKNOWLEDGED))
    five_years = at(DUE) + timedelta(days=1830)
    meeting = propose(
        keeping.db,
        referral_id,
        agenda="남은 일",
        by_ministry=False,
        with_proposer=False,
        now=at(NEXT, 8),
    )
    set_contact(keeping.db, "MODS", ContactRole.BACKUP, "backup@mods.example", at(NEXT, 8))
    date_(
        keeping.db,
        meeting.id,
        starts_at=at(DUE, 10),
        ends_at=at(DUE, 11),
        place="회의실",
        store=keeping.world.store,
        now=at(NEXT, 9),
    )
    keeping.followed.send(at(NEXT, 10))
    with keeping.db.transaction() as session:
        mail = next(
            each
            for each in session.scalars(select(Dispatch).where(Dispatch.intent == "meeting"))
            if each.organisation_code == "MODS" and each.attachments
        )
        assert bounced(session, mail, "550 5.1.1", at(NEXT, 11)) == ("bounced", "replaced")
        sha256 = mail.attachments[0]["sha256"]
    keeping.followed.send(at(NEXT, 12))
    with keeping.db.transaction() as session:
        session.execute(update(Meeting).values(status="cancelled"))
        session.execute(update(Referral).values(status=Status.CLOSED))
    set_contact(keeping.db, "MODS", ContactRole.PRIMARY, "new@mods.example", five_years)
    assert keeping.expire(five_years)["ministry_mails"][1] == 0
    assert keeping.world.store.get(sha256)
    set_contact(keeping.db, "MODS", ContactRole.BACKUP, "other@mods.example", five_years)
    assert keeping.expire(five_years)["ministry_mails"][1] == 1
    with pytest.raises(StoredFileMissing):
        keeping.world.store.get(sha256)


def test_the_address_of_an_officer_goes_once_he_is_no_contact_and_nothing_of_then_is_open(
    keeping: Keeping,
) -> None:
    closed(keeping)
    with keeping.db.reading() as session:
        mail = session.scalars(select(Dispatch).where(Dispatch.intent == "outcome")).one()
        assert mail.address is not None
    five_years = at(NEXT) + timedelta(days=1830)
    assert "ministry_mails" not in keeping.expire(five_years)
    set_contact(
        keeping.db, mail.organisation_code, ContactRole.PRIMARY, "new@mods.example", five_years
    )
    with keeping.db.transaction() as session:
        session.execute(update(Referral).values(status=Status.DISPATCHED))
    assert "ministry_mails" not in keeping.expire(five_years)
    with keeping.db.transaction() as session:
        session.execute(update(Referral).values(status=Status.CLOSED))
    assert keeping.expire(five_years)["ministry_mails"] == (2, 0)
    assert dispatch_to(keeping.db, mail.address) == []


def collected(keeping: Keeping, text: str, *, files: Sequence[bytes] = (), reply: str = "") -> int:
    """A mail that came in and was dealt with on the first day: a stray, or a reply of that status; its id."""
    raw = keeping.received.put(f"raw {text}".encode())
    with keeping.db.transaction() as session:
        mail = IncomingMail(
            raw_sha256=raw,
            size=10,
            collected_at=keeping.world.now,
            arrived_at=keeping.world.now,
            kind="auto_reply",
            read_at=keeping.world.now,
            sender="hong@molit.example",
            subject="답장",
            text=text,
            shown=text,
            attachments=[
                {
                    "filename": "a.pdf",
                    "media_type": "application/pdf",
                    "sha256": keeping.received.put(content),
                    "size": len(content),
                    "inline": False,
                }
                for content in files
            ],
            handled_at=keeping.world.now,
        )
        session.add(mail)
        session.flush()
        if reply:
            document = session.scalars(select(Document).limit(1)).one_or_none()
            session.add(
                Reply(
                    incoming_id=mail.id,
                    status=reply,
                    document_id=document.id if document and reply != "held" else None,
                    candidates=[],
                    settled_at=keeping.world.now if reply in ("settled", "dismissed") else None,
                )
            )
        return mail.id


def files(keeping: Keeping) -> list[Any]:
    root = keeping.received.path("00").parent.parent
    return [each for each in root.rglob("*") if each.is_file()]


def test_a_stray_goes_with_its_files_after_half_a_year(keeping: Keeping) -> None:
    mail_id = collected(keeping, "부재중입니다.", files=[b"logo"])
    assert keeping.expire(keeping.world.now + timedelta(days=180)) == {}
    assert keeping.expire(keeping.world.now + timedelta(days=181)) == {"strays": (1, 2)}
    assert files(keeping) == []
    with keeping.db.reading() as session:
        mail = session.get_one(IncomingMail, mail_id)
        assert (mail.sender, mail.subject, mail.text, mail.shown) == (None,) * 4
        assert mail.attachments == []
        assert mail.raw_deleted_at is not None
        assert len(mail.raw_sha256) == 64


@pytest.mark.parametrize("reply", ["held", "filed"])
def test_a_reply_that_waits_for_somebody_stays(keeping: Keeping, reply: str) -> None:
    closed(keeping)
    collected(keeping, "검토 중입니다.", reply=reply)
    found = keeping.expire(keeping.world.now + timedelta(days=4000))
    assert not {"strays", "replies"} & set(found)
    assert len(files(keeping)) == 1


def test_one_that_was_found_to_be_no_reply_is_a_stray(keeping: Keeping) -> None:
    collected(keeping, "광고", reply="dismissed")
    assert keeping.expire(keeping.world.now + timedelta(days=181)) == {"strays": (1, 1)}


def test_a_settled_reply_goes_three_years_after_if_its_case_is_over(keeping: Keeping) -> None:
    closed(keeping)
    collected(keeping, "수용합니다.", reply="settled")
    four_years = keeping.world.now + timedelta(days=1460)
    with keeping.db.transaction() as session:
        session.execute(update(Referral).values(status=Status.ACKNOWLEDGED))
    assert "replies" not in keeping.expire(four_years)
    with keeping.db.transaction() as session:
        session.execute(update(Referral).values(status=Status.CLOSED))
    assert keeping.expire(four_years)["replies"] == (1, 1)


def test_a_mail_that_was_not_read_or_taken_up_stays(keeping: Keeping) -> None:
    mail_id = collected(keeping, "새 메일")
    with keeping.db.transaction() as session:
        session.execute(
            update(IncomingMail).where(IncomingMail.id == mail_id).values(handled_at=None)
        )
    assert keeping.expire(keeping.world.now + timedelta(days=4000)) == {}


def test_a_file_that_something_else_names_stays(keeping: Keeping) -> None:
    (referral_id,) = keeping.world.dispatched("statistics")
    collected(keeping, "하나", files=[b"logo", b"evidence", b"own"])
    later = collected(keeping, "둘", files=[b"logo"])
    with keeping.db.transaction() as session:
        session.execute(
            update(IncomingMail)
            .where(IncomingMail.id == later)
            .values(handled_at=keeping.world.now + timedelta(days=90))
        )
        session.add(
            AnswerFile(
                referral_id=referral_id,
                name="x" * 32,
                filename="증빙.pdf",
                media_type="application/pdf",
                size=8,
                sha256=keeping.received.put(b"evidence"),
                channel="mail",
                received_at=keeping.world.now,
            )
        )
    # Its raw bytes and what is only its own.
    assert keeping.expire(keeping.world.now + timedelta(days=200)) == {"strays": (1, 2)}
    assert keeping.received.get(keeping.received.put(b"evidence"))
    assert {each.read_bytes() for each in files(keeping)} == {
        b"logo",
        b"evidence",
        "raw 둘".encode(),
    }
    assert keeping.expire(keeping.world.now + timedelta(days=300)) == {"strays": (1, 2)}
    assert {each.read_bytes() for each in files(keeping)} == {b"evidence"}


def test_a_file_that_comes_with_an_answer_while_it_expires_is_kept(keeping: Keeping) -> None:
    (referral_id,) = keeping.world.dispatched("statistics")
    collected(keeping, "부재중입니다.", files=[b"memo"])
    later = keeping.world.now + timedelta(days=200)

    def answer() -> AnswerFile:
        return add(
            keeping.db,
            referral_id,
            filename="메모.txt",
            content=b"memo",
            channel=Channel.PORTAL,
            store=keeping.received,
            scanner=None,
            now=later,
        )

    with ThreadPoolExecutor(1) as other:
        with keeping.db.transaction() as session:
            (stray,) = incoming_queries.strays(session, later, 0)
            names = incoming_queries.named(session)
            gone = incoming_queries.forget(session, [stray], later, names)
            assert len(gone) == 2
            comes = other.submit(answer)
            until_it_waits(keeping.db, comes)
            for sha256 in gone:
                keeping.received.remove(sha256)
        assert keeping.received.get(comes.result().sha256) == b"memo"


class _Killed(BaseException):
    """As a power cut: nothing catches it."""


class _Dying(LocalStore):
    """A store whose process is killed at its third file."""

    removed = 0

    def remove(self, sha256: str) -> None:
        self.removed += 1
        if self.removed == 3:
            raise _Killed
        super().remove(sha256)


def test_a_run_that_is_killed_half_way_is_gone_on_with(
    keeping: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming_queries, "BATCH", 2)
    closed(keeping)
    for number in range(6):
        collected(keeping, f"부재중 {number}")
    later = at(NEXT) + TWO_YEARS
    folder = keeping.received.path("00").parent.parent
    dying = Stores(documents=keeping.world.store, received=_Dying(folder, ending=""))
    with pytest.raises(_Killed):
        expire(keeping.db, load(), dying, now=later)
    with keeping.db.reading() as session:
        ledger.verify(session)
        gone = session.scalars(select(IncomingMail.raw_deleted_at).order_by(IncomingMail.id)).all()
    # The first part is whole; of the second nothing is claimed, although a file of it may be gone.
    assert [each is not None for each in gone] == [True, True, False, False, False, False]
    assert count(keeping.db, Proposer) == 0
    # The lease of the inbox is free again, as after the quarter of an hour of a killed process.
    found = keeping.expire(later)
    assert found == {"strays": (4, 4)}
    assert files(keeping) == []
    with keeping.db.reading() as session:
        ledger.verify(session)


def test_a_rule_that_cannot_be_carried_out_does_not_hold_up_the_others(keeping: Keeping) -> None:
    class Gone(LocalStore):
        def remove(self, sha256: str) -> None:
            raise StoreUnavailable(reason="gone")

    closed(keeping)
    mail_id = collected(keeping, "부재중입니다.")
    later = at(NEXT) + TWO_YEARS
    folder = keeping.received.path("00").parent.parent
    stores = Stores(documents=keeping.world.store, received=Gone(folder, ending=""))
    report = expire(keeping.db, load(), stores, now=later)
    assert [type(each) for each in report.problems] == [StoreUnavailable]
    assert count(keeping.db, Proposer) == 0
    with keeping.db.reading() as session:
        assert session.get_one(IncomingMail, mail_id).text == "부재중입니다."


def test_a_forum_whose_end_nobody_named_does_not_keep_them(keeping: Keeping) -> None:
    closed(keeping)
    with keeping.db.transaction() as session:
        session.execute(update(Forum).values(ends_at=None))
    keeping.expire(at(NEXT) + TWO_YEARS)
    assert count(keeping.db, Proposer) == 0


def test_the_reading_of_the_inbox_does_not_look_alive_by_it(keeping: Keeping) -> None:
    keeping.expire(keeping.world.now)
    with keeping.db.reading() as session:
        assert last_finished(session, COLLECT_SWEEP) is None


def test_the_inbox_is_left_alone_while_somebody_reads_it(keeping: Keeping) -> None:
    collected(keeping, "부재중입니다.")
    later = keeping.world.now + timedelta(days=200)
    with lease(keeping.db, COLLECT_SWEEP):
        report = keeping.report(later)
        assert {type(each) for each in report.problems} == {SweepBusy}
        assert keeping.expire(later, dry_run=True) == {"strays": (1, 1)}
    assert keeping.expire(later) == {"strays": (1, 1)}
