"""Every UPDATE and DELETE that takes people out of mails: where mails of ours went, their links, what came back."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from gongmun.access.models import AccessLink
from gongmun.db import some_of
from gongmun.mail.life import Status
from gongmun.mail.models import Dispatch, IncomingMail
from gongmun.surveys.panels.models import PanelRest

# The outbox still has something to do.
ON_ITS_WAY = (Status.QUEUED, Status.CLAIMED, Status.SENDING)
_BULK: dict[str, Any] = {"execution_options": {"synchronize_session": False}}


def left_key(rotation_id: int, member_id: int) -> str:
    """The key of the mail to a member who leaves by a rotation."""
    return f"panel_left:{rotation_id}:{member_id}"


def forget_left(session: Session, members: Collection[int]) -> None:
    """Do what `forget_mails` does with the mails that told these members that they leave."""
    keys = [
        left_key(rest.rotation_id, rest.member_id)
        for ids in some_of(members)
        for rest in session.scalars(select(PanelRest).where(PanelRest.member_id.in_(ids)))
    ]
    forget_mails(
        session,
        {
            dispatch_id
            for some in some_of(keys)
            for dispatch_id in session.scalars(select(Dispatch.id).where(Dispatch.key.in_(some)))
        },
    )


def forget_mails(session: Session, dispatches: Collection[int]) -> None:
    """Take the addresses from these mails, the words from what came back about them, and delete their links.

    What came back is a notice about one of them, or was written to the address that one of them was sent from.
    """
    sent: dict[str, datetime] = {}
    for ids in some_of(dispatches):
        session.execute(delete(AccessLink).where(AccessLink.dispatch_id.in_(ids)), **_BULK)
        _forget_words(session, IncomingMail.dispatch_id.in_(ids))
        rows = session.execute(
            select(Dispatch.token, Dispatch.created_at).where(Dispatch.id.in_(ids))
        )
        sent |= {row.token: row.created_at for row in rows}
        # The relay's words name the address too.
        session.execute(
            update(Dispatch)
            .where(Dispatch.id.in_(ids))
            .values(address=None, last_error=None, relay_reply=None),
            **_BULK,
        )
    if not sent:
        return
    since = select(IncomingMail.id, IncomingMail.tokens).where(
        IncomingMail.collected_at >= min(sent.values()),
        or_(IncomingMail.sender.is_not(None), IncomingMail.text.is_not(None)),
    )
    replies = [row.id for row in session.execute(since) if not sent.keys().isdisjoint(row.tokens)]
    for ids in some_of(replies):
        _forget_words(session, IncomingMail.id.in_(ids))


def _forget_words(session: Session, which: ColumnElement[bool]) -> None:
    # Which files came with it stays: the rule of retention that takes the mail takes them out of the store by that.
    session.execute(
        update(IncomingMail).where(which).values(sender=None, subject=None, text=None, shown=None),
        **_BULK,
    )
