"""`gongmun expire`: personal data whose retention is over go, or are counted."""

from typing import TYPE_CHECKING, Annotated

import typer

from gongmun.cli.output import AsOf, done, fail, moment, table
from gongmun.text import Bilingual

if TYPE_CHECKING:
    from gongmun.retention.rules import Retention


def expire(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="건수만 세고 지우지 않음 / only count")
    ] = False,
    rules: Annotated[
        bool, typer.Option("--rules", help="보유기간 규칙을 보여 줌 / show the rules")
    ] = False,
    as_of: AsOf = None,
) -> None:
    """보유기간이 지난 개인정보를 파기합니다. / Delete personal data whose retention is over.

    처리 중인 건의 정보와 공문, 문서등록대장, 결재 기록은 지우지 않습니다. / Nothing of an open case goes, nor documents,
    the register or approvals.
    """
    from gongmun import wiring
    from gongmun.clock import SEOUL
    from gongmun.db.sweeps import lease
    from gongmun.retention import expiring
    from gongmun.retention.rules import load
    from gongmun.settings import settings

    retention = load(settings().retention)
    if rules:
        _show(retention)
        return
    db, now = wiring.database(), moment(as_of)
    if dry_run:
        report = expiring.count(db, retention, now=now)
    else:
        stores = expiring.Stores(documents=wiring.file_store(), received=wiring.received_store())
        with lease(db, expiring.EXPIRE_SWEEP):
            report = expiring.expire(db, retention, stores, now=now)
    table(
        Bilingual(ko="파기 예정", en="What would expire")
        if dry_run
        else Bilingual(ko="파기한 개인정보", en="Expired"),
        (
            Bilingual(ko="개인정보", en="what"),
            Bilingual(ko="이전", en="before"),
            Bilingual(ko="건수", en="rows"),
            Bilingual(ko="파일", en="files"),
        ),
        [
            (line.rule.what, line.before.astimezone(SEOUL).date(), line.rows, line.files)
            for line in report.lines
        ],
    )
    for problem in report.problems:
        fail(problem)
    if report.problems:
        raise typer.Exit(1)
    rows = sum(line.rows for line in report.lines)
    done(
        Bilingual(ko=f"{rows:,}건을 파기할 예정입니다.", en=f"{rows:,} rows would go.")
        if dry_run
        else Bilingual(ko=f"{rows:,}건을 파기했습니다.", en=f"{rows:,} rows went.")
    )


def _show(retention: "Retention") -> None:
    table(
        Bilingual(ko="보유기간", en="Retention"),
        (
            Bilingual(ko="규칙", en="rule"),
            Bilingual(ko="개인정보", en="what"),
            Bilingual(ko="기산일", en="counted from"),
            Bilingual(ko="일", en="days"),
            Bilingual(ko="근거", en="by"),
        ),
        [
            (rule.code.value, rule.what, rule.since, rule.days, rule.citation)
            for rule in retention.rules
        ],
    )
    table(
        Bilingual(ko="다른 작업이 파기하는 것", en="What other sweeps delete"),
        (Bilingual(ko="개인정보", en="what"), Bilingual(ko="배포", en="deployment")),
        [(each.what, each.by) for each in retention.elsewhere],
    )
    table(
        Bilingual(ko="지우지 않는 것", en="What is kept"),
        (Bilingual(ko="기록", en="what"), Bilingual(ko="사유", en="why")),
        [(each.what, each.why) for each in retention.kept],
    )
