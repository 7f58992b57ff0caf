"""The ministries of the simulation: each has a character, reads its mail, and does what its character does.

What a ministry will do is decided when it reads a mail, and written into an agenda. When the hour comes it acts
by the services of the portal, or by a mail of its own, as an officer would; a refusal it is told of is the end
of the matter, and an office that is down is tried again later.
"""

import heapq
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

from gongmun.clock import SEOUL, seoul_date, seoul_time
from gongmun.mail.recipients import PROPOSER
from gongmun.referrals.models import Referral
from gongmun.simulation import mails, queries
from gongmun.simulation.acts import Act, Deed, perform
from gongmun.simulation.installation import House
from gongmun.simulation.ports import Arrived


class Character(StrEnum):
    """How a ministry goes about it."""

    PROMPT = "prompt"
    SLOW = "slow"
    SILENT = "silent"
    BOUNCING = "bouncing"  # its mailbox does not exist; the backup's may not either
    TRANSFERRING = "transferring"
    ASKING = "asking"  # asks a question first
    WANTING_TIME = "wanting_time"
    LAST_MINUTE = "last_minute"
    ASTRAY = "astray"  # answers by mail, to the wrong address
    BY_MAIL = "by_mail"


_HOURS = ((9, 1), (9, 30), (11, 0), (12, 30), (15, 45), (17, 59), (18, 30), (23, 50))
# Days from a mail to the answer that it brings, by what the mail was.
_AFTER = {
    "sent_back": (1, 8),
    "question": (2, 10),
    "extension": (1, 30),
    "transfer": (3, 10),
    "reexamination": (3, 15),
    "takeover": (3, 15),
}


