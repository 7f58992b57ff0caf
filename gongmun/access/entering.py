"""Entering (로그인): a link or a document leads to a code in the registered mailbox, the code to a session.

Three steps, each another request: what a link is for is shown (`looking`); a code is asked for; the code is
entered, in the browser that asked for it.
"""

import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.access import limits, links, queries, sessions, tokens
from gongmun.access.doors import Door, is_told, masked
from gongmun.access.limits import Trial
from gongmun.access.looking import look
from gongmun.access.models import LoginCode
from gongmun.db import Database
from gongmun.errors import GongmunError
from gongmun.ledger import Actor
from gongmun.mail import OutgoingMessage, compose, enqueue
from gongmun.mail.message import BLANK
from gongmun.settings import settings

CODE_INTENT = "code"
# Times that one code may be entered wrongly.
TRIES = 5
# Of what is typed, as far as it is looked at.
_LONGEST = 40


class CodeWrong(GongmunError):
    """Not the code that was sent, or one that is used, expired or tried too often: the same words."""

    code = "access.code_wrong"
    ko = "인증번호가 맞지 않거나 사용할 수 없습니다. 메일을 다시 확인하시거나, 링크를 다시 열어 새 번호를 받아 주십시오."
    en = "The code is wrong or can no longer be used. Check our mail, or open the link again to get a new code."


class EntryMissing(GongmunError):
    """No code was asked for in this browser."""

    code = "access.entry_missing"
    ko = "이 브라우저에서 받은 인증번호가 없습니다. 메일의 링크를 이 브라우저에서 열어 인증번호를 받아 주십시오."
    en = "No code was asked for in this browser. Open the link in our mail in this browser and ask for one."


class NoContact(GongmunError):
    """There is no mailbox that a code could be sent to."""

    code = "access.no_contact"
    ko = "인증번호를 보낼 담당자 전자우편이 등록되어 있지 않습니다. 공문에 적힌 연락처로 알려 주십시오."
    en = "No mailbox is registered that a code could be sent to. Contact the office named in the document."


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A code on its way: to which mailbox, as far as a stranger may know it, and until when it is good."""

    masked: str
    expires_at: datetime


def ask_code(
    db: Database,
    *,
    token: str | None = None,
    check_code: str | None = None,
    browser: str,
    ip: str,
    now: datetime,
) -> Asked:
    """Queue the mail with a code to the registered mailbox; the code itself is drawn when it leaves.

    `browser` is a new secret, which the browser that asks keeps in a cookie.

    Raises:
        LinkUnknown, AccessPassedOn, NotFound: as `look`.
        NoContact: there is no mailbox to send it to.
        TooManyAttempts: too many were asked for with this link, for this mailbox, or from this IP.
    """
    door = look(db, token=token, check_code=check_code, ip=ip, now=now)
    address = door.address
    if address is None:
        raise NoContact()
    if door.link_id is not None:
        trials = {
            Trial.CODE_BY_LINK: str(door.link_id),
            Trial.CODE_BY_ADDRESS: address.casefold(),
            Trial.CODE_BY_IP: ip,
        }
    else:
        trials = {Trial.CODE_BY_PRINT: address.casefold(), Trial.CODE_BY_IP: ip}
    expires_at = now + timedelta(minutes=settings().portal.code_minutes)
    with db.transaction() as session:
        for trial, key in trials.items():
            limits.check(session, trial, key, now)
        for trial, key in trials.items():
            limits.note(session, trial, key, now)
        code = LoginCode(
            link_id=door.link_id,
            organisation_id=door.organisation_id,
            document_ids=list(door.document_ids),
            address=address,
            browser_hash=tokens.hash_of(browser),
            dispatch_id=enqueue(session, _message(door, address), now).id,
            created_at=now,
            expires_at=expires_at,
        )
        session.add(code)
        session.flush()
        ledger.record(
            session,
            "access.code_asked",
            subject=("login_code", code.id),
            now=now,
            actor=Actor.MINISTRY,
            link=door.link_id,
            organisation=door.organisation_id,
            documents=list(door.document_ids),
        )
    return Asked(masked=masked(address, is_told=door.is_told), expires_at=expires_at)


def _message(door: Door, address: str) -> OutgoingMessage:
    mail = compose(
        CODE_INTENT,
        {
            "agency": settings().agency,
            "numbers": door.numbers,
            "minutes": settings().portal.code_minutes,
            "code": BLANK,
        },
    )
    return OutgoingMessage(
        key=f"{CODE_INTENT}:{secrets.token_hex(16)}",
        intent=CODE_INTENT,
        organisation_code=door.organisation_code,
        address=address,
        subject=mail.subject,
        body=mail.body,
        wants_proof=False,
    )


def asked(db: Database, *, browser: str, now: datetime) -> Asked | None:
    """The code that this browser asked for and may still enter; None where there is none."""
    with db.reading() as session:
        code = queries.code_of_browser(session, tokens.hash_of(browser))
        if code is None or code.used_at is not None or code.expires_at <= now:
            return None
        if code.tries >= TRIES:
            return None
        told = code.link_id is not None or all(is_told(session, i) for i in code.document_ids)
    return Asked(masked=masked(code.address, is_told=told), expires_at=code.expires_at)


def enter_code(db: Database, *, browser: str, code: str, ip: str, now: datetime) -> str:
    """Open a session for whoever enters the code that this browser asked for; the session's secret.

    Raises:
        EntryMissing: this browser has asked for none.
        CodeWrong: it is not the code, or can no longer be used; each try counts.
        TooManyAttempts: too many codes from this IP were wrong.
    """
    with db.transaction() as session:
        limits.check(session, Trial.WRONG_CODE_BY_IP, ip, now)
        row = queries.code_of_browser(session, tokens.hash_of(browser), lock=True)
        if row is None:
            limits.note(session, Trial.WRONG_CODE_BY_IP, ip, now)
        elif _opens(session, row, code, now):
            row.used_at = now
            return sessions.begin(session, row, now=now)
        else:
            row.tries += 1
            limits.note(session, Trial.WRONG_CODE_BY_IP, ip, now)
            if row.tries == TRIES:
                ledger.record(
                    session, "access.code_exhausted", subject=("login_code", row.id), now=now
                )
    # Outside: what was counted stays counted.
    raise EntryMissing() if row is None else CodeWrong()


def void_codes(db: Database, organisation_id: int, *, now: datetime) -> int:
    """Make the codes that are on their way to an organisation useless; how many there were."""
    with db.transaction() as session:
        count = queries.void_codes(session, organisation_id, now)
        if count:
            ledger.record(
                session,
                "access.codes_voided",
                subject=("organisation", organisation_id),
                now=now,
                actor=Actor.COORDINATOR,
                codes=count,
            )
    return count


def _opens(session: Session, row: LoginCode, typed: str, now: datetime) -> bool:
    is_right = row.code_hash is not None and hmac.compare_digest(
        links.code_hash(row, _digits(typed)), row.code_hash
    )
    is_good = row.used_at is None and row.tries < TRIES and now < row.expires_at
    if row.link_id is not None:
        link = queries.link(session, row.link_id)
        is_good = is_good and link.revoked_at is None and now < link.expires_at
    return is_right and is_good


def _digits(typed: str) -> str:
    """What was typed, as ASCII digits: also full-width ones, and with the space some put in between."""
    return "".join(c for c in unicodedata.normalize("NFKC", typed[:_LONGEST]) if c.isdecimal())
