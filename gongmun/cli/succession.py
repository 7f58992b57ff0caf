"""`gongmun succession`: what passes on when ministries are renamed, merged, split or abolished."""

from typing import Annotated

import typer

from gongmun import wiring
from gongmun.calendar import calendar, hours
from gongmun.cli.output import AsOf, done, moment, table
from gongmun.cli.words import in_working_hours
from gongmun.clock import seoul_date
from gongmun.followups import queries as followup_queries
from gongmun.forums.succeeding import follow_successions
from gongmun.forums.succession_preview import STAGES, TO_ASSIGN, SuccessionPreview, preview
from gongmun.forums.successions_waiting import remedy_of, why_undecided
from gongmun.referrals import succession_queries
from gongmun.referrals.succeeding import standstill
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
        rows = []
        for takeover, referral, predecessor in succession_queries.undecided(
            session, promised=promised
        ):
            found = standstill(session, referral, today)
            reference = suggestion_queries.by_id(session, referral.suggestion_id).reference
            rows.append(
                (
                    referral.id,
                    f"{reference}\n{predecessor.name_ko}\n{predecessor.code}",
                    f"{takeover.effective_on}\n{referral.answer_due or ''}",
                    why_undecided(found),
                    remedy_of(referral, found),
                )
            )
    table(
        Bilingual(ko="승계 기관 지정 대기", en="Referrals to assign"),
        (
            Bilingual(ko="번호", en="id"),
            Bilingual(ko="제안, 이전 기관", en="former ministry"),
            Bilingual(ko="승계일, 회신 기한", en="effective on, answer by"),
            Bilingual(ko="사유", en="why it waits"),
            Bilingual(ko="처리 명령", en="settled by"),
        ),
        rows,
    )


@app.command("follow")
def follow(
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="넘길 것만 보여 줍니다 / show what would pass on, no more"),
    ] = False,
    as_of: AsOf = None,
) -> None:
    """개편된 기관의 이송을 승계 기관으로 넘깁니다. / Pass on what is open with ministries that ended."""
    db, now = wiring.database(), moment(as_of)
    if dry_run:
        with db.reading() as session:
            _show(preview(session, now=now))
        return
    report = follow_successions(db, now=now)
    with db.reading() as session:
        untold = succession_queries.successors_to_tell(session)
    done(
        Bilingual(
            ko=f"승계 {len(report.taken_over)}건, 다시 작성한 초안 {len(report.redrafted)}건과 공문 "
            f"{len(report.readdressed)}건, 지정 대기 {len(report.undecided)}건, 안내 메일 {len(report.told)}통.",
            en=f"Passed on: {len(report.taken_over)}; drafted anew: outcomes {len(report.redrafted)}, "
            f"documents {len(report.readdressed)}; to assign: {len(report.undecided)}; mails: "
            f"{len(report.told)}.",
        )
    )
    if untold and not hours.is_open(now, calendar()):
        when = in_working_hours(now)
        done(
            Bilingual(
                ko=f"승계 기관 {len(untold)}곳에는 {when.ko} 메일로 알립니다.",
                en=f"Successors to be told by mail {when.en}: {len(untold)}.",
            )
        )
    for error in report.problems:
        raise error


def _show(seen: SuccessionPreview) -> None:
    table(
        Bilingual(ko="승계할 것(미리 보기)", en="What would pass on"),
        (
            Bilingual(ko="이전 기관", en="from"),
            Bilingual(ko="승계 기관", en="to"),
            Bilingual(ko="처리", en="what is done"),
            Bilingual(ko="건수", en="referrals"),
            Bilingual(ko="이송 번호", en="their ids"),
        ),
        [
            (
                Bilingual(ko=line.predecessor.name_ko, en=line.predecessor.code),
                Bilingual(ko=line.successor.name_ko, en=line.successor.code)
                if line.successor
                else TO_ASSIGN,
                STAGES[line.stage],
                len(line.referral_ids),
                ", ".join(map(str, line.referral_ids)),
            )
            for line in seen.lines
        ],
    )
    done(
        Bilingual(
            ko=f"승계할 이송 {seen.passed_on}건, 지정이 필요한 이송 {seen.undecided}건입니다. 바뀐 것은 없습니다.",
            en=f"Would pass on: {seen.passed_on}; to assign: {seen.undecided}. Nothing was changed.",
        )
    )
