"""The form on which a coordinator replaces a mailbox that mail came back from (연락처 교체), as the Prefect UI shows it.

The address that is filled in is taken out of Prefect again when the run ends; the one before is not shown.
"""

from collections.abc import Sequence

from pydantic import Field
from sqlalchemy.orm import Session

from gongmun.clock import seoul_date
from gongmun.decisions import Kind, Matter, Pending, form
from gongmun.organisations import queries
from gongmun.organisations.addresses import LONGEST_ADDRESS
from gongmun.organisations.models import ContactRole
from gongmun.text import Bilingual, korean_date

_ROLES = {
    ContactRole.PRIMARY: Bilingual(ko="대표", en="main"),
    ContactRole.BACKUP: Bilingual(ko="예비", en="backup"),
}
_BROKEN = Bilingual(ko="메일이 반송됨", en="mail comes back")
_WORKS = Bilingual(ko="사용 중", en="in use")
_FORM = form(
    email=(
        str,
        Field(
            title="새 전자우편 주소 / New address",
            description="같은 주소를 다시 쓰려면 그대로 적습니다. / The same one again, where it works after all.",
            min_length=1,
            max_length=LONGEST_ADDRESS,
        ),
    )
)
_HOW = Bilingual(
    ko="기관에 새 주소를 확인해 주십시오. 앞으로의 메일은 새 주소로 갑니다. 이미 반송되거나 보류된 메일은 "
    "`gongmun mail list` 로 찾아 `gongmun mail release` 로 다시 보낼 수 있습니다.",
    en="Ask the ministry for its new address. Mail to come goes there. What came back or is held already is found with "
    "gongmun mail list, and sent again with gongmun mail release.",
)


def pending(session: Session) -> Sequence[Pending]:
    """The contacts in use that mail came back from for good."""
    return [
        # A mailbox that was replaced may break as well.
        Pending(kind=Kind.CONTACT, number=contact.id, occasion=f"{contact.health_noted_at}")
        for contact, _ in queries.broken_contacts(session)
    ]


def matter(session: Session, contact_id: int) -> Matter:
    """What the form shows of one contact; NotFound where there is none."""
    contact = queries.contact_by_id(session, contact_id)
    organisation = queries.by_id(session, contact.organisation_id)
    noted = contact.health_noted_at
    return Matter(
        title=Bilingual(
            ko=f"{organisation.name_ko}의 {_ROLES[contact.role].ko} 연락처 교체",
            en=f"Replace the {_ROLES[contact.role].en} contact of {organisation.code}",
        ),
        standing=_BROKEN if contact.is_broken else _WORKS,
        is_open=contact.is_broken,
        facts={
            Bilingual(ko="기관", en="ministry"): f"{organisation.name_ko} ({organisation.code})",
            Bilingual(ko="연락처", en="contact"): _ROLES[contact.role],
            Bilingual(ko="반송된 날", en="came back on"): (
                korean_date(seoul_date(noted), weekday=True) if noted else "-"
            ),
        },
        how=_HOW,
        form=_FORM,
    )
