"""Corrections: a new number that names the old one; nothing of the old one is overwritten."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from gongmun import ledger
from gongmun.db import Database
from gongmun.documents import (
    DecisionIncomplete,
    DecisionUnknown,
    Document,
    DocumentKind,
    FakeRenderer,
    LocalStore,
    Status,
    approve,
    draft,
    issue,
    queries,
)
from gongmun.documents.contexts import Correction, CorrectionContext, from_json
from gongmun.documents.correcting import (
    AlreadySuperseded,
    CorrectionDecided,
    CorrectionPending,
    NothingCorrected,
    NotIssued,
    PassageTooLong,
    ReasonMissing,
    correct,
    decide_correction,
    supersede,
)
from gongmun.documents.dispatched import note_dispatched
from gongmun.documents.letter import Language, NothingToSay
from gongmun.documents.printing import RenderTimedOut
from gongmun.documents.register_sheet import BYTE_ORDER_MARK, register_csv, register_lines
from gongmun.errors import NotFound
from tests.documents import samples

PLACE = Correction(
    place=samples.both("붙임 1의 제2호"), stood="10월 30일까지", reads="11월 2일까지"
)


class Room:
    """The documents room of a small agency."""

    def __init__(self, db: Database, folder: Path, now: datetime) -> None:
        self.db, self.now = db, now
        self.store = LocalStore(folder / "documents")

    def drafted(self, key: str = "k") -> Document:
        with self.db.transaction() as session:
            return draft(
                session,
                kind=DocumentKind.OUTCOME,
                key=key,
                recipient_code="MOLIT",
                context=samples.outcome(),
                now=self.now,
            )

    def issued(self, key: str = "k") -> Document:
        document = self.drafted(key)
        with self.db.transaction() as session:
            approve(session, document, None, self.now)
        return self.issue(document)

    def issue(self, document: Document) -> Document:
        issue(self.db, [document.id], renderer=FakeRenderer(), store=self.store, now=self.now)
        return self.again(document)

    def correct(self, original: Document, *places: Correction, reason: str = "오기") -> Document:
        with self.db.transaction() as session:
            return correct(
                session,
                original,
                corrections=places or (PLACE,),
                reason=samples.both(reason),
                now=self.now,
            )

    def decide(self, document: Document, decision: str = "approve", name: str = "이결재") -> None:
        decide_correction(
            self.db, document.id, decision=decision, name=name, reason="확인", now=self.now
        )

    def superseded(self, original: Document, reason: str = "오기") -> Document:
        """The correction of `original`, taken as far as issued; the original is superseded."""
        correction = self.correct(original, reason=reason)
        self.decide(correction)
        correction = self.issue(correction)
        with self.db.transaction() as session:
            supersede(
                session,
                queries.locked(session, original.id),
                queries.locked(session, correction.id),
                self.now,
            )
        return correction

    def again(self, document: Document) -> Document:
        with self.db.reading() as session:
            return queries.by_id(session, document.id)

    def events(self, document: Document) -> list[str]:
        with self.db.reading() as session:
            return [event.kind for event in ledger.history(session, "document", document.id)]


@pytest.fixture
def room(db: Database, tmp_path: Path, now: datetime) -> Room:
    return Room(db, tmp_path, now)


def test_a_correction_names_the_old_number_and_goes_to_the_same_recipients(room: Room) -> None:
    original = room.issued()
    correction = room.correct(original)
    assert (correction.status, correction.corrects_id) == (Status.DRAFTED, original.id)
    assert correction.key == f"correction:{original.id}:1"
    context = from_json(correction.kind, correction.context)
    assert isinstance(context, CorrectionContext)
    assert (context.corrected.number, context.reason.ko) == (original.number, "오기")
    assert context.corrections == (PLACE,)
    letter = from_json(original.kind, original.context).letter
    assert context.corrected_title == letter.title
    assert context.letter.recipients == letter.recipients
    assert [reference.number for reference in context.letter.references] == [original.number]
    assert original.number in correction.title


def test_nothing_of_the_old_document_is_overwritten(room: Room) -> None:
    original = room.issued()
    room.now += timedelta(days=1)
    correction = room.superseded(original)
    after = room.again(original)
    assert (after.status, after.superseded_at) == (Status.SUPERSEDED, room.now)
    kept = ("number", "numbered_at", "title", "context", "sha256", "pages", "rendered_at")
    assert [getattr(after, name) for name in kept] == [getattr(original, name) for name in kept]
    assert room.store.get(original.sha256 or "")
    assert correction.serial == (original.serial or 0) + 1
    assert room.events(original)[-1] == "document.superseded"


def test_the_day_in_print_is_that_of_the_decision(room: Room) -> None:
    correction = room.correct(room.issued())
    room.now += timedelta(days=3)
    room.decide(correction)
    letter = from_json(correction.kind, room.again(correction).context).letter
    assert letter.decided_on.isoformat() == "2026-10-15"


def test_a_correction_is_corrected_again(room: Room) -> None:
    first = room.issued()
    second = room.superseded(first)
    third = room.superseded(second, reason="정정의 오기")
    with room.db.reading() as session:
        assert queries.in_force(session, queries.by_id(session, first.id)).id == third.id
    with pytest.raises(AlreadySuperseded) as caught:
        room.correct(first)
    assert caught.value.params == {"number": first.number, "newer": third.number}
    assert third.number in caught.value.message_en
    assert [d.status for d in map(room.again, (first, second, third))] == [
        Status.SUPERSEDED,
        Status.SUPERSEDED,
        Status.RENDERED,
    ]


def test_what_is_not_issued_is_not_corrected(room: Room) -> None:
    drafted = room.drafted()
    with pytest.raises(NotIssued):
        room.correct(drafted)
    with room.db.transaction() as session:
        approve(session, drafted, None, room.now)
    with pytest.raises(NotIssued):
        room.correct(drafted)


def test_one_correction_at_a_time(room: Room) -> None:
    original = room.issued()
    correction = room.correct(original)
    for _ in range(2):
        with pytest.raises(CorrectionPending) as caught:
            room.correct(original)
        assert caught.value.params["document_id"] == correction.id
        if room.again(correction).status is Status.DRAFTED:
            room.decide(correction)


def test_corrections_at_once_make_one_draft(room: Room) -> None:
    original = room.issued()

    def draft_one(_: int) -> Document | None:
        try:
            return room.correct(original)
        except CorrectionPending:
            return None

    with ThreadPoolExecutor(4) as threads:
        drafts = [made for made in threads.map(draft_one, range(4)) if made is not None]
    with room.db.reading() as session:
        assert [d.id for d in queries.corrections(session, original.id)] == [d.id for d in drafts]
    assert len(drafts) == 1


def test_a_returned_correction_corrects_nothing_and_leaves_room_for_the_next(room: Room) -> None:
    original = room.issued()
    returned = room.correct(original)
    room.decide(returned, "return")
    assert room.again(returned).status is Status.DISCARDED
    assert room.again(original).status is Status.RENDERED
    assert room.correct(original).key == f"correction:{original.id}:2"


def test_a_correction_says_what_and_why(room: Room) -> None:
    original = room.issued()
    with pytest.raises(ReasonMissing):
        room.correct(original, reason=" \u200b")
    with room.db.transaction() as session, pytest.raises(NothingToSay):
        correct(session, original, corrections=(), reason=samples.both("오기"), now=room.now)
    for wrong, error in (
        (replace(PLACE, reads=PLACE.stood), NothingCorrected),
        (replace(PLACE, reads="가" * 2001), PassageTooLong),
        (replace(PLACE, stood="가\n" * 60 + "나"), PassageTooLong),
    ):
        with room.db.transaction() as session, pytest.raises(error, match="제2호"):
            correct(
                session,
                original,
                corrections=(PLACE, wrong),
                reason=samples.both("오기"),
                now=room.now,
            )
    with room.db.reading() as session:
        assert queries.corrections(session, original.id) == []


def test_a_decision_is_named_and_stands(room: Room) -> None:
    original = room.issued()
    correction = room.correct(original)
    with pytest.raises(NotFound):
        room.decide(original)
    with pytest.raises(DecisionIncomplete):
        room.decide(correction, name=" ")
    with pytest.raises(DecisionUnknown):
        room.decide(correction, "maybe")
    assert room.again(correction).status is Status.DRAFTED
    room.decide(correction)
    with pytest.raises(CorrectionDecided):
        room.decide(correction, "return")
    assert room.again(correction).status is Status.APPROVED


def test_dispatched_is_noted_once_and_never_undone(room: Room) -> None:
    original = room.issued()
    sent = room.now + timedelta(minutes=1)

    def note(at: datetime) -> bool:
        with room.db.transaction() as session:
            return note_dispatched(session, original.id, at=at, now=room.now)

    assert note(sent)
    assert not note(sent + timedelta(hours=1))
    after = room.again(original)
    assert (after.status, after.dispatched_at) == (Status.DISPATCHED, sent)
    assert room.events(original).count("document.dispatched") == 1


def test_what_is_superseded_before_its_mail_goes_out_stays_superseded(room: Room) -> None:
    original = room.issued()
    room.superseded(original)
    with room.db.transaction() as session:
        assert note_dispatched(session, original.id, at=room.now, now=room.now)
    after = room.again(original)
    assert (after.status, after.dispatched_at) == (Status.SUPERSEDED, room.now)


def test_a_draft_cannot_have_gone_out(room: Room) -> None:
    drafted = room.drafted()
    with room.db.transaction() as session:
        assert not note_dispatched(session, drafted.id, at=room.now, now=room.now)
    assert room.again(drafted).dispatched_at is None


def test_the_register_tells_of_corrections(room: Room) -> None:
    original = room.issued()
    room.issued("other")
    correction = room.superseded(original)
    with room.db.transaction() as session:
        note_dispatched(session, correction.id, at=room.now, now=room.now)
    with room.db.reading() as session:
        lines = register_lines(session, "공론소통과", 2026)
        assert register_lines(session, "공론소통과", 2025) == []
    assert [line.number for line in lines] == ["공론소통과-1", "공론소통과-2", "공론소통과-3"]
    assert (lines[0].corrected_by, lines[0].approver) == ("공론소통과-3", None)
    assert (lines[1].corrects, lines[1].corrected_by) == (None, None)
    assert (lines[2].corrects, lines[2].approver) == ("공론소통과-1", "이결재")
    assert lines[2].cells(Language.KO)[0:2] == ("공론소통과-3", "2026. 10. 12.")
    assert lines[2].cells(Language.KO)[3:] == (
        "국토교통부장관",
        "이결재",
        "공개",
        "1",
        "2026. 10. 12.",
        "공론소통과-1 정정",
    )
    assert lines[0].cells(Language.EN)[-1] == "corrected by 공론소통과-3"
    rows = register_csv(lines).removeprefix(BYTE_ORDER_MARK).splitlines()
    assert rows[0].startswith("등록번호,등록일자,제목")
    assert len(rows) == 4


def test_a_returned_correction_leaves_no_remark(room: Room) -> None:
    original = room.issued()
    room.decide(room.correct(original), "return")
    room.correct(original)
    with room.db.reading() as session:
        (line,) = register_lines(session, "공론소통과", 2026)
    assert line.corrected_by is None


def test_a_number_without_its_file_is_in_the_register(room: Room) -> None:
    document = room.drafted()
    with room.db.transaction() as session:
        approve(session, document, None, room.now)
    failing = FakeRenderer(lambda _: RenderTimedOut(seconds=1))
    issue(room.db, [document.id], renderer=failing, store=room.store, now=room.now)
    with room.db.reading() as session:
        (line,) = register_lines(session, "공론소통과", 2026)
    assert line.cells(Language.KO)[-1] == "파일 생성 전"
