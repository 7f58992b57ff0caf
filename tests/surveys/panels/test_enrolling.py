"""Enrolling a draw and the people behind it, and who follows whoever drops out; on both databases."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from gongmun import ledger
from gongmun.db import Database
from gongmun.documents import LocalStore
from gongmun.surveys.panels import queries
from gongmun.surveys.panels.contacts import PeopleInvalid
from gongmun.surveys.panels.dropping_out import NotAMember, drop_out
from gongmun.surveys.panels.enrolling import (
    DrawNotVerified,
    Enrolled,
    PanelTaken,
    enrol_draw,
    enrol_list,
)
from gongmun.surveys.panels.models import PanelMember, PanelPerson, Standing
from gongmun.surveys.panels.pool import assemble
from gongmun.surveys.panels.publishing import DRAW
from gongmun.surveys.panels.quotas import Quota, Quotas
from gongmun.surveys.panels.steps import commit, fix_lottery, reveal
from gongmun.text import Bilingual
from tests.conftest import NOW

TITLE = Bilingual(ko="시민참여단", en="Citizens' panel")
SEED = "5e" * 32
QUOTAS = Quotas(
    size=8,
    cells=tuple(Quota(feature="sex", value=value, least=4, most=4) for value in ("F", "M")),
)


@pytest.fixture(scope="module")
def files() -> Mapping[str, bytes]:
    """A draw of 8 from 24, as it is published."""
    pool = assemble(
        ("sex",), [(f"p{number:02}", ("FM"[number % 2],), f"길 {number}") for number in range(24)]
    )
    published = fix_lottery(pool, QUOTAS)
    published |= commit(published, SEED, "로또 1200회")
    return published | reveal(published, SEED, "3 9 11 27 30 41")


def people(count: int = 24, **more: str) -> bytes:
    lines = [f"p{number:02},Citizen{number}@People.example,시민{number}" for number in range(count)]
    return "\n".join(["id,contact,name", *lines, *more.values()]).encode()


def enrolled(
    db: Database, folder: Path, files: Mapping[str, bytes], contacts: bytes | None = None
) -> Enrolled:
    store = LocalStore(folder, ending="")
    return enrol_draw(db, "panel-1", TITLE, files, contacts or people(), store=store, now=NOW)


def standing(db: Database, *standings: Standing) -> Mapping[str, PanelMember]:
    with db.reading() as session:
        panel = queries.panel(session, "panel-1")
        return {m.number: m for m in queries.members(session, panel.id, standings)}


def test_a_draw_is_enrolled_once(db: Database, tmp_path: Path, files: Mapping[str, bytes]) -> None:
    report = enrolled(db, tmp_path, files)
    assert (report.is_new, report.members, report.without_contact) == (True, 8, 0)
    assert report.reserves == 16
    members = standing(db, Standing.SELECTED)
    assert {member.sex for member in members.values()} == {"F", "M"}
    assert {round(member.chance or 0, 2) for member in members.values()} == {0.33}
    with db.reading() as session:
        (first, *_) = members.values()
        person = session.get_one(PanelPerson, first.person_id)
        number = int(first.number[1:])
        assert person.contact == f"citizen{number}@people.example"
        assert person.name == f"시민{number}"
        told = str([e.data for e in ledger.history(session, "panel", report.panel_id)])
    assert "example" not in told
    assert "시민" not in told
    assert not enrolled(db, tmp_path, files).is_new
    assert len(standing(db, *Standing)) == 24


def test_what_was_not_drawn_so_is_not_enrolled(
    db: Database, tmp_path: Path, files: Mapping[str, bytes]
) -> None:
    other = files[DRAW].replace(b'"p00"', b'"p99"')
    assert other != files[DRAW]
    with pytest.raises(DrawNotVerified):
        enrolled(db, tmp_path, {**files, DRAW: other})
    with db.reading() as session:
        assert queries.panels(session) == []


def test_contacts_to_correct_are_named_by_line_and_never_repeated(
    db: Database, tmp_path: Path, files: Mapping[str, bytes]
) -> None:
    wrong = people(
        3,
        unknown="p77,a@b.example,",
        twice="p01,other@people.example,",
        same="p05,citizen1@people.example,",
        bad="p06,no address,",
    )
    with pytest.raises(PeopleInvalid) as told:
        enrolled(db, tmp_path, files, wrong)
    assert [f"{line}번째 줄" in told.value.message_ko for line in (5, 6, 7, 8)] == [True] * 4
    assert "no address" not in str(told.value)


def test_members_without_a_contact_are_counted(
    db: Database, tmp_path: Path, files: Mapping[str, bytes]
) -> None:
    report = enrolled(db, tmp_path, files, b"id,contact\np00,a@people.example\n")
    drawn = set(standing(db, Standing.SELECTED))
    assert report.without_contact == len(drawn - {"p00"})


def test_a_code_is_taken_once(db: Database, tmp_path: Path, files: Mapping[str, bytes]) -> None:
    listed = enrol_list(db, "panel-1", TITLE, people(5), now=NOW)
    assert (listed.members, listed.reserves) == (5, 0)
    with pytest.raises(PanelTaken):
        enrolled(db, tmp_path, files)
    with pytest.raises(PanelTaken):
        enrol_list(db, "panel-1", TITLE, people(6), now=NOW)


@pytest.mark.parametrize("column", ["province", "sido"])
def test_the_categories_of_a_list_are_kept(sqlite_db: Database, column: str) -> None:
    rows = f"id,contact,sex,age_group,{column}\na1,a@b.example,F,30-39,제주특별자치도\na2,c@d.example,,,\n"
    enrol_list(sqlite_db, "panel-1", TITLE, rows.encode(), now=NOW)
    first, second = standing(sqlite_db, Standing.CANDIDATE).values()
    assert (first.sex, first.age_group, first.province) == ("F", "30-39", "제주특별자치도")
    assert (second.sex, second.province) == (None, None)


def test_a_category_that_no_resident_has_is_refused_with_those_that_there_are(
    sqlite_db: Database,
) -> None:
    rows = "id,contact,sex,age_group,sido\na1,a@b.example,여,30-39,서울특별시\na2,c@d.example,F,30대,서울\n"
    with pytest.raises(PeopleInvalid) as refused:
        enrol_list(sqlite_db, "panel-1", TITLE, rows.encode(), now=NOW)
    said = refused.value.message_ko
    assert "2번째 줄: sex 값이 다릅니다. 다음 가운데 하나를 적거나 비워 두십시오: F, M" in said
    assert "3번째 줄: age_group" in said
    assert "3번째 줄: province" in said
    assert refused.value.params["count"] == 3


def test_a_person_of_two_panels_is_one_person(db: Database) -> None:
    enrol_list(db, "forum-1", TITLE, people(3), now=NOW)
    enrol_list(db, "forum-2", TITLE, people(4), now=NOW)
    with db.reading() as session:
        assert (
            len(queries.people(session, {f"citizen{n}@people.example": None for n in range(4)}))
            == 4
        )
        assert session.query(PanelPerson).count() == 4


def test_whoever_drops_out_is_followed_by_a_reserve_of_the_same_kind(
    db: Database, tmp_path: Path, files: Mapping[str, bytes]
) -> None:
    enrolled(db, tmp_path, files)
    store = LocalStore(tmp_path, ending="")
    gone, *_ = standing(db, Standing.SELECTED).values()
    (done,) = drop_out(db, "panel-1", [gone.number], store=store, now=NOW).replacements
    assert done.differs == ()
    after = standing(db, Standing.SELECTED)
    assert len(after) == 8
    follower = after[done.by or ""]
    assert (follower.sex, follower.instead_of_id) == (gone.sex, gone.id)
    assert standing(db, Standing.LEFT)[gone.number].left_at == NOW
    with pytest.raises(NotAMember) as told:
        drop_out(db, "panel-1", [gone.number], store=store, now=NOW)
    assert gone.number in str(told.value)


def test_a_reserve_whom_nobody_can_reach_follows_nobody(
    db: Database, tmp_path: Path, files: Mapping[str, bytes]
) -> None:
    enrolled(db, tmp_path, files)
    gone, *_ = standing(db, Standing.SELECTED).values()
    first, second, *_ = sorted(
        (each for each in standing(db, Standing.RESERVE).values() if each.sex == gone.sex),
        key=lambda each: each.reserve or 0,
    )
    with db.transaction() as session:
        session.get_one(PanelMember, first.id).person_id = None
    store = LocalStore(tmp_path, ending="")
    (done,) = drop_out(db, "panel-1", [gone.number], store=store, now=NOW).replacements
    assert done.by == second.number
