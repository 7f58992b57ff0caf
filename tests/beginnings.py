"""Beginnings of many tests, made once in a process: what services do to a SQLite file of a given content.

The content decides: a file that holds byte for byte what another one held before is given what that one held
afterwards. Any other file is left to the services, and so is all that a test begins with while it has replaced
a part of the product.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gongmun.db import Database

# Files of about a megabyte.
_KEPT = 48


class _Made(NamedTuple):
    content: bytes
    besides: Any


_made: OrderedDict[Hashable, _Made] = OrderedDict()
_replacing: set["Patches"] = set()


class Patches(pytest.MonkeyPatch):  # type: ignore[misc]
    """Pytest's, of which it is known whether it has replaced anything. Settings are in the key."""

    def setattr(self, *arguments: Any, **options: Any) -> None:
        """As pytest has it."""
        _replacing.add(self)
        super().setattr(*arguments, **options)

    def undo(self) -> None:
        """As pytest has it."""
        super().undo()
        _replacing.discard(self)


def once(
    db: Database,
    key: Hashable,
    make: Callable[[], Any],
    bring: Callable[[Any], None] = lambda besides: None,
) -> None:
    """Do to `db` what `make` does, by itself or by a copy of what it did to an equal file.

    `key` names `make` and all that it depends on besides the content. It returns what it changed besides,
    which `bring` repeats. On PostgreSQL it always runs.
    """
    before = None if _replacing else _content(db)
    if before is None:
        make()
        return
    whole = (key, hashlib.sha256(before).digest())
    if whole in _made:
        _made.move_to_end(whole)
        Path(str(db.url.database)).write_bytes(_made[whole].content)
        bring(_made[whole].besides)
        return
    besides = make()
    if after := _content(db):
        _made[whole] = _Made(after, besides)
    if len(_made) > _KEPT:
        _made.popitem(last=False)


def _content(db: Database) -> bytes | None:
    """All of a SQLite file; None where another connection has it open, for then it may change."""
    file = Path(str(db.url.database))
    if not db.is_sqlite or not file.exists():
        return None
    db.dispose()  # the last connection leaves everything in the one file
    return None if file.with_name(f"{file.name}-wal").exists() else file.read_bytes()
