"""A coordinator, a sweep and a respondent at once, on PostgreSQL: each sees what the other has done, or waits for it."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from gongmun.errors import InvalidTransition
from gongmun.surveys.fieldwork import answering, closing, inviting_queries
from gongmun.surveys.fieldwork.answering import TakesNoPart, reconsider, refuse, save, submit
from gongmun.surveys.fieldwork.closing import GRACE, cancel, close_due, close_now, put_off
from gongmun.surveys.fieldwork.life import Status
from gongmun.surveys.fieldwork.models import InvitationStatus
from gongmun.surveys.fieldwork.opening import open_wave
from gongmun.surveys.fieldwork.paper import take_paper
from gongmun.surveys.fieldwork.series import SeriesFielded, register_series
from tests.surveys.fieldwork.conftest import FILE, OPENING, Fielded, people, until_it_waits
from tests.world import at

pytestmark = pytest.mark.kinds("postgresql")

CLOSING = at(date(2026, 10, 26), 18, 0)
WHO = {"name": "한소통", "reason": "연휴 뒤까지 더 받기로 하였습니다."}


def opened(fielded: Fielded) -> int:
    cycle_id = fielded.start().cycle_id
    open_wave(fielded.db, cycle_id, now=at(OPENING))
    fielded.dispatch(at(OPENING, 9, 15))
    return cycle_id


@contextmanager
def before_it_commits(
    fielded: Fielded,
    monkeypatch: pytest.MonkeyPatch,
    where: tuple[object, str],
    other: Callable[[], object],
) -> Iterator[list[Future[Any]]]:
    """What runs in the block does all of the function `where`; then `other` begins beside it, and has to wait."""
    module, name = where
    real: Callable[..., Any] = getattr(module, name)
    others: list[Future[Any]] = []

    def held(*args: Any, **kwargs: Any) -> Any:
        found = real(*args, **kwargs)
        if not others:
            args[0].flush()  # the session
            others.append(pool.submit(other))
            until_it_waits(fielded.db, others[0])
        return found

    with ThreadPoolExecutor(1) as pool, monkeypatch.context() as patched:
        patched.setattr(module, name, held)
        yield others


def test_no_sheet_goes_of_a_wave_that_closes_while_it_is_cancelled(
    fielded: Fielded, monkeypatch: pytest.MonkeyPatch
) -> None:
    cycle_id = opened(fielded)
    for each in fielded.invitations(cycle_id)[:3]:
        fielded.answer(each.id, at(OPENING, 11))

    def cancelled(now: datetime) -> None:
        cancel(fielded.db, cycle_id, now=now, **WHO)

    with before_it_commits(
        fielded, monkeypatch, (closing, "_begin"), lambda: cancelled(CLOSING)
    ) as others:
        close_due(fielded.db, now=CLOSING)
    # A wave that is closing can still be cancelled, and then it is.
    others[0].result()
    assert (fielded.wave(cycle_id).status, fielded.sheets()) == (Status.CANCELLED, [])


def test_a_wave_that_is_sealed_while_it_is_cancelled_keeps_its_answers(
    fielded: Fielded, monkeypatch: pytest.MonkeyPatch
) -> None:
    cycle_id = opened(fielded)
    for each in fielded.invitations(cycle_id)[:3]:
        fielded.answer(each.id, at(OPENING, 11))
    close_due(fielded.db, now=CLOSING)
    sealed = CLOSING + GRACE
    with before_it_commits(
        fielded,
        monkeypatch,
        (closing, "_seal"),
        lambda: cancel(fielded.db, cycle_id, now=sealed, **WHO),
    ) as others:
        close_due(fielded.db, now=sealed)
    with pytest.raises(InvalidTransition):
        others[0].result()
    assert (fielded.wave(cycle_id).status, len(fielded.sheets())) == (Status.CLOSED, 3)


def test_who_puts_off_what_is_being_sealed_is_told(
    fielded: Fielded, monkeypatch: pytest.MonkeyPatch
) -> None:
    cycle_id = opened(fielded)
    close_due(fielded.db, now=CLOSING)
    sealed = CLOSING + GRACE
    with before_it_commits(
        fielded,
        monkeypatch,
        (closing, "_seal"),
        lambda: put_off(fielded.db, cycle_id, until=date(2026, 11, 20), now=sealed, **WHO),
    ) as others:
        close_due(fielded.db, now=sealed)
    with pytest.raises(InvalidTransition):
        others[0].result()
    wave = fielded.wave(cycle_id)
    assert (wave.status, wave.closes_at) == (Status.CLOSED, CLOSING)


def test_what_is_not_open_cannot_be_closed(fielded: Fielded) -> None:
    cycle_id = fielded.start().cycle_id
    with pytest.raises(InvalidTransition):
        close_now(fielded.db, cycle_id, now=at(OPENING, 12), **WHO)
    assert fielded.wave(cycle_id).status is Status.DRAFT


def test_answers_that_come_in_while_he_refuses_are_not_kept(
    fielded: Fielded, monkeypatch: pytest.MonkeyPatch
) -> None:
    cycle_id = opened(fielded)
    invitation = fielded.invitations(cycle_id)[0].id
    moment = at(OPENING, 11)
    save(fielded.db, invitation, {"took_part": 1}, now=moment)
    for late in (
        lambda: save(fielded.db, invitation, {"took_part": 2}, now=moment),
        lambda: submit(fielded.db, invitation, now=moment),
    ):
        with before_it_commits(fielded, monkeypatch, (answering, "mark"), late) as others:
            refuse(fielded.db, invitation, now=moment)
        with pytest.raises(TakesNoPart):
            others[0].result()
        assert fielded.invitations(cycle_id)[0].status is InvitationStatus.REFUSED
        assert fielded.sheets() == []
        reconsider(fielded.db, invitation, now=moment)
        save(fielded.db, invitation, {"took_part": 2}, now=moment)


def test_a_refusal_while_he_hands_in_takes_the_answers_away(
    fielded: Fielded, monkeypatch: pytest.MonkeyPatch
) -> None:
    cycle_id = opened(fielded)
    invitation = fielded.invitations(cycle_id)[0].id
    moment = at(OPENING, 11)
    save(fielded.db, invitation, {"took_part": 2}, now=moment)
    with before_it_commits(
        fielded,
        monkeypatch,
        (answering, "mark"),
        lambda: refuse(fielded.db, invitation, now=moment),
    ) as others:
        assert submit(fielded.db, invitation, now=moment).complete
    others[0].result()
    assert fielded.invitations(cycle_id)[0].status is InvitationStatus.REFUSED
    assert fielded.sheets() == []


def test_who_refuses_while_his_paper_is_taken_is_not_counted(
    fielded: Fielded, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cycle_id = opened(fielded)
    invitation = fielded.invitations(cycle_id)[0].id
    paper = tmp_path / "paper.csv"
    paper.write_text("number,took_part\nP-0001,2\n", encoding="utf-8")
    moment = at(OPENING, 11)
    with before_it_commits(
        fielded,
        monkeypatch,
        (answering, "begin"),
        lambda: refuse(fielded.db, invitation, now=moment),
    ) as others:
        assert take_paper(fielded.db, cycle_id, paper, now=moment).taken == 1
    others[0].result()
    assert fielded.invitations(cycle_id)[0].status is InvitationStatus.REFUSED
    assert fielded.sheets() == []


def test_a_series_has_no_other_panel_when_its_people_were_just_written_down(
    fielded: Fielded, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(fielded.db, 3, panel="other")
    cycle_id = fielded.start().cycle_id
    with before_it_commits(
        fielded,
        monkeypatch,
        (inviting_queries, "invite_members"),
        lambda: register_series(
            fielded.db, FILE.model_copy(update={"panel": "other"}), now=at(OPENING)
        ),
    ) as others:
        open_wave(fielded.db, cycle_id, now=at(OPENING))
    with pytest.raises(SeriesFielded):
        others[0].result()
