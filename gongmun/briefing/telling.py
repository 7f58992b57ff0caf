"""Tell coordinators by mail what went wrong (담당자 알림): of alarms, and of a run of Prefect's.

Alarms that were settled before a mail could leave are not told. A run is told of once a day by its name: a sweep that
fails every five minutes is one matter.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from gongmun.briefing import queries
from gongmun.briefing.facts import Silent, facts
from gongmun.briefing.models import Alarm, AlarmKind
from gongmun.briefing.names import RUN_STATES, SUBJECTS, WORDS, RunState
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.mail import compose
from gongmun.mail.coordinators import tell_coordinators
from gongmun.settings import settings
from gongmun.text import Bilingual, clean_line, shorten

ALARM_INTENT = "alarm"
# The rest is for the digest and for the lists of what waits.
TOLD = frozenset(
    {
        AlarmKind.DISPATCH_UNCERTAIN,
        AlarmKind.DISPATCH_UNDELIVERABLE,
        AlarmKind.CONTACT_BOUNCED,
        AlarmKind.APPROVAL_OVERDUE,
        AlarmKind.SWEEP_MISSED,
    }
)
# After so long the automation has not seen to it.
UNHEARD = timedelta(hours=1)
# Lines of one mail.
_SHOWN = 40
_NAME = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """A run of Prefect's that did not go as it should: its name, and its id where there is one."""

    name: str
    state: RunState
    run_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Line:
    what: Bilingual
    remedy: str


def tell(
    db: Database,
    *,
    silent: Silent,
    trouble: Trouble | None = None,
    page: str | None = None,
    now: datetime,
) -> Sequence[int]:
    """Mail the coordinators what they have not been told; the ids of the mails.

    `page` is the address of Prefect's page. Where the settings name no coordinators nothing is sent, and the alarms
    wait for somebody to be named.
    """
    if not settings().coordinators:
        return ()
    with db.transaction() as session:
        return [
            *_tell_alarms(session, silent, page, now),
            *(_tell_trouble(session, trouble, page, now) if trouble else ()),
        ]


def tell_unheard(db: Database, *, silent: Silent, page: str | None, now: datetime) -> Sequence[int]:
    """Mail what nobody was told for `UNHEARD`: the event of an alarm, or the run that it should start, may get lost."""
    with db.reading() as session:
        oldest = min((a.raised_at for a in queries.untold(session, TOLD)), default=now)
    return tell(db, silent=silent, page=page, now=now) if now - oldest >= UNHEARD else ()


def _tell_alarms(
    session: Session, silent: Silent, page: str | None, now: datetime
) -> Sequence[int]:
    # What a trial has raised for a day to come (`as_of`) does not hold yet, and is told when it does.
    waiting = [alarm for alarm in queries.untold(session, TOLD) if alarm.raised_at <= now]
    if not waiting:
        return ()
    holding = {fact.key for fact in facts(session, now, silent=silent)}
    standing = [alarm for alarm in waiting if alarm.key in holding]
    for alarm in waiting:
        alarm.told_at = now
    if not standing:
        return ()
    digest = hashlib.sha256("\n".join(alarm.key for alarm in standing).encode()).hexdigest()
    return _enqueue(session, f"alarms:{digest[:32]}", list(_lines(standing)), page, now)


def _tell_trouble(
    session: Session, trouble: Trouble, page: str | None, now: datetime
) -> Sequence[int]:
    name = shorten(clean_line(trouble.name), _NAME)
    state = RUN_STATES[trouble.state]
    link = f"{page}/runs/flow-run/{trouble.run_id}" if page and trouble.run_id else None
    line = _Line(
        what=Bilingual(ko=f"{state.ko}: {name}", en=f"{state.en}: {name}"),
        remedy=link or "gongmun doctor",
    )
    key = f"run:{name}:{trouble.state}:{seoul_date(now).isoformat()}"
    return _enqueue(session, key, [line], page, now)


def _enqueue(
    session: Session, key: str, lines: Sequence[_Line], page: str | None, now: datetime
) -> Sequence[int]:
    mail = compose(
        ALARM_INTENT,
        {
            "agency": settings().agency,
            "lines": lines[:_SHOWN],
            "total": len(lines),
            "more": max(0, len(lines) - _SHOWN),
            "page": page,
        },
    )
    return tell_coordinators(session, key=key, intent=ALARM_INTENT, mail=mail, now=now)


def _lines(alarms: Sequence[Alarm]) -> Iterator[_Line]:
    for alarm in alarms:
        words = WORDS[alarm.kind]
        noun, _, what = alarm.subject.partition(".")
        subject = SUBJECTS[noun]
        yield _Line(
            what=Bilingual(
                ko=f"{words.name.ko}: {subject.ko} {what}",
                en=f"{words.name.en}: {subject.en} {what}",
            ),
            remedy=words.remedy.format(id=what),
        )
