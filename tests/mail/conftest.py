"""Fixtures of the mail room."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from gongmun.db import Database
from gongmun.mail import Dispatch, OutgoingMessage, enqueue

MESSAGE = OutgoingMessage(
    key="outcome:1",
    intent="outcome",
    organisation_code="molit",
    address="office@molit.example",
    subject="열린소통포럼 결과 통보",
    body="귀 기관의 무궁한 발전을 기원합니다.",
)

Put = Callable[..., Dispatch]


@pytest.fixture
def put(db: Database, now: datetime) -> Put:
    """Enqueue a sample message in a transaction of its own, with the fields given changed."""

    def enqueued(**changes: Any) -> Dispatch:
        with db.transaction() as session:
            return enqueue(session, replace(MESSAGE, **changes), now)

    return enqueued


@pytest.fixture
def reload(db: Database) -> Callable[[Dispatch], Dispatch]:
    """The row as it is now."""

    def read(dispatch: Dispatch) -> Dispatch:
        with db.reading() as session:
            return session.get_one(Dispatch, dispatch.id)

    return read
