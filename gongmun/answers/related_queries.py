"""The SELECTs behind a desk: what belongs to its referrals, each from a table of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Row,
    Select,
    Table,
    bindparam,
    column,
    exists,
    func,
    select,
    table,
)
from sqlalchemy.orm import Session

from gongmun.answers.desk_queries import DeskRow
from gongmun.answers.models import AnswerFile, Commitment, Extension, Question, Transfer
from gongmun.documents import Role
from gongmun.organisations import Organisation
from gongmun.referrals.life import Status
from gongmun.referrals.models import Referral, Response, ResponseDecision, ResponseStatus
from gongmun.text import Bilingual

# Meetings are a room above this one: only the column that is counted is named here.
_MEETINGS = table("meetings", column("referral_id"))
_REFERRALS, _ORGANISATIONS, _RESPONSES = (
    cast(Table, each.__table__) for each in (Referral, Organisation, Response)
)
# What may belong to a referral, beside its answers.
_KINDS = (AnswerFile, Commitment, Question, Extension, Transfer)
_Row = TypeVar("_Row", AnswerFile, Commitment, Question, Extension, Transfer)


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """The last answer to a referral, as its row has it."""

    id: int
    decision: ResponseDecision
    reason: str
    promised_on: date | None
    received_at: datetime
    status: ResponseStatus
    note: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """One referral of a suggestion, whoever has it, and the last answer to it."""

    referral_id: int
    role: Role
    status: Status
    name: Bilingual
    response: Given | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Related:
    """What belongs to some referrals, by their ids; files and commitments are in order of id.

    `questions`, `extensions` and `transfers` are the last ones. `suggestions` has all referrals of the
    same suggestion in the same outcome, these among them, by outcome and suggestion.
    """

    suggestions: Mapping[tuple[int, int], Sequence[Beside]]
    files: Mapping[int, Sequence[AnswerFile]]
    commitments: Mapping[int, Sequence[Commitment]]
    questions: Mapping[int, Question]
    extensions: Mapping[int, Extension]
    transfers: Mapping[int, Transfer]
    targets: Mapping[int, Organisation]  # of the transfers, by their own ids
    meetings: Mapping[int, int]


def related(session: Session, referrals: Sequence[DeskRow]) -> Related:
    """What belongs to these referrals.

    Of most referrals there is little: one query asks what there is, and only that is read.
    """
    ids = [referral.id for referral in referrals]
    present = _present(session, ids)

    def rows(kind: type[_Row], *conditions: ColumnElement[bool]) -> Sequence[_Row]:
        if kind.__tablename__ not in present:
            return ()
        query = select(kind).where(kind.referral_id.in_(ids), *conditions).order_by(kind.id)
        return session.scalars(query).all()

    transfers = _last(rows(Transfer))
    return Related(
        suggestions=_suggestions(session, referrals),
        files=_grouped(rows(AnswerFile, AnswerFile.removed_at.is_(None))),
        commitments=_grouped(rows(Commitment)),
        questions=_last(rows(Question)),
        extensions=_last(rows(Extension)),
        transfers=transfers,
        targets={
            transfer.id: session.get_one(Organisation, transfer.to_organisation_id)
            for transfer in transfers.values()
        },
        meetings=_meetings(session, ids) if _MEETINGS.name in present else {},
    )


def _present(session: Session, ids: Sequence[int]) -> frozenset[str]:
    """The tables that have a row of any of these referrals."""
    found = session.execute(_presence(), {"ids": ids}).one()
    return frozenset(name for name, there in found._mapping.items() if there)


@cache
def _presence() -> Select[Any]:
    ids: BindParameter[Any] = bindparam("ids", expanding=True)
    columns = {kind.__tablename__: cast(Table, kind.__table__).c.referral_id for kind in _KINDS}
    return select(
        *(exists().where(each.in_(ids)).label(name) for name, each in columns.items()),
        exists().where(_MEETINGS.c.referral_id.in_(ids)).label(_MEETINGS.name),
    )


def _suggestions(
    session: Session, referrals: Sequence[DeskRow]
) -> dict[tuple[int, int], list[Beside]]:
    rows = session.execute(
        _besides(),
        {
            "outcomes": sorted({referral.outcome_id for referral in referrals}),
            "suggestions": sorted({referral.suggestion_id for referral in referrals}),
        },
    )
    # A row for each answer: the last one stays.
    last = {row.id: row for row in rows}
    found: dict[tuple[int, int], list[Beside]] = {}
    for row in last.values():
        found.setdefault((row.outcome_id, row.suggestion_id), []).append(
            Beside(
                referral_id=row.id,
                role=row.role,
                status=row.status,
                name=Bilingual(ko=row.name_ko, en=row.name_en),
                response=_given(row),
            )
        )
    return found


def _given(row: Row[Any]) -> Given | None:
    if row.response_id is None:
        return None
    return Given(
        id=row.response_id,
        decision=row.decision,
        reason=row.reason,
        promised_on=row.promised_on,
        received_at=row.received_at,
        status=row.response_status,
        note=row.note,
    )


@cache
def _besides() -> Select[Any]:
    return (
        select(
            _REFERRALS.c.id,
            _REFERRALS.c.outcome_id,
            _REFERRALS.c.suggestion_id,
            _REFERRALS.c.role,
            _REFERRALS.c.status,
            _ORGANISATIONS.c.name_ko,
            _ORGANISATIONS.c.name_en,
            _RESPONSES.c.id.label("response_id"),
            _RESPONSES.c.decision,
            _RESPONSES.c.reason,
            _RESPONSES.c.promised_on,
            _RESPONSES.c.received_at,
            _RESPONSES.c.status.label("response_status"),
            _RESPONSES.c.note,
        )
        .join_from(_REFERRALS, _ORGANISATIONS, _ORGANISATIONS.c.id == _REFERRALS.c.organisation_id)
        .outerjoin(_RESPONSES, _RESPONSES.c.referral_id == _REFERRALS.c.id)
        .where(
            _REFERRALS.c.outcome_id.in_(bindparam("outcomes", expanding=True)),
            _REFERRALS.c.suggestion_id.in_(bindparam("suggestions", expanding=True)),
            _REFERRALS.c.status != Status.WITHDRAWN,
        )
        .order_by(_REFERRALS.c.id, _RESPONSES.c.id)
    )


def _meetings(session: Session, ids: Sequence[int]) -> dict[int, int]:
    rows = session.execute(
        select(_MEETINGS.c.referral_id, func.count())
        .where(_MEETINGS.c.referral_id.in_(ids))
        .group_by(_MEETINGS.c.referral_id)
    )
    return {row[0]: row[1] for row in rows}


def _grouped(rows: Sequence[_Row]) -> dict[int, list[_Row]]:
    found: dict[int, list[_Row]] = {}
    for row in rows:
        found.setdefault(row.referral_id, []).append(row)
    return found


def _last(rows: Sequence[_Row]) -> dict[int, _Row]:
    return {row.referral_id: row for row in rows}
