"""The pool of an open call (참여 희망자 명단): those who have confirmed, as a file for `read_pool`.

It has no name and no mail address, and in the place of addresses the numbers of households. Every cell is one of our
own words or numbers: nothing that was typed comes into the file.
"""

from dataclasses import dataclass
from datetime import datetime

from gongmun import ledger
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.ledger import Actor
from gongmun.surveys.panels import call_queries, queries
from gongmun.surveys.panels.calls import CallRunning, ends_at
from gongmun.surveys.panels.pool import assemble, write_pool
from gongmun.surveys.panels.seeds import sha256

_FEATURES = ("sex", "age_group", "sido")


@dataclass(frozen=True, kw_only=True, slots=True)
class Exported:
    """The file, how many people are in it, and how many were left out because they or their household rest."""

    content: bytes
    people: int
    resting: int


def export_pool(db: Database, code: str, *, now: datetime) -> Exported:
    """The pool of a call that is over. The same people give the same bytes.

    Raises:
        NotFound: there is no such call.
        CallRunning: it takes volunteers still.
    """
    with db.transaction() as session:
        call = call_queries.call(session, code, lock=True)
        if now < ends_at(call):
            raise CallRunning(call=code)
        everybody = call_queries.confirmed(session, call.id)
        resting = queries.resting(session, seoul_date(now))
        people = [
            each
            for each in everybody
            if each.contact not in resting.contacts and each.household not in resting.households
        ]
        pool = assemble(
            _FEATURES,
            (
                (each.number, (each.sex, each.age_group, each.province), each.household)
                for each in people
            ),
        )
        content = write_pool(pool)
        ledger.record(
            session,
            "panel.pool_exported",
            subject=("panel_call", call.id),
            now=now,
            actor=Actor.COORDINATOR,
            people=len(people),
            resting=len(everybody) - len(people),
            sha256=sha256(content),
        )
        return Exported(content=content, people=len(people), resting=len(everybody) - len(people))
