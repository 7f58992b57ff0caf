"""What the next sweep would do (독촉 예정): to whom, why, and what is held back. Nothing is changed.

By the same queries and the same decision as the sweep itself, for any day: also for one that is yet to come,
as far as it can be known today.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from functools import cache

from sqlalchemy.orm import Session

from gongmun.calendar import calendar, hours
from gongmun.clock import seoul_date
from gongmun.documents import queries as document_queries
from gongmun.documents.life import Status as DocumentStatus
from gongmun.organisations import Organisation
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import chase_queries, days_met, notice_queries, paper_queries, queries
from gongmun.referrals.chase_pause_queries import paused_organisations
from gongmun.referrals.clocks import receipt_due
from gongmun.referrals.drafting_notices import superiors
from gongmun.referrals.holding import held_back
from gongmun.referrals.ladder import PLACES, DueStep, Ladder, Rung, decide, overtakes
from gongmun.referrals.mailing import mailbox
from gongmun.referrals.models import ChasePause, Notice
from gongmun.referrals.notice_queries import Line
from gongmun.referrals.succession_queries import not_in_force
from gongmun.referrals.wording import timely
from gongmun.text import Bilingual


class Fate(StrEnum):
    """What would become of a rung."""

    SENT = "sent"
    RECORDED = "recorded"  # silence: the public record says so, and nothing is sent
    APPROVAL = "approval"  # an escalation: drafted, and a coordinator decides
    SKIPPED = "skipped"  # a higher rung is due as well
    WAITING = "waiting"  # claimed by a sweep before; its document is not ready, or not approved
    UNTRUE = "untrue"  # claimed before, and no longer true: it is left out
    REQUEST = "request"  # the ministry has asked us for something that is not decided
    RECOUNT = "recount"  # the days off have changed: there is more time than was told
    PAUSED = "paused"  # a coordinator has paused the reminders to this ministry
    NO_PARENT = (
        "no_parent"  # an escalation with nobody to address it to; it is looked at again every day
    )
    SUCCESSION = "succession"  # the ministry is no more; its successor has not taken over yet


FATES: Mapping[Fate, Bilingual] = {
    Fate.SENT: Bilingual(ko="보냄", en="sent"),
    Fate.RECORDED: Bilingual(ko="공개 기록에 반영", en="recorded for the public"),
    Fate.APPROVAL: Bilingual(ko="기안하여 결재를 기다림", en="drafted for approval"),
    Fate.SKIPPED: Bilingual(ko="상위 단계로 갈음", en="a higher rung instead"),
    Fate.WAITING: Bilingual(ko="문서 또는 결재를 기다림", en="waits for its document"),
    Fate.UNTRUE: Bilingual(ko="사유가 없어져 보내지 않음", en="no longer true: left out"),
    Fate.REQUEST: Bilingual(ko="기관의 요청을 결정할 때까지 보류", en="a request is open: held"),
    Fate.RECOUNT: Bilingual(
        ko="휴무일 변경으로 기한을 다시 계산할 때까지 보류", en="to be counted again: held"
    ),
    Fate.PAUSED: Bilingual(ko="독촉 보류 기관", en="the ministry is paused"),
    Fate.NO_PARENT: Bilingual(ko="상급기관이 없어 보류", en="no parent body: held"),
    Fate.SUCCESSION: Bilingual(ko="승계 처리를 기다림", en="waits to pass on to the successor"),
}


# What is mailed, now or when it is approved.
_MAILED = frozenset({Fate.SENT, Fate.APPROVAL, Fate.WAITING})
# Over a preview at lunch, at night or on a day off.
QUIET = Bilingual(
    ko="근무시간이 아니므로 이때의 점검은 아무것도 보내지 않습니다. 다음 근무시간의 점검이 보낼 내용입니다.",
    en="Outside of working hours a sweep sends nothing; this is what the next one would do.",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """What becomes of a rung for a ministry. `rung` is None where only a referral is held back.

    `address` is where its mail goes; None where there is no mailbox.
    """

    ministry: Bilingual
    code: str
    to: Bilingual
    address: str | None
    rung: Rung | None
    fate: Fate

    @property
    def is_mailed(self) -> bool:
        """Whether a mail of it leaves, now or once it is approved."""
        return self.fate in _MAILED


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewLine(Planned):
    """The same of one referral. `due_on` is None where it was claimed before, or only held back."""

    referral_id: int
    reference: str
    due_on: date | None

    @property
    def planned(self) -> Planned:
        """What it has in common with others."""
        return Planned(**{each.name: getattr(self, each.name) for each in fields(Planned)})


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What a sweep at that moment would do; a `quiet` one leaves everything for the next working hour."""

    today: date
    quiet: bool
    lines: tuple[PreviewLine, ...]

    @property
    def sent(self) -> int:
        """How many ministries would be written to."""
        return len({line.code for line in self.lines if line.fate is Fate.SENT})

    @property
    def planned(self) -> Mapping[Planned, int]:
        """Of how many referrals the same becomes, in the order of the lines; without what is `skipped`."""
        return Counter(line.planned for line in self.lines if line.fate is not Fate.SKIPPED)

    @property
    def skipped(self) -> int:
        """How many rungs are left out for a higher one."""
        return sum(line.fate is Fate.SKIPPED for line in self.lines)


# The address of an organisation: of its contact, or of the backup contact.
_Boxes = Callable[[int, bool], str | None]


