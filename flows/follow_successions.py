"""Follow the reorganisations of the government (승계): what is open passes to the successors."""

from datetime import datetime

from prefect import flow

from gongmun import clock, wiring
from gongmun.clock import seoul_date
from gongmun.db.sweeps import lease
from gongmun.forums.succeeding import FOLLOW_SUCCESSIONS
from gongmun.forums.succession_preview import STAGES, TO_ASSIGN, SuccessionPreview
from gongmun.text import Bilingual, korean_date
from tasks.artifacts import Table, notes_of, publish, some
from tasks.boards import publish_waiting_task, waiting_note
from tasks.forum_tasks import (
    follow_successions_task,
    preview_successions_task,
)
from tasks.mail_tasks import mailed_task
from tasks.run_names import of_day
from tasks.sweep_tables import mailed_table

_DRY_RUN = Bilingual(
    ko="미리 보기입니다. 바뀐 것은 없습니다.", en="This is a preview: nothing was changed."
)


# As for the chase: one that was killed keeps its lease for a quarter of an hour.
@flow(flow_run_name=of_day("FOLLOW successions"), retries=4, retry_delay_seconds=300)
def follow_successions(as_of: datetime | None = None, dry_run: bool = False) -> int:
    """개편된 기관의 진행 중인 이송을 승계 기관으로 넘기고 한 번 알립니다. 나뉜 기관의 건은 담당자에게 묻습니다. dry_run은 넘길 것만 보여 줍니다.

    Pass what is open with ministries that were renamed, merged, split or abolished to their successors,
    with its clocks and history, and tell each once. What neither law nor routing decides waits for a
    coordinator. Returns how many referrals passed on. With `dry_run` nothing is done: the artifact shows
    which would pass on, from whom to whom; the day may be one that is yet to come.
    """
    now = clock.resolve(as_of)
    if dry_run:
        return _show(now)
    today = seoul_date(now)
    with lease(wiring.database(), FOLLOW_SUCCESSIONS):
        done = follow_successions_task(now)
    publish(
        "follow-successions",
        Bilingual(
            ko=f"기관 승계: {korean_date(today, weekday=True)}",
            en=f"Successions of {today.isoformat()}",
        ),
        {
            Bilingual(ko="다시 작성한 결과 초안", en="outcomes drafted anew"): len(done.redrafted),
            Bilingual(
                ko="승계 기관으로 다시 작성한 공문", en="documents addressed to successors"
            ): len(done.readdressed),
            Bilingual(ko="승계한 이송", en="referrals that passed on"): len(done.taken_over),
            Bilingual(ko="담당자의 지정이 필요한 이송", en="to be assigned"): len(done.undecided),
            Bilingual(ko="접속을 끝낸 기관", en="ministries whose access ended"): len(done.cut),
            Bilingual(ko="발송 대기 메일", en="mails queued"): len(done.told),
        },
        tables=[mailed_table(mailed_task(done.told))],
        notes=[*notes_of(done.problems), *waiting_note(publish_waiting_task(now))],
    )
    # All the others have been served: a run that fails is what a coordinator sees.
    for error in done.problems:
        raise error
    return len(done.taken_over)


def _show(now: datetime) -> int:
    """Publish what would pass on; how many referrals."""
    seen = preview_successions_task(now)
    publish(
        "succession-preview",
        Bilingual(
            ko=f"기관 승계 예정: {korean_date(seen.today, weekday=True)}",
            en=f"What would pass on by {seen.today.isoformat()}",
        ),
        {
            Bilingual(ko="승계할 이송", en="referrals that would pass on"): seen.passed_on,
            Bilingual(ko="담당자의 지정이 필요한 이송", en="to be assigned"): seen.undecided,
        },
        tables=[_table(seen)],
        notes=[_DRY_RUN],
    )
    return seen.passed_on


def _table(seen: SuccessionPreview) -> Table:
    return (
        Bilingual(ko="승계할 것", en="What would pass on"),
        (
            Bilingual(ko="이전 기관", en="from"),
            Bilingual(ko="승계 기관", en="to"),
            Bilingual(ko="처리", en="what is done"),
            Bilingual(ko="건수", en="referrals"),
            Bilingual(ko="이송 번호", en="their ids"),
        ),
        [
            (
                f"{line.predecessor.name_ko} ({line.predecessor.code})",
                f"{line.successor.name_ko} ({line.successor.code})"
                if line.successor
                else TO_ASSIGN,
                STAGES[line.stage],
                len(line.referral_ids),
                some(line.referral_ids),
            )
            for line in seen.lines
        ],
    )
