"""What an officer does: by the portal's services, or by a mail."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from gongmun.answers import asking, extending, requesting, submitting
from gongmun.answers.content import CommitmentContent, Content
from gongmun.answers.models import Channel
from gongmun.clock import seoul_date
from gongmun.mail.tokens import address_with
from gongmun.organisations import ContactRole
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.answering import acknowledge
from gongmun.referrals.life import CHASED
from gongmun.referrals.mailing import mails_of
from gongmun.referrals.models import Referral, ResponseDecision
from gongmun.simulation import mails, queries
from gongmun.simulation.dice import Dice
from gongmun.simulation.installation import INBOX, House

_LATER = timedelta(hours=1)
_NO = "다른 법령에 따라 시행 중인 제도와 중복되어 수용하기 어렵습니다."
_YES = "지침을 고쳐 시행하겠습니다."


class Deed(StrEnum):
    """What may be done about a referral."""

    ACKNOWLEDGE = "acknowledge"
    ANSWER = "answer"
    ASK = "ask"
    WANT_TIME = "want_time"
    TRANSFER = "transfer"
    WRITE = "write"
    WRITE_ASTRAY = "write_astray"


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """Something that an officer will do at a moment."""

    at: datetime
    deed: Deed
    reference: str
    organisation_id: int
    code: str
    tries: int = 3

    @property
    def name(self) -> str:
        """What its points are counted under."""
        return f"{self.deed}:{self.reference}:{self.code}"

    def later(self) -> "Act":
        """The same once more, an hour later."""
        return replace(self, at=self.at + _LATER, tries=self.tries - 1)


def perform(house: House, act: Act) -> None:
    """Do it, if there is still something to do about it.

    Raises:
        GongmunError: what the officer is told.
    """
    with house.db.reading() as session:
        referral = queries.referral_of(session, act.reference, act.organisation_id)
    if referral is None or referral.status not in CHASED or referral.document_id is None:
        return
    dice, now = house.plan.dice, house.now
    key = (act.reference, act.code, referral.arming)
    match act.deed:
        case Deed.ACKNOWLEDGE:
            number = (
                f"접수-{dice.between(1, 999, *key)}" if dice.falls(0.7, "number", *key) else None
            )
            acknowledge(
                house.db,
                referral.document_id,
                registration_number=number,
                now=now,
                ladder=house.ladder,
            )
        case Deed.ANSWER:
            _answer(house, referral, key)
        case Deed.ASK:
            asking.ask(
                house.db, referral.id, text="대상이 어디입니까?", channel=Channel.PORTAL, now=now
            )
        case Deed.WANT_TIME:
            _want_time(house, referral, key)
        case Deed.TRANSFER:
            _transfer(house, referral, key)
        case Deed.WRITE | Deed.WRITE_ASTRAY:
            _write(house, referral, astray=act.deed is Deed.WRITE_ASTRAY)


def _answer(house: House, referral: Referral, key: tuple[object, ...]) -> None:
    assert referral.document_id is not None
    dice, today = house.plan.dice, seoul_date(house.now)
    with house.db.reading() as session:
        others = [
            other
            for other in referral_queries.of_document(session, referral.document_id)
            if other.status in CHASED and other.id != referral.id
        ]
    answers = {referral.id: content(dice, today, *key)}
    if dice.falls(0.6, "all at once", *key):
        answers |= {
            other.id: content(dice, today, other.id)
            for other in others
            if other.paused_at is None and other.asks_since is None
        }
    submitting.submit(
        house.db,
        referral.document_id,
        organisation_id=referral.organisation_id,
        answers=answers,
        left_open=[other.id for other in others if other.id not in answers],
        channel=Channel.PORTAL,
        address=None,
        now=house.now,
    )


def content(dice: Dice, today: date, *key: object) -> Content:
    """A whole answer."""
    decision = dice.pick(
        (
            ResponseDecision.NOT_ACCEPTED,
            ResponseDecision.NOT_ACCEPTED,
            ResponseDecision.ACCEPTED,
            ResponseDecision.LONG_TERM_REVIEW,
            ResponseDecision.ALREADY_IN_PLACE,
        ),
        "decision",
        *key,
    )
    until = today + timedelta(days=dice.between(5, 200, "promised", *key))
    promises = decision is ResponseDecision.ACCEPTED
    return Content(
        decision=decision,
        reason=_YES if promises else _NO,
        review_by=until if decision is ResponseDecision.LONG_TERM_REVIEW else None,
        commitments=(CommitmentContent(text="지침 개정", owner="정책과", due_on=until),)
        if promises
        else (),
    )


def _want_time(house: House, referral: Referral, key: tuple[object, ...]) -> None:
    with house.db.reading() as session:
        latest = extending.longest(session, referral_queries.by_id(session, referral.id))
    days = house.plan.dice.between(1, 40, "until", *key)
    until = referral.clocks.answer_due + timedelta(days=days)
    extending.request(
        house.db,
        referral.id,
        until=min(until, latest or until),
        reason="관계 기관과 협의가 필요합니다.",
        channel=Channel.PORTAL,
        now=house.now,
    )


def _transfer(house: House, referral: Referral, key: tuple[object, ...]) -> None:
    with house.db.reading() as session:
        targets = requesting.targets(session, referral, house.now)
    target = house.plan.dice.pick(targets, "target", *key)
    requesting.request_transfer(
        house.db,
        referral.id,
        to_code=target.code,
        reason="소관이 아닙니다.",
        channel=Channel.PORTAL,
        now=house.now,
    )


def _write(house: House, referral: Referral, *, astray: bool) -> None:
    """Answer by mail; astray: to our plain address, as a new mail, about who knows what."""
    assert referral.document_id is not None
    with house.db.reading() as session:
        sent = mails_of(session, referral.document_id)
        contact = organisation_queries.contact(
            session, referral.organisation_id, ContactRole.PRIMARY
        )
        number = queries.number_of(session, referral.document_id)
    if not sent or contact is None:
        return
    names_it = not astray or house.plan.dice.falls(0.3, "names it", referral.id)
    house.inbox.post(
        house.now,
        mails.reply(
            sender=contact.email,
            to=INBOX if astray else address_with(sent[0].token) or INBOX,
            subject=f"{number} 관련 회신" if names_it else "회신드립니다",
            text=f"{_NO}\n",
            at=house.now,
            references=None if astray else sent[0].message_id,
        ),
    )
