"""Files come in row by row: what is good goes in once, what is wrong is reported with its line."""

import csv
import gzip
import io
import json
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from gongmun import ledger
from gongmun.db import Database
from gongmun.errors import NotFound
from gongmun.forums.models import Forum
from gongmun.suggestions import queries
from gongmun.suggestions.intake import ImportReport, import_file
from gongmun.suggestions.mapping import ColumnMapping
from gongmun.suggestions.models import Channel, Import, ImportProblem, Proposer, Suggestion
from gongmun.suggestions.problems import Reason

Write = Callable[[str, str | bytes], Path]

HEADER = ["접수번호", "제목", "내용", "분야", "접수일시", "선정여부", "제안자", "연락처"]


def table(*rows: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([HEADER, *rows])
    return out.getvalue()


def row(number: str, title: str = "버스를 늘려 주십시오", **cells: str) -> list[str]:
    values = {"접수번호": number, "제목": title, "내용": "내용입니다.", "분야": "대중교통"} | cells
    return [values.get(name, "") for name in HEADER]


def stored(db: Database) -> list[Suggestion]:
    with db.reading() as session:
        return list(session.scalars(select(Suggestion).order_by(Suggestion.number)))


def reasons(report: ImportReport) -> list[tuple[int, Reason]]:
    return [(problem.line, problem.reason) for problem in report.problems]


def test_a_row_becomes_a_suggestion_and_its_proposer_stands_apart(
    db: Database, forum_id: int, mapping: ColumnMapping, write: Write, now: datetime
) -> None:
    path = write(
        "제안.csv",
        table(
            row(
                "17",
                " 버스를\n늘려  주십시오 ",
                내용="첫째 줄\r\n둘째 줄",
                접수일시="2026. 3. 2.(월) 오후 2:05",
                선정여부="선정",
                제안자="홍길동",
                연락처="hong@example.org",
            )
        ),
    )
    report = import_file(db, path, mapping, forum_id=forum_id, now=now)
    assert (report.rows, report.accepted, report.problems) == (1, 1, ())
    (suggestion,) = stored(db)
    assert suggestion.reference == "DL-2026-001"
    assert suggestion.key == "website:17"
    assert (suggestion.title, suggestion.body) == ("버스를 늘려 주십시오", "첫째 줄\n둘째 줄")
    assert (suggestion.channel, suggestion.topic) == (Channel.WEBSITE, "public_transport")
    assert suggestion.submitted_at == datetime(2026, 3, 2, 5, 5, tzinfo=UTC)
    assert (suggestion.selected, suggestion.imported_at) == (True, now)
    with db.reading() as session:
        proposer = session.get_one(Proposer, suggestion.id)
        assert (proposer.name, proposer.contact) == ("홍길동", "hong@example.org")


def test_the_import_is_kept_and_told_to_the_ledger_without_personal_data(
    db: Database, forum_id: int, mapping: ColumnMapping, write: Write, now: datetime
) -> None:
    bad = row("2", "", 제안자="홍길동", 연락처="hong@example.org")
    path = write("a.csv", table(row("1"), bad, row("1")))
    report = import_file(db, path, mapping, forum_id=forum_id, now=now)
    with db.reading() as session:
        kept = session.get_one(Import, report.import_id)
        assert (kept.file_name, kept.complete, kept.started_at) == ("a.csv", True, now)
        assert (kept.rows, kept.accepted, kept.already_there, kept.rejected) == (3, 1, 1, 1)
        assert ColumnMapping.model_validate(kept.mapping) == mapping
        (event,) = ledger.history(session, "import", report.import_id)
        assert event.kind == "suggestions.imported"
        assert event.data == {
            "forum_id": forum_id,
            "sha256": kept.sha256,
            "rows": 3,
            "accepted": 1,
            "already_there": 1,
            "rejected": 1,
        }
        (problem,) = queries.problems_of_import(session, report.import_id)
        assert (problem.line, problem.refused, problem.reason_code) == (3, True, "title_missing")
        assert "홍길동" not in problem.reason_ko + problem.reason_en


def test_a_second_run_adds_nothing_and_a_longer_file_what_is_new(
    db: Database, forum_id: int, mapping: ColumnMapping, write: Write, now: datetime
) -> None:
    without_id = row("", "번호가 없는 제안")
    path = write("a.csv", table(row("1"), without_id))
    first = import_file(db, path, mapping, forum_id=forum_id, now=now)
    again = import_file(db, path, mapping, forum_id=forum_id, now=now)
    write("a.csv", table(row("3"), row("1"), without_id, row("4")))
    longer = import_file(db, path, mapping, forum_id=forum_id, now=now)
    assert (first.accepted, first.already_there) == (2, 0)
    assert (again.accepted, again.already_there) == (0, 2)
    assert (longer.accepted, longer.already_there) == (2, 2)
    assert [s.reference for s in stored(db)] == [f"DL-2026-{n:03}" for n in (1, 2, 3, 4)]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(titles=st.lists(st.text(st.characters(), max_size=20), min_size=1))
def test_whatever_is_written_goes_in_once(
    db: Database,
    forum_id: int,
    title_only: ColumnMapping,
    write: Write,
    now: datetime,
    titles: list[str],
) -> None:
    path = write("a.jsonl", "".join(json.dumps({"title": title}) + "\n" for title in titles))
    first = import_file(db, path, title_only, forum_id=forum_id, now=now)
    again = import_file(db, path, title_only, forum_id=forum_id, now=now)
    assert first.rows == again.rows == len(titles)
    assert (again.accepted, again.rejected) == (0, first.rejected)
    numbers = [suggestion.number for suggestion in stored(db)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_same_id_with_other_content_is_kept_as_it_was_and_reported(
    db: Database, forum_id: int, mapping: ColumnMapping, write: Write, now: datetime
) -> None:
    path = write("a.csv", table(row("1"), row("1", "다른 제목")))
    report = import_file(db, path, mapping, forum_id=forum_id, now=now)
    assert (report.accepted, report.already_there) == (1, 1)
    assert reasons(report) == [(3, Reason.CONTENT_CHANGED)]
    assert [s.title for s in stored(db)] == ["버스를 늘려 주십시오"]


def test_ids_of_two_channels_do_not_collide(
    db: Database, forum_id: int, write: Write, now: datetime
) -> None:
    both = ColumnMapping.model_validate(
        {"columns": {"title": "title", "channel": "channel", "external_id": "id"}}
    )
    path = write("a.csv", "id,title,channel\n1,가,website\n1,나,mail\n")
    assert import_file(db, path, both, forum_id=forum_id, now=now).accepted == 2


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"제목": " \u200b "}, Reason.TITLE_MISSING),
        ({"접수일시": "어제"}, Reason.DATE_INVALID),
        ({"접수일시": "2026-02-30"}, Reason.DATE_INVALID),
        ({"접수일시": "0001-01-01"}, Reason.DATE_INVALID),
        ({"접수일시": "2026. 3. 2. 오후 13:00"}, Reason.DATE_INVALID),
        ({"내용": "가" * 200_001}, Reason.TOO_LONG),
        ({"접수번호": "1" * 101}, Reason.TOO_LONG),
        ({"연락처": "1" * 201}, Reason.TOO_LONG),
    ],
)
def test_a_wrong_row_is_refused_and_the_others_go_in(
    db: Database,
    forum_id: int,
    mapping: ColumnMapping,
    write: Write,
    now: datetime,
    cells: dict[str, str],
    expected: Reason,
) -> None:
    wrong = dict(zip(HEADER, row("2"), strict=True)) | cells
    path = write("a.csv", table(row("1"), list(wrong.values()), row("3")))
    report = import_file(db, path, mapping, forum_id=forum_id, now=now)
    assert (report.accepted, report.rejected) == (2, 1)
    assert reasons(report) == [(3, expected)]
    assert [s.external_id for s in stored(db)] == ["1", "3"]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [({"분야": "기타"}, Reason.TOPIC_UNKNOWN), ({"선정여부": "글쎄"}, Reason.SELECTED_UNKNOWN)],
)
def test_an_unknown_word_lets_the_row_in_with_a_warning(
    db: Database,
    forum_id: int,
    mapping: ColumnMapping,
    write: Write,
    now: datetime,
    cells: dict[str, str],
    expected: Reason,
) -> None:
    path = write("a.csv", table(row("1", **cells)))
    report = import_file(db, path, mapping, forum_id=forum_id, now=now)
    assert (report.accepted, reasons(report)) == (1, [(2, expected)])
    (suggestion,) = stored(db)
    assert not suggestion.selected
    assert suggestion.topic == (None if "분야" in cells else "public_transport")
    with db.reading() as session:
        (problem,) = queries.problems_of_import(session, report.import_id)
        assert not problem.refused


