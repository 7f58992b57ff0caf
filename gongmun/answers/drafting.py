"""Drafts (임시저장): what is written about a referral and not submitted yet.

A draft belongs to the referral: any officer of the ministry goes on from it.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun.answers import content as contents
from gongmun.answers import queries
from gongmun.answers.content import Content
from gongmun.answers.models import Channel, ResponseDraft
from gongmun.db import Database
from gongmun.referrals import pausing
from gongmun.referrals.life import CHASED


def save(
    db: Database, referral_id: int, *, content: Content, channel: Channel, now: datetime
) -> None:
    """Keep what was written, complete or not, in place of what was kept before.

    Raises:
        NotFound: there is no such referral.
        NotWithMinistry: nothing can be written about it: it was answered, transferred or withdrawn.
    """
    with db.transaction() as session:
        pausing.required(session, referral_id)
        keep(session, referral_id, content=content, channel=channel, now=now)


def save_all(
    db: Database,
    document_id: int,
    contents: Mapping[int, Content],
    *,
    organisation_id: int,
    channel: Channel,
    now: datetime,
) -> frozenset[int]:
    """The same for several referrals of a document; those that nothing can be written about any more."""
    with db.transaction() as session:
        referrals = queries.locked_of_document(session, document_id, organisation_id)
        open_ = {each.id for each in referrals if each.status in CHASED}
        kept = queries.drafts(session, contents)
        for each, content in sorted(contents.items()):
            if each in open_:
                _write(session, each, kept.get(each), content, channel=channel, now=now)
    return frozenset(contents.keys() - open_)


def keep(
    session: Session,
    referral_id: int,
    *,
    content: Content,
    channel: Channel,
    now: datetime,
    arrived_at: datetime | None = None,
) -> None:
    """The same in the caller's transaction, which has looked at the referral. Nothing written: no draft.

    `arrived_at` is when the mail arrived that it is of. Without it a draft that came by mail stays one of
    that moment for as long as nobody changes its reason: what is added is only what the mail lacked.
    """
    kept = queries.draft(session, referral_id)
    _write(session, referral_id, kept, content, channel=channel, now=now, arrived_at=arrived_at)


def _write(
    session: Session,
    referral_id: int,
    kept: ResponseDraft | None,
    content: Content,
    *,
    channel: Channel,
    now: datetime,
    arrived_at: datetime | None = None,
) -> None:
    if content.is_empty and not content.left_open:
        if kept is not None:
            session.delete(kept)
        return
    if kept is None:
        kept = ResponseDraft(referral_id=referral_id)
        session.add(kept)
    elif arrived_at is None and contents.from_json(kept.content).reason == content.reason:
        arrived_at = kept.arrived_at
    kept.arrived_at = arrived_at
    kept.content = contents.to_json(content)
    kept.channel = channel
    kept.updated_at = now


def draft(session: Session, referral_id: int) -> Content | None:
    """What was kept; None where nothing was."""
    kept = queries.draft(session, referral_id)
    return None if kept is None else contents.from_json(kept.content)
