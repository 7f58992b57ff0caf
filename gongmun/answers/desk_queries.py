"""The SELECTs behind a desk: no more of them, however many referrals a document has."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    bindparam,
    column,
    exists,
    func,
    select,
    table,
)
from sqlalchemy.orm import Session, defer

from gongmun.answers.models import (
    AnswerFile,
    Commitment,
    Extension,
    Question,
    ResponseDraft,
    Transfer,
)
from gongmun.answers.queries import HIDDEN
from gongmun.documents import Document, Role
from gongmun.organisations import Organisation
from gongmun.referrals.life import Status
from gongmun.referrals.models import Referral, Response
from gongmun.suggestions.models import Suggestion
from gongmun.text import Bilingual

# Meetings are a room above this one: only the column that is counted is named here.
_MEETINGS = table("meetings", column("referral_id"))
# What may belong to a referral, beside its answers.
_KINDS = (AnswerFile, Commitment, Question, Extension, Transfer)
_Row = TypeVar("_Row", AnswerFile, Commitment, Question, Extension, Transfer)


@dataclass(frozen=True, kw_only=True, slots=True)
class DeskRow:
    """A referral of a document with its suggestion, and its draft where there is one."""

    document: Document  # without its context, which is long
    title_en: str
    disclosure: str
    organisation: Organisation
    referral: Referral
    suggestion: Suggestion
    draft: dict[str, Any] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """One referral of a suggestion, whoever has it, and the last answer to it."""

    referral_id: int
    role: Role
    status: Status
    name: Bilingual
    response: Response | None


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


def desk_rows(session: Session, document_id: int, organisation_id: int) -> Sequence[DeskRow]:
    """The referrals of a document to one organisation, in order of id; empty where there is none."""
    rows = session.execute(_desk_rows(), {"document": document_id, "organisation": organisation_id})
    return [
        DeskRow(
            document=row[0],
            organisation=row[1],
            referral=row[2],
            suggestion=row[3],
            draft=row[4],
            disclosure=row[5],
            title_en=row[6],
        )
        for row in rows
    ]


# The statements of every desk are built once: to build and to hash them anew takes as long as to run them.
@cache
def _desk_rows() -> Select[Any]:
    letter = Document.context["letter"]
    # Read once, not with each row.
    disclosure, title_en = (
        select(each.as_string()).where(Document.id == bindparam("document")).scalar_subquery()
        for each in (letter["disclosure"], letter["title"]["en"])
    )
    return (
        select(
            Document,
            Organisation,
            Referral,
            Suggestion,
            ResponseDraft.content,
            disclosure,
            title_en,
        )
        .options(defer(Document.context))
        .join(Referral, Referral.document_id == Document.id)
        .join(Organisation, Organisation.id == Referral.organisation_id)
        .join(Suggestion, Suggestion.id == Referral.suggestion_id)
        .outerjoin(ResponseDraft, ResponseDraft.referral_id == Referral.id)
        .where(
            Document.id == bindparam("document"),
            Referral.organisation_id == bindparam("organisation"),
            Referral.status.not_in(HIDDEN),
        )
        .order_by(Referral.id)
    )


def referrals_of(
    session: Session, document_ids: Collection[int], organisation_id: int
) -> Sequence[tuple[Document, str, Referral]]:
    """The referrals of some documents to one organisation, the newest document first.

    Each with its document and that one's title in English.
    """
    rows = session.execute(
        select(Document, Document.context["letter"]["title"]["en"].as_string(), Referral)
        .options(defer(Document.context))
        .join(Referral, Referral.document_id == Document.id)
        .where(
            Document.id.in_(document_ids),
            Referral.organisation_id == organisation_id,
            Referral.status.not_in(HIDDEN),
        )
        .order_by(Document.id.desc(), Referral.id)
    )
    return [(document, title_en, referral) for document, title_en, referral in rows]


def related(session: Session, referrals: Sequence[Referral]) -> Related:
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
    columns = {kind.__tablename__: kind.referral_id for kind in _KINDS}
    return select(
        *(exists().where(each.in_(ids)).label(name) for name, each in columns.items()),
        exists().where(_MEETINGS.c.referral_id.in_(ids)).label(_MEETINGS.name),
    )


def _suggestions(
    session: Session, referrals: Sequence[Referral]
) -> dict[tuple[int, int], list[Beside]]:
    rows = session.execute(
        _besides(),
        {
            "outcomes": sorted({referral.outcome_id for referral in referrals}),
            "suggestions": sorted({referral.suggestion_id for referral in referrals}),
        },
    )
    # A row for each answer: the last one stays.
    last = {row[0]: row for row in rows}
    found: dict[tuple[int, int], list[Beside]] = {}
    for referral_id, outcome_id, suggestion_id, role, status, ko, en, response in last.values():
        found.setdefault((outcome_id, suggestion_id), []).append(
            Beside(
                referral_id=referral_id,
                role=role,
                status=status,
                name=Bilingual(ko=ko, en=en),
                response=response,
            )
        )
    return found


@cache
def _besides() -> Select[Any]:
    return (
        select(
            Referral.id,
            Referral.outcome_id,
            Referral.suggestion_id,
            Referral.role,
            Referral.status,
            Organisation.name_ko,
            Organisation.name_en,
            Response,
        )
        .join(Organisation, Organisation.id == Referral.organisation_id)
        .outerjoin(Response, Response.referral_id == Referral.id)
        .where(
            Referral.outcome_id.in_(bindparam("outcomes", expanding=True)),
            Referral.suggestion_id.in_(bindparam("suggestions", expanding=True)),
            Referral.status != Status.WITHDRAWN,
        )
        .order_by(Referral.id, Response.id)
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
