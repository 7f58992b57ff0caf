"""What the notices of a sweep said: to whom, which rungs, of which referrals. Ids and codes only: it is published in runs."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from gongmun.referrals import notice_queries, paper_queries, queries
from gongmun.referrals.ladder import Rung
from gongmun.referrals.life import Status
from gongmun.text import Bilingual


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One notice: about which ministry, to which body, and what it carries.

    `statuses` count its referrals by where they stand now: of a notice that was suppressed, they say why.
    """

    notice_id: int
    ministry: Bilingual
    code: str
    addressee: str
    to_backup: bool
    rungs: Mapping[Rung, int]
    referral_ids: tuple[int, ...]
    statuses: Mapping[Status, int]


def told(session: Session, notice_ids: Collection[int]) -> Sequence[Told]:
    """What each of these notices carries, by the code of its ministry."""
    notices = [queries.notice(session, notice_id) for notice_id in notice_ids]
    lines = notice_queries.lines_of(session, notices)
    bodies = paper_queries.names(
        session, {i for each in notices for i in (each.organisation_id, each.addressee_id)}
    )
    referrals = paper_queries.referrals(
        session, {line.referral_id for of_one in lines.values() for line in of_one}
    )
    found = []
    for notice in notices:
        carried = lines.get(notice.id, ())
        ids = sorted({line.referral_id for line in carried})
        ministry = bodies[notice.organisation_id]
        found.append(
            Told(
                notice_id=notice.id,
                ministry=Bilingual(ko=ministry.name_ko, en=ministry.name_en),
                code=ministry.code,
                addressee=bodies[notice.addressee_id].code,
                to_backup=notice.to_backup,
                rungs=Counter(line.rung for line in carried),
                referral_ids=tuple(ids),
                statuses=Counter(referrals[each].status for each in ids),
            )
        )
    return sorted(found, key=lambda each: (each.code, each.notice_id))
