"""The modules of the product as files and syntax trees."""

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gongmun.settings import PROJECT_ROOT

ROOTS = ("gongmun", "flows", "tasks", "deployments")


@dataclass(frozen=True)
class Module:
    """One file of Python, by its path below the root."""

    path: Path

    def __str__(self) -> str:
        return self.path.as_posix()

    @property
    def package(self) -> str:
        """The package it stands in: gongmun, flows, tasks or deployments."""
        return self.path.parts[0]

    @cached_property
    def source(self) -> str:
        """Its text."""
        return (PROJECT_ROOT / self.path).read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.source)

    def calls(self) -> list[str]:
        """What it calls, as written: `datetime.now`, `print`."""
        return [ast.unparse(n.func) for n in ast.walk(self.tree) if isinstance(n, ast.Call)]


def modules(*packages: str) -> list[Module]:
    """The modules of `packages`, or of the whole product; migrations are written by Alembic."""
    return [
        Module(file.relative_to(PROJECT_ROOT))
        for package in packages or ROOTS
        for file in sorted((PROJECT_ROOT / package).rglob("*.py"))
        if "migrations" not in file.parts
    ]
