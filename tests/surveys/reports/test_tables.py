"""Published tables and open data: the same bytes, no cell under five, and no way to one from the others."""

import csv
import io
import json
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gongmun.surveys.analysis.crosstabs import Crosstab
from gongmun.surveys.analysis.dispositions import Sufficiency
from gongmun.surveys.analysis.pooling import group_sizes
from gongmun.surveys.analysis.toplines import Topline
from gongmun.surveys.panels.margins import margins
from gongmun.surveys.questionnaire import Questionnaire, sample
from gongmun.surveys.reports import open_data, tables
from gongmun.surveys.reports.answers import answers_of
from gongmun.surveys.reports.coarsening import coarse_routes, told
from gongmun.surveys.reports.figures import Figures, Method, from_json, to_json
from gongmun.surveys.reports.figuring import Counted, breakdowns, change, count, questions
from gongmun.surveys.reports.letters import report_context
from gongmun.surveys.reports.rows import changes
from gongmun.surveys.reports.sentences import facts
from gongmun.surveys.reports.weighing import weigh
from gongmun.text import Bilingual
from tests.surveys.analysis.attacker import Attacker, nothing_is_pinned
from tests.surveys.reports.invented import sheets

pytestmark = pytest.mark.long

_SAME = Bilingual(ko="가", en="a")
NOW = datetime(2026, 10, 28, tzinfo=UTC)


def counted_of(questionnaire: Questionnaire, number: int, **how: float) -> Counted:
    answers = answers_of(questionnaire, sheets(questionnaire, number, **how), Sufficiency())  # type: ignore[arg-type]
    return count(questionnaire, answers, weigh(answers.frame, population=margins(), chances={}))


@pytest.fixture(scope="module")
def counted() -> Counted:
    return counted_of(sample("forum_evaluation"), 150)


@pytest.fixture(scope="module")
def figures(counted: Counted) -> Figures:
    whole = sample("forum_evaluation")
    first, *_, last = whole.pages
    # Of the wave before one trend item will do: to count all of it takes two seconds.
    asked = replace(whole, pages=(first, replace(last, items=last.items[:1])))
    before = counted_of(asked, 150, lean=-0.3)
    day = margins().as_of
    return Figures(
        series="forum",
        title=_SAME,
        wave=2,
        before=1,
        method=Method(
            panel=_SAME,
            population=_SAME,
            weighting=_SAME,
            modes=(_SAME,),
            first_day=day,
            last_day=day,
            invited=200,
            answered=150,
            outcomes=(("I", 150), ("NC", 50)),
            rates=(("rr1", 0.75),),
            precision=None,
            questionnaire="forum",
            version=1,
            questionnaire_sha256="0" * 64,
            sheets_sha256="1" * 64,
        ),
        questions=questions(counted),
        breakdowns=breakdowns(counted),
        changes=change(before, counted),
        open_questions=(),
    )


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_figures_read_back_as_they_were_written(figures: Figures) -> None:
    assert figures.changes
    assert from_json(json.loads(json.dumps(to_json(figures)))) == figures


def test_no_count_under_five_is_anywhere(figures: Figures) -> None:
    counts = [o.n for q in figures.questions for o in q.options]
    counts += [n for q in figures.questions for n in (q.base, *(m.n for m in q.missing))]
    counts += [n for t in figures.breakdowns for g in t.groups for n in (g.base, *g.counts)]
    known = [n for n in counts if n is not None]
    # The other side of a multiple choice is no printed count, but is as easily known.
    known += [
        q.base - o.n
        for q in figures.questions
        if q.kind == "multiple" and q.base is not None
        for o in q.options
        if o.n is not None
    ]
    assert min(n for n in known if n) >= 5
    assert 0 < counts.count(None) < len(counts) / 2


def test_no_share_or_mean_is_finer_than_the_cells_that_were_checked(figures: Figures) -> None:
    """Of 0 to 10 in three parts the two highest points may be two people, whatever their part has."""
    coarse = [each for each in figures.questions if len(each.options) == 3 and each.mean]
    assert coarse
    for question in figures.questions:
        if question in coarse or any(option.n is None for option in question.options):
            assert question.top is None, question.code
        if any(option.n is None for option in question.options):
            assert question.mean is None, question.code


def test_the_workbook_is_the_same_tomorrow_and_has_four_sheets(figures: Figures) -> None:
    first = tables.workbook(figures)
    assert first == tables.workbook(figures)
    with zipfile.ZipFile(io.BytesIO(first)) as book:
        assert sum(name.startswith("xl/worksheets/sheet") for name in book.namelist()) == 4
        assert b"2000-01-01T00:00:00Z" in book.read("docProps/core.xml")


def test_the_tables_say_what_the_figures_say(figures: Figures) -> None:
    written = rows(tables.toplines_csv(figures))
    question = figures.questions[0]
    own = [row for row in written if row["item"] == question.code and row["code"]]
    assert [row["n"] for row in own] == [str(o.n or "") for o in question.options]
    assert [row["percent"] for row in own] == [
        "" if o.share is None else str(round(o.share.value * 100, 1)) for o in question.options
    ]
    cells = rows(tables.breakdowns_csv(figures))
    assert len(cells) == sum(len(t.groups) * len(t.options) for t in figures.breakdowns)


def test_a_change_says_how_many_people_it_rests_on(figures: Figures) -> None:
    assert figures.changes
    printed = report_context(figures, (), now=NOW).changes
    for each, line, row in zip(figures.changes, printed, changes(figures), strict=True):
        assert each.n_before is not None
        assert each.n_after is not None
        assert each.pairs is None or each.pairs >= 5
        assert line.people is not None
        assert f"응답 {each.n_before}명 → {each.n_after}명" in line.people.ko
        assert row[-3:] == (each.n_before, each.n_after, each.pairs)
    old = to_json(figures)
    for each in old["changes"]:
        del each["n_before"], each["n_after"], each["pairs"]
    assert report_context(from_json(old), (), now=NOW).changes[0].people is None