@dataclass(slots=True)
class Ministries:
    """All of them, and what they will do."""

    house: House
    agenda: list[tuple[datetime, int, Act]] = field(default_factory=list)
    _count: int = 0

    def character(self, code: str) -> Character:
        """The character of a ministry; always the same."""
        return self.house.plan.dice.pick(tuple(Character), "character", code)

    def read_mail(self) -> None:
        """Every ministry opens what lies in its mailbox; what went to no mailbox comes back."""
        house = self.house
        unread, house.relay.unread = house.relay.unread, type(house.relay.unread)()
        for mail in unread:
            if not self._read(mail):
                house.relay.unread.append(mail)

    def _read(self, mail: Arrived) -> bool:
        """Take one mail up; False where the ministry leaves it for tomorrow."""
        house, dice = self.house, self.house.plan.dice
        with house.db.reading() as session:
            letter = queries.mail(session, mail.message_id)
            assert letter is not None, "the relay has a mail that the outbox does not know"
            code, intent = letter.organisation_code, letter.intent
            if code == PROPOSER:
                if dice.falls(0.1, "no such citizen", mail.recipient):
                    self._return(mail)
                return True
            character = self.character(code)
            if self._is_dead(mail.recipient, character, code):
                self._return(mail)
                return True
            if letter.document_ids is None:
                return True
            referrals = queries.with_ministry(session, letter.document_ids)
            if intent == "outcome" and not referrals:
                # Our clocks do not run yet: nobody is so fast, unless the mail is of long ago.
                return house.now - mail.at > timedelta(days=40)
            for referral in referrals:
                reference = queries.reference(session, referral)
                self._decide(referral, reference, code, character, intent)
        if dice.falls(0.04, "absent", code, mail.at.date()):
            self._absence(mail)
        return True

    def _is_dead(self, recipient: str, character: Character, code: str) -> bool:
        if character is not Character.BOUNCING or recipient.startswith("new."):
            return False
        is_primary = recipient.startswith("forum@")
        return is_primary or self.house.plan.dice.falls(0.4, "dead backup", code)

    def _return(self, mail: Arrived) -> None:
        later = timedelta(
            minutes=self.house.plan.dice.between(1, 4000, "bounce", mail.recipient, mail.at)
        )
        code = "5.2.2" if self.house.plan.dice.falls(0.2, "full", mail.recipient) else "5.1.1"
        self.house.inbox.post(
            mail.at + later,
            mails.bounce(
                to=mail.return_to,
                recipient=mail.recipient,
                message_id=mail.message_id,
                code=code,
                at=mail.at + later,
            ),
        )

    def _absence(self, mail: Arrived) -> None:
        self.house.inbox.post(
            mail.at + timedelta(minutes=2),
            mails.reply(
                sender=mail.recipient,
                to=mail.return_to,
                subject="자동 회신: 부재중",
                text="부재중입니다.",
                at=mail.at + timedelta(minutes=2),
                references=mail.message_id,
                automatic=True,
            ),
        )

    def _decide(
        self, referral: Referral, reference: str, code: str, character: Character, intent: str
    ) -> None:
        """Write into the agenda what this ministry will do about one referral, having read this mail."""
        dice, key = self.house.plan.dice, (reference, code, intent, referral.arming)
        if intent == "outcome":
            return self._first(referral, reference, code, character)
        if intent == "chase":
            stirred = {Character.SILENT: 0.12, Character.BOUNCING: 0.3}.get(character, 0.5)
            if dice.falls(stirred, "stirred", *key, seoul_date(self.house.now)):
                self._plan(Deed.ANSWER, referral, reference, code, dice.between(0, 9, "stir", *key))
            return None
        if intent in _AFTER and not (
            character is Character.SILENT and dice.falls(0.6, "still silent", *key)
        ):
            days = dice.between(*_AFTER[intent], "after", *key)
            self._plan(Deed.ANSWER, referral, reference, code, days)
        return None

    def _first(self, referral: Referral, reference: str, code: str, character: Character) -> None:
        dice, key = self.house.plan.dice, (reference, code, referral.arming)
        due = (referral.clocks.answer_due - seoul_date(self.house.now)).days

        def plan(deed: Deed, least: int, most: int) -> None:
            self._plan(deed, referral, reference, code, dice.between(least, most, deed, *key))

        if character is not Character.SILENT and not dice.falls(0.2, "no receipt", *key):
            plan(Deed.ACKNOWLEDGE, 0, 2 if character is Character.PROMPT else 9)
        match character:
            case Character.PROMPT | Character.BOUNCING:
                plan(Deed.ANSWER, 1, 9)
            case Character.SLOW:
                plan(Deed.ANSWER, due, due + 45)
            case Character.SILENT if dice.falls(0.3, "speaks at last", *key):
                plan(Deed.ANSWER, due + 10, due + 90)
            case Character.TRANSFERRING:
                plan(Deed.TRANSFER, 1, due + 6)
                plan(Deed.ANSWER, due - 3, due + 25)
            case Character.ASKING:
                plan(Deed.ASK, 0, due + 4)
                plan(Deed.ANSWER, due - 2, due + 30)
            case Character.WANTING_TIME:
                plan(Deed.WANT_TIME, 1, due + 1)
                plan(Deed.ANSWER, due + 2, due + 40)
            case Character.LAST_MINUTE:
                plan(Deed.ANSWER, due, due)
            case Character.ASTRAY:
                plan(Deed.WRITE_ASTRAY, 2, due + 5)
                plan(Deed.ANSWER, due + 6, due + 40)
            case Character.BY_MAIL:
                plan(Deed.WRITE, 1, due + 3)

    def _plan(self, deed: Deed, referral: Referral, reference: str, code: str, days: int) -> None:
        dice = self.house.plan.dice
        day = seoul_date(self.house.now) + timedelta(days=max(days, 0))
        hour, minute = dice.pick(_HOURS, "hour", deed, reference, code, day)
        if self.character(code) is Character.LAST_MINUTE and deed is Deed.ANSWER:
            hour, minute = dice.pick(((17, 59), (23, 59)), "last minute", reference, code)
        at = max(seoul_time(day, hour, minute), self.house.now)
        self.add(
            Act(
                at=at.astimezone(SEOUL),
                deed=deed,
                reference=reference,
                organisation_id=referral.organisation_id,
                code=code,
            )
        )

    def add(self, act: Act) -> None:
        """Put an act on the agenda."""
        self._count += 1
        heapq.heappush(self.agenda, (act.at, self._count, act))

    def act_until(self, moment: datetime) -> None:
        """Do what is on the agenda up to a moment, in order."""
        house = self.house
        while self.agenda and self.agenda[0][0] <= moment:
            at, _, act = heapq.heappop(self.agenda)
            house.now = max(house.now, at.astimezone(house.now.tzinfo))
            if not house.request(act.name, partial(perform, house, act)) and act.tries:
                self.add(act.later())
