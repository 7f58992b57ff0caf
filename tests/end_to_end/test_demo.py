"""The demo, and that its summary agrees with the database, the mailboxes and the PDFs."""

import hashlib
import json
import mailbox
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from deployments.demo import cast
from gongmun import ledger
from gongmun.db import Database
from gongmun.documents.models import Document, RegisterEntry
from gongmun.mail import Dispatch
from gongmun.organisations import Organisation
from gongmun.referrals.ladder import Rung
from gongmun.referrals.life import Status
from gongmun.referrals.models import LadderStep, Referral, Response
from gongmun.suggestions.models import Suggestion

pytestmark = pytest.mark.timeout(600)


class Left:
    """What a demo left behind, read with nothing of the demo's own."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.db = Database(f"sqlite:///{var / 'gongmun.db'}")
        self.summary: Mapping[str, Any] = json.loads((var / "summary.json").read_text("utf-8"))
        self.journal = self.mails(var / "mailboxes" / "journal")

    def mails(self, maildir: Path) -> Sequence[EmailMessage]:
        parser = BytesParser(policy=policy.default)
        box = mailbox.Maildir(maildir, create=False)
        return [parser.parsebytes(box.get_bytes(key)) for key in box.keys()]  # noqa: SIM118

    def rows(self, table: Any, *where: Any) -> list[Any]:
        with self.db.reading() as session:
            return list(session.scalars(select(table).where(*where)))

    def referrals(self, code: str) -> list[Referral]:
        (ministry,) = self.rows(Organisation, Organisation.code == code)
        return self.rows(Referral, Referral.organisation_id == ministry.id)

    def rungs(self, referral: Referral) -> dict[Rung, Any]:
        steps = self.rows(
            LadderStep, LadderStep.referral_id == referral.id, LadderStep.skipped.is_(False)
        )
        return {step.rung: step.fired_on for step in steps}


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Left:
    var = tmp_path_factory.mktemp("demo")
    ran = subprocess.run(
        [sys.executable, "-m", "deployments.demo", "--var", str(var)],
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    assert "국토교통부" in ran.stdout
    return Left(var)


def test_forty_suggestions_came_in_and_each_selected_one_went_to_a_lead_ministry(
    left: Left,
) -> None:
    suggestions = left.rows(Suggestion)
    assert left.summary["suggestions"] == len(suggestions) == 40
    referrals = left.rows(Referral, Referral.status != Status.WITHDRAWN)
    assert left.summary["referrals"] == len(referrals)
    leads = Counter(r.suggestion_id for r in referrals if r.role.value == "lead")
    assert leads == Counter(s.id for s in suggestions if s.selected)


def test_the_register_has_no_gap_and_every_pdf_bears_its_number(left: Left) -> None:
    entries = left.rows(RegisterEntry)
    by_year = Counter(entry.year for entry in entries)
    for year, count in by_year.items():
        assert sorted(e.serial for e in entries if e.year == year) == list(range(1, count + 1))
    documents = left.rows(Document, Document.sha256.is_not(None))
    assert len(entries) == len(documents) == sum(left.summary["documents"].values())
    hashes = {
        hashlib.sha256(path.read_bytes()).hexdigest(): path
        for path in (left.var / "pdf").glob("*.pdf")
    }
    assert hashes.keys() == {document.file_sha256 for document in documents}
    for document in documents:
        reader = PdfReader(hashes[document.file_sha256])
        text = "".join("".join(page.extract_text().split()) for page in reader.pages)
        text = text.replace("\u2060", "")
        assert document.number in text
        assert f"/d/{document.check_code}" in text
        assert "끝." in text
        assert len(reader.pages) == document.pages


def test_every_document_is_signed_and_verifies(left: Left) -> None:
    documents = left.rows(Document, Document.signed_sha256.is_not(None))
    assert left.summary["documents_genuine"] == left.summary["documents_signed"] == len(documents)
    assert len(documents) == sum(left.summary["documents"].values())


def test_the_mails_are_those_the_summary_counts_each_once(left: Left) -> None:
    accepted = left.rows(Dispatch, Dispatch.accepted_at.is_not(None))
    assert left.summary["mails_accepted"] == len(accepted) == len(left.journal)
    ids = [str(mail["Message-ID"]) for mail in left.journal]
    assert len(set(ids)) == len(ids)
    assert {i.strip("<>") for i in ids} == {d.message_id.strip("<>") for d in accepted}
    boxes = [box for box in (left.var / "mailboxes").iterdir() if box.name != "journal"]
    assert sum(len(left.mails(box)) for box in boxes) == len(ids)
    assert {box.name for box in boxes} == {dispatch.address for dispatch in accepted}


def test_every_mail_parses_and_carries_the_stored_documents(left: Left) -> None:
    stored = {d.file_sha256: d for d in left.rows(Document, Document.sha256.is_not(None))}
    for mail in left.journal:
        assert not mail.defects
        body = mail.get_body(("plain",))
        assert body is not None
        text = body.get_content()
        assert "수신:" in text
        assert "To:" in text
        assert mail["Auto-Submitted"] == "auto-generated"
        for attached in mail.iter_attachments():
            content = attached.get_content()
            document = stored[hashlib.sha256(content).hexdigest()]
            assert (attached.get_filename() or "").endswith(f"{document.title}.pdf")
    carried = Counter(
        hashlib.sha256(attached.get_content()).hexdigest()
        for mail in left.journal
        for attached in mail.iter_attachments()
    )
    undeliverable = {
        d.file_sha256 for d in stored.values() if d.recipient_code == cast.UNDELIVERABLE
    }
    assert carried == Counter(stored.keys() - undeliverable)


def test_one_mail_a_ministry_a_day(left: Left) -> None:
    chased = left.rows(Dispatch, Dispatch.intent == "chase")
    assert chased
    per_day = Counter((d.organisation_code, d.created_at.date()) for d in chased)
    assert set(per_day.values()) == {1}


def test_the_late_one_answers_after_the_second_reminder(left: Left) -> None:
    for referral in left.referrals(cast.LATE):
        assert referral.status is Status.ANSWERED
        rungs = left.rungs(referral)
        assert {Rung.FIRST_REMINDER, Rung.SECOND_REMINDER} <= rungs.keys()
        assert rungs[Rung.SECOND_REMINDER] < referral.answered_at.date()
        assert Rung.ESCALATION not in rungs


def test_the_silent_one_is_escalated_to_its_parent_body(left: Left) -> None:
    referrals = left.referrals(cast.SILENT)
    assert left.summary["overdue"] == len(referrals)
    for referral in referrals:
        assert referral.status is Status.DISPATCHED
        assert Rung.ESCALATION in left.rungs(referral)
    (escalation,) = left.rows(Document, Document.kind == "escalation")
    (mail,) = (m for m in left.journal if escalation.number in str(m["Subject"]))
    (silent,) = left.rows(Organisation, Organisation.code == cast.SILENT)
    assert escalation.recipient_code == silent.parent_code
    assert silent.name_ko in str(mail["Subject"])


def test_the_mailbox_that_refuses_is_told_as_undeliverable_and_never_chased(left: Left) -> None:
    referrals = left.referrals(cast.UNDELIVERABLE)
    assert left.summary["undeliverable"] == len(referrals) > 0
    for referral in referrals:
        assert referral.status is Status.APPROVED
        assert left.rungs(referral) == {}


def test_answers_and_rungs_are_those_in_the_tables(left: Left) -> None:
    assert left.summary["answers"] == len(left.rows(Response))
    steps = left.rows(LadderStep, LadderStep.skipped.is_(False))
    assert left.summary["rungs"] == dict(sorted(Counter(s.rung.value for s in steps).items()))


def test_the_ledger_verifies(left: Left) -> None:
    with left.db.reading() as session:
        assert ledger.verify(session) == left.summary["ledger_events"]
