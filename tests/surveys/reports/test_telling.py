"""What changed because of the answers: mailed once to those who answered, and to nobody else."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import update

from gongmun.db import Database
from gongmun.documents import DecisionIncomplete
from gongmun.mail.life import Status as MailStatus
from gongmun.mail.models import Dispatch
from gongmun.surveys.reports.telling import NewsInvalid, NewsTold, tell, write_news
from gongmun.text import Bilingual
from tests.surveys.fieldwork.conftest import OPENING
from tests.surveys.reports.conftest import FEW, MORNING, Reported
from tests.world import at

NEWS = Bilingual(ko="답변 예정일을 미리 알려 드립니다.", en="We now say when an answer is due.")


def news(db: Database, cycle_id: int, **changed: object) -> int:
    given = {
        "text": NEWS,
        "link": "https://www.participation.example/news",
        "name": "이결재",
        "reason": "제도 개선 완료",
        **changed,
    }
    return write_news(db, cycle_id, now=MORNING, **given)  # type: ignore[arg-type]


def test_who_answered_and_can_be_reached_is_told_once(reported: Reported) -> None:
    cycle_id = reported.ask("wave-1", opens=at(OPENING), answered=FEW)
    reported.dispatch(at(OPENING, 9, 15))
    # The mail of the first came back after he had answered by another way.
    with reported.db.transaction() as session:
        session.execute(
            update(Dispatch)
            .where(Dispatch.address == "citizen1@people.example")
            .values(status=MailStatus.BOUNCED)
        )
    reported.mailer.sent.clear()
    with pytest.raises(NewsTold):
        news(reported.db, cycle_id)
    reported.publish(cycle_id)
    assert tell(reported.db, now=MORNING) == 0
    news(reported.db, cycle_id)
    assert tell(reported.db, now=at(date(2026, 10, 28), 22)) == 0
    assert tell(reported.db, now=MORNING) == FEW - 1
    assert tell(reported.db, now=MORNING) == 0
    reported.dispatch(at(date(2026, 10, 28), 10, 15))
    sent = reported.sent()
    assert sorted(to for to, _ in sent) == sorted(
        f"citizen{n}@people.example" for n in range(2, FEW + 1)
    )
    text = sent[0][1]
    assert NEWS.ko in text
    assert NEWS.en in text
    assert "https://www.participation.example/news" in text
    assert "/surveys/engagement/1" in text
    assert "/s/" not in text
    with pytest.raises(NewsTold):
        news(reported.db, cycle_id)


@pytest.mark.parametrize(
    "changed",
    [
        {"text": replace(NEWS, en=" ")},
        {"text": replace(NEWS, ko="가" * 3001)},
        {"link": "http://www.participation.example"},
        {"link": "javascript:alert(1)"},
        {"link": "https://a b.example"},
    ],
)
def test_news_without_a_text_or_with_a_strange_link_are_refused(
    sqlite_db: Database, changed: dict[str, object]
) -> None:
    with pytest.raises(NewsInvalid):
        news(sqlite_db, 1, **changed)


def test_nobody_writes_news_without_a_name(reported: Reported) -> None:
    cycle_id = reported.ask("wave-1", opens=at(OPENING), answered=FEW)
    reported.publish(cycle_id)
    with pytest.raises(DecisionIncomplete):
        news(reported.db, cycle_id, name=" ")
