"""Collect what came in by mail (회신 수집): keep it, read it, take up notices and replies."""

from datetime import datetime

from prefect import flow

from gongmun import clock, wiring
from gongmun.db.sweeps import SweepBusy, beat, lease
from gongmun.errors import GongmunError
from gongmun.mail.collecting import COLLECT_SWEEP, CollectReport
from gongmun.mail.mailbox import InboxUnavailable
from gongmun.mail.models import IncomingKind
from gongmun.text import Bilingual
from tasks.artifacts import notes_of, publish
from tasks.boards import publish_waiting_task, waiting_note
from tasks.mail_tasks import collect_task, note_notices_task, read_task
from tasks.reply_tasks import held_replies_task, schedule_filing_task, take_replies_task
from tasks.run_names import of_day


@flow(flow_run_name=of_day("COLLECT replies"))
def collect_replies(as_of: datetime | None = None) -> int:
    """수신함의 메일을 가져와 회신과 반송 통지를 처리합니다. 수신함을 지정하지 않았으면 아무것도 하지 않습니다.

    Take what is new in the inbox, keep it whole, and read it: replies are filed or held for a
    coordinator, notices of delivery move the dispatch on, automatic replies are noted. Does nothing
    where no inbox is set. Returns how many mails were new.
    """
    now = clock.resolve(as_of)
    if wiring.inbox() is None:
        # Nothing to collect is well collected: an inbox that was taken away is not missed for ever.
        beat(wiring.database(), COLLECT_SWEEP)
        return 0
    try:
        with lease(wiring.database(), COLLECT_SWEEP):
            return _collect(now)
    except SweepBusy:
        return 0  # the run before still reads a full inbox


def _collect(now: datetime) -> int:
    problems: list[GongmunError] = []
    collected = CollectReport(new=0, again=0)
    try:
        collected = collect_task(now)
    except InboxUnavailable as error:
        # What was collected before waits no longer for that.
        problems.append(error)
    read = read_task(now)
    noted = note_notices_task(now)
    problems += noted.problems
    replies = take_replies_task(now)
    problems += replies.problems
    figures = {
        Bilingual(ko="새로 받은 메일", en="new mails"): collected.new,
        Bilingual(ko="읽은 메일", en="read"): read.read,
        Bilingual(ko="읽을 수 없는 메일", en="not readable"): read.kinds.get(
            IncomingKind.UNREADABLE, 0
        ),
        Bilingual(ko="문서에 편철한 회신", en="replies filed to a document"): len(replies.filed),
        Bilingual(ko="분류를 기다리는 회신", en="replies held for you"): len(replies.held),
        Bilingual(ko="처리를 마친 회신", en="replies settled"): len(replies.settled),
        Bilingual(ko="자동 회신(기록만 함)", en="automatic replies, noted only"): replies.noted,
        Bilingual(ko="배달 확인", en="delivery proved"): noted.delivered,
        Bilingual(ko="배달 지연", en="delayed"): noted.delayed,
        Bilingual(ko="반송", en="bounced"): noted.bounced,
        Bilingual(ko="예비 담당자에게 다시 보냄", en="sent again to the backup contact"): (
            noted.replaced
        ),
        Bilingual(ko="어느 발송에 관한 것인지 모르는 통지", en="notices about no mail of ours"): (
            noted.unmatched
        ),
    }
    # It runs every few minutes: nothing is shown where nothing happened.
    if problems or any(figures.values()):
        publish(
            "collect-replies",
            Bilingual(ko="회신 수집", en="Replies collected"),
            figures,
            notes=[*notes_of(problems), *waiting_note(publish_waiting_task(now))],
        )
    for reply_id in held_replies_task():
        schedule_filing_task(reply_id, now)
    # All the others have been served: a run that fails is what a coordinator sees.
    for problem in problems:
        raise problem
    return collected.new
