"""`gongmun access`: who may enter, and how a coordinator ends it."""

from dataclasses import replace

import pytest

from gongmun.access.entering import CodeWrong
from gongmun.answers.delegating import delegate
from gongmun.cli import access
from tests.access.entered import Visit, code_in, text_of, visits
from tests.cli.conftest import Gongmun
from tests.conftest import NOW
from tests.world import World


@pytest.fixture
def on_that_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands run on the day of the other services: codes are good for minutes."""
    monkeypatch.setattr(access, "moment", lambda _: NOW)


def test_links_are_listed_and_revoked(gongmun: Gongmun, installation: World) -> None:
    visit, _ = visits(installation, "statistics", "customs")
    secret = visit.enter(visit.code())
    officer = visit.officer(secret)
    assert officer is not None
    listed = gongmun("access", "list", "--all")
    assert (listed.code, listed.err) == (0, "")
    assert "MODS" in listed.out
    assert "KCS" in listed.out
    for never in (visit.token, secret, "@"):
        assert never
        assert never not in listed.out
    assert "KCS" not in gongmun("access", "list", "--all", "--ministry", "MODS").out
    for link_id in (1, 2):
        assert "폐기하였습니다" in gongmun("access", "revoke", link_id).flat
    assert "이미 폐기된" in gongmun("access", "revoke", 1).flat
    assert visit.officer(secret) is None
    assert "MODS" not in gongmun("access", "list").out
    assert "revoked" in gongmun("access", "list", "--all").out


def test_all_sessions_of_a_ministry_are_ended(gongmun: Gongmun, installation: World) -> None:
    (visit,) = visits(installation, "statistics")
    secret = visit.enter(visit.code())
    assert "접속 1건을" in gongmun("access", "revoke-sessions", "MODS").flat
    assert visit.officer(secret) is None
    assert "0 sessions" in gongmun("access", "revoke-sessions", "MODS").flat


def test_what_is_not_there_is_said(gongmun: Gongmun, installation: World) -> None:
    for arguments in (("revoke", 99), ("revoke-sessions", "XXX"), ("list", "--ministry", "XXX")):
        ended = gongmun("access", *arguments)
        assert ended.code == 1
        assert "찾을 수 없습니다" in ended.err


@pytest.mark.usefixtures("on_that_day")
def test_revoking_a_link_tells_of_those_of_the_delegates(
    gongmun: Gongmun, installation: World
) -> None:
    visit, _ = visits(installation, "statistics", "customs")
    officer = visit.officer(visit.enter(visit.code()))
    assert officer is not None
    at_mods = replace(officer, address="hong@mods.go.kr")
    now = installation.now
    for address in ("kim@mods.go.kr", "lee@mods.go.kr"):
        delegate(
            installation.db,
            officer=at_mods,
            document_id=officer.document_ids[0],
            address=address,
            now=now,
        )
    assert "gongmun access revoke 4" in gongmun("access", "revoke", 3).flat
    told = gongmun("access", "revoke", 1).flat
    assert "위임받은 동료" in told
    assert "gongmun access revoke 4" in told
    assert "gongmun access revoke 3" not in told  # revoked before
    assert "위임받은 동료" not in gongmun("access", "revoke", 2).flat
    assert "위임받은 동료" not in gongmun("access", "revoke", 4).flat


@pytest.mark.usefixtures("on_that_day")
def test_a_code_on_its_way_is_useless_when_the_sessions_are_ended(
    gongmun: Gongmun, installation: World
) -> None:
    other, visit = visits(installation, "statistics", "customs")
    there, foreign = visit.code(), other.code()
    queued = Visit(world=installation, token=visit.token)
    queued.ask()
    assert "인증번호 2건" in gongmun("access", "revoke-sessions", "MODS").flat
    installation.dispatch()
    with pytest.raises(CodeWrong):
        visit.enter(there)
    with pytest.raises(CodeWrong):
        queued.enter(code_in(text_of(installation)))
    assert other.officer(other.enter(foreign)) is not None
    assert visit.officer(visit.enter(visit.code())) is not None
