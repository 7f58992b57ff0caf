"""Expire personal data (개인정보 파기): by the rules of retention, every night."""

from datetime import datetime

from prefect import flow

from gongmun import clock, wiring
from gongmun.clock import seoul_date
from gongmun.db.sweeps import lease
from gongmun.retention.expiring import EXPIRE_SWEEP, Report
from gongmun.text import Bilingual, korean_date
from tasks.artifacts import notes_of, publish
from tasks.retention_tasks import count_task, expire_task
from tasks.run_names import of_day


# See chase_referrals: a lease that a killed sweep has left runs out after a quarter of an hour.
@flow(flow_run_name=of_day("EXPIRE personal data"), retries=4, retry_delay_seconds=300)
def expire_personal_data(as_of: datetime | None = None, dry_run: bool = False) -> int:
    """보유기간이 지난 개인정보(제안자 연락처, 메일 주소, 받은 메일 원문)를 파기하고 건수를 보고합니다. 처리 중인 건의 정보와 공문, 대장, 결재 기록은 지우지 않습니다. dry_run은 건수만 셉니다.

    Delete personal data whose retention is over: contacts of proposers, addresses of mails, raw mails that came in.
    Nothing of an open case goes, nor documents, the register or approvals. With `dry_run` it is only counted. Returns
    how many rows went, or would.
    """
    now = clock.resolve(as_of)
    if dry_run:
        report = count_task(now)
    else:
        with lease(wiring.database(), EXPIRE_SWEEP):
            report = expire_task(now)
    rows = sum(line.rows for line in report.lines)
    # It comes every night: where nothing has happened it says nothing.
    if rows or dry_run or report.problems:
        _publish(report, now, dry_run)
    for error in report.problems:
        raise error
    return rows


def _publish(report: Report, now: datetime, dry_run: bool) -> None:
    today = seoul_date(now)
    publish(
        "expire-personal-data",
        Bilingual(
            ko=f"개인정보 파기{' 예정' if dry_run else ''}: {korean_date(today, weekday=True)}",
            en=f"Personal data {'that would expire' if dry_run else 'expired'}, {today.isoformat()}",
        ),
        {},
        tables=[
            (
                Bilingual(ko="규칙별 건수", en="By rule"),
                (
                    Bilingual(ko="개인정보", en="what"),
                    Bilingual(ko="보유(일)", en="kept, days"),
                    Bilingual(ko="건수", en="rows"),
                    Bilingual(ko="파일", en="files"),
                    Bilingual(ko="근거", en="by"),
                ),
                [
                    (
                        line.rule.what,
                        line.rule.days,
                        line.rows,
                        line.files,
                        line.rule.citation,
                    )
                    for line in report.lines
                ],
            )
        ],
        notes=notes_of(report.problems),
    )