def test_an_unknown_or_missing_channel_is_refused(
    db: Database, forum_id: int, write: Write, now: datetime
) -> None:
    by_column = ColumnMapping.model_validate(
        {
            "columns": {"title": "title", "channel": "channel"},
            "channels": {"국민신문고": "e_people"},
        }
    )
    path = write("a.csv", "title,channel\n가,국민신문고\n나,비둘기\n다,\n라,live_comment\n")
    report = import_file(db, path, by_column, forum_id=forum_id, now=now)
    assert reasons(report) == [(3, Reason.CHANNEL_UNKNOWN), (4, Reason.CHANNEL_MISSING)]
    assert [s.channel for s in stored(db)] == [Channel.E_PEOPLE, Channel.LIVE_COMMENT]


def test_a_title_too_long_is_cut_visibly_and_stands_whole_in_the_body(
    db: Database, forum_id: int, mapping: ColumnMapping, write: Write, now: datetime
) -> None:
    path = write("a.csv", table(row("1", "가" * 300)))
    report = import_file(db, path, mapping, forum_id=forum_id, now=now)
    assert reasons(report) == [(2, Reason.TITLE_SHORTENED)]
    (suggestion,) = stored(db)
    assert suggestion.title == "가" * 199 + "…"
    assert suggestion.body == "가" * 300 + "\n\n내용입니다."


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.csv.gz", "a.jsonl.gz"])
def test_100_000_characters_come_back_whole(
    db: Database, forum_id: int, write: Write, mapping: ColumnMapping, now: datetime, name: str
) -> None:
    body = ("가나다라마바사\n" * 12_500).strip()
    text = table(row("1", 내용=body))
    if "jsonl" in name:
        text = json.dumps(dict(zip(HEADER, row("1", 내용=body), strict=True)))
    content = gzip.compress(text.encode()) if name.endswith(".gz") else text.encode()
    report = import_file(db, write(name, content), mapping, forum_id=forum_id, now=now)
    assert report.accepted == 1
    assert stored(db)[0].body == body


