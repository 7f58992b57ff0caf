"""What a person is told about mail: proof, delay, bounce, and what the reconciliation finds."""

from datetime import timedelta

from sqlalchemy import select, update

from gongmun.mail import Dispatch, OutgoingMessage, enqueue
from gongmun.mail.life import Status
from gongmun.mail.models import Proof
from gongmun.mail.recipients import RESPONDENT
from tests.cli.conftest import Gongmun
from tests.world import World

ME = ("--name", "한소통", "--reason", "새 연락처를 확인하였습니다.")


def _dispatch(installation: World, **values: object) -> int:
    message = OutgoingMessage(
        key="one",
        intent="chase",
        organisation_code="MOLIT",
        address="office@molit.example",
        subject="회신 요청",
        body="본문",
    )
    with installation.db.transaction() as session:
        dispatch_id = enqueue(session, message, installation.now).id
        session.execute(update(Dispatch).where(Dispatch.id == dispatch_id).values(**values))
    return dispatch_id


def test_a_proved_mail_shows_its_proof(installation: World, gongmun: Gongmun) -> None:
    now = installation.now
    dispatch_id = _dispatch(
        installation,
        status=Status.DELIVERED,
        accepted_at=now,
        delivered_at=now + timedelta(minutes=2),
        delayed_at=now + timedelta(minutes=1),
        proof=Proof.RELAY_LOG,
    )
    shown = gongmun("mail", "show", str(dispatch_id))
    assert shown.code == 0
    for told in ("도달", "중계 서버 기록", "2026-10-12 09:32", "2026-10-12 09:31"):
        assert told in shown.flat
    assert "회신 요청" not in gongmun("mail", "list").out
    assert "중계 서버 기록" in gongmun("mail", "list", "--all").flat


def test_a_bounce_shows_where_it_went_and_how_to_send_it_again(
    installation: World, gongmun: Gongmun
) -> None:
    now = installation.now
    dispatch_id = _dispatch(installation, status=Status.BOUNCED, bounced_at=now, last_error="5.1.1")
    assert "반송" in gongmun("mail", "list").flat
    shown = gongmun("mail", "show", str(dispatch_id)).flat
    assert "5.1.1" in shown
    assert f"gongmun mail release {dispatch_id}" in shown
    found = gongmun("reconcile", "--as-of", "2026-10-12T10:00")
    assert found.code == 1
    assert f"gongmun mail show {dispatch_id}" in found.flat
    assert "office@" not in found.out
    assert gongmun("mail", "release", str(dispatch_id), "--to", "new@molit.example", *ME).code == 0
    with installation.db.reading() as session:
        assert session.scalars(select(Dispatch.status)).one() is Status.QUEUED
    fine = gongmun("reconcile", "--as-of", "2026-10-12T10:00")
    assert (fine.code, "빠진 것이 없습니다" in fine.out) == (0, True)


def test_a_mail_to_a_person_says_what_he_is(installation: World, gongmun: Gongmun) -> None:
    _dispatch(installation, organisation_code=RESPONDENT, status=Status.UNCERTAIN)
    for command in (("mail", "list"), ("waiting", "--as-of", "2026-10-12T10:00")):
        listed = gongmun(*command).flat
        assert "응답자" in listed
        assert "respondent" in listed
        assert RESPONDENT not in listed
