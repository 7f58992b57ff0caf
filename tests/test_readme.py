"""README and docs say what is true: each command, option, path, setting and deployment they name exists."""

import re
import shlex
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import typer
from pydantic import BaseModel
from typer.main import get_command

from deployments.registry import registry
from gongmun.cli.app import app
from gongmun.referrals import ladder
from gongmun.settings import PROJECT_ROOT, Settings

README = PROJECT_ROOT / "README.md"
GUIDE = PROJECT_ROOT / "docs" / "operator.md"
PAGES = [
    README,
    *sorted((PROJECT_ROOT / "docs").rglob("*.md")),
    PROJECT_ROOT / "bench" / "RESULTS.md",
]

CODE = re.compile(r"^ *```[a-z]*\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
PATH = re.compile(r"(?:\.\./)*[\w.-]+(?:/[\w.-]+)+/?")
SETTING = re.compile(r"\bGONGMUN_[A-Z_]+\b")
ROOMS = {path.name for path in PROJECT_ROOT.iterdir() if path.is_dir()} - {"var"}

each_page = pytest.mark.parametrize(
    "page", PAGES, ids=lambda page: str(page.relative_to(PROJECT_ROOT))
)


def said(page: Path) -> list[str]:
    """All code of a page: lines of its blocks, and what stands in backquotes in its text."""
    text = page.read_text(encoding="utf-8")
    blocks = [line.strip() for block in CODE.findall(text) for line in block.splitlines()]
    return blocks + INLINE.findall(CODE.sub("", text))


def commands(name: str) -> list[str]:
    """Every distinct command line of the program `name`, on any page."""
    found = [line for page in PAGES for line in said(page) if line.split()[:1] == [name]]
    return list(dict.fromkeys(found))


def nested(command: Any) -> Mapping[str, Any]:
    """The commands of a group, by name; of a single command none."""
    if not hasattr(command, "list_commands"):
        return {}
    context = typer.Context(command)
    return {name: command.get_command(context, name) for name in command.list_commands(context)}


def setting_names(model: type[BaseModel], prefix: str = "GONGMUN_") -> Iterator[str]:
    """The environment variable of every setting."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from setting_names(field.annotation, f"{prefix}{name.upper()}__")
        else:
            yield f"{prefix}{name.upper()}"


@pytest.mark.parametrize("line", commands("make"))
def test_the_makefile_has_the_target(line: str) -> None:
    makefile = (PROJECT_ROOT / "Makefile").read_text(encoding="utf-8")
    for word in shlex.split(line, comments=True)[1:]:
        name, is_variable, _ = word.partition("=")
        if is_variable:
            assert f"$({name})" in makefile or f"$(if $({name})" in makefile
        else:
            assert re.search(rf"^{re.escape(name)}:.*##", makefile, re.MULTILINE)


@pytest.mark.parametrize("line", commands("gongmun"))
def test_the_command_line_takes_the_command(line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    command: Any = get_command(app)
    while words and words[0] in nested(command):
        command, words = nested(command)[words[0]], words[1:]
    if not words or words == ["--help"]:
        return
    assert not nested(command), "no such command"
    # Only parsed, never run. An argument or option that is unknown, wrong or missing is an error.
    command.make_context(line, words)


@each_page
def test_options_that_are_named_alone_exist(page: Path) -> None:
    known = set(_options(get_command(app)))
    assert {code.split()[0] for code in said(page) if re.match("--[a-z]", code)} <= known


def _options(command: Any) -> Iterator[str]:
    for parameter in command.params:
        yield from (*parameter.opts, *parameter.secondary_opts)
    for inner in nested(command).values():
        yield from _options(inner)


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
        if link.startswith(("http://", "https://")):
            continue
        target, _, anchor = unquote(link).partition("#")
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), link
        assert not anchor or anchor in _anchors(file), link


def _anchors(page: Path) -> set[str]:
    """What a heading is called in a link: lower case, hyphens for blanks, no punctuation."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {
        "".join(
            "-" if c == " " else c
            for c in heading.lower()
            if c in " -_" or unicodedata.category(c)[0] in "LN"
        )
        for heading in headings
    }


@each_page
def test_files_that_are_named_exist(page: Path) -> None:
    for code in said(page):
        for path in PATH.findall(code):
            # Under var lies what a run leaves.
            if path.split("/")[0] in ROOMS and "<" not in code:
                assert (PROJECT_ROOT / path).exists(), path


@each_page
def test_settings_that_are_named_exist(page: Path) -> None:
    known = {*setting_names(Settings), "GONGMUN_ENV_FILE"}
    assert set(SETTING.findall(page.read_text(encoding="utf-8"))) <= known


def test_the_guide_has_every_setting() -> None:
    table = "".join(line for line in GUIDE.read_text("utf-8").splitlines() if line[:2] == "| ")
    assert set(setting_names(Settings)) - set(SETTING.findall(table)) == set()


def test_the_guide_has_the_defaults_of_the_settings() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    agency = Settings.model_fields["agency"].annotation
    assert isinstance(agency, type)
    for value in agency().model_dump().values():
        assert value in text


def test_the_tables_of_the_guide_have_every_deployment_and_every_rung() -> None:
    rows = re.findall(r"^\| (.+?) \|", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    codes = {code for first_cell in rows for code in INLINE.findall(first_cell)}
    assert {deployment.name for deployment in registry()} <= codes
    assert {rung.value for rung in ladder.load().rungs} <= codes


def test_the_pictures_are_small_enough_for_a_page_and_each_is_shown() -> None:
    text = README.read_text(encoding="utf-8") + GUIDE.read_text(encoding="utf-8")
    for picture in (PROJECT_ROOT / "docs" / "images").iterdir():
        assert picture.read_bytes().startswith(b"\x89PNG")
        assert picture.stat().st_size < 200_000
        assert f"images/{picture.name})" in text, picture.name


def test_decisions_are_numbered_without_gaps() -> None:
    names = [path.name for path in sorted((PROJECT_ROOT / "docs" / "decisions").iterdir())]
    assert [name[:5] for name in names] == [f"{n:04}-" for n in range(1, len(names) + 1)]
    assert all(re.fullmatch(r"\d{4}-[a-z-]+\.md", name) for name in names)
