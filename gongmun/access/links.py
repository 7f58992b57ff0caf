"""Links (접속 링크) that mails carry: granted with the mail, filled in when it leaves, revoked by a person.

The row is made in the transaction that enqueues the mail. Its token is made when the mail leaves and is
kept nowhere: the outbox has `BLANK` in its place, and the row the token's SHA-256.

    mail = compose(intent, {..., "link": links.blank()})
    dispatch = enqueue(session, OutgoingMessage(...), now)
    links.grant_ministry(session, organisation_id=..., document_ids=..., dispatch=dispatch, now=now)

Where `GONGMUN_PUBLIC_URL` is not set nobody could open a link: `blank()` is None, the templates leave the
sentence out, and nothing is granted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.access import queries, sessions, tokens
from gongmun.access.models import AccessLink, Audience, LoginCode
from gongmun.db import Database
from gongmun.errors import GongmunError
from gongmun.ledger import Actor
from gongmun.mail import Dispatch
from gongmun.mail import queries as mail_queries
from gongmun.mail.message import BLANK
from gongmun.settings import settings

_PATHS = {
    Audience.MINISTRY: "a",
    Audience.DELEGATE: "a",
    Audience.PROPOSER: "p",
    Audience.RESPONDENT: "s",
    Audience.VOLUNTEER: "v",
}


class LinkUnknown(GongmunError):
    """No link has this token, or it was revoked, or it has expired: whoever asks is told the same."""

    code = "access.link_unknown"
    ko = "사용할 수 없는 링크입니다. 가장 최근에 받으신 메일의 링크를 열거나 메일에 적힌 연락처로 알려 주십시오."
    en = "This link cannot be used. Open the link in our latest mail, or contact the office named in it."


def blank() -> str | None:
    """What stands in a mail where its link will be; None where there is no portal to link to."""
    return BLANK if settings().public_url else None


def grant_ministry(
    session: Session,
    *,
    organisation_id: int,
    document_ids: Sequence[int],
    dispatch: Dispatch,
    now: datetime,
) -> AccessLink | None:
    """Give the registered contact of an organisation access to these documents, by this mail.

    The link of before, if the mail had been enqueued already; None where there is no portal.
    """
    grant = Grant(
        organisation_id=organisation_id, document_ids=document_ids, dispatch_id=dispatch.id
    )
    return _grant(session, [grant.row()], now).get(dispatch.id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """What `grant_ministry` is told, of one of many mails."""

    organisation_id: int
    document_ids: Sequence[int]
    dispatch_id: int

    def row(self) -> dict[str, Any]:
        """What it comes to as a row."""
        return _row(
            Audience.MINISTRY,
            self.dispatch_id,
            organisation_id=self.organisation_id,
            document_ids=self.document_ids,
        )


def grant_ministries(session: Session, grants: Sequence[Grant], now: datetime) -> None:
    """Do the same as `grant_ministry` for each of these mails."""
    _grant(session, [grant.row() for grant in grants], now)


def grant_delegate(
    session: Session,
    *,
    organisation_id: int,
    document_ids: Sequence[int],
    address: str,
    dispatch: Dispatch,
    now: datetime,
) -> AccessLink | None:
    """Give a colleague access: his codes go to `address`, which the caller has checked."""
    row = _row(
        Audience.DELEGATE,
        dispatch.id,
        organisation_id=organisation_id,
        document_ids=document_ids,
        address=address,
    )
    return _grant(session, [row], now).get(dispatch.id)


def grant_proposer(
    session: Session, *, suggestion_id: int, dispatch: Dispatch, now: datetime
) -> AccessLink | None:
    """Give whoever made a suggestion access to its page."""
    row = _row(Audience.PROPOSER, dispatch.id, suggestion_id=suggestion_id)
    return _grant(session, [row], now).get(dispatch.id)


def grant_volunteer(session: Session, *, dispatch: Dispatch, now: datetime) -> AccessLink | None:
    """Give whoever reads this mailbox the way to confirm, or to withdraw, that he volunteered for a panel."""
    return _grant(session, [_row(Audience.VOLUNTEER, dispatch.id)], now).get(dispatch.id)


def grant_respondents(session: Session, dispatch_ids: Sequence[int], now: datetime) -> None:
    """Give whoever gets one of these mails, which are new, access to the survey it invites to.

    One event tells of all, by the last mail: of each the ledger says already that it was queued or held, and what for.
    """
    if blank() is None or not dispatch_ids:
        return
    queries.add_new_links(session, dispatch_ids, _values(Audience.RESPONDENT) | _times(now))
    ledger.record(
        session,
        "access.granted_to_each",
        subject=("dispatch", dispatch_ids[-1]),
        now=now,
        audience=Audience.RESPONDENT.value,
        links=len(dispatch_ids),
    )


def _row(audience: Audience, dispatch_id: int, **values: Any) -> dict[str, Any]:
    return _values(audience, **values) | {"dispatch_id": dispatch_id}


def _values(
    audience: Audience,
    *,
    organisation_id: int | None = None,
    document_ids: Sequence[int] = (),
    suggestion_id: int | None = None,
    address: str | None = None,
) -> dict[str, Any]:
    return {
        "audience": audience,
        "organisation_id": organisation_id,
        "document_ids": sorted(set(document_ids)),
        "suggestion_id": suggestion_id,
        "address": address,
    }


def _grant(
    session: Session, rows: Sequence[dict[str, Any]], now: datetime
) -> Mapping[int, AccessLink]:
    """The links of these mails, by the mail's id: those of before, and these where there was none."""
    if blank() is None:
        return {}
    before = queries.links_of_dispatches(session, [row["dispatch_id"] for row in rows])
    times = _times(now)
    new = queries.add_links(
        session, [row | times for row in rows if row["dispatch_id"] not in before]
    )
    for link in new.values():
        ledger.record(
            session,
            "access.granted",
            subject=("access_link", link.id),
            now=now,
            audience=link.audience.value,
            organisation=link.organisation_id,
            documents=link.document_ids,
            suggestion=link.suggestion_id,
            dispatch=link.dispatch_id,
        )
    return before | new


