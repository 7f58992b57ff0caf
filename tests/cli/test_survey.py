"""`gongmun survey`: a questionnaire checked, read and explained before it is frozen."""

from pathlib import Path

import pytest

from gongmun.surveys.questionnaire import SAMPLES, digest, sample
from tests.cli.conftest import Gongmun
from tests.surveys.questionnaire.conftest import YES_NO, document, item
from tests.surveys.questionnaire.test_trends import CATALOGUE, mood


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A file with three flaws."""
    file = tmp_path / "broken.yaml"
    content = document(
        item("a", "single", YES_NO, "requried: true"),
        item("b", "text", "max_length: 0", "show_if: {item: c, is: 1}"),
    )
    file.write_text(content, encoding="utf-8")
    return file


def test_the_samples_are_in_order(gongmun: Gongmun) -> None:
    ended = gongmun("survey", "check", *SAMPLES.values())
    assert ended.code == 0
    assert ended.err == ""
    for name in SAMPLES:
        assert f"{name}.yaml: 고칠 곳이 없습니다." in ended.out
        assert digest(sample(name)) in ended.out


def test_every_flaw_of_every_file_is_told_by_line_and_column(
    gongmun: Gongmun, broken: Path
) -> None:
    none = broken.parent / "none.yaml"
    ended = gongmun("survey", "check", broken, SAMPLES["forum_evaluation"], none)
    assert ended.code == 1
    lines = ended.err.splitlines()
    places = [line.split(": ")[0] for line in lines if line.startswith(str(broken))]
    assert places == [f"{broken}:{place}" for place in ("12:9", "16:21", "17:25")]
    assert "‘required’를 뜻하셨습니까?" in ended.err
    assert "Did you mean 'required'?" in ended.err
    assert "none.yaml" in lines[-2]
    assert "forum_evaluation.yaml: 고칠 곳이 없습니다." in ended.out
    assert "broken.yaml" not in ended.out


def test_what_is_quoted_of_a_file_does_not_steer_the_terminal(
    gongmun: Gongmun, tmp_path: Path
) -> None:
    file = tmp_path / "[red]x.yaml"
    file.write_text(document(item("a", "text", "'[bold]max\u2000x': 5")), encoding="utf-8")
    ended = gongmun("survey", "check", file)
    assert ended.code == 1
    assert "[bold]max x" in ended.err
    assert "[red]x.yaml:11:9" in ended.err


@pytest.mark.parametrize("command", ["show", "codebook"])
def test_what_cannot_be_used_is_not_shown(gongmun: Gongmun, broken: Path, command: str) -> None:
    ended = gongmun("survey", command, broken)
    assert (ended.code, ended.out) == (1, "")
    assert f"{broken}:17:25" in ended.err


def test_a_questionnaire_as_a_person_reads_it(gongmun: Gongmun) -> None:
    shown = gongmun("survey", "show", SAMPLES["quarterly_engagement"]).out
    assert (
        "7. 의견을 낸 날부터 결과를 안내받은 날까지 대략 며칠이 걸렸습니까? [숫자, 선택 응답]"
        in shown
    )
    assert "▷ 응답 대상: 6번에서 ‘안내받았음’ 선택" in shown
    assert "▷ 응답 대상: 8번이 2 이하" in shown
    assert "○ 8 그 밖의 까닭 (직접 기재)" in shown
    assert "○ 기억나지 않음" in shown
    assert "____ 일 (0–730)" in shown
    assert "About how many" not in shown
    english = gongmun("survey", "show", SAMPLES["quarterly_engagement"], "--language", "en").out
    assert "▷ Asked if: question 6 is “I was told”" in english
    assert not any("가" <= letter <= "힣" for letter in english)


def test_markup_in_a_questionnaire_is_printed_as_it_is(gongmun: Gongmun, tmp_path: Path) -> None:
    file = tmp_path / "markup.yaml"
    options = (
        "options: [{code: 1, ko: '[bold]예[/bold]', en: '[link=x]Yes'}, {code: 2, ko: 나, en: b}]"
    )
    file.write_text(document(item("a", "single", options)), encoding="utf-8")
    assert "○ 1 [bold]예[/bold]" in gongmun("survey", "show", file).out
    assert "[bold]예[/bold]" in gongmun("survey", "codebook", file).out


def test_the_codebook(gongmun: Gongmun) -> None:
    shown = gongmun("survey", "codebook", SAMPLES["quarterly_engagement"])
    assert shown.code == 0
    rows = {line.split()[0]: line for line in shown.out.splitlines() if line[:1].isalpha()}
    assert {"trust", "took_part_9", "took_part_other", "news_from_rank_2", "wish"} <= set(rows)
    assert "0 전혀 신뢰하지 않음" in rows["trust"]
    assert "-7, -8, -9" in rows["trust"]
    assert "-6, -8, -9" in rows["waited"]
    assert "0–730 일" in rows["waited"]
    assert "응답 거절" in shown.out


def test_a_catalogue_of_ones_own(gongmun: Gongmun, tmp_path: Path) -> None:
    trends, file = tmp_path / "trends.yaml", tmp_path / "mood.yaml"
    trends.write_text(CATALOGUE, encoding="utf-8")
    file.write_text(mood(), encoding="utf-8")
    assert gongmun("survey", "check", file, "--trends", trends).code == 0
    assert "some.mood" in gongmun("survey", "check", file).err
    file.write_text(mood().replace("기분이", "요즘 기분이"), encoding="utf-8")
    ended = gongmun("survey", "check", file, "--trends", trends)
    assert ended.code == 1
    assert "“기분이 어떻습니까? / How do you feel?”" in ended.err
    assert "“요즘 기분이 어떻습니까? / How do you feel?”" in ended.err
    trends.write_text("format: 1\n", encoding="utf-8")
    ended = gongmun("survey", "check", file, "--trends", trends)
    assert (ended.code, ended.out) == (1, "")
    assert "trends.yaml:1:1" in ended.err
