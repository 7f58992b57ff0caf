"""Whether everything still runs that has to run by itself, by the heartbeats of the sweeps (house rule 5)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from gongmun import clock
from gongmun.briefing.digest import DIGEST_SWEEP
from gongmun.briefing.raising import ALARM_SWEEP
from gongmun.clock import SEOUL
from gongmun.db.sweeps import heartbeats
from gongmun.decisions import ASK_SWEEP
from gongmun.followups.chasing import FOLLOW_UP_SWEEP
from gongmun.forums.issuing import ISSUE_SWEEP
from gongmun.forums.reconciling import RECONCILE_SWEEP
from gongmun.forums.scheduling import SCHEDULE_SWEEP
from gongmun.forums.succeeding import FOLLOW_SUCCESSIONS
from gongmun.forums.waiting import BOARD_SWEEP
from gongmun.health.checks import Check, Subject
from gongmun.mail.collecting import COLLECT_SWEEP
from gongmun.mail.dispatching import DISPATCH_SWEEP
from gongmun.referrals.chasing import CHASE_SWEEP
from gongmun.retention.expiring import EXPIRE_SWEEP
from gongmun.surveys.fieldwork.archiving import ARCHIVE_SWEEP
from gongmun.surveys.fieldwork.closing import CLOSE_SWEEP
from gongmun.surveys.fieldwork.opening import OPEN_SWEEP
from gongmun.surveys.fieldwork.reminding import REMIND_SWEEP
from gongmun.surveys.reports.publishing import PUBLISH_SWEEP
from gongmun.text import Bilingual

SWEEPS = Subject(code="sweeps", name=Bilingual(ko="반복 작업", en="sweeps"))
# A run that is under way or waits behind another is no alarm.
_GRACE = timedelta(hours=1)
_NIGHT = timedelta(hours=15)
_WEEKEND = timedelta(days=3)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rhythm:
    """How long a sweep may be silent by its schedule, and the deployment that runs it."""

    deployment: str
    silence: timedelta


# By the name of its heartbeat. A test compares it with the deployments' schedules.
RHYTHMS: Mapping[str, Rhythm] = {
    SCHEDULE_SWEEP: Rhythm(deployment="schedule-wrap-ups", silence=timedelta(minutes=10)),
    ISSUE_SWEEP: Rhythm(deployment="issue-outcomes", silence=_NIGHT),
    DISPATCH_SWEEP: Rhythm(deployment="dispatch-mail", silence=timedelta(hours=1)),
    ASK_SWEEP: Rhythm(deployment="ask-decisions", silence=timedelta(minutes=10)),
    COLLECT_SWEEP: Rhythm(deployment="collect-replies", silence=timedelta(minutes=5)),
    FOLLOW_SUCCESSIONS: Rhythm(deployment="follow-successions", silence=_NIGHT),
    CHASE_SWEEP: Rhythm(deployment="chase-referrals", silence=_WEEKEND),
    RECONCILE_SWEEP: Rhythm(deployment="reconcile", silence=timedelta(days=1)),
    FOLLOW_UP_SWEEP: Rhythm(deployment="follow-up", silence=_WEEKEND),
    OPEN_SWEEP: Rhythm(deployment="open-survey-wave", silence=timedelta(hours=1)),
    REMIND_SWEEP: Rhythm(deployment="remind-respondents", silence=_WEEKEND),
    CLOSE_SWEEP: Rhythm(deployment="close-survey-wave", silence=timedelta(minutes=10)),
    ARCHIVE_SWEEP: Rhythm(deployment="archive-survey-waves", silence=timedelta(days=1)),
    PUBLISH_SWEEP: Rhythm(deployment="publish-survey-report", silence=_NIGHT),
    BOARD_SWEEP: Rhythm(deployment="show-boards", silence=_NIGHT),
    EXPIRE_SWEEP: Rhythm(deployment="expire-personal-data", silence=timedelta(days=1)),
    ALARM_SWEEP: Rhythm(deployment="raise-alarms", silence=timedelta(minutes=15)),
    DIGEST_SWEEP: Rhythm(deployment="send-morning-digest", silence=_WEEKEND),
}


def silent(session: Session, now: datetime) -> Mapping[str, datetime | None]:
    """The sweeps that have not ended well within their rhythm, and when each last did; None where it never has."""
    ended = heartbeats(session)
    return {
        name: ended.get(name)
        for name, rhythm in RHYTHMS.items()
        if (last := ended.get(name)) is None or last + rhythm.silence + _GRACE < now
    }


def silent_now(session: Session) -> Mapping[str, datetime | None]:
    """The same at this moment of the machine's, in which heartbeats are kept, whatever `as_of` a flow works with."""
    return silent(session, clock.now())


def sweeps(session: Session, now: datetime) -> Iterator[Check]:
    """Whether each sweep ended well within its rhythm; those that have not are named with what runs them."""
    quiet = silent(session, now)
    if not quiet:
        yield SWEEPS.well("모두 제때 실행되었습니다.", "all ran in time")
        return
    never = [name for name, last in quiet.items() if last is None]
    late = {name: last for name, last in quiet.items() if last is not None}
    if late:
        yield SWEEPS.wrong(
            Bilingual(
                ko="제때 실행되지 않은 작업: "
                + ", ".join(f"{name}(마지막 {_told(last)})" for name, last in late.items()),
                en="have not run in time: "
                + ", ".join(f"{name} (last {_told(last)})" for name, last in late.items()),
            ),
            Bilingual(
                ko=f"배포 프로세스(logs/deployments.log)를 확인하고, Prefect 화면에서 {_deployments(late)} "
                "배포가 일시 중지되지 않았는지 보십시오. 밀린 일은 다음 실행이 모두 처리합니다.",
                en=f"See that the deployments are served (logs/deployments.log) and that {_deployments(late)} "
                "is not paused in Prefect's page. The next run does all that is due.",
            ),
        )
    if never:
        yield SWEEPS.care(
            Bilingual(
                ko=f"아직 한 번도 실행되지 않은 작업: {', '.join(never)}",
                en=f"have not run yet: {', '.join(never)}",
            ),
            Bilingual(
                ko="새로 설치하였으면 첫 실행 시각을 기다려 주십시오. 아니면 make up 이 실행 중인지 확인해 주십시오.",
                en="On a new installation wait for their first time; else see that `make up` runs.",
            ),
        )


def _deployments(names: Mapping[str, object]) -> str:
    return ", ".join(RHYTHMS[name].deployment for name in names)


def _told(moment: datetime) -> str:
    return f"{moment.astimezone(SEOUL):%Y-%m-%d %H:%M}"
