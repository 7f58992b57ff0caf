"""`gongmun access`: who may enter, and how a coordinator ends it."""

from tests.access.entered import visits
from tests.cli.conftest import Gongmun
from tests.world import World


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
