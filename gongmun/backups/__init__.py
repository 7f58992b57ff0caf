"""Backups: everything this installation knows, in one folder, whatever kind of database it comes from or goes to.

A backup is a folder of its own: `manifest.json`, `tables/NAME.jsonl.gz` (a line of column names, then one line a
row), `files/documents/…` and `files/received/…` by their SHA-256. The rows are written by SQLAlchemy's types and not
by a database's own tool, so that a backup of SQLite is also the way to PostgreSQL, and back.

Not in it, on purpose: the keys of surveys, which must not lie beside the answers; the signing key; the settings with
their passwords. They are kept apart; see docs/operator.md.
"""

from gongmun.backups.manifest import FilesDamaged, Manifest
from gongmun.backups.restoring import Restored, checked, restore
from gongmun.backups.saving import save
from gongmun.backups.settling import Doubts, doubts, settle

__all__ = [
    "Doubts",
    "FilesDamaged",
    "Manifest",
    "Restored",
    "checked",
    "doubts",
    "restore",
    "save",
    "settle",
]
