"""Open a wave (설문 개시): freeze its questionnaire, write down who is asked, invite them.

Each step is one transaction, or some, under the state that it begins from: a run that was killed goes on where
it stood, and of two at once each does a part.
"""

from dataclasses import dataclass
from datetime import datetime

from gongmun.calendar import calendar, hours
from gongmun.clock import seoul_date
from gongmun.db import Database, without_collector
from gongmun.errors import GongmunError
from gongmun.settings import settings
from gongmun.surveys.fieldwork import invitation_queries, inviting_queries, queries
from gongmun.surveys.fieldwork.life import OPENS, Event, Status
from gongmun.surveys.fieldwork.models import SurveyMailKind
from gongmun.surveys.fieldwork.writing import TOGETHER, write
from gongmun.surveys.panels import queries as panel_queries

# The name of this sweep's lease and heartbeat.
OPEN_SWEEP = "open-survey-waves"


class PortalMissing(GongmunError):
    """Nobody could answer: there is no address for the links."""

    code = "surveys.portal_missing"
    ko = "응답 화면의 주소가 없어 초대할 수 없습니다. GONGMUN_PUBLIC_URL을 지정한 뒤 다시 실행해 주십시오."
    en = "Nobody can be invited without a portal to answer in. Set GONGMUN_PUBLIC_URL and run it again."


class NobodyToAsk(GongmunError):
    """The panel has no member to be asked."""

    code = "surveys.nobody_to_ask"
    ko = "'{panel}'에 설문할 사람이 없습니다. 참여단을 추첨하거나 명단을 올린 뒤 다시 실행해 주십시오."
    en = "The panel '{panel}' has nobody to ask. Draw it, or import its list, and run this again."


class OpeningMissed(GongmunError):
    """A wave whose closing has passed before all were invited: nobody could answer any more."""

    code = "surveys.opening_missed"
    ko = (
        "'{series}' {wave}회차는 초대를 마치기 전에 마감일({closes})이 지나 열지 않았습니다. 'gongmun wave put-off'로 마감을 미루거나 "
        "'gongmun wave cancel'로 취소해 주십시오."
    )
    en = (
        "Wave {wave} of '{series}' was not opened: its closing ({closes}) has passed before all were invited. Put it "
        "off by `gongmun wave put-off`, or cancel it by `gongmun wave cancel`."
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """Where a wave stands after this run, how many are asked, and the mails that were queued."""

    status: Status
    asked: int
    mails: int
    quiet: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedWaves:
    """What one sweep did: how many mails it queued, and the waves that could not go on."""

    mails: int = 0
    quiet: bool = False
    problems: tuple[GongmunError, ...] = ()


def open_waves(db: Database, *, now: datetime) -> OpenedWaves:
    """Take every wave that is not open yet as far as it can go now."""
    with db.reading() as session:
        waves = queries.cycles_in(session, OPENS)
    mails = 0
    quiet = False
    problems: list[GongmunError] = []
    for cycle_id in waves:
        try:
            opened = open_wave(db, cycle_id, now=now)
        except GongmunError as error:
            problems.append(error)
            continue
        mails += opened.mails
        quiet = quiet or opened.quiet
    return OpenedWaves(mails=mails, quiet=quiet, problems=tuple(problems))


def open_wave(db: Database, cycle_id: int, *, now: datetime) -> Opened:
    """Take a wave as far as it can go now; a second call finds nothing to do.

    Before its opening nothing is done, and invitations go in working hours only: the next run goes on.

    Raises:
        NotFound: there is no such wave, or no questionnaire was loaded for it.
        OpeningMissed: its closing has passed, and it is not open yet.
        PortalMissing: nobody could answer.
        NobodyToAsk: the panel has no members.
    """
    with db.reading() as session:
        wave, series = queries.cycle(session, cycle_id), queries.series_of(session, cycle_id)
    if now < wave.opens_at:
        return Opened(status=wave.status, asked=0, mails=0)
    if wave.status in OPENS and wave.closes_at <= now:
        closes = seoul_date(wave.closes_at).isoformat()
        raise OpeningMissed(series=series.code, wave=wave.wave, closes=closes)
    if settings().public_url is None:
        raise PortalMissing
    if wave.status is Status.DRAFT:
        _freeze(db, cycle_id, now)
    _sample(db, cycle_id, now)
    quiet = not hours.is_open(now, calendar())
    mails = 0 if quiet else _invite(db, cycle_id, now)
    with db.reading() as session:
        return Opened(
            status=queries.cycle(session, cycle_id).status,
            asked=sum(invitation_queries.counted(session, cycle_id).values()),
            mails=mails,
            quiet=quiet,
        )


def _freeze(db: Database, cycle_id: int, now: datetime) -> None:
    with db.transaction() as session:
        stored = queries.newest_questionnaire(
            session, queries.series_of(session, cycle_id).questionnaire_code
        )
        queries.move(
            session,
            cycle_id,
            Status.DRAFT,
            Event.FROZEN,
            now,
            values={"questionnaire_id": stored.id, "frozen_at": now},
            questionnaire=stored.code,
            version=stored.version,
            sha256=stored.sha256,
        )


def _sample(db: Database, cycle_id: int, now: datetime) -> None:
    with db.transaction() as session:
        # The series first: nobody gives it another panel meanwhile. Then the panel, and then the wave, as everybody who
        # changes the panel's members: nobody leaves it, or joins.
        series = queries.series_of(session, cycle_id, is_held=True)
        panel = panel_queries.by_id(session, series.panel_id, lock=True)
        if not queries.move(session, cycle_id, Status.FROZEN, Event.SAMPLING_BEGUN, now):
            return
        asked = inviting_queries.invite_members(session, cycle_id, panel.id)
        if not asked:
            raise NobodyToAsk(panel=panel.code)
        queries.move(session, cycle_id, Status.SAMPLING, Event.SAMPLED, now, asked=asked)


def _invite(db: Database, cycle_id: int, now: datetime) -> int:
    """Put the invitations into the outbox, some in each transaction; how many."""
    with db.transaction() as session:
        # Since the sampling his data may have gone: whoever has no address is not waited for.
        invitation_queries.note_unreachable(session, cycle_id, now)
    mails = last = 0
    while True:
        with without_collector(), db.transaction() as session:
            wave = queries.cycle(session, cycle_id)
            if wave.status is not Status.INVITING:
                return mails
            people = invitation_queries.uninvited(session, cycle_id, after=last, limit=TOGETHER)
            if not people and last:
                # Once more from the first one: another process may have held some, and died.
                last = 0
                continue
            if not people and invitation_queries.is_anybody_uninvited(session, cycle_id):
                return mails  # another process invites them
            if not people:
                queries.move(
                    session,
                    cycle_id,
                    Status.INVITING,
                    Event.INVITED,
                    now,
                    values={"invited_at": now},
                )
                return mails
            written = write(session, cycle_id, SurveyMailKind.INVITATION, people, now=now)
        mails += len(written)
        last = people[-1].id