def _times(now: datetime) -> dict[str, datetime]:
    """From when and until when a link is good."""
    return {
        "created_at": now,
        "expires_at": now + timedelta(days=settings().portal.link_days),
    }


def by_token(session: Session, token: str, now: datetime) -> AccessLink:
    """The link with this token.

    Raises:
        LinkUnknown: there is none that may be used.
    """
    # Looked up by its hash: how long that takes tells nothing of the token.
    link = queries.link_of_token(session, tokens.hash_of(token), now)
    if link is None:
        raise LinkUnknown()
    return link


def fill(session: Session, dispatch: Dispatch) -> str | None:
    """What stands in this mail in the place of `BLANK`: a link that is good from now on, or six digits.

    A mail that has to leave again gets a new secret; what left before in its place is void. None where
    there is nothing to give: it was revoked, or the installation has no portal any more.
    """
    mail: Dispatch | None = dispatch
    while mail is not None:
        link = queries.link_of_dispatch(session, mail.id)
        if link is not None:
            return _fresh_url(link)
        code = queries.code_of_dispatch(session, mail.id)
        if code is not None:
            digits = tokens.new_code()
            code.code_hash = code_hash(code, digits)
            return digits
        # Sent to another mailbox in place of a mail that came back: the same link.
        mail = mail_queries.by_id(session, mail.instead_of_id) if mail.instead_of_id else None
    return None


def code_hash(code: LoginCode, digits: str) -> str:
    """What is stored of the digits of a code: bound to its browser, so that equal codes differ."""
    return tokens.hash_of(f"{code.browser_hash}:{digits}")


def _fresh_url(link: AccessLink) -> str | None:
    url = settings().public_url
    if url is None or link.revoked_at is not None:
        return None
    token = tokens.new()
    link.token_hash = tokens.hash_of(token)
    return f"{url}/{_PATHS[link.audience]}/{token}"


def delegates_beside(session: Session, link_id: int, *, now: datetime) -> Sequence[AccessLink]:
    """The links of delegates for a document of this one, which still work when it is revoked.

    Raises:
        NotFound: no such link.
    """
    link = queries.link(session, link_id)
    if link.organisation_id is None:
        return ()
    return [
        each
        for each in queries.links(
            session, now, organisation_id=link.organisation_id, with_dead=False
        )
        if each.audience is Audience.DELEGATE
        and each.id != link_id
        and set(each.document_ids) & set(link.document_ids)
    ]


def revoke(db: Database, link_id: int, *, now: datetime) -> bool:
    """Make a link useless, and end the sessions it opened; False if it was revoked before.

    Raises:
        NotFound: no such link.
    """
    with db.transaction() as session:
        link = queries.link(session, link_id)
        if not queries.revoke_link(session, link.id, now):
            return False
        ledger.record(
            session,
            "access.revoked",
            subject=("access_link", link.id),
            now=now,
            actor=Actor.COORDINATOR,
        )
        sessions.end_those_of(session, link.id, now=now)
    return True
