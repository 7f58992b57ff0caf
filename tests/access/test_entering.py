"""From the mail to the session: the whole way, and each way round it."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.access import entering, links, looking, sessions, tokens
from gongmun.access.doors import masked
from gongmun.access.entering import TRIES, CodeWrong, EntryMissing, NoContact
from gongmun.access.links import LinkUnknown
from gongmun.access.models import Attempt, LoginCode, OfficerSession
from gongmun.db import Base
from gongmun.documents import queries as document_queries
from gongmun.errors import NotFound
from gongmun.ledger import LedgerEvent
from gongmun.mail import Dispatch, OutgoingMessage, enqueue
from gongmun.mail.message import BLANK
from gongmun.organisations import ContactRole, retire_contact, set_contact
from gongmun.settings import settings
from tests.access.entered import (
    IP,
    PORTAL,
    Visit,
    code_in,
    documents,
    other_than,
    text_of,
    token_in,
    visits,
)
from tests.access.entered import links as links_of
from tests.world import World

CODE_TIME = timedelta(minutes=10)


def test_a_link_leads_to_a_code_and_the_code_to_a_session(world: World) -> None:
    (visit,) = visits(world, "statistics")
    (document,) = documents(world)
    asked = visit.ask()
    assert asked.masked == "f***@mods.example"
    assert asked.expires_at == world.now + CODE_TIME
    world.dispatch()
    recipient, mail = world.sent()[-1]
    assert recipient == "forum@mods.example"
    assert document.number
    assert document.number in str(mail["subject"])
    officer = visit.officer(visit.enter(code_in(text_of(world))))
    assert officer is not None
    assert officer.document_ids == (document.id,)
    assert officer.address == "forum@mods.example"
    assert officer.may_see(document.id)
    assert not officer.may_see(document.id + 1)
    with world.db.reading() as session:
        assert ledger.verify(session) > 0


def test_a_document_in_print_leads_to_the_same_mailbox(here: World) -> None:
    visits(here, "statistics")
    (document,) = documents(here)
    assert document.check_code
    # As it was typed from paper.
    visit = Visit(
        world=here, check_code=f" {document.check_code.upper()[:5]}-{document.check_code[5:]} "
    )
    officer = visit.officer(visit.enter(visit.code()))
    assert here.sent()[-1][0] == "forum@mods.example"
    assert officer is not None
    assert officer.document_ids == (document.id,)


def test_looking_changes_nothing(here: World) -> None:
    """Mail scanners open links, as often as they like."""
    (visit,) = visits(here, "statistics")
    (document,) = documents(here)
    before = _everything(here)
    for _ in range(100):
        looking.look(here.db, token=visit.token, ip=IP, now=here.now)
        looking.look(here.db, check_code=document.check_code, ip=IP, now=here.now)
    assert _everything(here) == before


def test_neither_token_nor_code_is_kept_anywhere(here: World) -> None:
    (visit,) = visits(here, "statistics")
    code = visit.code()
    secret = visit.enter(code)
    kept = _everything(here)
    assert visit.token
    for never in (visit.token, secret, visit.browser):
        assert never not in kept
    with here.db.reading() as session:
        bodies = session.scalars(select(Dispatch.body)).all()
    assert not any(code in body for body in bodies)


def test_a_ministry_sees_its_own_documents_only(here: World) -> None:
    one, other = visits(here, "statistics", "customs")
    first = one.officer(one.enter(one.code()))
    second = other.officer(other.enter(other.code()))
    assert first is not None
    assert second is not None
    assert first.organisation_id != second.organisation_id
    assert not set(first.document_ids) & set(second.document_ids)


# A code


def test_a_code_opens_one_session(here: World) -> None:
    (visit,) = visits(here, "statistics")
    code = visit.code()
    visit.enter(code)
    with pytest.raises(CodeWrong):
        visit.enter(code)


def test_a_code_is_of_no_use_in_another_browser(here: World) -> None:
    (victim,) = visits(here, "statistics")
    code = victim.code()
    thief = Visit(world=here, token=victim.token)
    thief.browser = "guessed"
    with pytest.raises(EntryMissing):
        thief.enter(code)
    # One who has the link too, and so asked for a code himself: that of the other is not his.
    his = thief.code()
    assert his != code or pytest.skip("one in a million")
    with pytest.raises(CodeWrong):
        thief.enter(code)
    victim.enter(code)


def test_a_code_expires(here: World) -> None:
    (visit,) = visits(here, "statistics")
    code = visit.code()
    with pytest.raises(CodeWrong):
        visit.enter(code, here.now + CODE_TIME)
    visit.enter(code, here.now + CODE_TIME - timedelta(seconds=1))


def test_a_code_is_not_guessed(here: World) -> None:
    (visit,) = visits(here, "statistics")
    code = visit.code()
    for _ in range(TRIES):
        with pytest.raises(CodeWrong):
            assert entering.asked(here.db, browser=visit.browser, now=here.now) is not None
            visit.enter(other_than(code))
    # No field is shown any more where nothing that is typed could be right.
    assert entering.asked(here.db, browser=visit.browser, now=here.now) is None
    with pytest.raises(CodeWrong):
        visit.enter(code)
    with here.db.reading() as session:
        kinds = session.scalars(select(LedgerEvent.kind)).all()
    assert kinds.count("access.code_exhausted") == 1


def test_before_its_mail_left_nobody_has_a_code(here: World) -> None:
    (visit,) = visits(here, "statistics")
    visit.ask()
    for guess in ("", "000000", "None"):
        with pytest.raises(CodeWrong):
            visit.enter(guess)


@pytest.mark.parametrize("typed", ["{0} {1}", "{0}-{1}", " {0}{1}\n", "wide"])
def test_a_code_is_read_as_people_type_it(here: World, typed: str) -> None:
    (visit,) = visits(here, "statistics")
    code = visit.code()
    wide = code.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
    visit.enter(wide if typed == "wide" else typed.format(code[:3], code[3:]))


@pytest.mark.parametrize("typed", ["", "\0", "1" * 100_000, "１" * 5, "'; DROP TABLE", "\ud800"])
def test_anything_else_is_a_wrong_code(here: World, typed: str) -> None:
    (visit,) = visits(here, "statistics")
    visit.code()
    with pytest.raises(CodeWrong):
        visit.enter(typed)


def test_a_mail_that_leaves_again_makes_the_code_before_void(here: World) -> None:
    (visit,) = visits(here, "statistics")
    first = visit.code()
    with here.db.transaction() as session:
        mail = session.scalars(select(Dispatch).order_by(Dispatch.id.desc())).first()
        assert mail is not None
        second = links.fill(session, mail)
    assert second is not None
    if first != second:
        with pytest.raises(CodeWrong):
            visit.enter(first)
    visit.enter(second)


# A link


@pytest.mark.parametrize("token", ["", "x", "\0", "한글", "../../etc/passwd", "a" * 5000, "\ud800"])
def test_an_unknown_token_is_unknown(here: World, token: str) -> None:
    with pytest.raises(LinkUnknown):
        looking.look(here.db, token=token, ip=IP, now=here.now)


def test_a_link_expires(here: World) -> None:
    (visit,) = visits(here, "statistics")
    code = visit.code()
    late = here.now + timedelta(days=180)
    with pytest.raises(LinkUnknown):
        Visit(world=here, token=visit.token).ask(late)
    with here.db.transaction() as session:
        session.execute(update(LoginCode).values(expires_at=late + CODE_TIME))
    with pytest.raises(CodeWrong):
        visit.enter(code, late)


def test_a_revoked_link_opens_nothing_and_ends_what_it_opened(here: World) -> None:
    one, other = visits(here, "statistics", "customs")
    secret, others = one.enter(one.code()), other.enter(other.code())
    waiting = Visit(world=here, token=one.token)
    code = waiting.code()
    with here.db.reading() as session:
        link = links.by_token(session, one.token or "", here.now)
    assert links.revoke(here.db, link.id, now=here.now)
    assert not links.revoke(here.db, link.id, now=here.now)
    assert one.officer(secret) is None
    assert other.officer(others) is not None
    with pytest.raises(CodeWrong):
        waiting.enter(code)
    with pytest.raises(LinkUnknown):
        one.ask()
    # Its mail may have to leave once more, and has nothing to say then.
    with here.db.transaction() as session:
        mail = session.get_one(Dispatch, link.dispatch_id)
        assert links.fill(session, mail) is None


def test_a_link_is_for_those_it_was_given_to(here: World) -> None:
    """A proposer's is no officer's, and the other way round."""
    (visit,) = visits(here, "statistics")
    with pytest.raises(LinkUnknown):
        looking.proposer(here.db, visit.token or "", ip=IP, now=here.now)
    suggestion_id = here.suggest(here.forum("OCF-2"), "customs")
    with here.db.transaction() as session:
        mail = _mail(session, here)
        assert links.grant_proposer(
            session, suggestion_id=suggestion_id, dispatch=mail, now=here.now
        )
        url = links.fill(session, mail)
    assert url is not None
    token = token_in(url)
    assert url == f"{PORTAL}/p/{token}"
    proposer = looking.proposer(here.db, token, ip=IP, now=here.now)
    assert proposer.suggestion_id == suggestion_id
    with pytest.raises(LinkUnknown):
        looking.look(here.db, token=token, ip=IP, now=here.now)
    with pytest.raises(LinkUnknown):
        Visit(world=here, token=token).ask()


def test_a_delegate_gets_the_code_himself(here: World) -> None:
    visits(here, "statistics")
    (document,) = documents(here)
    with here.db.transaction() as session:
        mail = _mail(session, here)
        organisation_id = links_of(here)[0].organisation_id
        assert organisation_id is not None
        links.grant_delegate(
            session,
            organisation_id=organisation_id,
            document_ids=[document.id],
            address="kim@mods.example",
            dispatch=mail,
            now=here.now,
        )
        url = links.fill(session, mail)
    visit = Visit(world=here, token=token_in(url or ""))
    officer = visit.officer(visit.enter(visit.code()))
    assert here.sent()[-1][0] == "kim@mods.example"
    assert officer is not None
    assert officer.address == "kim@mods.example"
    assert officer.document_ids == (document.id,)


def test_a_mail_is_granted_one_link(here: World) -> None:
    visits(here, "statistics")
    (document,) = documents(here)
    with here.db.transaction() as session:
        mail = session.scalars(select(Dispatch)).one()
        again = links.grant_ministry(
            session, organisation_id=1, document_ids=[document.id], dispatch=mail, now=here.now
        )
    assert again is not None
    assert again.id == links_of(here)[0].id
    assert len(links_of(here)) == 1


def test_what_is_sent_in_place_of_a_mail_that_came_back_has_its_link(here: World) -> None:
    (visit,) = visits(here, "statistics")
    with here.db.transaction() as session:
        mail = _mail(session, here)
        mail.instead_of_id = links_of(here)[0].dispatch_id
        url = links.fill(session, mail)
    visit_again = Visit(world=here, token=token_in(url or ""))
    visit_again.enter(visit_again.code())
    with pytest.raises(LinkUnknown):
        visit.ask()


def test_without_a_portal_nothing_is_granted(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GONGMUN_PUBLIC_URL")
    settings.cache_clear()
    try:
        here.dispatched("statistics")
        assert "http" not in text_of(here)
        assert links_of(here) == []
        assert links.blank() is None
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_a_document_that_nobody_answers_has_no_door(here: World) -> None:
    for code in ("0000000000", "", "x" * 3000, "\0"):
        with pytest.raises(NotFound):
            looking.look(here.db, check_code=code, ip=IP, now=here.now)


# The mailbox


def test_the_code_goes_to_whoever_is_registered_now(here: World) -> None:
    """Not to the mailbox that the link was sent to, if it is no longer theirs."""
    (visit,) = visits(here, "statistics")
    set_contact(here.db, "MODS", ContactRole.PRIMARY, "new@mods.example", here.now)
    assert visit.ask().masked == "n***@mods.example"
    here.dispatch()
    assert here.sent()[-1][0] == "new@mods.example"


def test_the_code_follows_a_link_that_went_to_the_backup(here: World) -> None:
    (visit,) = visits(here, "statistics")
    set_contact(here.db, "MODS", ContactRole.BACKUP, "second@mods.example", here.now)
    with here.db.transaction() as session:
        session.execute(update(Dispatch).values(address="second@mods.example"))
    visit.code()
    assert here.sent()[-1][0] == "second@mods.example"


def test_without_a_mailbox_there_is_no_way_in(here: World) -> None:
    (visit,) = visits(here, "statistics")
    for role in ContactRole:
        retire_contact(here.db, "MODS", role, here.now)
    with pytest.raises(NoContact):
        visit.ask()


def test_an_address_is_masked() -> None:
    assert masked("forum@mods.example", is_told=True) == "f***@mods.example"
    assert masked("a@b.example", is_told=True) == "a***@b.example"
    assert masked("a@b.example", is_told=False) == "***"


def test_the_code_of_a_document_that_is_not_open_tells_nobody_whose_it_is(here: World) -> None:
    (by_link,) = visits(here, "statistics")
    (document,) = documents(here)
    with here.db.transaction() as session:
        row = document_queries.by_id(session, document.id)
        row.context = {
            **row.context,
            "letter": {**row.context["letter"], "disclosure": "비공개(6)"},
        }
    door = looking.look(here.db, check_code=document.check_code, ip=IP, now=here.now)
    assert not door.is_told
    by_print = Visit(world=here, check_code=document.check_code)
    assert (door.masked, by_print.ask().masked) == ("***", "***")
    again = entering.asked(here.db, browser=by_print.browser, now=here.now)
    assert again is not None
    assert again.masked == "***"
    # Whoever has the link has the document.
    assert by_link.ask().masked == "f***@mods.example"


# The session


def test_a_session_ends_by_itself(here: World) -> None:
    (visit,) = visits(here, "statistics")
    secret = visit.enter(visit.code())
    assert visit.officer(secret, here.now + timedelta(minutes=59)) is not None
    # A sign of life keeps it for another hour.
    assert visit.officer(secret, here.now + timedelta(minutes=118)) is not None
    assert visit.officer(secret, here.now + timedelta(minutes=178)) is None
    now = here.now
    for _ in range(20):
        now += timedelta(minutes=30)
        alive = visit.officer(secret, now)
    assert alive is None


def test_signs_of_life_do_not_outlast_the_day(here: World) -> None:
    (visit,) = visits(here, "statistics")
    secret = visit.enter(visit.code())
    alive = [
        visit.officer(secret, here.now + timedelta(minutes=30 * step)) is not None
        for step in range(20)
    ]
    assert alive == [True] * 16 + [False] * 4


def test_a_session_is_left(here: World) -> None:
    (visit,) = visits(here, "statistics")
    secret = visit.enter(visit.code())
    sessions.end(here.db, secret, now=here.now)
    sessions.end(here.db, secret, now=here.now)
    sessions.end(here.db, "nobody's", now=here.now)
    assert visit.officer(secret) is None


def test_all_sessions_of_a_ministry_are_ended(here: World) -> None:
    one, other = visits(here, "statistics", "customs")
    secrets = [one.enter(one.code()), one.enter(one.code())]
    others = other.enter(other.code())
    officer = one.officer(secrets[0])
    assert officer is not None
    assert sessions.end_all(here.db, officer.organisation_id, now=here.now) == 2
    assert [one.officer(secret) for secret in secrets] == [None, None]
    assert other.officer(others) is not None


def test_nothing_personal_goes_into_the_ledger(here: World) -> None:
    (visit,) = visits(here, "statistics")
    sessions.end(here.db, visit.enter(visit.code()), now=here.now)
    with here.db.reading() as session:
        data = json.dumps([event.data for event in session.scalars(select(LedgerEvent))])
    for never in ("@", IP, visit.token, visit.browser):
        assert never
        assert never not in data


def test_a_session_is_not_found_by_its_hash(here: World) -> None:
    """What a thief of the database reads opens nothing."""
    (visit,) = visits(here, "statistics")
    secret = visit.enter(visit.code())
    with here.db.reading() as session:
        row = session.scalars(select(OfficerSession)).one()
    assert row.secret_hash == tokens.hash_of(secret)
    assert visit.officer(row.secret_hash) is None


def _mail(session: Session, world: World) -> Dispatch:
    """A mail with nothing in it yet."""
    message = OutgoingMessage(
        key="test",
        intent="test",
        organisation_code="MODS",
        address="somebody@mods.example",
        subject="제목",
        body=BLANK,
    )
    return enqueue(session, message, world.now)


def _everything(world: World) -> str:
    """All rows of all tables, but for the times of attempts."""
    with world.db.reading() as session:
        return "\n".join(
            repr(tuple(row))
            for table in Base.metadata.sorted_tables
            if table is not Attempt.__table__
            for row in session.execute(table.select())
        ) + str(session.scalars(select(Attempt.what)).all())
