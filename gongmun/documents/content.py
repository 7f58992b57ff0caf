"""The content of a numbered document: what its row says, ready to be written in any format."""

from sqlalchemy.orm import Session

from gongmun.documents.check_codes import check_mark
from gongmun.documents.contexts import Context, from_json
from gongmun.documents.models import Approval, Document
from gongmun.documents.sheet import Imprint


def content(session: Session, document: Document) -> tuple[Context, Imprint]:
    """What it says, and what the register and the decision add to that.

    Raises:
        ContextUnreadable: the row was not written by this version.
    """
    approval = session.get(Approval, document.approval_id) if document.approval_id else None
    reference = document.reference
    imprint = Imprint(
        number=reference.number,
        issued_on=reference.on,
        approver=approval.name if approval else None,
        check=check_mark(document.check_code) if document.check_code else None,
    )
    return from_json(document.kind, document.context), imprint
