"""Other ways to print the same letters, each in a process of its own.

A rival is a module with a context manager `printer(templates)` that gives a function of two paths: the
letter's HTML (with its facts beside it as JSON) and the PDF to write.
"""

import os
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Self

from bench.reference.processes import cpu_seconds

NAMES = ("tuned", "tutorial", "chromium", "typst")


def style(templates: Path) -> str:
    """The product's style sheet, its fonts named by their files."""
    css = (templates / "documents" / "document.css").read_text("utf-8")
    return css.replace("asset:", (templates / "fonts").resolve().as_uri() + "/")


class Rival(AbstractContextManager["Rival"]):
    """A running rival."""

    def __init__(self, name: str, templates: Path) -> None:
        self.name = name
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.rivals", name, str(templates)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # Set where weasyprint is imported; Chromium would find no font at all with it.
            env={key: value for key, value in os.environ.items() if key != "FONTCONFIG_FILE"},
        )

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def print(self, folder: Path) -> float:
        """Print every letter in `folder`; the CPU seconds that took, with all its children's."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        begun = cpu_seconds(self.pid)
        self._process.stdin.write(f"{folder}\n")
        self._process.stdin.flush()
        if self._process.stdout.readline() != "done\n":
            raise SystemExit(f"the rival {self.name} failed")
        return cpu_seconds(self.pid) - begun

    def __exit__(self, *_: object) -> None:
        self._process.communicate()
