"""Rotate a panel (참여단 교체) between two waves: who began first makes room and rests, and others take the places.

Places are filled by the reserves of the same draw, or stay open for a draw of their own (`open_places`, `seat`).
Nobody is seated who rests, or who lives with somebody that does.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from dateutil.relativedelta import relativedelta
from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.clock import seoul_date
from gongmun.db import Database
from gongmun.documents import FileStore
from gongmun.errors import GongmunError
from gongmun.ledger import Actor
from gongmun.mail import OutgoingMessage, compose, enqueue_many
from gongmun.mail.recipients import MEMBER
from gongmun.settings import settings
from gongmun.surveys.fieldwork.serving_queries import is_asked, served
from gongmun.surveys.panels import queries
from gongmun.surveys.panels.mail_queries import left_key
from gongmun.surveys.panels.models import (
    Panel,
    PanelKind,
    PanelMember,
    PanelRest,
    PanelRotation,
    Standing,
)
from gongmun.surveys.panels.pool import Pool
from gongmun.surveys.panels.publishing import DRAW, LOTTERY, POOL, read_lottery, read_pool_file
from gongmun.surveys.panels.quotas import Quotas
from gongmun.surveys.panels.replacing import Replacement, replace
from gongmun.surveys.panels.rotating import Service, rotate, rotation_key, service
from gongmun.text import clean_line

INTENT = "panel_left"


class RotationRefused(GongmunError):
    """A panel that cannot be rotated now."""

    code = "surveys.rotation_refused"
    ko = "'{panel}'을(를) 교체하지 않았습니다. {what_ko}"
    en = "'{panel}' was not rotated: {what_en}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaving:
    """Who leaves after how many waves, until when he rests, and who follows him; `differs` names the features.

    `answered` is how many waves he has answered, in all.
    """

    number: str
    traits: tuple[str, ...]
    waves: int
    answered: int
    rests_until: date
    followed_by: str | None
    differs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rotated:
    """A rotation after the panel's wave `wave`: who leaves, how many stay, which places of which traits stay open."""

    panel: str
    wave: int
    key: str
    stays: int
    leaves: tuple[Leaving, ...]
    open: Mapping[tuple[str, ...], int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """By which rule: the share of the members who leave, the months they rest, whether reserves follow them."""

    share: Fraction
    rest_months: int
    by_reserves: bool = True


def preview_rotation(
    db: Database, code: str, rules: Rules, *, store: FileStore, now: datetime
) -> Rotated:
    """What `rotate_panel` would do today; nothing is changed.

    Raises:
        NotFound: there is no such panel.
        RotationRefused: it cannot be rotated now.
        StoredFileMissing: the files of its draw are not in the store.
    """
    with db.reading() as session:
        return _planned(session, queries.panel(session, code), rules, store, now)


def rotate_panel(
    db: Database, code: str, rules: Rules, *, name: str, store: FileStore, now: datetime
) -> Rotated:
    """Rotate a panel, and tell those who leave; at most once after each wave. Raises what `preview_rotation` does."""
    with db.transaction() as session:
        panel = queries.panel(session, code, lock=True)
        found = _planned(session, panel, rules, store, now)
        rotation = PanelRotation(
            panel_id=panel.id,
            wave=found.wave,
            key=found.key,
            name=clean_line(name)[:100],
            decided_at=now,
        )
        session.add(rotation)
        session.flush()
        concerned = {each.number for each in found.leaves} | {
            each.followed_by for each in found.leaves if each.followed_by
        }
        members = queries.numbered(session, panel.id, concerned)
        for each in found.leaves:
            _leave(session, rotation, each, members, now)
        _tell(session, panel, rotation, found.leaves, members, now)
        return found


def drawn_from(panel: Panel, store: FileStore) -> tuple[Pool, Quotas]:
    """The pool and the quotas of a panel's draw, as they were published."""
    pool = read_pool_file(store.get(panel.files[POOL]))
    return pool, read_lottery(store.get(panel.files[LOTTERY]), pool).lottery.quotas


def _planned(
    session: Session, panel: Panel, rules: Rules, store: FileStore, now: datetime
) -> Rotated:
    today = seoul_date(now)
    if panel.kind is not PanelKind.DRAWN:
        raise _refused(panel, "추첨한 참여단이 아닙니다.", "it was not drawn.")
    if is_asked(session, panel.id):
        raise _refused(
            panel,
            "설문이 진행 중입니다. 마감된 뒤에 다시 실행해 주십시오.",
            "a wave is under way. Run this again when it has closed.",
        )
    waves = served(session, panel.id)
    before = queries.last_rotation(session, panel.id)
    if not waves.waves:
        raise _refused(panel, "아직 설문을 한 번도 하지 않았습니다.", "it has had no wave yet.")
    if before is not None and before.wave >= waves.waves:
        raise _refused(
            panel,
            f"{before.wave}회차 뒤에 이미 교체하였습니다. 다음 설문이 끝난 뒤에 실행해 주십시오.",
            f"it was rotated after its wave {before.wave} already. Run this after the next one.",
        )
    members = queries.members(session, panel.id, {Standing.SELECTED})
    services = {
        each.number: service(each.number, waves.asked.get(each.id, ()), waves.waves + 1)
        for each in members
    }
    key = rotation_key(panel.files[DRAW], waves.waves)
    turns = rotate(tuple(services.values()), rules.share, key)
    pool, quotas = drawn_from(panel, store)
    followed = _followed(session, panel, pool, quotas, members, turns.leaves, rules, today)
    people = {person.id: person for person in pool.people}
    ids = {each.number: each.id for each in members}
    return Rotated(
        panel=panel.code,
        wave=waves.waves,
        key=key,
        stays=len(turns.stays),
        leaves=tuple(
            Leaving(
                number=each.gone,
                traits=people[each.gone].traits,
                waves=_length(services[each.gone], waves.waves),
                answered=waves.answered.get(ids[each.gone], 0),
                rests_until=today + relativedelta(months=rules.rest_months),
                followed_by=each.by,
                differs=each.differs,
            )
            for each in followed
        ),
        open=Counter(people[each.gone].traits for each in followed if each.by is None),
    )


def _followed(
    session: Session,
    panel: Panel,
    pool: Pool,
    quotas: Quotas,
    members: Sequence[PanelMember],
    leaves: Sequence[str],
    rules: Rules,
    today: date,
) -> Sequence[Replacement]:
    reserves = queries.reserves(session, panel.id) if rules.by_reserves else ()
    # Who lives with somebody that leaves rests with him, as with those who left before.
    gone = {*leaves, *queries.resting_members(session, panel.id, today)}
    kept_out = pool.with_households(gone)
    return replace(
        pool,
        quotas,
        [each.number for each in members],
        [each.number for each in reserves],
        leaves,
        kept_out,
    )


def _length(service: Service, waves: int) -> int:
    return 0 if service.first > waves else service.last - service.first + 1


def _refused(panel: Panel, ko: str, en: str) -> RotationRefused:
    return RotationRefused(panel=panel.code, what_ko=ko, what_en=en)


def _leave(
    session: Session,
    rotation: PanelRotation,
    each: Leaving,
    members: Mapping[str, PanelMember],
    now: datetime,
) -> None:
    leaving = members[each.number]
    leaving.standing, leaving.left_at = Standing.LEFT, now
    follower = members[each.followed_by] if each.followed_by else None
    if follower is not None:
        follower.standing, follower.instead_of_id = Standing.SELECTED, leaving.id
    session.add(
        PanelRest(
            rotation_id=rotation.id,
            member_id=leaving.id,
            waves=each.waves,
            until=each.rests_until,
        )
    )
    ledger.record(
        session,
        "panel.member_rotated",
        subject=("panel", rotation.panel_id),
        now=now,
        actor=Actor.COORDINATOR,
        rotation=rotation.id,
        member=leaving.id,
        follower=follower.id if follower else None,
        rests_until=each.rests_until.isoformat(),
    )


def _tell(
    session: Session,
    panel: Panel,
    rotation: PanelRotation,
    leaves: Sequence[Leaving],
    members: Mapping[str, PanelMember],
    now: datetime,
) -> None:
    contacts = queries.contacts_of(session, members.values())
    messages = []
    for each in leaves:
        member_id = members[each.number].id
        if member_id not in contacts:
            continue
        mail = compose(
            INTENT,
            {
                "agency": settings().agency,
                "panel": panel,
                "answered": each.answered,
                "until": each.rests_until,
            },
        )
        messages.append(
            OutgoingMessage(
                key=left_key(rotation.id, member_id),
                intent=INTENT,
                organisation_code=MEMBER,
                address=contacts[member_id],
                subject=mail.subject,
                body=mail.body,
                wants_proof=False,
            )
        )
    enqueue_many(session, messages, now)
