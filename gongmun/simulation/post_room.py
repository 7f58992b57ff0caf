"""The post room: mails that did not go on by themselves, and replies that wait for a person."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from gongmun.answers import confirming, filing
from gongmun.answers.checks import NotTaken
from gongmun.answers.models import Reply, ReplyStatus
from gongmun.mail import deciding as mail_deciding
from gongmun.mail import queries as mail_queries
from gongmun.mail.life import Status as MailStatus
from gongmun.mail.models import Dispatch
from gongmun.mail.recipients import PROPOSER
from gongmun.organisations import ContactRole, set_contact
from gongmun.referrals.models import ResponseDecision
from gongmun.simulation import queries
from gongmun.simulation.installation import House

_NAME = "한소통"
_BY = {"name": _NAME, "reason": "기관에 전화로 확인하였습니다."}


class Do(Protocol):
    """Does something when its time has come: `what`, since when it waits, and how."""

    def __call__(
        self, what: str, since: datetime, act: Callable[[], object], *, forget: int = ...
    ) -> None:
        """See `Coordinators`."""


def mails(house: House, do: Do) -> None:
    """Mails that came back, that were held, or of which nobody knows."""
    with house.db.reading() as session:
        troubled = mail_queries.needing_a_person(session)
    for dispatch in troubled:
        since = dispatch.bounced_at or dispatch.sending_at or dispatch.created_at

        def settle(dispatch: Dispatch = dispatch) -> None:
            _settle_mail(house, dispatch)

        do(f"mail:{dispatch.id}:{dispatch.status}", since, settle, forget=3)


def _settle_mail(house: House, dispatch: Dispatch) -> None:
    """Ask the ministry by telephone whether it arrived, or where to."""
    if dispatch.status is MailStatus.UNCERTAIN:
        arrived = house.relay.saw(dispatch.message_id)
        mail_deciding.settle(house.db, dispatch.id, accepted=arrived, **_BY, now=house.now)
        return
    address = dispatch.address
    if dispatch.organisation_code == PROPOSER:
        if dispatch.status is MailStatus.FAILED and address:
            mail_deciding.release(house.db, dispatch.id, address=address, **_BY, now=house.now)
        return
    if dispatch.status is MailStatus.BOUNCED or dispatch.bounced_at or not address:
        name = (address or "forum@new.example").rpartition("@")[2]
        address = f"new.forum@{name}"
        set_contact(house.db, dispatch.organisation_code, ContactRole.PRIMARY, address, house.now)
    mail_deciding.release(house.db, dispatch.id, address=address, **_BY, now=house.now)


def replies(house: House, do: Do) -> None:
    """Replies that nobody can file by a rule, and drafts that wait for a decision."""
    with house.db.reading() as session:
        waiting = queries.open_replies(session)
    for reply in waiting:

        def settle(reply: Reply = reply) -> None:
            _settle_reply(house, reply)

        do(f"reply:{reply.id}:{reply.status}", _since(reply), settle, forget=5)


def _settle_reply(house: House, reply: Reply) -> None:
    dice = house.plan.dice
    if reply.status is ReplyStatus.HELD:
        if reply.candidates and dice.falls(0.8, "files", reply.id):
            filing.file(
                house.db,
                reply.id,
                document_id=reply.candidates[0],
                name=_NAME,
                store=house.store,
                scanner=None,
                ladder=house.ladder,
                now=house.now,
            )
        else:
            filing.dismiss(house.db, reply.id, name=_NAME, now=house.now)
        return
    with house.db.reading() as session:
        drafts = confirming.drafts_of(session, reply)
    for referral_id, draft in drafts.items():
        if draft.decision is None:
            confirming.complete(
                house.db,
                reply.id,
                referral_id=referral_id,
                decision=ResponseDecision.NOT_ACCEPTED,
                now=house.now,
            )
    try:
        confirming.confirm(house.db, reply.id, name=_NAME, now=house.now)
    except (NotTaken, confirming.ReplyNotOpened):
        filing.dismiss(house.db, reply.id, name=_NAME, now=house.now)


def _since(reply: Reply) -> datetime:
    """A held one is as old as anything: the days of its delay are those from its first being seen."""
    return reply.filed_at or datetime.min.replace(tzinfo=UTC)
