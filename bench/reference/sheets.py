"""A wave's answers as its rows hold them: sheets of a questionnaire of scales and choices, in a database of their own."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from gongmun.surveys.fieldwork.models import AnswerSheet, Mode
from gongmun.surveys.panels.margins import margins
from gongmun.surveys.questionnaire import Item, Kind, Option, Page, Questionnaire
from gongmun.surveys.questionnaire.conditions import Leaf, Test
from gongmun.text import Bilingual

WAVE = 1
_WHO = ("sex", "age_group", "province")
_KINDS = ((Kind.SCALE_5, 5), (Kind.SCALE_7, 7), (Kind.SINGLE, 4))


def questionnaire(items: int) -> Questionnaire:
    """So many items of three kinds, each with "don't know"; every tenth is asked of some only."""
    return Questionnaire(
        code="bench",
        version=1,
        title=_both("bench"),
        pages=(Page(code="all", items=tuple(_item(at) for at in range(items))),),
    )


@contextmanager
def kept(folder: Path, asked: Questionnaire, answers: int) -> Iterator[Session]:
    """A session on a database of SQLite with so many sheets, which were all handed in."""
    engine = create_engine(f"sqlite:///{folder}/sheets.db")
    AnswerSheet.__table__.create(engine)  # type: ignore[attr-defined]
    rng = np.random.default_rng(6)
    given = {
        item.code: rng.integers(0, len(item.options) + 1, answers) for _, item in asked.items()
    }
    known = margins()
    people = [(*cell, province) for cell in known.sex_age for province in known.provinces]
    with Session(engine) as session:
        session.execute(
            AnswerSheet.__table__.insert(),
            [
                {
                    "id": secrets.token_hex(16),
                    "cycle_id": WAVE,
                    "key": secrets.token_hex(32),
                    "mode": Mode.WEB,
                    **dict(zip(_WHO, people[at % len(people)], strict=True)),
                    "answers": {code: _stored(int(codes[at])) for code, codes in given.items()},
                    "submitted_on": date(2026, 10, 12),
                }
                for at in range(answers)
            ],
        )
        session.commit()
    with Session(engine) as session:
        yield session
    engine.dispose()


def _stored(code: int) -> dict[str, object]:
    return {"codes": [code]} if code else {"missing": "dont_know"}


def _item(at: int) -> Item:
    kind, points = _KINDS[at % len(_KINDS)]
    return Item(
        code=f"q{at}",
        kind=kind,
        text=_both(f"q{at}"),
        options=tuple(Option(code=code, label=_both(str(code))) for code in range(1, points + 1)),
        dont_know=_both("?"),
        show_if=Leaf(item="q0", test=Test.AT_LEAST, bound=Decimal(2)) if at % 10 == 9 else None,
    )


def _both(text: str) -> Bilingual:
    return Bilingual(ko=text, en=text)
