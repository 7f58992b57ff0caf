"""Members who drop out (중도 하차), and who follows them: by the rule of `replacing`, and nobody's choice.

Nobody follows who rests after a rotation, or lives with somebody that does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.documents import FileStore
from gongmun.errors import GongmunError
from gongmun.ledger import Actor
from gongmun.surveys.panels import queries
from gongmun.surveys.panels.models import Panel, PanelKind, Standing
from gongmun.surveys.panels.publishing import LOTTERY, POOL, read_lottery, read_pool_file
from gongmun.surveys.panels.replacing import Replacement, replace


class NotAMember(GongmunError):
    """A number that nobody who serves on the panel has."""

    code = "panels.not_a_member"
    ko = "{numbers}은(는) '{panel}'에서 활동 중인 번호가 아닙니다. 번호를 확인해 주십시오."
    en = "{numbers}: nobody who serves on '{panel}' has this number. Check it."


@dataclass(frozen=True, kw_only=True, slots=True)
class DroppedOut:
    """Who followed whom, by the panel's numbers."""

    replacements: tuple[Replacement, ...]


def drop_out(
    db: Database, code: str, numbers: Sequence[str], *, store: FileStore, now: datetime
) -> DroppedOut:
    """Take members off a panel, and put the first fitting reserve in the place of each.

    Raises:
        NotFound: there is no such panel.
        NotAMember: one of the numbers does not serve.
        StoredFileMissing: the files of the draw are not in the store.
    """
    with db.transaction() as session:
        panel = queries.panel(session, code, lock=True)
        serving = {m.number for m in queries.members(session, panel.id, {Standing.SELECTED})}
        unknown = [number for number in numbers if number not in serving]
        if unknown or panel.kind is not PanelKind.DRAWN:
            raise NotAMember(numbers=", ".join(unknown) or ", ".join(numbers), panel=code)
        return take_off(session, panel, numbers, store=store, actor=Actor.COORDINATOR, now=now)


def take_off(
    session: Session,
    panel: Panel,
    numbers: Sequence[str],
    *,
    store: FileStore,
    actor: Actor,
    now: datetime,
) -> DroppedOut:
    """Do the same in a transaction that has locked the panel, which was drawn, with numbers that serve.

    Raises:
        StoredFileMissing: the files of the draw are not in the store.
    """
    serving = {m.number: m for m in queries.members(session, panel.id, {Standing.SELECTED})}
    pool = read_pool_file(store.get(panel.files[POOL]))
    quotas = read_lottery(store.get(panel.files[LOTTERY]), pool).lottery.quotas
    waiting = queries.reserves(session, panel.id)
    gone = list(dict.fromkeys(numbers))
    resting = queries.resting_members(session, panel.id, seoul_date(now))
    done = replace(
        pool,
        quotas,
        set(serving),
        [m.number for m in waiting],
        gone,
        pool.with_households(resting),
    )
    followers = {member.number: member for member in waiting}
    for each in done:
        leaving = serving[each.gone]
        leaving.standing, leaving.left_at = Standing.LEFT, now
        follower = followers[each.by] if each.by else None
        if follower is not None:
            follower.standing, follower.instead_of_id = Standing.SELECTED, leaving.id
        ledger.record(
            session,
            "panel.member_left",
            subject=("panel", panel.id),
            now=now,
            actor=actor,
            member=leaving.id,
            follower=follower.id if follower else None,
        )
    return DroppedOut(replacements=tuple(done))
