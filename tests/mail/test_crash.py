"""Dispatchers killed at random moments lose nothing and send nothing twice."""

import multiprocessing
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from deployments.demo.ministries import JOURNAL, running
from gongmun import clock, ledger
from gongmun.db import Database
from gongmun.mail import Dispatch, JournalWitness, Witness, enqueue, recover
from gongmun.mail.life import Status
from gongmun.mail.recovering import SETTLING
from tests.mail.conftest import MESSAGE
from tests.mail.dispatcher import CONNECTIONS, work

pytestmark = pytest.mark.long

MESSAGES = 600
KILLS = 10
# A server process that has imported everything: a dispatcher starts at once, and is a real process.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.mail.dispatcher"])


def _until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def _after_a_crash(db: Database, witness: Witness | None, now: datetime) -> None:
    """As if the dead dispatcher's leases had run out, and everything had settled."""
    with db.transaction() as session:
        session.execute(
            update(Dispatch)
            .where(Dispatch.lease_until.is_not(None))
            .values(lease_until=clock.now() - SETTLING * 2)
        )
    recover(db, witness=witness, now=now)


@pytest.mark.parametrize("with_witness", [True, False], ids=["witness", "no witness"])
def test_killed_dispatchers_lose_nothing_and_send_nothing_twice(
    db: Database, tmp_path: Path, now: datetime, with_witness: bool
) -> None:
    seed = int(os.environ.get("GONGMUN_TEST_SEED", random.randrange(10**6)))
    print(f"GONGMUN_TEST_SEED={seed}")
    chance = random.Random(seed)
    with db.transaction() as session:
        ids = {
            enqueue(
                session, replace(MESSAGE, key=str(number), address=f"office{number}@x.example"), now
            ).message_id
            for number in range(MESSAGES)
        }
    journal = tmp_path / JOURNAL
    witness = JournalWitness(journal) if with_witness else None

    def arrived() -> int:
        return sum(1 for _ in os.scandir(journal / "new"))

    with running(tmp_path) as port:

        def dispatcher() -> multiprocessing.process.BaseProcess:
            url = db.url.render_as_string(hide_password=False)
            process = PROCESSES.Process(target=work, args=(url, port))
            process.start()
            return process

        for kill in range(1, KILLS + 1):
            target = arrived() + chance.randint(1, MESSAGES // KILLS - 10)
            process = dispatcher()
            _until(lambda target=target: arrived() >= target)  # type: ignore[misc]
            time.sleep(chance.random() * 0.01)  # anywhere within the steps of a message
            process.kill()
            process.join()
            assert arrived() < MESSAGES, f"kill {kill} came too late"
            _after_a_crash(db, witness, now)
        process = dispatcher()
        process.join(60)
        assert process.exitcode == 0

    mailed = Counter(
        message_from_bytes(path.read_bytes())["Message-ID"] for path in (journal / "new").iterdir()
    )
    with db.reading() as session:
        counted = dict(
            session.execute(select(Dispatch.status, func.count()).group_by(Dispatch.status)).all()  # type: ignore[arg-type]
        )
        accepted = set(
            session.scalars(select(Dispatch.message_id).where(Dispatch.status == Status.ACCEPTED))
        )
        ledger.verify(session)
    assert set(mailed.values()) == {1}, "sent twice"
    assert accepted <= set(mailed), "lost"
    if with_witness:
        assert set(mailed) == ids
        assert counted == {Status.ACCEPTED: MESSAGES}
    else:
        # Each kill leaves at most one message a connection that only a person can find out about.
        assert set(counted) <= {Status.ACCEPTED, Status.UNCERTAIN}
        assert sum(counted.values()) == MESSAGES
        assert counted.get(Status.UNCERTAIN, 0) <= KILLS * CONNECTIONS
