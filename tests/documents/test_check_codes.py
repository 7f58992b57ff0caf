"""Check codes: drawn by chance, read as they are typed, printed as a QR code that a camera reads."""

import re
from datetime import datetime

import pytest
import segno

from gongmun.db import Database
from gongmun.documents import check_codes, draft, queries
from tests.documents import samples


def test_a_code_that_is_taken_is_drawn_again(
    sqlite_db: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite_db.transaction() as session:
        document = draft(
            session,
            kind=samples.outcome().kind,
            key="k",
            recipient_code="MOLIT",
            context=samples.outcome(),
            now=now,
        )
        queries.by_id(session, document.id).check_code = "0" * check_codes.LENGTH
    drawn = iter("0" * check_codes.LENGTH + "7" * check_codes.LENGTH)
    monkeypatch.setattr(check_codes.secrets, "choice", lambda _alphabet: next(drawn))
    with sqlite_db.reading() as session:
        assert check_codes.new_code(session) == "7" * check_codes.LENGTH


def test_a_short_url_is_read_back_whatever_its_host() -> None:
    assert check_codes.code_of(check_codes.check_url("7h3kq9mzt4")) == "7h3kq9mzt4"
    assert check_codes.code_of("https://old.example/d/7h3kq9mzt4") == "7h3kq9mzt4"
    for other in ("", "7h3kq9mzt4", "https://a.example/d/", "https://a.example/d/7h3kq9mzt4/x"):
        assert check_codes.code_of(other) is None


def test_the_drawing_has_every_dark_module_and_the_quiet_zone() -> None:
    mark = check_codes.check_mark("7h3kq9mzt4")
    drawn = {
        (int(x) + step, int(y))
        for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", mark.path)
        for step in range(int(width))
    }
    matrix = segno.make_qr(mark.url, error="m").matrix
    zone = (mark.side - len(matrix)) // 2
    assert zone == 4
    assert drawn == {
        (x + zone, y + zone) for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark
    }
