"""The end of a ministry's access (접속 종료): when it is no more, its links and sessions go with it.

Whoever took over gets a link of its own with the mail that says so. Who opens the old one is told that.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.access import queries
from gongmun.access.models import AccessLink
from gongmun.clock import seoul_date
from gongmun.errors import GongmunError
from gongmun.organisations import queries as organisation_queries


class AccessPassedOn(GongmunError):
    """A link, or a document in print, of a ministry that is no more."""

    code = "access.passed_on"
    ko = "정부조직 개편으로 {former_ko}의 업무는 {successors_ko}에서 이어받았습니다. 새 기관의 담당 전자우편으로 보내 드린 메일의 링크를 열어 주십시오."
    en = "The {former_en} is no more; its work is with {successors_en}. Open the link in the mail that we sent to the new office."


_NOBODY_KO, _NOBODY_EN = "다른 기관", "another office"


def passed_on(session: Session, organisation_id: int, now: datetime) -> AccessPassedOn | None:
    """What to say to the officers of an organisation that is no more; None where it is in force."""
    today = seoul_date(now)
    former = organisation_queries.by_id(session, organisation_id)
    if organisation_queries.organisation(session, former.code, today) is not None:
        return None
    heirs = organisation_queries.successors(session, former.code, today)
    return AccessPassedOn(
        former_ko=former.name_ko,
        former_en=former.name_en,
        successors_ko=", ".join(each.name_ko for each in heirs) or _NOBODY_KO,
        successors_en=" and ".join(f"the {each.name_en}" for each in heirs) or _NOBODY_EN,
    )


def cut(session: Session, organisation_id: int, *, keep: Collection[int], now: datetime) -> int:
    """Take all documents but those to `keep` from the links, codes and sessions of an organisation.

    What is left with none is revoked, void or ended. How many were touched; a second call finds none.
    """
    links = [
        link
        for link in queries.links(session, now, organisation_id=organisation_id, with_dead=False)
        if not set(link.document_ids) <= set(keep)
    ]
    for link in links:
        _cut_link(session, link, keep, now)
    codes = [
        code
        for code in queries.codes_of(session, organisation_id, now)
        if not set(code.document_ids) <= set(keep)
    ]
    for code in codes:
        code.document_ids = [i for i in code.document_ids if i in keep]
        if not code.document_ids:
            code.expires_at = now
    sessions = [
        each
        for each in queries.sessions_of(session, organisation_id, now)
        if not set(each.document_ids) <= set(keep)
    ]
    for each in sessions:
        each.document_ids = [i for i in each.document_ids if i in keep]
        if not each.document_ids:
            each.ended_at = now
            ledger.record(
                session, "access.session_ended", subject=("officer_session", each.id), now=now
            )
    session.flush()
    return len(links) + len(codes) + len(sessions)


def _cut_link(session: Session, link: AccessLink, keep: Collection[int], now: datetime) -> None:
    left = [i for i in link.document_ids if i in keep]
    if not left:
        # Its documents stay: they tell what it was for.
        if queries.revoke_link(session, link.id, now):
            ledger.record(session, "access.revoked", subject=("access_link", link.id), now=now)
        return
    link.document_ids = left
    ledger.record(
        session, "access.narrowed", subject=("access_link", link.id), now=now, documents=left
    )
