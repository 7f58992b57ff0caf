"""House rules that no linter knows, read from the source."""

import ast
import re
from importlib.metadata import packages_distributions

import pytest

from tests.architecture.modules import Module, modules

LINES = 350
CLOCK = re.compile(r"(.*\.)?(datetime|date)\.(now|utcnow|today)|time\.(time|time_ns)")


def test_the_product_is_found() -> None:
    assert {module.package for module in modules()} == {"gongmun", "flows", "tasks", "deployments"}
    assert len(modules()) > 100


@pytest.mark.parametrize("module", modules(), ids=str)
def test_only_the_clock_reads_the_clock(module: Module) -> None:
    if module.path.name == "clock.py" or module.package == "deployments":
        return
    assert [call for call in module.calls() if CLOCK.fullmatch(call)] == []


@pytest.mark.parametrize(
    "call", ["datetime.now", "datetime.datetime.utcnow", "date.today", "time.time"]
)
def test_the_scan_knows_how_a_clock_is_read(call: str) -> None:
    assert CLOCK.fullmatch(call)
    assert not CLOCK.fullmatch("clock.now")


@pytest.mark.parametrize("module", modules("gongmun", "flows", "tasks"), ids=str)
def test_nothing_prints_outside_the_command_line(module: Module) -> None:
    if "cli" not in module.path.parts:
        assert "print" not in module.calls()


@pytest.mark.parametrize("module", modules("flows", "tasks"), ids=str)
def test_flows_and_tasks_hold_no_classes(module: Module) -> None:
    """A flow's file is loaded a second time under its bare name: a class would exist twice."""
    assert [node for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)] == []


@pytest.mark.parametrize("module", modules("flows", "tasks"), ids=str)
def test_flows_and_tasks_hold_no_sql(module: Module) -> None:
    imported = [
        name
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [getattr(node, "module", None) or node.names[0].name]
    ]
    assert not [name for name in imported if name.startswith("sqlalchemy")]


def test_flows_and_tasks_have_no_name_of_a_library() -> None:
    """Their folder is first on the path when a flow is loaded from its file."""
    ours = {module.path.stem for module in modules("flows", "tasks")} - {"__init__"}
    assert ours & set(packages_distributions()) == set()


@pytest.mark.parametrize("module", modules(), ids=str)
def test_a_module_is_one_noun_or_verb(module: Module) -> None:
    assert module.source.count("\n") <= LINES


@pytest.mark.parametrize("module", modules("gongmun"), ids=str)
def test_everything_public_says_what_it_promises(module: Module) -> None:
    missing = [name for name, node in _public(module.tree, "") if not ast.get_docstring(node)]
    if module.source.strip() and not ast.get_docstring(module.tree):
        missing.append("the module")
    assert missing == []


def _public(
    parent: ast.Module | ast.ClassDef, prefix: str
) -> list[tuple[str, ast.ClassDef | ast.FunctionDef]]:
    found = []
    for node in parent.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            found.append((prefix + node.name, node))
            if isinstance(node, ast.ClassDef):
                found.extend(_public(node, f"{prefix}{node.name}."))
    return found
