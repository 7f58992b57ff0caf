"""A referral's HTML is rendered once for as long as nothing about it changes."""

from dataclasses import replace
from datetime import date

import pytest

from gongmun.answers.content import Content
from gongmun.answers.desk import ReferralView
from gongmun.documents import Language, Role
from gongmun.portal import articles
from gongmun.portal.articles import article
from gongmun.portal.flaws import Flaw
from gongmun.portal.typed import Typed, kept
from gongmun.referrals.life import Status
from gongmun.settings import settings
from gongmun.text import Bilingual

VIEW = ReferralView(
    id=7,
    reference="F-1-007",
    title="<b>그늘막</b>",
    body="버스 정류장에 그늘막을 설치해 주십시오.",
    role=Role.LEAD,
    status=Status.DISPATCHED,
    with_ministry=True,
    paused=False,
    acknowledge_due=date(2026, 11, 25),
    acknowledged_on=None,
    answer_due=date(2026, 12, 10),
    answer_due_promised=None,
    explanation=None,
    days_overdue=0,
    registration_number=None,
    draft=None,
    files=(),
    response=None,
    question=None,
    extension=None,
    transfer=None,
    others=(),
    commitments=(),
    meetings_count=0,
)


def shown(view: ReferralView = VIEW, *flaws: Flaw, typed: Typed | None = None) -> str:
    return str(article(Language.KO, 3, view, typed or kept(view).with_rows(), flaws))


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    articles._remembered.cache_clear()


def test_the_same_referral_is_rendered_once() -> None:
    assert shown() == shown()
    assert articles._remembered.cache_info().hits == 1
    assert "&lt;b&gt;그늘막&lt;/b&gt;" in shown()


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"draft": Content(reason="검토 중입니다.")}, "검토 중입니다."),
        ({"days_overdue": 4}, "4"),
        ({"title": "새 제목"}, "새 제목"),
    ],
)
def test_what_changes_is_shown(changed: dict[str, object], says: str) -> None:
    before = shown()
    after = shown(replace(VIEW, **changed))  # type: ignore[arg-type]
    assert before != after
    assert says in after


def test_what_is_wrong_is_shown_and_not_remembered() -> None:
    flaw = Flaw(field="r7-reason", why=Bilingual(ko="사유를 적어 주십시오.", en="Give a reason."))
    assert "사유를 적어 주십시오." in shown(VIEW, flaw)
    assert "사유를 적어 주십시오." not in shown()
    assert articles._remembered.cache_info().currsize == 1


def test_another_limit_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    before = shown()
    limits = settings().portal.model_copy(update={"files": 3})
    monkeypatch.setattr(settings(), "portal", limits)
    assert shown() != before
