"""What stands on the screen: both languages, no wider than it, and text from outside as text."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from typer.main import get_group

from gongmun.cli import output
from gongmun.cli.app import NOUNS, app
from gongmun.documents import queries as document_queries
from gongmun.forums.models import Forum
from gongmun.text import Bilingual
from tests.cli.conftest import Gongmun
from tests.conftest import NOW
from tests.world import World

SLOW = ("prefect", "pandas", "numpy", "weasyprint", "holidays", "sqlalchemy", "pydantic")


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command and noun with the words that call it."""
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        yield (*path, name), command
        if hasattr(command, "list_commands"):
            yield from commands(command, (*path, name))


COMMANDS = dict(commands(get_group(app)))


def test_help_imports_nothing_of_what_takes_long() -> None:
    program = (
        "import json, sys\n"
        "from gongmun.cli.app import main\n"
        "sys.argv = ['gongmun', '--help']\n"
        "try: main()\n"
        f"finally: print(json.dumps([m for m in {SLOW!r} if m in sys.modules]))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )
    *said, imported = ended.stdout.splitlines()
    assert json.loads(imported) == []
    assert "공문" in "".join(said)


def test_every_noun_is_a_module_and_every_module_of_commands_a_noun() -> None:
    folder = Path(output.__file__).parent
    with_commands = {f.stem for f in folder.glob("*.py") if "app = typer.Typer()" in f.read_text()}
    # A noun with many commands has further modules: document_records beside document.
    nouns = {noun.replace("-", "_") for noun in NOUNS}
    assert nouns <= with_commands
    assert all(any(stem.startswith(f"{noun}_") for noun in nouns) for stem in with_commands - nouns)


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_is_in_both_languages(path: tuple[str, ...]) -> None:
    command = COMMANDS[path]
    for text in [command.help, *(param.help for param in command.params)]:
        assert text, f"{path} lacks a help text"
        korean, _, english = text.partition(" / ")
        assert any("가" <= letter <= "힣" for letter in korean), text
        assert english, text


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize(
    "command",
    [
        "outcome list",
        "outcome show 1",
        "forum list",
        "suggestion list OCF-2026-10",
        "mail list --all",
        "mail show 1",
        "document list",
        "access list",
        "referral list --as-of 2026-11-05",
        "referral show 1",
        "waiting",
    ],
)
def test_nothing_is_wider_than_the_screen_or_cut_off(
    gongmun: Gongmun,
    installation: World,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    width: int,
) -> None:
    forum_id = installation.forum()
    title = "가나다라 마바사 " * 12 + "끝"
    installation.suggest(forum_id, "statistics", title=title)
    outcome_id = installation.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    installation.decide(outcome_id)
    installation.issue()
    installation.dispatch()
    installation.suggest(forum_id, None, title=title)
    wide = gongmun(*command.split())
    monkeypatch.setattr(output.console, "width", width)
    ended = gongmun(*command.split())
    assert ended.code == 0
    assert max(map(cell_len, ended.out.splitlines())) <= width
    assert ended.out.count("…") == wide.out.count("…")
    assert not broken(wide.out, ended.out)


def broken(wide: str, narrow: str) -> set[str]:
    """The words of a wide screen that are not to be found on a narrow one, but for long ones."""
    words, kept = ({word.strip(":─") for word in said.split()} for said in (wide, narrow))
    return {word for word in words - kept if 0 < cell_len(word) <= 16}


@pytest.mark.parametrize("width", [80, 120])
def test_an_escalation_can_be_read_before_it_is_decided(
    gongmun: Gongmun, installation: World, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    forum_id = installation.forum()
    installation.suggest(forum_id, "statistics", title=HOSTILE + "가나다라 마바사 " * 12 + "끝")
    outcome_id = installation.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    installation.decide(outcome_id)
    installation.issue()
    installation.dispatch()
    for day in (date(2026, 10, 30), date(2026, 11, 9), date(2026, 11, 18)):
        installation.chase(day)
    with installation.db.reading() as session:
        (document,) = document_queries.drafted_escalations(session)
    wide = gongmun("escalation", "show", document.id)
    assert "[bold red]빨강[/]" in wide.out
    monkeypatch.setattr(output.console, "width", width)
    ended = gongmun("escalation", "show", document.id)
    assert ended.code == 0
    assert max(map(cell_len, ended.out.splitlines())) <= width
    assert ended.out.count("…") == wide.out.count("…")
    assert not set("\x1b\x07\u202e\r") & set(ended.out)
    for word in ("OCF-2026-10-001", "공론소통과-1", "끝", "2026-10-"):
        assert word in ended.out


HOSTILE = "[bold red]빨강[/] [link=http://evil.example]x[/link] \\[ [/] \x1b]0;title\x07\x1b[2J\u202e뒤집힘\r"


def test_text_from_outside_is_printed_as_text(gongmun: Gongmun, installation: World) -> None:
    forum_id = installation.forum()
    with installation.db.transaction() as session:
        session.get_one(Forum, forum_id).title_ko = HOSTILE
    installation.suggest(forum_id, "statistics", title=HOSTILE)
    installation.suggest(forum_id, None, title=HOSTILE)
    installation.wrap_up(forum_id)
    for command in (
        "forum list",
        "suggestion list OCF-2026-10",
        "outcome show 1",
        "referral show 1",
    ):
        ended = gongmun(*command.split())
        assert ended.code == 0, ended
        assert "[bold red]빨강[/]" in ended.out, command
        assert "[link=http://evil.example]x[/link] \\[ [/]" in ended.flat, command
        assert not set("\x1b\x07\u202e\r") & set(ended.out), command


def test_what_was_typed_comes_back_as_text(gongmun: Gongmun, installation: World) -> None:
    ended = gongmun("suggestion", "list", HOSTILE)
    assert ended.code == 1
    assert "[bold red]빨강[/]" in ended.err
    assert "\x1b" not in ended.err


def test_an_empty_list_says_so(gongmun: Gongmun, installation: World) -> None:
    for noun, title in (("mail", "발송 Dispatches"), ("access", "접속 링크 Links")):
        ended = gongmun(noun, "list")
        assert ended.code == 0
        assert ended.flat == f"{title} 해당하는 것이 없습니다. There is none."


def test_no_column_is_squeezed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seven columns on the narrowest screen: codes stay whole, dates break before their time."""
    monkeypatch.setattr(output.console, "width", 80)
    heads = ("id", "suggestion", "ministry", "status", "when", "place", "agenda")
    names = [Bilingual(ko="이름", en=head) for head in heads]
    row = (
        *(12, "OCF-2026-10-001", "MOLIT", Bilingual(ko="제안됨", en="proposed")),
        *(NOW, "정부세종청사 6동 회의실", "추진 일정과 예산을 협의하고자 합니다. " * 2),
    )
    output.table(names[0], names, [row])
    printed = capsys.readouterr().out
    lines = printed.splitlines()
    assert max(map(cell_len, lines)) <= 80
    for word in ("OCF-2026-10-001", "MOLIT", "proposed", "2026-10-12", "협의하고자", "합니다."):
        assert word in printed
    assert len(lines) < 16


def test_a_table_with_too_many_words_for_the_screen_is_printed_as_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    heads = [Bilingual(ko=f"이름{n}", en=f"confirmed{n}") for n in range(9)]
    row = ("citizens-2026", date(2026, 10, 12), *(f"value-{n}" for n in range(7)))
    printed = {}
    for width in (200, 80):
        monkeypatch.setattr(output.console, "width", width)
        output.table(heads[0], heads, [row, row])
        printed[width] = capsys.readouterr().out
    assert not broken(printed[200], printed[80])
    lines = printed[80].splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert lines.count("citizens-2026") == 2
    assert lines.count("  이름1 confirmed1: 2026-10-12") == 2
    output.table(heads[0], heads, [(*row[:8], None)])
    assert "이름8" not in capsys.readouterr().out  # of which nothing is known


def test_overdue_is_shown_in_working_days(gongmun: Gongmun, installation: World) -> None:
    installation.dispatched("statistics")
    due = installation.referral(1).answer_due
    assert due is not None
    on_the_day = gongmun("referral", "list", "--as-of", due.isoformat())
    assert "경과" not in on_the_day.out
    assert str(due) in on_the_day.out
    late = gongmun("referral", "list", "--as-of", "2026-11-05")
    assert "일 경과" in late.out
    assert "days" in late.out


def test_a_cell_may_hold_anything(capsys: pytest.CaptureFixture[str]) -> None:
    one = Bilingual(ko="하나", en="one")
    output.table(one, (one,), [(None,), (1,), (one,), ("줄\n바꿈",)])
    said = capsys.readouterr().out
    assert "None" not in said
    assert "바꿈" in said
