"""Which mails carry a link, and to what."""

from datetime import date

from gongmun.access import looking
from gongmun.documents import queries as document_queries
from gongmun.documents.contexts import Correction
from gongmun.documents.correcting import correct, decide_correction
from gongmun.referrals.escalating import decide_escalation
from tests.access.entered import IP, PORTAL, documents, links, text_of, token_in
from tests.documents.samples import both
from tests.world import World, at


def test_outcome_mails_carry_the_link_of_their_ministry_and_document(here: World) -> None:
    here.dispatched("statistics", "customs")
    by_code = {document.recipient_code: document for document in documents(here)}
    assert len(by_code) == 2
    for index, (_, _) in enumerate(here.sent()):
        text = text_of(here, index)
        door = looking.look(here.db, token=token_in(text), ip=IP, now=here.now)
        document = by_code[door.organisation_code]
        assert door.document_ids == (document.id,)
        assert door.numbers == (document.number,)
        assert document.number
        assert document.number in text
    assert len({link.token_hash for link in links(here)}) == 2


def test_a_reminder_leads_to_the_outcome_documents_of_what_it_lists(here: World) -> None:
    here.dispatched("statistics")
    sent = len(here.sent())
    for day in (15, 16, 20, 21, 22, 23, 26, 27, 28, 29, 30):
        here.chase(date(2026, 10, day))
    (document,) = documents(here)
    reminders = here.sent()[sent:]
    assert len(reminders) > 2
    for index in range(sent, sent + len(reminders)):
        token = token_in(text_of(here, index))
        door = looking.look(here.db, token=token, ip=IP, now=here.now)
        assert door.document_ids == (document.id,)
    # Those of before go on: an officer opens the mail he finds first.
    assert looking.look(here.db, token=token_in(text_of(here, 0)), ip=IP, now=here.now)


def test_an_escalation_gives_the_parent_body_no_access(here: World) -> None:
    here.dispatched("statistics")
    for day in (date(2026, 10, 30), date(2026, 11, 9), date(2026, 11, 18)):
        here.chase(day)
    with here.db.reading() as session:
        (escalation,) = document_queries.drafted_escalations(session)
    before = len(links(here))
    decide_escalation(
        here.db,
        escalation.id,
        decision="approve",
        name="한소통",
        reason="두 차례 독촉에도 회신이 없습니다.",
        now=at(date(2026, 11, 18), 10),
    )
    sent = len(here.sent())
    here.chase(date(2026, 11, 19))
    assert len(here.sent()) == sent + 1
    assert PORTAL not in text_of(here)
    assert len(links(here)) == before


def test_a_correction_leads_to_what_it_corrects(here: World) -> None:
    here.dispatched("statistics")
    (document,) = documents(here)
    change = Correction(place=both("제2항"), stood="10월 30일", reads="11월 2일")
    with here.db.transaction() as session:
        original = document_queries.by_id(session, document.id)
        correction = correct(
            session, original, corrections=(change,), reason=both("기한의 오기"), now=here.now
        )
    decide_correction(
        here.db,
        correction.id,
        decision="approve",
        name="한소통",
        reason="확인하였습니다.",
        now=here.now,
    )
    here.issue()
    here.dispatch()
    door = looking.look(here.db, token=token_in(text_of(here)), ip=IP, now=here.now)
    assert door.document_ids == (document.id,)
    # In print as well: whoever has only the correction answers what it corrects.
    with here.db.reading() as session:
        code = document_queries.by_id(session, correction.id).check_code
    assert looking.look(here.db, check_code=code, ip=IP, now=here.now).document_ids == (
        document.id,
    )
