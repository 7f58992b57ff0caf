"""A division's own templates, words and style: read from a folder, checked before anything is printed.

The folder mirrors `templates/documents`: a template or `document.css` in it takes the place of ours,
the words in `words/ko.toml` stand over ours, and `extra.css` is added after the style sheet.
"""

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import tinycss2
from jinja2 import Environment, TemplateSyntaxError, nodes

from gongmun.documents import glyphs
from gongmun.documents.printing import NotPrinted
from gongmun.text import particles

STYLE = "document.css"
EXTRA_STYLE = "extra.css"
ASSET = "asset:"

# What takes an address as a mere string.
_ADDRESS_FUNCTIONS = ("url", "src", "image", "image-set", "-webkit-image-set")
# Notes for whoever edits the folder; no file of the form is called so.
_NOTES = (".md", ".txt")
# A rule behind the style sheet: it is read as one of its own where all before it was closed.
_SENTINEL_SELECTOR = "#gongmun-end"


class OverrideRefused(NotPrinted):
    """A file in the folder of overrides that cannot be used; `where` is `file:line`."""

    code = "documents.override_refused"
    ko = "부서 서식을 사용할 수 없습니다({where}). {problem_ko} 고친 뒤 다시 시도해 주십시오."
    en = "The division's own form cannot be used ({where}). {problem_en} Correct it and try again."


def refused(file: str, line: int | None, ko: str, en: str) -> OverrideRefused:
    """The error for a line of a file, or for the file where no line is to blame."""
    where = f"{file}:{line}" if line else file
    return OverrideRefused(where=where, problem_ko=ko, problem_en=en)


def is_ignored(name: str) -> bool:
    """Whether this is hidden, as what `git` keeps, a copy that an editor left, or a note."""
    return name.startswith(".") or name.endswith(("~", *_NOTES))


def files(folder: Path) -> dict[str, Path]:
    """Every file under `folder` by its name there, those left out that are ignored.

    Raises:
        OverrideRefused: there is no such folder.
    """
    if not folder.is_dir():
        raise refused(
            str(folder),
            None,
            "그런 폴더가 없습니다. GONGMUN_DOCUMENT_OVERRIDES 를 확인해 주십시오.",
            "There is no such folder; check GONGMUN_DOCUMENT_OVERRIDES.",
        )
    found = ((path.relative_to(folder), path) for path in sorted(folder.rglob("*")))
    return {
        name.as_posix(): path
        for name, path in found
        if path.is_file() and not any(map(is_ignored, name.parts))
    }


def style_sheets(templates: Path, overrides: Path | None) -> list[Path]:
    """The style sheets of a document, in the order in which they hold."""
    own = overrides / STYLE if overrides else None
    extra = overrides / EXTRA_STYLE if overrides else None
    sheets = [own if own and own.is_file() else templates / "documents" / STYLE]
    return [*sheets, extra] if extra and extra.is_file() else sheets


def check(templates: Path, overrides: Path, environment: Environment) -> None:
    """See that every file of the folder can be used; `environment` is what fills the templates.

    Raises:
        OverrideRefused: names the first fault, with its line.
    """
    ours = files(templates / "documents")
    assets = [ASSET + font.name for font in (templates / "fonts").glob("*.woff2")]
    for name, path in files(overrides).items():
        if name not in ours and name != EXTRA_STYLE:
            raise refused(
                name,
                None,
                f"서식에 없는 파일 이름입니다.{_nearest_ko(name, [*ours, EXTRA_STYLE])}",
                f"The form has no file of this name.{_nearest_en(name, [*ours, EXTRA_STYLE])}",
            )
        text = _read(name, path)
        if name.endswith(".css"):
            _check_style(name, text, assets)
        elif name.endswith(".toml"):
            own = parse_words(name, text)
            _check_words(name, text, own, tomllib.loads(ours[name].read_text("utf-8")))
            _check_glyphs(name, text, own, templates / "fonts" / "coverage.txt")
        else:
            _check_template(name, text, environment)


