"""The portal as a process of its own: it knows all tables, whatever rooms it needs itself."""

import subprocess
import sys
from pathlib import Path

from gongmun.settings import PROJECT_ROOT

_TABLES = """
from deployments.portal import app
app()
from gongmun.db import Base
print(len(Base.metadata.sorted_tables))
"""


def test_the_portal_knows_every_table(tmp_path: Path) -> None:
    # `sorted_tables` follows every foreign key, and fails on one that leads to an unknown table.
    ran = subprocess.run(
        [sys.executable, "-c", _TABLES],
        capture_output=True,
        text=True,
        cwd=PROJECT_ROOT,
        env={"PATH": "/usr/bin:/bin", "GONGMUN_VAR": str(tmp_path), "GONGMUN_ENV_FILE": ""},
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) > 30
