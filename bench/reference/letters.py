"""The letters that are measured.

The reference letter is a first formal reminder (1차 독촉) of 40 referrals with a chart behind it: four
pages, the rows in one table. The long one is an outcome document (결과 통보 공문) of about 60 pages.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

from gongmun.documents import (
    Context,
    DocumentKind,
    Letter,
    OutcomeContext,
    OverdueItem,
    Recipient,
    Reference,
    ReminderContext,
    Role,
    Rung,
    SuggestionItem,
)
from gongmun.settings import settings
from gongmun.text import Bilingual

ROWS = 40
LONG_ROWS = 260

_CHART = Path(__file__).with_name("chart.html.j2")
_TITLES = (
    "어린이 보호구역 횡단보도에 바닥 신호등을 설치해 주세요",
    "시내버스 정류장 안내기에 휠체어 이용 가능 버스를 표시해 주세요",
    "이륜차 전면 번호판 시범 사업을 확대해 주세요",
    "농어촌 수요응답형 버스를 전화로도 부를 수 있게 해 주세요",
    "지하철역 승강기 고장을 앱에서 미리 알 수 있게 해 주세요",
)
_BODY = (
    "학교 앞 횡단보도는 아침마다 아이들로 붐빕니다. 휴대전화를 보며 걷는 학생이 많아 신호가 바뀐 것을 "
    "모르고 건너는 일이 잦습니다.\n바닥 신호등을 어린이 보호구역부터 설치하고, 설치 기준과 순서를 공개해 "
    "주시기 바랍니다. 비용이 문제라면 사고가 잦은 곳부터 시작해도 좋겠습니다."
)


def _both(ko: str) -> Bilingual:
    return Bilingual(ko=ko, en=ko)


def _letter(title: str) -> Letter:
    return Letter(
        recipients=(Recipient(office=_both("국토교통부장관"), handling=_both("교통안전정책과장")),),
        title=_both(title),
        decided_on=date(2026, 11, 2),
        references=(Reference(number="공론소통과-1234", on=date(2026, 10, 12)),),
        legal_basis=(_both("「국민 제안 규정」 제10조(제안의 심사 등)"),),
    )


def reference(number: int) -> ReminderContext:
    """The reference letter; no two numbers give the same."""
    return ReminderContext(
        letter=_letter(f"제{number}차 열린소통포럼 시민 제안 검토 결과 회신 요청"),
        rung=Rung.FIRST,
        items=tuple(
            OverdueItem(
                reference=f"제안 2026-{number + row}",
                title=_TITLES[(number + row) % len(_TITLES)],
                original_number=f"공론소통과-{1000 + number}",
                sent_on=date(2026, 10, 12),
                due_on=date(2026, 10, 30),
                days_overdue=1 + row % 7,
            )
            for row in range(ROWS)
        ),
        new_due=date(2026, 11, 9),
    )


def long(number: int) -> OutcomeContext:
    """A document of about 60 pages."""
    return OutcomeContext(
        letter=_letter(f"제{number}차 열린소통포럼 결과 통보 및 시민 제안 검토 요청"),
        forum_title=_both(f"제{number}차 열린소통포럼"),
        forum_period=(date(2026, 9, 18), date(2026, 9, 19)),
        suggestions=tuple(
            SuggestionItem(
                reference=f"제안 2026-{number + row}",
                title=_TITLES[row % len(_TITLES)],
                body=_BODY,
                topic=_both("교통안전"),
                role=Role.LEAD,
                lead_name=_both("국토교통부"),
            )
            for row in range(LONG_ROWS)
        ),
        answer_due=date(2026, 10, 30),
        answer_due_explanation=_both("접수한 날부터 근무일 14일, 첫날 포함"),
        acknowledge_by=date(2026, 10, 15),
    )


@contextmanager
def templates(folder: Path) -> Iterator[None]:
    """Let the product print with its templates as copied to `folder`, the chart among them."""
    product = settings().templates
    shutil.copytree(product / "documents", folder / "documents")
    (folder / "fonts").symlink_to(product / "fonts")
    for form in (folder / "documents" / DocumentKind.FIRST_REMINDER).glob("body.*"):
        plain = form.rename(form.with_name(f"plain-{form.name}"))
        extends = f'{{% extends "{DocumentKind.FIRST_REMINDER}/{plain.name}" %}}\n'
        form.write_text(extends + _CHART.read_text("utf-8"), "utf-8")
    # The address makes the QR code.
    changed = {"GONGMUN_TEMPLATES": str(folder), "GONGMUN_PUBLIC_URL": "https://www.example/check"}
    with patch.dict(os.environ, changed):
        settings.cache_clear()
        yield
    settings.cache_clear()


def facts(context: Context, html: str) -> dict[str, Any]:
    """The reference letter for Typst: the texts of `context`, and the drawings in its HTML."""
    assert isinstance(context, ReminderContext)
    letter = context.letter
    (recipient,) = letter.recipients
    assert recipient.handling is not None
    return {
        "title": letter.title.ko,
        "number": re.findall('data-number="([^"]+)"', html)[0],
        "recipient": f"{recipient.office.ko}({recipient.handling.ko})",
        "legal_basis": letter.legal_basis[0].ko,
        "agency": settings().agency.model_dump(),
        "items": [
            [item.reference, item.title, item.original_number, str(item.days_overdue)]
            for item in context.items
        ],
        "drawings": dict(re.findall(r'(?s)(?=<svg class="(\w+)")(<svg.*?</svg>)', html)),
    }
