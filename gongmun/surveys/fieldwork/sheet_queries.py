"""Every SELECT and guarded UPDATE on answer sheets. None of them joins an invitation."""

import hashlib
import json
import secrets
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import CursorResult, Row, delete, select
from sqlalchemy.orm import Session

from gongmun.db import upsert
from gongmun.surveys.fieldwork.models import AnswerSheet, Mode

_ID_BYTES = 16
_AT_A_TIME = 500


def sheet(session: Session, key: str) -> AnswerSheet | None:
    """The sheet with this key, if it was ever begun."""
    return session.scalars(select(AnswerSheet).where(AnswerSheet.key == key)).one_or_none()


def begin(session: Session, *, key: str, cycle_id: int, mode: Mode, **values: Any) -> AnswerSheet:
    """The sheet with this key, locked; a new one, without answers, where there is none."""
    found = _locked(session, key)
    if found is not None:
        return found
    session.execute(
        upsert(session, AnswerSheet)
        .values(
            id=secrets.token_hex(_ID_BYTES),
            key=key,
            cycle_id=cycle_id,
            mode=mode,
            answers={},
            **values,
        )
        .on_conflict_do_nothing()
    )
    # Of two that begin it at once both have the one that is there.
    found = _locked(session, key)
    assert found is not None
    return found


def _locked(session: Session, key: str) -> AnswerSheet | None:
    return session.scalars(
        select(AnswerSheet)
        .where(AnswerSheet.key == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def sheets(session: Session, cycle_id: int) -> Iterator[AnswerSheet]:
    """The sheets of a wave in the order of their random ids, also those that were only saved.

    Some at a time: those of a large wave are gigabytes.
    """
    return iter(
        session.scalars(
            select(AnswerSheet)
            .where(AnswerSheet.cycle_id == cycle_id)
            .order_by(AnswerSheet.id)
            .execution_options(yield_per=_AT_A_TIME)
        )
    )


def handed_in(session: Session, cycle_id: int) -> Sequence[Row[Any]]:
    """Of each sheet of a wave that was handed in: its `answers`, `sex`, `age_group` and `province`."""
    return session.execute(
        select(
            AnswerSheet.answers, AnswerSheet.sex, AnswerSheet.age_group, AnswerSheet.province
        ).where(AnswerSheet.cycle_id == cycle_id, AnswerSheet.submitted_on.is_not(None))
    ).all()


def digest(session: Session, cycle_id: int) -> tuple[int, str]:
    """How many sheets a wave has, and the SHA-256 over their ids and answers."""
    sha, count = hashlib.sha256(), 0
    for each in sheets(session, cycle_id):
        count += 1
        day = each.submitted_on.isoformat() if each.submitted_on else None
        line = json.dumps([each.id, day, each.answers], ensure_ascii=False, sort_keys=True)
        sha.update(f"{line}\n".encode())
    return count, sha.hexdigest()


def discard_one(session: Session, key: str) -> None:
    """Delete the sheet with this key, if there is one."""
    session.execute(delete(AnswerSheet).where(AnswerSheet.key == key))


def discard(session: Session, cycle_id: int) -> int:
    """Delete the sheets of a wave; how many there were."""
    result = session.execute(delete(AnswerSheet).where(AnswerSheet.cycle_id == cycle_id))
    assert isinstance(result, CursorResult)
    return result.rowcount
