"""Count open deadlines again after the days off changed (기한 재계산)."""

from collections.abc import Sequence
from datetime import datetime

from prefect import flow

from gongmun import clock, wiring
from gongmun.db.sweeps import lease
from gongmun.referrals.names import CLOCKS
from gongmun.referrals.recompute_preview import Preview
from gongmun.referrals.recomputing import RECOMPUTE
from gongmun.text import Bilingual, korean_date
from tasks.artifacts import Table, notes_of, publish, some
from tasks.deadline_tasks import (
    preview_deadlines_task,
    recompute_deadlines_task,
    tell_changes_task,
)
from tasks.run_names import of_day

_DRY_RUN = Bilingual(
    ko="미리 보기입니다. 바뀐 것은 없습니다. 실제로 조정하려면 'dry_run'을 끄고 다시 실행해 주십시오.",
    en="This is a preview: nothing was changed. Run it again with `dry_run` off to move the deadlines.",
)
_LATER = Bilingual(
    ko="지금 알릴 기관이 없습니다. 근무시간이 아니면 다음 독촉 점검에서 조정된 기한을 알립니다.",
    en="Nobody is told now. Outside of working hours the next chase tells of the new deadlines.",
)


@flow(flow_run_name=of_day("RECOMPUTE deadlines"))
def recompute_deadlines(as_of: datetime | None = None, dry_run: bool = True) -> int:
    """휴무일이 바뀐 뒤 회신·접수 기한을 다시 계산합니다. 먼저 미리 보기로 확인한 다음 'dry_run'을 끄고 실행해 주십시오.

    Count the open deadlines again by the present calendar: a preview of which move, from which day to which, and
    why; with `dry_run` off they are moved, and each ministry is told once, in one mail. Running it again is
    harmless. Returns how many deadlines move, or were moved.
    """
    now = clock.resolve(as_of)
    if dry_run:
        found = preview_deadlines_task(now)
        _publish(found, {}, notes=[_DRY_RUN])
        return sum(len(line.referral_ids) for line in found.lines)
    with lease(wiring.database(), RECOMPUTE):
        done = recompute_deadlines_task(now)
        told = tell_changes_task(now)
    quiet = [] if told.mails or told.problems or not done.moved else [_LATER]
    _publish(
        done.preview,
        {
            Bilingual(ko="조정한 기한", en="deadlines moved"): done.moved,
            Bilingual(ko="기관에 보낼 메일", en="mails to ministries"): len(told.mails),
        },
        notes=[
            *quiet,
            *notes_of(told.problems),
        ],
    )
    # All the others have been told: a run that fails is what a coordinator sees.
    for error in told.problems:
        raise error
    return done.moved


def _publish(
    preview: Preview, figures: dict[Bilingual, object], *, notes: Sequence[Bilingual]
) -> None:
    publish(
        "recompute-deadlines",
        Bilingual(
            ko=f"기한 재계산: {korean_date(preview.today, weekday=True)}",
            en=f"Deadlines counted again on {preview.today.isoformat()}",
        ),
        {
            Bilingual(ko="기한이 달라지는 이송", en="referrals whose deadline differs"): len(
                preview.referral_ids
            ),
            **figures,
        },
        tables=[_table(preview)],
        notes=notes,
    )


def _table(preview: Preview) -> Table:
    return (
        Bilingual(ko="기한의 변동", en="Deadlines that move"),
        (
            Bilingual(ko="기관", en="ministry"),
            Bilingual(ko="구분", en="deadline"),
            Bilingual(ko="종전", en="before"),
            Bilingual(ko="조정", en="after"),
            Bilingual(ko="건수", en="referrals"),
            Bilingual(ko="이송 번호", en="their ids"),
            Bilingual(ko="사유", en="why"),
        ),
        [
            (
                f"{line.ministry.ko} ({line.code})",
                CLOCKS[line.clock],
                korean_date(line.old, weekday=True),
                korean_date(line.new, weekday=True),
                len(line.referral_ids),
                some(line.referral_ids),
                line.why,
            )
            for line in preview.lines
        ],
    )
