"""What was mailed is told by organisation and intent, without an address."""

from sqlalchemy import select

from gongmun.mail import Dispatch, summary
from gongmun.mail.intents import INTENTS
from gongmun.settings import PROJECT_ROOT
from tests.world import World


def test_every_kind_of_mail_has_a_name() -> None:
    assert set(INTENTS) == {path.name for path in (PROJECT_ROOT / "templates" / "mail").iterdir()}


def test_mails_are_grouped_by_whom_they_go_to_and_why(world: World) -> None:
    world.dispatched("statistics", "public_transport")
    with world.db.reading() as session:
        ids = session.scalars(select(Dispatch.id)).all()
        found = summary.of(session, ids)
        assert {(each.organisation_code, each.intent, len(each.ids)) for each in found} == {
            ("MODS", "outcome", 1),
            ("MOLIT", "outcome", 1),
        }
        assert sorted(dispatch_id for each in found for dispatch_id in each.ids) == sorted(ids)
        assert summary.of(session, []) == []