def preview(session: Session, *, ladder: Ladder, now: datetime) -> Preview:
    """What a sweep at the moment `now` would do; by ministry, the most urgent first."""
    today = seoul_date(now)
    paused = paused_organisations(session, today)
    # The sweep that meets other days off looks at all that is open.
    until = today if days_met.is_met(session, calendar()) else date.max
    boxes: _Boxes = cache(lambda to_id, backup: mailbox(session, to_id, backup=backup))
    due = [*_due(session, until, paused, ladder, today, boxes)]
    lines = [*_earlier(session, today, boxes, _fired(due)), *due]
    return Preview(
        today=today,
        quiet=not hours.is_open(now, calendar()),
        lines=tuple(sorted(lines, key=_urgency)),
    )


def _urgency(line: PreviewLine) -> tuple[str, int, str]:
    place = -PLACES[line.rung] if line.rung else 1
    return line.code, place, line.reference


def _due(
    session: Session,
    until: date,
    paused: Mapping[int, ChasePause],
    ladder: Ladder,
    today: date,
    boxes: _Boxes,
) -> Iterator[PreviewLine]:
    due = chase_queries.due(session, sorted(chase_queries.due_by_ministry(session, until)), until)
    listed = paper_queries.listed(session, [each.id for each in due])
    for each in due:
        ministry = organisation_queries.by_id(session, each.organisation_id)
        reference = listed[each.id].reference
        if ministry.has_ended(today):
            yield _line(session, ministry, each.id, reference, None, Fate.SUCCESSION, today, boxes)
            continue
        if each.asks:
            yield _line(session, ministry, each.id, reference, None, Fate.REQUEST, today, boxes)
            continue
        if each.has_more_time(
            lambda counting: counting.due(calendar()), lambda at: receipt_due(at, calendar())
        ):
            yield _line(session, ministry, each.id, reference, None, Fate.RECOUNT, today, boxes)
            continue
        verdict = decide(ladder, each.clocks, fired=each.fired, today=today, shift=calendar().shift)
        stands = ministry.id in paused
        for step in verdict.fire:
            fate = Fate.PAUSED if stands else _fate(step.step.rung)
            yield _line(session, ministry, each.id, reference, step, fate, today, boxes)
        for step in verdict.skip:
            fate = Fate.PAUSED if stands else Fate.SKIPPED
            yield _line(session, ministry, each.id, reference, step, fate, today, boxes)


def _fate(rung: Rung) -> Fate:
    return {Rung.ESCALATION: Fate.APPROVAL, Rung.SILENCE: Fate.RECORDED}.get(rung, Fate.SENT)


def _fired(due: Sequence[PreviewLine]) -> Mapping[int, Collection[Rung]]:
    """The rungs that would fire on the day, by referral."""
    fired: defaultdict[int, set[Rung]] = defaultdict(set)
    for line in due:
        if line.rung and line.fate not in (Fate.SKIPPED, Fate.PAUSED, Fate.NO_PARENT):
            fired[line.referral_id].add(line.rung)
    return fired


def _earlier(
    session: Session, today: date, boxes: _Boxes, fired: Mapping[int, Collection[Rung]]
) -> Iterator[PreviewLine]:
    """What sweeps before have claimed and is not in the outbox yet; `fired` are the rungs of this one."""
    notices = queries.waiting_notices(session)
    standing = document_queries.standing(session, {i for n in notices for i in n.document_ids})
    held, gone = held_back(session, notices, today), not_in_force(session, today)
    for notice in notices:
        ministry = organisation_queries.by_id(session, notice.organisation_id)
        addressee = organisation_queries.by_id(session, notice.addressee_id)
        lines = notice_queries.lines(session, notice)
        statuses = {standing[each].status for each in notice.document_ids}
        listed = paper_queries.listed(session, [line.referral_id for line in lines])
        in_time = timely(lines, listed, today)
        for line in lines:
            rungs = fired.get(line.referral_id, ())
            if any(overtakes(rung, line.rung) for rung in rungs):
                fate = Fate.SKIPPED
            elif line not in in_time:
                fate = Fate.UNTRUE
            else:
                fate = _fate_of_claimed(line, statuses, notice, gone=gone, held=held)
            yield PreviewLine(
                ministry=_name(ministry),
                code=ministry.code,
                to=_name(addressee),
                address=boxes(addressee.id, notice.to_backup),
                referral_id=line.referral_id,
                reference=listed[line.referral_id].reference,
                rung=line.rung,
                due_on=None,
                fate=fate,
            )


def _fate_of_claimed(
    line: Line,
    documents: Collection[DocumentStatus],
    notice: Notice,
    *,
    gone: Collection[int],
    held: Collection[int],
) -> Fate:
    if not line.holds or DocumentStatus.DISCARDED in documents:
        return Fate.UNTRUE
    if notice.organisation_id in gone or notice.addressee_id in gone:
        return Fate.SUCCESSION
    if notice.id in held:
        return Fate.PAUSED
    # What is approved is printed and sent by the next sweep.
    return Fate.WAITING if DocumentStatus.DRAFTED in documents else Fate.SENT


def _line(
    session: Session,
    ministry: Organisation,
    referral_id: int,
    reference: str,
    due: DueStep | None,
    fate: Fate,
    today: date,
    boxes: _Boxes,
) -> PreviewLine:
    rung = due.step.rung if due else None
    to = ministry
    if rung is Rung.ESCALATION:
        above = superiors(session, [ministry], today)[ministry.id]
        to = above or ministry
        if above is None and fate is Fate.APPROVAL:
            fate = Fate.NO_PARENT
    return PreviewLine(
        ministry=_name(ministry),
        code=ministry.code,
        to=_name(to),
        address=boxes(to.id, rung is Rung.BACKUP_NUDGE),
        referral_id=referral_id,
        reference=reference,
        rung=rung,
        due_on=due.due_on if due else None,
        fate=fate,
    )


def _name(organisation: Organisation) -> Bilingual:
    return Bilingual(ko=organisation.name_ko, en=organisation.name_en)
