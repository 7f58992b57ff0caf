"""The outbox takes each key once, in the caller's transaction, and holds what cannot be sent."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import event, func, select

from gongmun import ledger
from gongmun.db import Database
from gongmun.errors import NotFound
from gongmun.mail import (
    AddressRefused,
    Attachment,
    Dispatch,
    enqueue,
    enqueue_many,
    enqueue_to_each,
    queries,
)
from gongmun.mail.life import Status
from gongmun.mail.models import HoldReason
from gongmun.mail.outbox import checked_address
from gongmun.settings import settings
from tests.mail.conftest import MESSAGE, Put


def test_a_message_is_queued_whole(db: Database, put: Put, now: datetime) -> None:
    message = replace(
        MESSAGE,
        attachments=(Attachment(filename="1234.pdf", media_type="application/pdf", sha256="a"),),
        references=("<first@x.example>", "not an id"),
        language="ko, en",
    )
    put(**{name: getattr(message, name) for name in ("attachments", "references", "language")})
    with db.reading() as session:
        dispatch = queries.by_key(session, MESSAGE.key)
        [queued] = ledger.history(session, "dispatch", dispatch.id)
    assert dispatch.status is Status.QUEUED
    assert dispatch.next_attempt_at == dispatch.created_at == now
    assert dispatch.message() == replace(
        message, references=("<first@x.example>",), body=message.body + "\n"
    )
    assert queued.kind == "mail.queued"
    assert "office@molit.example" not in str(queued.data)


def test_the_same_key_is_one_dispatch(db: Database, put: Put) -> None:
    first = put()
    second = put(subject="다른 제목", address="other@x.example")
    assert (second.id, second.subject, second.address) == (first.id, first.subject, first.address)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Dispatch)) == 1
        assert len(ledger.history(session, "dispatch", first.id)) == 1


def test_enqueued_at_once_from_everywhere_it_is_one_dispatch(db: Database, now: datetime) -> None:
    with db.transaction() as session:  # the ledger's head exists, as after any installation
        enqueue(session, replace(MESSAGE, key="before"), now)
    together = Barrier(4)

    def put(_: int) -> int:
        together.wait()
        with db.transaction() as session:
            return enqueue(session, MESSAGE, now).id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(put, range(4)))) == 1


def test_many_at_once_are_as_each_alone(db: Database, put: Put, now: datetime) -> None:
    before = put(key="outcome:2")
    messages = [
        replace(MESSAGE, key="outcome:3", subject="셋째"),
        replace(MESSAGE, key="outcome:2", subject="다른 제목"),
        replace(MESSAGE, key="outcome:1", address="사무실"),
        replace(MESSAGE, key="outcome:3", subject="셋째 다시"),
    ]
    for _ in range(2):
        with db.transaction() as session:
            ids = enqueue_many(session, messages, now)
        assert ids[1] == before.id
        assert ids[0] == ids[3] != ids[2]
        with db.reading() as session:
            rows = [queries.by_id(session, each) for each in ids[:3]]
            told = [ledger.history(session, "dispatch", each) for each in ids[:3]]
        assert [(row.subject, row.status, row.hold_reason) for row in rows] == [
            ("셋째", Status.QUEUED, None),
            (MESSAGE.subject, Status.QUEUED, None),
            (MESSAGE.subject, Status.HELD, HoldReason.BAD_ADDRESS),
        ]
        assert [[event.kind for event in of] for of in told] == [
            ["mail.queued"],
            ["mail.queued"],
            ["mail.held"],
        ]
    with db.transaction() as session:
        assert enqueue_many(session, [], now) == []


def test_one_message_to_each_is_as_a_message_for_each(db: Database, now: datetime) -> None:
    addresses = ["first@x.example", "사무실", None, "second@x.example"]
    recipients = [(f"each:{place}", address) for place, address in enumerate(addresses)]
    messages = [
        replace(MESSAGE, key=f"many:{place}", address=address)
        for place, address in enumerate(addresses)
    ]
    with db.transaction() as session:
        one = enqueue_to_each(session, MESSAGE, recipients, now)
        many = enqueue_many(session, messages, now)
    with db.transaction() as session:
        assert enqueue_to_each(session, MESSAGE, recipients[::-1], now) == one[::-1]
        assert enqueue_to_each(session, MESSAGE, [], now) == []
    with db.reading() as session:
        for (key, _), each, other in zip(recipients, one, many, strict=True):
            row, like = queries.by_id(session, each), queries.by_id(session, other)
            assert row.message() == replace(like.message(), key=key)
            for name in ("status", "hold_reason", "next_attempt_at", "attempts", "created_at"):
                assert getattr(row, name) == getattr(like, name)
            [told] = ledger.history(session, "dispatch", each)
            [likewise] = ledger.history(session, "dispatch", other)
            assert (told.kind, told.data) == (likewise.kind, likewise.data)


def test_a_caller_that_rolls_back_sends_nothing(db: Database, now: datetime) -> None:
    with pytest.raises(RuntimeError), db.transaction() as session:
        enqueue(session, MESSAGE, now)
        raise RuntimeError
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Dispatch)) == 0


BAD_ADDRESSES = [
    "office",
    "@x.example",
    "a@",
    "a@x",
    "a@x.example, b@x.example",
    "a@x.example b@x.example",
    "<a@x.example>",
    "이름 <a@x.example>",
    "a@x.example\r\nRCPT TO:<b@x.example>",
    "a@x.example\n",
    "a\x00@x.example",
    "사무실@x.example",
    "a@기관.한국",
    '"a b"@x.example',
    "a..b@x.example",
    ".a@x.example",
    "a@-x.example",
    "a@x..example",
    "a@[127.0.0.1]",
    "a@127.0.0.1",
    f"{'a' * 65}@x.example",
    f"a@{'x' * 63}.{'x' * 63}.{'x' * 63}.{'x' * 63}.example",
    "a" * 100_000,
]


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_a_bad_address_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(AddressRefused) as caught:
        checked_address(address)
    assert address not in str(caught.value)


@pytest.mark.parametrize(
    "address", ["a@x.example", "first.last+tag@sub.go.kr", "o'neil@x.example", "A_1-b@1x.kr"]
)
def test_a_plain_address_is_taken_as_it_is(address: str) -> None:
    assert checked_address(address) == address


def test_bad_addresses_are_held_and_the_others_queued(db: Database, put: Put) -> None:
    bad = [
        put(key=f"bad:{number}", address=address) for number, address in enumerate(BAD_ADDRESSES)
    ]
    none = put(key="none", address=None)
    empty = put(key="empty", address="")
    good = put(key="good")
    assert {dispatch.status for dispatch in [*bad, none, empty]} == {Status.HELD}
    assert {dispatch.hold_reason for dispatch in bad} == {HoldReason.BAD_ADDRESS}
    assert none.hold_reason is empty.hold_reason is HoldReason.NO_MAILBOX
    assert good.status is Status.QUEUED
    with db.reading() as session:
        waiting = [dispatch.id for dispatch in queries.needing_a_person(session)]
        assert ledger.history(session, "dispatch", none.id)[0].kind == "mail.held"
    assert waiting == [dispatch.id for dispatch in [*bad, none, empty]]


def test_the_lists_show_what_is_open_and_what_is_due(db: Database, put: Put, now: datetime) -> None:
    with db.reading() as session:
        assert not queries.is_anything_due(session, now)
    queued, held = put(key="queued"), put(key="held", address=None)
    sent = put(key="sent")
    with db.transaction() as session:
        session.get_one(Dispatch, sent.id).status = Status.ACCEPTED
    with db.reading() as session:
        some = queries.dispatches(session, with_accepted=False)
        everything = queries.dispatches(session, with_accepted=True)
        assert [row.id for row in some] == [queued.id, held.id]
        assert [row.id for row in everything] == [queued.id, held.id, sent.id]
        assert queries.by_id(session, held.id).key == "held"
        with pytest.raises(NotFound):
            queries.by_id(session, 999)
        assert queries.is_anything_due(session, now)
        assert not queries.is_anything_due(session, now - timedelta(seconds=1))
    with db.transaction() as session:
        row = session.get_one(Dispatch, queued.id)
        row.status, row.lease_until = Status.SENDING, now - timedelta(minutes=1)
    with db.reading() as session:
        assert queries.is_anything_due(session, now)  # what a killed dispatcher left
        assert not queries.is_anything_due(session, now - timedelta(hours=1))


def test_the_layout_of_a_body_is_kept_and_its_control_characters_are_not(put: Put) -> None:
    kept = put(body="붙임  문서 1부.  끝.\n   들여쓴\x00 줄\u202e\n\n\n\n다음")
    assert kept.body == "붙임  문서 1부.  끝.\n   들여쓴 줄\n\n다음\n"


def test_a_sender_that_is_no_address_stops_at_once(
    db: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings().mail, "sender", "국민참여처 <forum@x.example>")
    with pytest.raises(AddressRefused), db.transaction() as session:
        enqueue(session, MESSAGE, now)


def test_hostile_text_is_stored_clean(put: Put) -> None:
    dispatch = put(subject="가\r\nBcc: x@y.example\x00", body="나\x00\ud800\r\n.\r\n다")
    assert dispatch.subject == "가 Bcc: x@y.example"
    assert dispatch.body == "나\n.\n다\n"


def test_sqlite_finds_due_rows_by_the_partial_index(sqlite_db: Database, now: datetime) -> None:
    statements: list[tuple[str, Any]] = []

    @event.listens_for(sqlite_db.engine, "before_cursor_execute")
    def _note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, parameters))

    with sqlite_db.transaction() as session:
        queries.claim_due(session, now=now, owner="x", lease_until=now, limit=10)
        statement, parameters = statements[-1]
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        assert "ix_dispatches_due" in str(plan.all())
