"""What coordinators open from Prefect's page: a case, a document. Seen by whoever has the login to that page.

GET /office/referrals/ID          the case: its deadlines, answer and history, with names and reasons
GET /office/documents/ID.pdf      the file that was sent

Nothing of this may stand in Prefect's artifacts, which hold ids only (house rule 9). It reads, and changes nothing.
"""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from gongmun.calendar import calendar
from gongmun.clock import seoul_date
from gongmun.documents import queries as document_queries
from gongmun.errors import NotFound
from gongmun.organisations import queries as organisation_queries
from gongmun.portal.downloads import saved
from gongmun.portal.guards import Coordinator, Db, Now, Store
from gongmun.portal.pages import AskedLanguage, page
from gongmun.referrals import queries
from gongmun.referrals.clocks import days_overdue
from gongmun.referrals.life import CHASED
from gongmun.referrals.models import Referral
from gongmun.referrals.names import DECISIONS, ROLES, STATUSES
from gongmun.referrals.retelling import retold
from gongmun.suggestions import queries as suggestion_queries

router = APIRouter(prefix="/office", dependencies=[Coordinator])


@router.get("/referrals/{referral_id:int}")
def case(
    referral_id: int, request: Request, db: Db, now: Now, language: AskedLanguage
) -> HTMLResponse:
    """One referral, as `gongmun referral show` tells it."""
    with db.reading() as session:
        referral = queries.by_id(session, referral_id)
        document_id = referral.document_id
        return page(
            request,
            "office_case",
            language,
            referral=referral,
            suggestion=suggestion_queries.by_id(session, referral.suggestion_id),
            ministry=organisation_queries.by_id(session, referral.organisation_id),
            document=document_queries.by_id(session, document_id) if document_id else None,
            response=queries.latest_response(session, referral_id),
            history=retold(session, referral_id),
            days_overdue=_days_overdue(referral, now),
            statuses=STATUSES,
            roles=ROLES,
            decisions=DECISIONS,
        )


@router.get("/documents/{document_id:int}.pdf")
def document(document_id: int, db: Db, store: Store) -> Response:
    """The file of a document; what has none yet is not found."""
    with db.reading() as session:
        found = document_queries.by_id(session, document_id)
    if found.file_sha256 is None:
        raise NotFound(thing_ko=f"공문 {document_id}", thing_en=f"document {document_id}")
    name = f"{found.year}-{found.serial or 0:04d} {found.title}.pdf"
    return saved(store.get(found.file_sha256), name, "application/pdf")


def _days_overdue(referral: Referral, now: Now) -> int:
    """Working days; 0 for what is in time, or not owed any more."""
    if referral.status not in CHASED:
        return 0
    on = referral.counted_on(seoul_date(now))
    return days_overdue(referral.clocks.answer_due, on, calendar())