def parse_words(name: str, text: str) -> dict[str, Any]:
    """The words of a TOML file.

    Raises:
        OverrideRefused: it is no TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"at line (\d+)", str(error))
        line = int(at[1]) if at else text.count("\n") + 1
        raise refused(
            name, line, f"TOML 문법 오류입니다: {error}.", f"Not TOML: {error}."
        ) from error


def merged(ours: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """`ours` with what `own` says instead, table by table."""
    return dict(ours) | {
        key: merged(ours[key], value) if isinstance(value, dict) else value
        for key, value in own.items()
    }


def _read(name: str, path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise refused(name, line, "UTF-8 문자가 아닙니다.", "Not UTF-8.") from None


def _check_words(
    name: str, text: str, own: Mapping[str, Any], ours: Mapping[str, Any], table: str = ""
) -> None:
    for key, value in own.items():
        known = ours.get(key)
        if isinstance(known, dict) and isinstance(value, dict):
            _check_words(name, text, value, known, f"{table}{key}.")
        elif type(known) is not type(value):
            line = _line_of(key, text)
            word = f"{table}{key}"
            if key in ours:
                raise refused(
                    name, line, f"'{word}' 값의 형식이 다릅니다.", f"'{word}' is of another type."
                )
            raise refused(
                name,
                line,
                f"서식에 없는 낱말입니다: '{word}'.{_nearest_ko(key, ours)}",
                f"The form has no word '{word}'.{_nearest_en(key, ours)}",
            )


def _check_glyphs(name: str, text: str, own: Mapping[str, Any], coverage: Path) -> None:
    for key, value in own.items():
        if isinstance(value, dict):
            _check_glyphs(name, text, value, coverage)
        for character in value if isinstance(value, str) else "":
            if glyphs.printable(character, coverage)[1]:
                code = f"U+{ord(character):04X}"
                raise refused(
                    name,
                    _line_of(key, text),
                    f"글꼴에 없는 글자입니다: {code}.",
                    f"Our fonts have no character {code}.",
                )


def _line_of(key: str, text: str) -> int | None:
    begins = re.compile(rf"""\s*(\[.*)?["']?\b{re.escape(key)}\b""")
    lines = enumerate(text.splitlines(), start=1)
    return next((number for number, line in lines if begins.match(line)), None)


def _check_template(name: str, text: str, environment: Environment) -> None:
    """Its syntax, and that citizens' text stays escaped (the filter `safe` is not there at all)."""
    try:
        environment.compile(text, name)
        tree = environment.parse(text, name)
    except TemplateSyntaxError as error:
        raise refused(
            name, error.lineno, f"템플릿 오류입니다: {error.message}", f"Template: {error.message}"
        ) from error
    for node in tree.find_all(nodes.ScopedEvalContextModifier):
        raise refused(
            name, node.lineno, "autoescape 는 바꿀 수 없습니다.", "autoescape cannot be changed."
        )


def _check_style(name: str, text: str, assets: Collection[str]) -> None:
    rules = tinycss2.parse_stylesheet(
        f"{text}\n{_SENTINEL_SELECTOR}{{}}", skip_comments=True, skip_whitespace=True
    )
    _check_nodes(name, rules, assets)
    if name == STYLE and not any(
        r.type == "at-rule" and r.lower_at_keyword == "font-face" for r in rules
    ):
        # Without any font the layout library ends the process.
        raise refused(
            name,
            None,
            "@font-face 규칙이 없습니다. 원래 파일의 글꼴 규칙을 그대로 두십시오.",
            "It has no @font-face: keep those of the original.",
        )
    # What is left open swallows the sentinel.
    if not rules or tinycss2.serialize(rules[-1].prelude) != _SENTINEL_SELECTOR:
        line = rules[-1].source_line if rules else 1
        raise refused(
            name, line, "괄호나 주석이 닫히지 않았습니다.", "A bracket or comment is not closed."
        )


def _check_nodes(name: str, found: Iterable[Any], assets: Collection[str]) -> None:
    for node in found:
        if node.type == "at-rule" and node.lower_at_keyword == "import":
            raise _no_address(name, node, "@import", assets)
        if node.type == "declaration":
            _check_tokens(name, node.value, assets)
        elif node.type in ("at-rule", "qualified-rule"):
            _check_tokens(name, node.prelude, assets)
            content = tinycss2.parse_blocks_contents(
                node.content or [], skip_comments=True, skip_whitespace=True
            )
            _check_nodes(name, content, assets)
        else:
            _check_tokens(name, [node], assets)


def _check_tokens(name: str, tokens: Iterable[Any], assets: Collection[str]) -> None:
    for token in tokens:
        if token.type == "error":
            raise refused(
                name,
                token.source_line,
                f"CSS 오류입니다: {token.message}.",
                f"CSS: {token.message}.",
            )
        if token.type == "url" and token.value not in assets:
            raise _no_address(name, token, token.value, assets)
        if token.type == "function":
            for part in token.arguments:
                is_address = part.type == "string" and token.lower_name in _ADDRESS_FUNCTIONS
                if is_address and part.value not in assets:
                    raise _no_address(name, part, part.value, assets)
            _check_tokens(name, token.arguments, assets)
        elif token.type.endswith("block"):
            _check_tokens(name, token.content, assets)


def _no_address(name: str, node: Any, address: str, assets: Collection[str]) -> OverrideRefused:
    return refused(
        name,
        node.source_line,
        f"외부 주소는 쓸 수 없습니다: {address}.{_nearest_ko(address, assets)}",
        f"Only our own fonts can be named, not {address}.{_nearest_en(address, assets)}",
    )


def _nearest_ko(given: str, known: Iterable[str]) -> str:
    return "".join(
        particles(f" '{name}'을(를) 뜻합니까?") for name in get_close_matches(given, list(known), 1)
    )


def _nearest_en(given: str, known: Iterable[str]) -> str:
    return "".join(f" Did you mean '{name}'?" for name in get_close_matches(given, list(known), 1))
