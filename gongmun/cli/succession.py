"""`gongmun succession`: what passes on when ministries are renamed, merged, split or abolished."""

import typer

from gongmun import wiring
from gongmun.cli.output import AsOf, done, moment, table
from gongmun.clock import seoul_date
from gongmun.followups import queries as followup_queries
from gongmun.forums.succeeding import follow_successions
from gongmun.referrals import succession_queries
from gongmun.referrals.names import STATUSES
from gongmun.suggestions import queries as suggestion_queries
from gongmun.text import Bilingual

app = typer.Typer()


@app.command("list")
def list_(as_of: AsOf = None) -> None:
    """승계 기관을 지정해야 하는 이송 / referrals for which a successor has to be named."""
    today = seoul_date(moment(as_of))
    with wiring.database().reading() as session:
        promised = followup_queries.promised(
            session, succession_queries.not_in_force(session, today)
        )
        rows = [
            (
                referral.id,
                suggestion_queries.by_id(session, referral.suggestion_id).reference,
                Bilingual(ko=predecessor.name_ko, en=predecessor.code),
                takeover.effective_on,
                STATUSES[referral.status],
                referral.answer_due,
            )
            for takeover, referral, predecessor in succession_queries.undecided(
                session, promised=promised
            )
        ]
    table(
        Bilingual(ko="승계 기관 지정 대기", en="Referrals to assign"),
        (
            Bilingual(ko="번호", en="id"),
            Bilingual(ko="제안", en="suggestion"),
            Bilingual(ko="이전 기관", en="of"),
            Bilingual(ko="승계일", en="since"),
            Bilingual(ko="상태", en="status"),
            Bilingual(ko="회신 기한", en="answer by"),
        ),
        rows,
    )


@app.command("follow")
def follow(as_of: AsOf = None) -> None:
    """개편된 기관의 이송을 승계 기관으로 넘깁니다. / Pass on what is open with ministries that ended."""
    report = follow_successions(wiring.database(), now=moment(as_of))
    done(
        Bilingual(
            ko=f"승계 {len(report.taken_over)}건, 다시 작성한 초안 {len(report.redrafted)}건과 공문 "
            f"{len(report.readdressed)}건, 지정 대기 {len(report.undecided)}건, 안내 메일 {len(report.told)}통.",
            en=f"Passed on: {len(report.taken_over)}; drafted anew: outcomes {len(report.redrafted)}, "
            f"documents {len(report.readdressed)}; to assign: {len(report.undecided)}; mails: "
            f"{len(report.told)}.",
        )
    )
    for error in report.problems:
        raise error
