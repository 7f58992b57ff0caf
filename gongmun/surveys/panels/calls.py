"""Open calls (공개 모집): a coordinator opens one for a panel to come, and closes it, or its last day does."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta
from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.clock import seoul_date, seoul_time
from gongmun.db import Database
from gongmun.errors import GongmunError
from gongmun.ledger import Actor
from gongmun.settings import settings
from gongmun.surveys.panels import call_queries, key_files, queries
from gongmun.surveys.panels.households import KEY, checked_key
from gongmun.surveys.panels.models import PanelCall
from gongmun.text import Bilingual, clean_line

# Who people are is kept so long after the last day, or the enrolment, where nobody says otherwise: a year to serve, one to rest.
KEPT = relativedelta(years=2)
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class CallInvalid(GongmunError):
    """A call that cannot be opened as it was described."""

    code = "panels.call_invalid"
    ko = "모집을 열 수 없습니다. {what_ko}"
    en = "The call cannot be opened: {what_en}"


class CallPortalMissing(GongmunError):
    """Nobody could volunteer: there is no address for the page."""

    code = "panels.call_portal_missing"
    ko = "신청 화면의 주소가 없어 모집할 수 없습니다. GONGMUN_PUBLIC_URL을 지정한 뒤 다시 실행해 주십시오."
    en = "Nobody could volunteer without a portal. Set GONGMUN_PUBLIC_URL and run this again."


class CallOver(GongmunError):
    """A call that takes nobody: closed, over, or not begun."""

    code = "panels.call_over"
    ko = "지금은 신청이나 확인을 받지 않습니다. 모집 기간을 확인해 주십시오."
    en = "Nobody can sign up or confirm at this time. See the dates of the call."


class CallRunning(GongmunError):
    """Something that waits for the end of a call."""

    code = "panels.call_running"
    ko = "모집 '{call}'이(가) 끝나지 않았습니다. 마감일이 지난 뒤에, 또는 'gongmun panel call close'로 마감한 뒤에 실행해 주십시오."
    en = "The call '{call}' is not over. Run this after its last day, or close it by `gongmun panel call close`."


@dataclass(frozen=True, kw_only=True, slots=True)
class Called:
    """A call as it stands: how many have confirmed, how many are asked to, how many withdrew after confirming.

    `over_on` is the day on which it ends or ended: `closes_on`, or an earlier one on which a person closed it.
    """

    code: str
    panel_code: str
    title: Bilingual
    opens_on: date
    closes_on: date
    over_on: date
    keep_until: date
    invited: int | None
    is_open: bool
    is_over: bool
    confirmed: int
    waiting: int
    withdrawn: int

    @property
    def willing(self) -> int:
        """All sign-ups that were confirmed, also those withdrawn later: who withdrew and came back counts twice,
        because nothing is left to know him by.
        """
        return self.confirmed + self.withdrawn


def ends_at(call: PanelCall) -> datetime:
    """The moment from which on nobody can volunteer: the end of the last day in Seoul, or when a person closed it."""
    end = seoul_time(call.closes_on + timedelta(days=1))
    return end if call.closed_at is None else min(end, call.closed_at)


def over_on(call: PanelCall) -> date:
    """The day in Seoul on which it ends: its last one, or that on which a person closed it."""
    return call.closes_on if call.closed_at is None else seoul_date(call.closed_at)


def is_open(call: PanelCall, now: datetime) -> bool:
    """Whether people may volunteer."""
    return call.opens_on <= seoul_date(now) and now < ends_at(call)


def called(session: Session, call: PanelCall, now: datetime) -> Called:
    """A call as it stands."""
    confirmed, waiting = call_queries.counted(session, call.id)
    return Called(
        code=call.code,
        panel_code=call.panel_code,
        title=Bilingual(ko=call.title_ko, en=call.title_en),
        opens_on=call.opens_on,
        closes_on=call.closes_on,
        over_on=over_on(call),
        keep_until=call.keep_until,
        invited=call.invited,
        is_open=is_open(call, now),
        is_over=now >= ends_at(call),
        confirmed=confirmed,
        waiting=waiting,
        withdrawn=call.withdrawn,
    )


def open_call(
    db: Database,
    code: str,
    *,
    panel_code: str,
    title: Bilingual,
    opens_on: date,
    closes_on: date,
    keep_until: date | None = None,
    invited: int | None = None,
    now: datetime,
) -> Called:
    """Open a call for the panel `panel_code`, which is enrolled once it is drawn; `invited` people are written to.

    Raises:
        CallInvalid: a code that is taken or cannot be part of an address, days in the wrong order, a panel that is
            enrolled already or that another call is for.
        CallPortalMissing: there is no page to volunteer on.
        HouseholdKeyMissing: the key of the calls before is lost.
    """
    if settings().public_url is None:
        raise CallPortalMissing
    titled = Bilingual(ko=clean_line(title.ko)[:200], en=clean_line(title.en)[:200])
    keep_until = keep_until or closes_on + KEPT
    _check(code, titled, opens_on, closes_on, keep_until, seoul_date(now))
    with db.transaction() as session:
        if call_queries.has_households(session):
            checked_key()  # a new one would not know them again
        key_files.make(KEY)
        if queries.find_panel(session, panel_code) is not None:
            raise _invalid(
                f"참여단 '{panel_code}'은(는) 이미 등록되어 있습니다. 새 참여단의 코드를 지정해 주십시오.",
                f"the panel '{panel_code}' is enrolled already. Name the panel that is to come.",
            )
        is_new = call_queries.add_call(
            session,
            {
                "code": code,
                "panel_code": panel_code,
                "title_ko": titled.ko,
                "title_en": titled.en,
                "opens_on": opens_on,
                "closes_on": closes_on,
                "keep_until": keep_until,
                "invited": invited,
                "opened_at": now,
            },
        )
        if not is_new and call_queries.find_call(session, code) is not None:
            raise _invalid(
                f"코드 '{code}'을(를) 다른 모집이 쓰고 있습니다. 다른 코드를 지정해 주십시오.",
                f"another call has the code '{code}'. Choose another one.",
            )
        if not is_new:
            raise _invalid(
                f"참여단 '{panel_code}'은(는) 다른 모집에서 뽑습니다. 다른 참여단의 코드를 지정해 주십시오.",
                f"another call is for the panel '{panel_code}'. Name another panel.",
            )
        call = call_queries.call(session, code)
        _record(session, "panel.call_opened", call, now)
        return called(session, call, now)


def close_call(db: Database, code: str, *, now: datetime) -> Called:
    """Close a call before its last day; one that is over already stays as it is.

    Whoever confirms at the same moment is either counted or told that it is over: both take the call's row.

    Raises:
        NotFound: there is no such call.
    """
    with db.transaction() as session:
        call = call_queries.call(session, code, lock=True)
        if now < ends_at(call):
            call.closed_at = now
            _record(session, "panel.call_closed", call, now)
        return called(session, call, now)


def _check(
    code: str, title: Bilingual, opens_on: date, closes_on: date, keep_until: date, today: date
) -> None:
    if not _CODE.fullmatch(code):
        raise _invalid(
            "코드는 영문 소문자·숫자·붙임표 40자 이내로 적어 주십시오.",
            "a code has at most 40 lower-case letters, digits and hyphens.",
        )
    if not (title.ko and title.en):
        raise _invalid("이름을 한국어와 영어로 적어 주십시오.", "give its title in both languages.")
    if not (opens_on <= closes_on <= keep_until and today <= closes_on):
        raise _invalid(
            "시작일, 마감일(오늘 이후), 보유 기한을 차례대로 적어 주십시오.",
            "the first day, the last day (not before today) and the end of retention follow each other.",
        )


def _invalid(ko: str, en: str) -> CallInvalid:
    return CallInvalid(what_ko=ko, what_en=en)


def _record(session: Session, event: str, call: PanelCall, now: datetime) -> None:
    ledger.record(
        session,
        event,
        subject=("panel_call", call.id),
        now=now,
        actor=Actor.COORDINATOR,
        code=call.code,
        panel=call.panel_code,
    )
