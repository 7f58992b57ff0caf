"""What an officer's session reaches: its documents, their referrals, files and receipts, and nothing else.

Every page of an officer begins here. What is out of reach is NotFound, in the same words as what does not
exist.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun.access.sessions import Officer
from gongmun.answers import queries, view
from gongmun.answers.desk import Desk, DocumentView, DraftView, ReferralView
from gongmun.answers.models import AnswerFile, Receipt
from gongmun.errors import NotFound
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.models import Referral
from gongmun.text import Bilingual

# The column's; an address may name any number.
_LARGEST = 2**31 - 1


def documents(session: Session, officer: Officer) -> Sequence[DocumentView]:
    """The documents of the session, the newest first."""
    return view.documents(session, officer.document_ids, organisation_id=officer.organisation_id)


def require_document(officer: Officer, document_id: int) -> None:
    """That the session is for this document.

    Raises:
        NotFound: it is not.
    """
    if not officer.may_see(document_id):
        raise NotFound(thing_ko=f"문서 {document_id}", thing_en=f"document {document_id}")


def desk(session: Session, officer: Officer, document_id: int, *, now: datetime) -> Desk:
    """One document with its referrals.

    Raises:
        NotFound: the session is not for it, or nothing of it is with this ministry.
    """
    require_document(officer, document_id)
    return view.desk(session, document_id, organisation_id=officer.organisation_id, now=now)


def drafts(session: Session, officer: Officer, document_id: int) -> Sequence[DraftView]:
    """What is kept of the answers to one document.

    Raises:
        NotFound: as for `desk`.
    """
    require_document(officer, document_id)
    return view.drafts(session, document_id, organisation_id=officer.organisation_id)


def referral(
    session: Session, officer: Officer, referral_id: int, *, now: datetime
) -> tuple[Desk, ReferralView]:
    """One referral, and the document that carries it.

    Raises:
        NotFound: there is none within reach.
    """
    found = _row(session, officer, referral_id)
    assert found.document_id is not None
    around = desk(session, officer, found.document_id, now=now)
    return around, around.referral(referral_id)


def file(session: Session, officer: Officer, name: str) -> AnswerFile:
    """A file with one of the session's referrals, by its random name.

    Raises:
        NotFound: there is none within reach, or it was removed.
    """
    found = queries.file_by_name(session, name)
    _row(session, officer, found.referral_id)
    return found


def receipt(session: Session, officer: Officer, name: str) -> Receipt:
    """A receipt of one of the session's documents, by its random name.

    Raises:
        NotFound: there is none within reach.
    """
    found = queries.receipt(session, name)
    if found.organisation_id != officer.organisation_id:
        raise NotFound(thing_ko="접수증", thing_en="receipt")
    require_document(officer, found.document_id)
    return found


def ministry(session: Session, officer: Officer) -> Bilingual:
    """The name of the session's organisation."""
    found = organisation_queries.by_id(session, officer.organisation_id)
    return Bilingual(ko=found.name_ko, en=found.name_en)


def _row(session: Session, officer: Officer, referral_id: int) -> Referral:
    if referral_id > _LARGEST:
        raise NotFound(thing_ko="이송", thing_en="referral")
    found = referral_queries.by_id(session, referral_id)
    within = found.organisation_id == officer.organisation_id and found.document_id is not None
    if not within or not officer.may_see(found.document_id or 0):
        raise NotFound(thing_ko=f"이송 {referral_id}", thing_en=f"referral {referral_id}")
    return found
