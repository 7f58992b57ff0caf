"""The way of a coordinator, from an empty folder to an answered referral."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from gongmun import wiring
from gongmun.documents import EscalationContext
from gongmun.documents import queries as document_queries
from gongmun.documents.contexts import from_json
from gongmun.forums import queries as forum_queries
from gongmun.mail import Dispatch
from gongmun.mail import queries as mail_queries
from gongmun.organisations import ContactRole, contact, organisation
from gongmun.settings import PROJECT_ROOT
from tests.cli.conftest import Ended, Gongmun
from tests.conftest import NOW
from tests.world import World

pytestmark = pytest.mark.long

SAMPLE = PROJECT_ROOT / "samples" / "citizen_questions"
FORUM = "OCF-2026-09"
DAY = "2026-10-12T09:30"
ME = ("--name", "한소통", "--reason", "소관과 내용을 확인하였습니다.")
SUGGESTIONS = """\
접수번호,제목,내용,분야,접수경로,접수일시,선정여부
1,버스 정류장에 [bold]그늘막[/bold]을,햇볕이 너무 뜨겁습니다.,대중교통,누리집,2026-09-12,선정
2,본인확인을 쉽게,휴대전화가 없으면 못 합니다.,기타,누리집,2026-09-13,선정
3,급식을 맛있게,방학에도 주세요.,교육,현장,2026-09-14,
"""


def accomplished(ended: Ended) -> str:
    assert ended.code == 0, ended
    assert ended.err == ""
    return ended.flat


def shows(ended: Ended, *words: str) -> bool:
    """Whether all `words` stand in a table that was printed, in whatever cell."""
    said = accomplished(ended)
    return all(word in said for word in words)


def test_from_an_empty_folder_to_an_answered_referral(
    gongmun: Gongmun, var: Path, tmp_path: Path
) -> None:
    assert "데이터베이스를 준비했습니다" in accomplished(gongmun("setup"))
    assert "0건을 적재했습니다" in accomplished(gongmun("setup"))
    installation = World(db=wiring.database(), folder=var, now=NOW)

    # A forum and its suggestions.
    assert FORUM in accomplished(gongmun("forum", "add", SAMPLE / "forum.toml"))
    file = tmp_path / "제안.csv"
    file.write_text(SUGGESTIONS, encoding="utf-8")
    said = accomplished(
        gongmun("suggestion", "import", FORUM, file, "--mapping", SAMPLE / "mapping.toml")
    )
    assert "3행 가운데 새로 접수 3건" in said
    assert "Of 3 rows 3 went in" in said
    assert "분야를 알 수 없어" in said  # the second one has no topic that is known

    # One is selected by hand, thought better of, and one has no ministry yet.
    accomplished(gongmun("suggestion", "select", 3))
    assert "급식을 맛있게" in accomplished(gongmun("suggestion", "list", FORUM))
    accomplished(gongmun("suggestion", "deselect", 3))
    listed = accomplished(gongmun("suggestion", "list", FORUM))
    assert "급식을 맛있게" not in listed
    assert "[bold]그늘막[/bold]을" in listed
    assert "?" in listed
    waiting = accomplished(gongmun("waiting", "--as-of", DAY))
    assert "소관 미지정" in waiting
    assert "no responsible ministry" in waiting
    routed = gongmun("suggestion", "route", 2, "--lead", "MSIT", "--cooperating", "PIPC", *ME)
    assert "다음 결과 정리에 반영됩니다" in accomplished(routed)

    # The wrap-up is Prefect's; what it calls is called here.
    with installation.db.reading() as session:
        forum_id = forum_queries.required_forum(session, FORUM).id
    outcome_id = installation.wrap_up(forum_id).outcome_id
    assert "결재 대기" in accomplished(gongmun("waiting", "--as-of", DAY))
    assert shows(gongmun("outcome", "list"), "결재 대기", "drafted")
    shown = accomplished(gongmun("outcome", "show", outcome_id))
    assert "1차(결재 대기)" in shown
    assert {"MOLIT", "MSIT", "PIPC"} <= set(shown.split())
    assert "[bold]그늘막[/bold]을" in shown

    # A ministry without a mailbox, nor a backup: its mail is held and nothing is lost.
    for role in ((), ("--backup",)):
        assert "보내지 않습니다" in accomplished(gongmun("contact", "retire", "PIPC", *role))
    approved = accomplished(gongmun("outcome", "approve", outcome_id, *ME, "--as-of", DAY))
    assert "승인했습니다. 다음 시행 점검에서 처리됩니다." in approved
    issued = accomplished(gongmun("outcome", "issue", "--as-of", DAY))
    assert "공문 3건을 시행하고" in issued
    assert "3 documents issued, 3 mails queued, 0 failed" in issued
    assert "3 issued without a signature" in issued
    assert shows(gongmun("forum", "list"), "시행", "issued")
    assert "0건을 시행하고" in accomplished(gongmun("outcome", "issue", "--as-of", DAY))

    held = next(d for d in _dispatches() if d.organisation_code == "PIPC")
    assert shows(gongmun("mail", "list"), "보류", "held", "PIPC")
    shown = accomplished(gongmun("mail", "show", held.id))
    assert "연락처 없음 / no mailbox" in shown
    assert f"gongmun mail release {held.id}" in shown
    address = "forum@pipc.example"
    accomplished(gongmun("contact", "set", "PIPC", address))
    accomplished(gongmun("mail", "release", held.id, "--to", address, *ME, "--as-of", DAY))
    installation.dispatch()
    assert address in [recipient for recipient, _ in installation.sent()]
    assert shows(gongmun("mail", "list", "--all"), "발송", "accepted")

    # The ministry acknowledges and answers.
    listed = gongmun("referral", "list", "--ministry", "MOLIT")
    assert shows(listed, "발송", "dispatched", "MOLIT")
    assert "MSIT" not in listed.out
    with installation.db.reading() as session:
        documents = forum_queries.documents_of(session, 1)
        number = next(d.number for d in documents if d.recipient_code == "MOLIT")
    acknowledged = gongmun(
        "referral", "acknowledge", number, "--registration", "교통-77", "--as-of", "2026-10-13"
    )
    assert "1건의 접수를 기록했습니다" in accomplished(acknowledged)
    referral_id = next(r.id for r in installation.referrals(1) if installation.code(r) == "MOLIT")
    shown = accomplished(gongmun("referral", "show", referral_id))
    assert "[bold]그늘막[/bold]을" in shown
    assert "acknowledged" in shown
    accomplished(
        gongmun(
            *("referral", "respond", referral_id, "--decision", "partially_accepted"),
            *("--reason", "시범 사업으로\n먼저 시행합니다.", "--promised", "2026-12-31"),
            *("--as-of", "2026-10-15T10:00+09:00"),
        )
    )
    shown = accomplished(gongmun("referral", "show", referral_id))
    assert "일부수용 partially accepted (2026-12-31)" in shown
    assert "answered" in shown
    open_ones = accomplished(gongmun("referral", "list"))
    assert "MOLIT" not in open_ones
    assert shows(gongmun("referral", "list", "--all"), "회신", "answered", "MOLIT")

    # Whatever was done stands in the ledger.
    assert "모두 이어져 있습니다" in accomplished(gongmun("verify-ledger"))


def test_the_sample_comes_in_and_only_once(gongmun: Gongmun, installation: World) -> None:
    accomplished(gongmun("forum", "add", SAMPLE / "forum.toml"))
    command = ("suggestion", "import", FORUM, SAMPLE / "suggestions.csv")
    mapping = ("--mapping", SAMPLE / "mapping.toml")
    assert "40행 가운데 새로 접수 40건" in accomplished(gongmun(*command, *mapping))
    assert "새로 접수 0건, 이미 접수됨 40건" in accomplished(gongmun(*command, *mapping))


def test_an_outcome_is_sent_back(gongmun: Gongmun, installation: World) -> None:
    forum_id = installation.forum()
    installation.suggest(forum_id, "statistics")
    outcome_id = installation.wrap_up(forum_id).outcome_id
    said = accomplished(gongmun("outcome", "return", outcome_id, *ME, "--as-of", DAY))
    assert "반려했습니다" in said
    assert shows(gongmun("outcome", "list"), "반려", "returned")
    again = gongmun("outcome", "approve", outcome_id, *ME, "--as-of", DAY)
    assert again.code == 1
    assert "outcome.decided" in again.err


def test_a_late_route_joins_the_outcome_that_waits(gongmun: Gongmun, installation: World) -> None:
    forum_id = installation.forum()
    installation.suggest(forum_id, "statistics")
    unrouted = installation.suggest(forum_id, None)
    outcome_id = installation.wrap_up(forum_id).outcome_id
    shown = accomplished(gongmun("outcome", "show", outcome_id))
    assert "소관이 지정되지 않은 제안" in shown
    routed = gongmun("suggestion", "route", unrouted, "--lead", "MOIS", *ME)
    assert "결재를 기다리는 결과에 반영했습니다" in accomplished(routed)
    assert "MOIS" in accomplished(gongmun("outcome", "show", outcome_id))


def test_a_topic_given_by_hand_routes_into_the_outcome_that_waits(
    gongmun: Gongmun, installation: World
) -> None:
    forum_id = installation.forum()
    installation.suggest(forum_id, "statistics")
    unrouted = installation.suggest(forum_id, None, title="버스를 늘려 주십시오")
    outcome_id = installation.wrap_up(forum_id).outcome_id
    given = gongmun("suggestion", "topic", unrouted, "public_transport")
    assert "결재를 기다리는 결과에 반영했습니다" in accomplished(given)
    shown = accomplished(gongmun("outcome", "show", outcome_id))
    assert "소관이 지정되지 않은 제안" not in shown
    (line,) = (line for line in shown.split("OCF-") if "버스를 늘려 주십시오" in line)
    assert "국토교통부" in line


def test_a_backup_contact_is_retired_alone(gongmun: Gongmun, installation: World) -> None:
    accomplished(gongmun("contact", "set", "MOE", "first@moe.example"))
    accomplished(gongmun("contact", "set", "MOE", "deputy@moe.example", "--backup"))
    accomplished(gongmun("contact", "retire", "MOE", "--backup"))
    accomplished(gongmun("contact", "retire", "MOE", "--backup"))
    with installation.db.reading() as session:
        ministry = organisation(session, "MOE", NOW.date())
        assert ministry is not None
        assert contact(session, ministry.id, ContactRole.PRIMARY) is not None
        assert contact(session, ministry.id, ContactRole.BACKUP) is None


@pytest.mark.parametrize(
    ("flag", "status"),
    [("--accepted", ("발송", "accepted")), ("--not-accepted", ("대기", "queued"))],
    ids=["accepted", "not-accepted"],
)
def test_an_uncertain_mail_is_settled(
    gongmun: Gongmun, installation: World, flag: str, status: tuple[str, str]
) -> None:
    forum_id = installation.forum()
    installation.suggest(forum_id, "statistics")
    outcome_id = installation.wrap_up(forum_id).outcome_id
    assert outcome_id is not None
    installation.decide(outcome_id)
    installation.issue()
    (dispatch,) = _dispatches()
    installation.mailer.cutting_data = frozenset({dispatch.address or ""})
    installation.dispatch()
    assert "발송 확인 필요" in accomplished(gongmun("waiting", "--as-of", DAY))
    assert shows(gongmun("mail", "list"), "불명", "uncertain")
    assert f"gongmun mail settle {dispatch.id}" in accomplished(
        gongmun("mail", "show", dispatch.id)
    )
    accomplished(gongmun("mail", "settle", dispatch.id, flag, *ME, "--as-of", DAY))
    assert shows(gongmun("mail", "list", "--all"), *status)


@pytest.mark.parametrize(
    ("decision", "said"), [("approve", "승인했습니다"), ("return", "반려했습니다")]
)
def test_an_escalation_waits_for_a_decision(
    gongmun: Gongmun, installation: World, decision: str, said: str
) -> None:
    installation.dispatched("statistics")
    for day in (date(2026, 10, 30), date(2026, 11, 9), date(2026, 11, 18)):
        installation.chase(day)
    with installation.db.reading() as session:
        (document,) = document_queries.drafted_escalations(session)
    assert document.title in accomplished(gongmun("escalation", "list"))
    shown = accomplished(gongmun("escalation", "show", document.id))
    context = from_json(document.kind, document.context)
    assert isinstance(context, EscalationContext)
    item = context.items[0]
    assert shows(gongmun("escalation", "show", document.id), item.reference, item.title)
    assert f"{item.days_overdue}일 경과" in shown
    (case,) = context.cases
    assert case.body in shown
    assert all(line.text.ko in shown and line.text.en in shown for line in case.history)
    assert f"gongmun escalation show {document.id}" in accomplished(gongmun("waiting"))
    now = ("--as-of", "2026-11-18T10:00")
    assert said in accomplished(gongmun("escalation", decision, document.id, *ME, *now))
    assert document.title not in accomplished(gongmun("escalation", "list"))
    second = gongmun("escalation", decision, document.id, *ME, *now)
    assert second.code == 1
    assert "escalation.decided" in second.err
    assert shows(gongmun("referral", "show", 1), "상향 통보", "escalation to the parent body")


def test_nothing_waits_in_a_new_installation(gongmun: Gongmun, installation: World) -> None:
    assert "확인이 필요한 사항이 없습니다" in accomplished(gongmun("waiting"))
    assert "모두 이어져 있습니다" in accomplished(gongmun("verify-ledger"))


def _dispatches() -> Sequence[Dispatch]:
    with wiring.database().reading() as session:
        return mail_queries.dispatches(session, with_accepted=True)