def test_hostile_text_is_kept_as_plain_text_without_controls(
    db: Database, forum_id: int, title_only: ColumnMapping, write: Write, now: datetime
) -> None:
    titles = [
        '<script>alert("1")</script> & <b>굵게</b>',
        "=HYPERLINK(1)'; DROP TABLE suggestions; --",
        "가\x00나\x1b[31m다\u202e라\ud800마\ufeff",
        unicodedata.normalize("NFD", "각"),
    ]
    content = "".join(json.dumps({"title": title}) + "\n" for title in titles)
    path = write("a.jsonl", content)
    import_file(db, path, title_only, forum_id=forum_id, now=now)
    assert [s.title for s in stored(db)] == [
        '<script>alert("1")</script> & <b>굵게</b>',
        "=HYPERLINK(1)'; DROP TABLE suggestions; --",
        "가나[31m다라마",
        "각",
    ]


def test_two_imports_at_once_add_each_row_once_and_number_without_gaps(
    db: Database, forum_id: int, mapping: ColumnMapping, write: Write, now: datetime
) -> None:
    path = write("a.csv", table(*(row(str(number)) for number in range(2_500))))
    with ThreadPoolExecutor(2) as pool:
        reports = list(
            pool.map(lambda _: import_file(db, path, mapping, forum_id=forum_id, now=now), range(2))
        )
    assert sum(report.accepted for report in reports) == 2_500
    assert [s.number for s in stored(db)] == list(range(1, 2_501))
    with db.reading() as session:
        assert ledger.verify(session) == 2


def test_an_import_that_was_killed_is_finished_by_the_next(
    db: Database,
    forum_id: int,
    mapping: ColumnMapping,
    write: Write,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write("a.csv", table(*(row(str(number)) for number in range(1_500))))
    count_batch = queries.count_batch

    def killed(*arguments: object, **counts: int) -> None:
        if counts["accepted"] < 1_000:
            raise KeyboardInterrupt
        count_batch(*arguments, **counts)  # type: ignore[arg-type]

    monkeypatch.setattr(queries, "count_batch", killed)
    with pytest.raises(KeyboardInterrupt):
        import_file(db, path, mapping, forum_id=forum_id, now=now)
    monkeypatch.undo()
    with db.reading() as session:
        (left,) = session.scalars(select(Import))
        assert (left.complete, left.accepted) == (False, 1_000)
    report = import_file(db, path, mapping, forum_id=forum_id, now=now)
    assert (report.accepted, report.already_there) == (500, 1_000)
    assert [s.number for s in stored(db)] == list(range(1, 1_501))


@pytest.mark.long
def test_20_000_rows_go_in_and_change_nothing_when_replayed(
    db: Database, forum_id: int, mapping: ColumnMapping, write: Write, now: datetime
) -> None:
    text = table(*(row(str(number), f"{number}번째 제안") for number in range(20_000)))
    path = write("a.csv.gz", gzip.compress(text.encode()))
    first = import_file(db, path, mapping, forum_id=forum_id, now=now)
    again = import_file(db, path, mapping, forum_id=forum_id, now=now)
    assert (first.accepted, again.accepted, again.already_there) == (20_000, 0, 20_000)
    with db.reading() as session:
        assert queries.counts(session, forum_id).all == 20_000


def test_an_unknown_forum_is_refused_and_nothing_written(
    db: Database, mapping: ColumnMapping, write: Write, now: datetime
) -> None:
    with pytest.raises(NotFound):
        import_file(db, write("a.csv", table(row("1"))), mapping, forum_id=99, now=now)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Import)) == 0
        assert session.scalar(select(func.count()).select_from(ImportProblem)) == 0


def test_the_same_file_may_go_to_two_forums(
    db: Database, forum_id: int, mapping: ColumnMapping, write: Write, now: datetime
) -> None:
    with db.transaction() as session:
        first = session.get_one(Forum, forum_id)
        other = Forum(
            code="DL-2027",
            kind=first.kind,
            title_ko="다른 포럼",
            title_en="Another forum",
            starts_at=now,
            ends_at=None,
            answer_rule="suggestion",
        )
        session.add(other)
        session.flush()
        other_id = other.id
    path = write("a.csv", table(row("1")))
    for forum in (forum_id, other_id):
        assert import_file(db, path, mapping, forum_id=forum, now=now).accepted == 1
    assert sorted(s.reference for s in stored(db)) == ["DL-2026-001", "DL-2027-001"]
