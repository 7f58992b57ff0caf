"""What was mailed is told by organisation and intent, without an address."""

from datetime import timedelta

from gongmun.mail import summary
from gongmun.mail.intents import INTENTS
from gongmun.settings import PROJECT_ROOT
from tests.world import World


def test_every_kind_of_mail_has_a_name() -> None:
    assert set(INTENTS) == {path.name for path in (PROJECT_ROOT / "templates" / "mail").iterdir()}


def test_mails_are_grouped_by_whom_they_go_to_and_why(world: World) -> None:
    world.dispatched("statistics", "public_transport")
    with world.db.reading() as session:
        since = summary.accepted_since(session, world.now)
        ids = [dispatch_id for each in since for dispatch_id in each.ids]
        assert {(each.organisation_code, each.intent, len(each.ids)) for each in since} == {
            ("MODS", "outcome", 1),
            ("MOLIT", "outcome", 1),
        }
        assert summary.of(session, ids) == since
        assert summary.of(session, []) == []
        assert summary.accepted_since(session, world.now + timedelta(seconds=1)) == []
