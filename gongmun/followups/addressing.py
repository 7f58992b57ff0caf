"""Where the mails of this room go that go to no ministry."""

from sqlalchemy.orm import Session

from gongmun.followups import proposer_queries
from gongmun.organisations.addresses import AddressInvalid, checked_address


def proposer_address(session: Session, suggestion_id: int) -> str | None:
    """The mail address of whoever made a suggestion; None where they left none, or a telephone number."""
    proposer = proposer_queries.proposer(session, suggestion_id)
    if proposer is None or proposer.contact is None:
        return None
    try:
        return checked_address(proposer.contact.strip())
    except AddressInvalid:
        return None
