"""A colleague of the very same mail domain gets a link of his own, for one document; nobody else does."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from gongmun import ledger
from gongmun.access import links
from gongmun.access.models import AccessLink, Audience
from gongmun.access.sessions import Officer
from gongmun.answers.delegating import (
    LIMIT,
    DelegateRefused,
    DelegatesExhausted,
    DelegationImpossible,
    delegate,
)
from gongmun.db import Database
from gongmun.errors import NotFound
from gongmun.settings import settings
from tests.world import World, at

TODAY = date(2026, 10, 20)
KOREAN = "kim@xn--989a481dmod.xn--3e0b707e"


@pytest.fixture
def small(sqlite_db: Database, tmp_path: Path, now: datetime) -> World:
    """A world on SQLite: where the kind of database does not matter."""
    return World(db=sqlite_db, folder=tmp_path, now=now)


def officer(world: World, *topics: str, address: str = "hong@mods.go.kr") -> Officer:
    """An officer with a session for the document of the first referral."""
    referral = world.referral(world.dispatched(*topics or ("statistics",))[0])
    assert referral.document_id is not None
    return Officer(
        session_id=1,
        organisation_id=referral.organisation_id,
        document_ids=(referral.document_id,),
        address=address,
    )


def name(world: World, by: Officer, address: str, *, document_id: int | None = None) -> AccessLink:
    return delegate(
        world.db,
        officer=by,
        document_id=document_id or by.document_ids[0],
        address=address,
        now=at(TODAY, 11),
    )


def test_a_colleague_gets_a_mail_with_a_link_for_this_document_only(small: World) -> None:
    by = officer(small)
    link = name(small, by, "kim@mods.go.kr")
    assert (link.audience, link.organisation_id) == (Audience.DELEGATE, by.organisation_id)
    assert (link.document_ids, link.address) == (list(by.document_ids), "kim@mods.go.kr")
    small.dispatch(at(TODAY, 12))
    (mail,) = (mail for to, mail in small.sent() if to == "kim@mods.go.kr")
    body = mail.get_body(("plain",))
    assert body is not None
    url = next(line.strip() for line in body.get_content().split("\n") if "/a/" in line)
    token = url.rpartition("/")[2]
    with small.db.reading() as session:
        assert links.by_token(session, token, at(TODAY, 13)).id == link.id
        (told,) = (
            event.data
            for event in ledger.history(session, "document", by.document_ids[0])
            if event.kind == "document.delegated"
        )
    assert "kim" not in str(told)
    assert "hong" not in body.get_content()


@pytest.mark.parametrize(
    "address",
    [
        "kim@evil.example",
        "kim@sub.mods.go.kr",
        "kim@go.kr",
        "kim@mods.go.kr.evil.example",
        "kim@evilmods.go.kr",
        "kim@mods.go.kr@evil.example",
        "kim@evil.example@mods.go.kr",
        "kim@mоds.go.kr",  # a Cyrillic o
        "kim@mods.go.kr\r\nBcc: x@evil.example",
        "kim@mods.go.kr, x@evil.example",
        "김@mods.go.kr",
        "<kim@mods.go.kr>",
        "@mods.go.kr",
        "kim@",
        "mods.go.kr",
        "",
        "kim@" + "가" * 300 + ".kr",
        "HONG@MODS.GO.KR",  # the officer himself
    ],
)
def test_nobody_else_can_be_named(small: World, address: str) -> None:
    by = officer(small)
    sent = len(small.mailer.sent)
    with pytest.raises(DelegateRefused) as caught:
        name(small, by, address)
    assert "evil" not in str(caught.value)
    small.dispatch(at(TODAY, 12))
    assert len(small.mailer.sent) == sent


@pytest.mark.parametrize(
    ("own", "named", "written"),
    [
        ("hong@MODS.go.kr", "Kim@mods.GO.KR", "Kim@mods.go.kr"),
        ("hong@xn--989a481dmod.xn--3e0b707e", "kim@통계청.한국", KOREAN),
        ("hong@통계청.한국", "kim@통계청.한국", KOREAN),
        ("hong@통계청.한국", KOREAN, KOREAN),
        ("hong@korea.kr", "kim@korea.kr", "kim@korea.kr"),
    ],
)
def test_case_and_writing_of_a_domain_do_not_matter(
    small: World, own: str, named: str, written: str
) -> None:
    assert name(small, officer(small, address=own), f" {named} ").address == written


@pytest.mark.parametrize("address", ["hong@naver.com", "hong@GMAIL.com", "hong@hanmail.net", ""])
def test_a_public_mailbox_is_no_ministry(small: World, address: str) -> None:
    by = officer(small, address=address)
    with pytest.raises(DelegationImpossible):
        name(small, by, "kim@" + address.rpartition("@")[2])


def test_only_of_a_document_that_the_officer_may_see(small: World) -> None:
    by = officer(small, "statistics", "housing")
    with pytest.raises(NotFound):
        name(small, by, "kim@mods.go.kr", document_id=by.document_ids[0] + 1)
    with pytest.raises(NotFound):
        name(small, by, "kim@mods.go.kr", document_id=999)


def test_the_number_is_limited_and_a_revoked_one_makes_room(small: World) -> None:
    by = officer(small)
    first = name(small, by, "kim0@mods.go.kr")
    with pytest.raises(DelegatesExhausted):
        name(small, by, "KIM0@mods.go.kr")
    for number in range(1, LIMIT):
        name(small, by, f"kim{number}@mods.go.kr")
    with pytest.raises(DelegatesExhausted):
        name(small, by, "lee@mods.go.kr")
    assert links.revoke(small.db, first.id, now=at(TODAY, 12))
    again = name(small, by, "kim0@mods.go.kr")
    assert again.id != first.id
    small.dispatch(at(TODAY, 13))
    # The link that was revoked before its mail left goes to nobody.
    assert [to for to, _ in small.sent()].count("kim0@mods.go.kr") == 1


def test_one_that_has_expired_makes_room(small: World) -> None:
    by = officer(small)
    for number in range(LIMIT):
        name(small, by, f"kim{number}@mods.go.kr")
    later = at(TODAY) + timedelta(days=settings().portal.link_days + 1)
    assert delegate(
        small.db,
        officer=by,
        document_id=by.document_ids[0],
        address="kim0@mods.go.kr",
        now=later,
    ).address


def test_the_limit_holds_for_several_at_once(world: World) -> None:
    by = officer(world)

    def attempt(number: int) -> bool:
        try:
            name(world, by, f"kim{number}@mods.go.kr")
        except DelegatesExhausted:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(LIMIT + 4))) == LIMIT


def test_without_a_portal_there_is_no_link_to_give(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = officer(small)
    monkeypatch.delenv("GONGMUN_PUBLIC_URL")
    settings.cache_clear()
    try:
        with pytest.raises(DelegationImpossible):
            name(small, by, "kim@mods.go.kr")
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_the_registered_contact_is_told_once_of_each_delegation(small: World) -> None:
    by = officer(small)
    for address in ("kim@mods.go.kr", "lee@mods.go.kr"):
        name(small, by, address)
    with pytest.raises(DelegatesExhausted):
        name(small, by, "lee@mods.go.kr")
    small.dispatch(at(TODAY, 12))
    told = [
        mail.get_body(("plain",))
        for to, mail in small.sent()
        if to == "forum@mods.example" and "위임" in mail["Subject"]
    ]
    texts = [body.get_content() for body in told if body is not None]
    assert ["k***@mods.go.kr" in text for text in texts] == [True, False]
    assert ["l***@mods.go.kr" in text for text in texts] == [False, True]
    assert not [text for text in texts if "kim" in text or "lee" in text or "/a/" in text]
