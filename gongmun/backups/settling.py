"""Settle a restore (복원 확인): a person says what left after the backup was made, and the work goes on.

The installation does not know what its former self numbered and sent after the backup: which numbers stand on papers,
which mails lie in mailboxes. The journal of sent mail tells both, where there is one.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gongmun import ledger
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.db.restored import settle_all, unsettled
from gongmun.decisions import answered_for
from gongmun.documents.register import last_serial, pass_over
from gongmun.errors import GongmunError
from gongmun.ledger import Actor
from gongmun.mail import Witness, recover
from gongmun.mail.doubting import doubted, resend_doubted
from gongmun.mail.journal import serials_sent


class NothingToSettle(GongmunError):
    """No restore waits for a person."""

    code = "restored.nothing_to_settle"
    ko = "확인을 기다리는 복원이 없습니다. 번호 부여와 발송은 계속되고 있습니다."
    en = "No restore waits to be settled: numbering and sending go on."


class NumberTooLow(GongmunError):
    """A number that would be given twice."""

    code = "restored.number_too_low"
    ko = (
        "{division}-{known}까지 이미 사용된 것으로 확인됩니다. 백업 이후에 나간 마지막 번호를 확인하여 "
        "--last-number {known} 이상으로 지정해 주십시오."
    )
    en = (
        "Numbers up to {division}-{known} are known to have been used. Find out the last one that left, and give "
        "--last-number {known} or a higher one."
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubts:
    """What a restore leaves open.

    `waiting` is how many mails may have left since, `seen` how many of them stand in the journal; None without
    one. `registered` is the last number of the year in the register, `sent` the highest that the journal knows,
    0 if none, None without a journal.
    """

    backup_at: datetime
    restored_at: datetime
    division: str
    waiting: int
    seen: int | None
    registered: int
    sent: int | None


def doubts(
    db: Database, *, division: str, witness: Witness | None, journal: Path | None, now: datetime
) -> Doubts:
    """What is to be settled.

    Raises:
        NothingToSettle: nothing is.
        WitnessUnavailable: the journal cannot be read.
    """
    year = seoul_date(now).year
    with db.reading() as session:
        restoration = unsettled(session)
        if restoration is None:
            raise NothingToSettle()
        waiting = doubted(session)
        registered = last_serial(session, division=division, year=year)
    return Doubts(
        backup_at=restoration.backup_at,
        restored_at=restoration.restored_at,
        division=division,
        waiting=len(waiting),
        seen=None if witness is None else sum(witness.saw(each.message_id) for each in waiting),
        registered=registered,
        sent=None
        if journal is None
        else max(serials_sent(journal, division=division, year=year), default=0),
    )


def settle(
    db: Database,
    *,
    division: str,
    last_number: int,
    resend: bool,
    name: str,
    reason: str,
    witness: Witness | None,
    journal: Path | None,
    now: datetime,
) -> int:
    """Let the work go on; how many mails still wait for a person, one by one.

    What the witness has seen counts as sent. Of the rest `resend` says that it did not leave: it is queued again.
    No number of this year up to `last_number` is given any more.

    Raises:
        NothingToSettle: no restore waits.
        DecisionIncomplete: without a name or a reason.
        NumberTooLow: a number after `last_number` is known to have been used; nothing was settled.
        WitnessUnavailable: the journal cannot be read; nothing was settled.
    """
    name, reason = answered_for(name, reason)
    left = doubts(db, division=division, witness=witness, journal=journal, now=now)
    known = max(left.registered, left.sent or 0)
    if last_number < known:
        raise NumberTooLow(division=division, known=known)
    recover(db, witness=witness, now=now)
    with db.transaction() as session:
        restoration = settle_all(session, name=name, reason=reason, now=now)
        if restoration is None:
            raise NothingToSettle()
        year = seoul_date(now).year
        pass_over(session, division=division, year=year, serial=last_number, now=now)
        if resend:
            resend_doubted(session, now)
        ledger.record(
            session,
            "installation.settled",
            subject=("restoration", restoration),
            now=now,
            actor=Actor.COORDINATOR,
            resent=resend,
        )
        return len(doubted(session))
