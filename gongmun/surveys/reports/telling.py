"""Tell those who answered what changed because of it (달라진 점): written by a person, mailed once to each."""

from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.calendar import calendar, hours
from gongmun.db import Database
from gongmun.documents import Decision, record_decision
from gongmun.errors import GongmunError
from gongmun.ledger import Actor
from gongmun.surveys.fieldwork import queries as field_queries
from gongmun.surveys.fieldwork.life import Status
from gongmun.surveys.fieldwork.models import SurveyMailKind
from gongmun.surveys.fieldwork.queries import Held
from gongmun.surveys.fieldwork.writing import TOGETHER, write
from gongmun.surveys.reports import queries
from gongmun.surveys.reports.letters import address_of
from gongmun.surveys.reports.models import SurveyNews
from gongmun.text import Bilingual, clean

TEXT_LIMIT = 3000
_LINK_LIMIT = 500


class NewsInvalid(GongmunError):
    """News without a text, with a text that is too long, or with a link that is none."""

    code = "surveys.news_invalid"
    ko = "달라진 점을 등록하지 않았습니다. {what_ko}"
    en = "Nothing was written down. {what_en}"


class NewsTold(GongmunError):
    """News of a wave are written a second time, before its results are published, or after it was archived."""

    code = "surveys.news_told"
    ko = "설문 주기 {cycle}의 달라진 점은 등록할 수 없습니다. 결과를 공개한 회차에 보존 처리 전까지 한 번만 등록합니다."
    en = (
        "News of survey cycle {cycle} cannot be written: once, after its results are published, and before it is "
        "archived."
    )


def write_news(
    db: Database,
    cycle_id: int,
    *,
    text: Bilingual,
    link: str | None,
    name: str,
    reason: str,
    now: datetime,
) -> int:
    """A coordinator writes down what was done with the results; the id of the row. Mailed by `tell`.

    Raises:
        NotFound: there is no such wave.
        NewsInvalid: see there.
        NewsTold: there are news already, the results are not published, or nobody can be told any more.
        DecisionIncomplete: no name or no reason.
    """
    ko, en = clean(text.ko), clean(text.en)
    if not all(0 < len(each) <= TEXT_LIMIT for each in (ko, en)):
        raise NewsInvalid(
            what_ko=f"한국어와 영어로 각각 {TEXT_LIMIT}자까지 적어 주십시오.",
            what_en=f"Write it in Korean and in English, up to {TEXT_LIMIT} characters each.",
        )
    if link is not None and not _is_link(link):
        raise NewsInvalid(
            what_ko="링크는 https://로 시작하는 500자 이내의 주소여야 합니다.",
            what_en="The link must be an https address of 500 characters at most.",
        )
    with db.transaction() as session:
        status = field_queries.cycle(session, cycle_id, Held.WHERE_IT_IS).status
        if status is not Status.PUBLISHED or queries.news_of(session, cycle_id) is not None:
            raise NewsTold(cycle=cycle_id)
        approval = record_decision(
            session, decision=Decision.APPROVE, name=name, reason=reason, now=now
        )
        news = SurveyNews(
            cycle_id=cycle_id,
            text_ko=ko,
            text_en=en,
            link=link,
            approval_id=approval.id,
            written_at=now,
        )
        session.add(news)
        session.flush()
        ledger.record(
            session,
            "survey_news.written",
            subject=("survey_cycle", cycle_id),
            now=now,
            actor=Actor.COORDINATOR,
            approval_id=approval.id,
        )
        return news.id


def tell(db: Database, *, now: datetime) -> int:
    """Mail the news of every wave to those who answered and were not told yet, in working hours; how many mails."""
    if not hours.is_open(now, calendar()):
        return 0
    with db.reading() as session:
        waves = queries.waves_with_news(session)
    return sum(_tell(db, cycle_id, now) for cycle_id in waves)


def is_untold(session: Session, cycle_id: int) -> bool:
    """Whether there are news of a wave that somebody is still to be told."""
    return queries.news_of(session, cycle_id) is not None and bool(
        queries.to_tell(session, cycle_id, 1)
    )


def _tell(db: Database, cycle_id: int, now: datetime) -> int:
    mails = 0
    while True:
        with db.transaction() as session:
            wave = field_queries.cycle(session, cycle_id, Held.WHERE_IT_IS)
            news = queries.news_of(session, cycle_id)
            # An archived wave is over: nobody is written to about it any more.
            if news is None or wave.status is not Status.PUBLISHED:
                return mails
            people = queries.to_tell(session, cycle_id, TOGETHER)
            if not people:
                return mails
            series = field_queries.series_of(session, cycle_id)
            mails += len(
                write(
                    session,
                    cycle_id,
                    SurveyMailKind.NEWS,
                    people,
                    now=now,
                    told={"news": news, "results": address_of(series.code, wave.wave)},
                )
            )


def _is_link(link: str) -> bool:
    parts = urlsplit(link)
    return (
        len(link) <= _LINK_LIMIT
        and parts.scheme == "https"
        and bool(parts.hostname)
        and not any(c.isspace() for c in link)
    )