def test_what_is_not_compared_is_named(figures: Figures) -> None:
    assert not [fact for fact in facts(figures) if fact.name.en == "Not compared"]
    left = replace(figures, not_compared=(figures.questions[0].text,))
    (fact,) = (fact for fact in facts(left) if fact.name.en == "Not compared")
    assert figures.questions[0].text.ko in fact.value.ko
    assert "묻는 대상이 달라져" in fact.value.ko


def test_what_a_spreadsheet_would_run_is_text() -> None:
    content = tables.to_csv(("a",), [("=1+1",), ("@x",), (-5,)]).decode("utf-8-sig")
    assert content.splitlines() == ["a", "'=1+1", "'@x", "-5"]


def test_open_data_have_one_row_a_sheet_and_nothing_that_tells_who_it_is(counted: Counted) -> None:
    written = rows(open_data.rows_csv(counted))
    assert len(written) == len(counted.answers.ids)
    assert not {"age_group", "province", "by_age", "by_region", "weight", "id"} & set(written[0])
    texts = set(counted.answers.texts)
    assert texts
    assert not texts & set(written[0])
    lines = [tuple(row.values()) for row in written]
    assert lines == sorted(lines, key=lambda line: tuple(map(int, line)))


def test_open_data_do_not_give_away_what_the_tables_withhold(counted: Counted) -> None:
    """Whoever counts the rows finds no cell that is withheld, neither in all nor by sex."""
    written = rows(open_data.rows_csv(counted))
    hidden = told = 0
    for table in counted.disclosed.crosstabs:
        if table.by.name == open_data.SEX and table.columns:
            column = _column(table)
            if column not in written[0]:
                continue
            for group in table.columns:
                own = (row for row in written if int(row["by_sex"]) == group.group.code)
                found = Counter(int(row[column]) for row in own)
                for cell in group.cells:
                    hidden += cell.n is None
                    shown = found[cell.option.code]
                    told += bool(shown)
                    # What is told in the tables may be withheld in the rows, with what is rarer there.
                    assert shown == (cell.n or 0) or (not shown and found[open_data.WITHHELD] >= 5)
                assert all(n >= 5 for n in found.values())
    assert hidden
    assert told > hidden
    for line in counted.disclosed.toplines:
        for share in line.shares:
            if share.n is None and _column(line) in written[0]:
                assert not any(int(row[_column(line)]) == share.option.code for row in written)


@pytest.fixture(scope="module")
def few() -> Counted:
    """Twenty-four people, who were not all asked everything."""
    return counted_of(sample("quarterly_engagement"), 24)


def test_where_a_question_has_no_table_by_sex_the_rows_do_not_have_the_sex(few: Counted) -> None:
    tables = few.disclosed.crosstabs
    without = [t if t.name != "trust" else replace(t, columns=()) for t in tables]
    less = replace(few, disclosed=replace(few.disclosed, crosstabs=tuple(without)))
    assert without != list(tables)
    assert open_data.SEX in rows(open_data.rows_csv(few))[0]
    assert open_data.SEX not in rows(open_data.rows_csv(less))[0]


def test_nobody_works_out_of_tables_and_routing_what_is_withheld(
    few: Counted, counted: Counted
) -> None:
    for wave in (few, counted):
        attacker = _attacker(wave)
        assert any("=" in key.split("|")[0] for key in attacker.unknown())
        nothing_is_pinned(attacker)


def _attacker(wave: Counted) -> Attacker:
    """He reads the counts; the shares are weighted, which helps him less."""
    shown = told(wave.wave.answers, wave.answers.variables, wave.answers.demographics)
    found, size = wave.disclosed, len(wave.wave.answers)
    lines = [
        replace(
            line,
            mean=None,
            top=None,
            shares=tuple(replace(share, estimate=None) for share in line.shares),
        )
        for line in found.toplines
    ]
    tables = [
        replace(
            table,
            columns=tuple(
                replace(c, mean=None, cells=tuple(replace(e, estimate=None) for e in c.cells))
                for c in table.columns
            ),
        )
        for table in found.crosstabs
    ]
    groups = group_sizes(wave.wave.answers, wave.demographics)
    return Attacker(lines, tables, groups, size, coarse_routes(wave.answers.routes, shown))


def test_in_rows_a_question_that_follows_a_withheld_one_is_not_there(few: Counted) -> None:
    written = rows(open_data.rows_csv(few))
    (told,) = (line for line in few.disclosed.toplines if line.name == "told")
    assert any(s.n is None for line in few.disclosed.toplines for s in line.shares)
    assert told.variable.name in {each.name for each in few.told}
    assert not {"took_part_1", "took_part_9", "told"} & set(written[0])
    assert "told" not in {line["column"] for line in rows(open_data.codebook_csv(few))}


def _column(of: Topline | Crosstab) -> str:
    if of.part is None:
        return of.variable.columns[0]
    return next(c for c in of.variable.columns if c.endswith(f"_{of.part.code}"))


def test_the_codebook_knows_every_column_and_value(counted: Counted) -> None:
    known: dict[str, set[int]] = {}
    for line in rows(open_data.codebook_csv(counted)):
        known.setdefault(line["column"], set()).add(int(line["value"]))
    written: list[Mapping[str, str]] = list(rows(open_data.rows_csv(counted)))
    assert set(known) == set(written[0])
    for row in written:
        for column, value in row.items():
            assert int(value) in known[column]
    assert "한 줄이 응답자 한 명" in open_data.codebook_markdown(counted).decode()
