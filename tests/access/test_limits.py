"""How often things may be tried: per link, mailbox and IP, over processes, and never at another's cost."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from gongmun.access import entering, limits, looking, tokens
from gongmun.access.entering import CodeWrong, EntryMissing
from gongmun.access.limits import LIMITS, TooManyAttempts, Trial
from gongmun.access.links import LinkUnknown, revoke
from gongmun.access.models import Attempt, LoginCode, OfficerSession
from gongmun.access.purging import KEPT, purge
from gongmun.answers.delegating import delegate
from gongmun.db import Database
from gongmun.mail import Dispatch
from tests.access.entered import IP, Visit, documents, links, other_than, visits
from tests.world import World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def count_of(trial: Trial) -> int:
    """So many within an hour."""
    return LIMITS[trial][0].count


def until_refused(attempt: Callable[[], object], most: int = 300) -> int:
    """How often something can be done before it is refused for its number."""
    for done in range(most):
        try:
            attempt()
        except TooManyAttempts:
            return done
        except (LinkUnknown, CodeWrong, EntryMissing):
            pass
    return most


def test_codes_are_limited_by_link(here: World) -> None:
    (visit,) = visits(here, "statistics")
    assert until_refused(visit.ask) == count_of(Trial.CODE_BY_LINK)
    with pytest.raises(TooManyAttempts):
        visit.ask(here.now + HOUR - timedelta(seconds=1))
    visit.ask(here.now + HOUR)


def test_a_day_has_a_limit_of_its_own(here: World) -> None:
    (visit,) = visits(here, "statistics")
    asked = sum(until_refused(lambda h=hour: visit.ask(here.now + h * HOUR)) for hour in range(24))  # type: ignore[misc]
    assert asked == LIMITS[Trial.CODE_BY_LINK][1].count
    assert until_refused(lambda: visit.ask(here.now + DAY)) > 0


def test_codes_are_limited_by_mailbox(here: World) -> None:
    """Many links lead to one mailbox: one for each document and reminder."""
    tokens_ = [visits_of(here, f"OCF-{number}") for number in range(4)]
    asked = sum(until_refused(Visit(world=here, token=token).ask) for token in tokens_)
    assert asked == count_of(Trial.CODE_BY_ADDRESS)


def test_codes_are_limited_by_ip(here: World) -> None:
    """Whoever asks for codes of all ministries is stopped; others are not."""
    for number in range(count_of(Trial.CODE_BY_IP)):
        with here.db.transaction() as session:
            limits.note(session, Trial.CODE_BY_IP, IP, here.now - timedelta(seconds=number))
    (visit,) = visits(here, "statistics")
    with pytest.raises(TooManyAttempts):
        visit.ask()
    Visit(world=here, token=visit.token, ip="192.0.2.8").ask()


def test_a_stranger_with_a_copy_does_not_keep_the_ministry_out(here: World) -> None:
    (visit,) = visits(here, "statistics")
    (document,) = documents(here)
    ips = (f"198.51.100.{number}" for number in range(255))

    def ask() -> None:
        Visit(world=here, check_code=document.check_code, ip=next(ips)).ask()

    assert until_refused(ask) == count_of(Trial.CODE_BY_PRINT)
    assert visit.officer(visit.enter(visit.code())) is not None


def test_guesses_are_limited_by_ip(here: World) -> None:
    (visit,) = visits(here, "statistics")
    code = visit.code()

    def guess() -> None:
        entering.enter_code(here.db, browser=tokens.new(), code="123456", ip=IP, now=here.now)

    assert until_refused(guess) == count_of(Trial.WRONG_CODE_BY_IP)
    with pytest.raises(TooManyAttempts):
        visit.enter(code)
    visit.ip = "192.0.2.8"
    visit.enter(code)


def test_all_guesses_of_a_year_are_few(here: World) -> None:
    """What a stranger with the printed code can try in a year, of a million: with IPs without end."""
    tries = LIMITS[Trial.CODE_BY_PRINT][1].count * entering.TRIES * 365
    assert tries / 1_000_000 < 0.012


def test_unknown_tokens_are_limited_by_ip(here: World) -> None:
    (visit,) = visits(here, "statistics")

    def guess() -> None:
        looking.look(here.db, token=tokens.new(), ip=IP, now=here.now)

    assert until_refused(guess) == count_of(Trial.UNKNOWN_TOKEN_BY_IP)
    # In the same words for a token that is right: a guesser learns nothing.
    for look in (
        lambda: looking.look(here.db, token=visit.token, ip=IP, now=here.now),
        lambda: looking.proposer(here.db, visit.token or "", ip=IP, now=here.now),
        lambda: visit.ask(here.now),
    ):
        with pytest.raises(TooManyAttempts):
            look()
    looking.look(here.db, token=visit.token, ip="192.0.2.8", now=here.now)
    looking.look(here.db, token=visit.token, ip=IP, now=here.now + HOUR)


def test_what_is_refused_is_not_counted_and_sends_nothing(here: World) -> None:
    (visit,) = visits(here, "statistics")
    until_refused(visit.ask)
    before = _count(here.db, Attempt), _count(here.db, Dispatch), _count(here.db, LoginCode)
    assert until_refused(visit.ask) == 0
    assert (
        _count(here.db, Attempt),
        _count(here.db, Dispatch),
        _count(here.db, LoginCode),
    ) == before


def test_attempts_do_not_tell_who(here: World) -> None:
    (visit,) = visits(here, "statistics")
    visit.ask()
    with here.db.reading() as session:
        kept = str([tuple(row) for row in session.execute(select(Attempt.__table__))])
    assert "mods" not in kept
    assert IP not in kept


def test_two_at_once_have_one_limit(world: World) -> None:
    """Also on PostgreSQL, where a count does not see what another transaction is about to add."""
    (visit,) = visits(world, "statistics")
    visitors = [Visit(world=world, token=visit.token) for _ in range(16)]
    with ThreadPoolExecutor(16) as together:
        done = sum(together.map(lambda one: 1 - (until_refused(one.ask, 1) == 0), visitors))
    assert done == count_of(Trial.CODE_BY_LINK)


def test_a_code_is_tried_five_times_by_many_at_once(world: World) -> None:
    (visit,) = visits(world, "statistics")
    code = visit.code()
    with ThreadPoolExecutor(12) as together:
        list(
            together.map(
                lambda _: until_refused(lambda: visit.enter(other_than(code)), 1), range(12)
            )
        )
    with pytest.raises(CodeWrong):
        visit.enter(code)


def test_a_code_opens_one_session_for_many_at_once(world: World) -> None:
    (visit,) = visits(world, "statistics")
    code = visit.code()

    def enter(_: int) -> bool:
        try:
            visit.enter(code)
        except CodeWrong:
            return False
        return True

    with ThreadPoolExecutor(8) as together:
        assert sum(together.map(enter, range(8))) == 1
    assert _count(world.db, OfficerSession) == 1


def test_processes_have_one_limit(here: World) -> None:
    (visit,) = visits(here, "statistics")
    url = here.db.url.render_as_string(hide_password=False)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as processes:
        asked = processes.map(ask_elsewhere, [url] * 2, [visit.token] * 2, [here.now] * 2)
        assert sum(asked) == count_of(Trial.CODE_BY_LINK)


def ask_elsewhere(url: str, token: str, now: datetime) -> int:
    """Ask for codes in a process of its own, until it is refused."""
    db = Database(url)

    def ask() -> None:
        entering.ask_code(db, token=token, browser=tokens.new(), ip=IP, now=now)

    return until_refused(ask, 20)


def test_what_is_over_is_forgotten_and_nothing_else(world: World) -> None:
    (visit,) = visits(world, "statistics")
    secret = visit.enter(visit.code())
    unused = Visit(world=world, token=visit.token)
    unused.ask()
    nothing = purge(world.db, world.now + DAY)
    assert (nothing.attempts, nothing.codes, nothing.sessions) == (0, 0, 0)
    attempts = _count(world.db, Attempt)
    assert purge(world.db, world.now + DAY + timedelta(seconds=1)).attempts == attempts
    assert visit.officer(secret) is not None
    late = purge(world.db, world.now + KEPT + DAY)
    assert (late.codes, late.sessions) == (2, 1)
    assert purge(world.db, world.now + KEPT + DAY).codes == 0
    assert len(links(world)) == 1


def test_the_address_of_a_delegate_is_forgotten_with_the_link(here: World) -> None:
    (visit,) = visits(here, "statistics")
    officer = visit.officer(visit.enter(visit.code()))
    assert officer is not None
    colleague = f"colleague@{officer.address.rpartition('@')[2]}"
    (document_id,) = officer.document_ids
    link = delegate(
        here.db, officer=officer, document_id=document_id, address=colleague, now=here.now
    )
    assert purge(here.db, link.expires_at + KEPT).addresses == 0
    revoke(here.db, link.id, now=here.now)
    assert purge(here.db, here.now + KEPT).addresses == 0
    assert purge(here.db, here.now + KEPT + DAY).addresses == 1
    assert [each.address for each in links(here)] == [None, None]


def visits_of(world: World, forum: str) -> str:
    """The token of a forum's mail to one ministry."""
    from tests.access.entered import text_of, token_in

    forum_id = world.forum(forum)
    world.suggest(forum_id, "statistics")
    outcome_id = world.wrap_up(forum_id, key=forum).outcome_id
    assert outcome_id is not None
    world.decide(outcome_id)
    world.issue()
    world.dispatch()
    return token_in(text_of(world))


def _count(db: Database, table: type) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0
