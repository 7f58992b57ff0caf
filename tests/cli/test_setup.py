"""`gongmun setup`: what it says of the files that it loads."""

from datetime import date

from gongmun.organisations import RoutingRule, Topic
from tests.cli.conftest import Gongmun
from tests.world import World


def test_routes_to_ministries_that_are_no_more_are_listed(
    gongmun: Gongmun, installation: World
) -> None:
    assert "폐지된 기관" not in gongmun("setup").out
    with installation.db.transaction() as session:
        for code, lead in (("waves", "KCC"), ("money", "MOEF")):
            session.add(Topic(code=code, name_ko=code, name_en=code))
            session.flush()
            session.add(
                RoutingRule(
                    topic=code,
                    lead_code=lead,
                    cooperating_codes=[],
                    remark_ko="",
                    remark_en="",
                    valid_from=date(2024, 1, 1),
                )
            )
    said = gongmun("setup").flat
    assert "waves KCC 승계 기관으로 이어짐: KMCC" in said
    assert "money MOEF 정해지지 않음" in said
