"""Tasks around replies by mail."""

from collections.abc import Sequence
from datetime import datetime

from gongmun import wiring
from gongmun.answers import filing, held, reply_queries
from gongmun.answers.held import HeldReply
from gongmun.answers.replies import ReplyReport, take_replies
from tasks.scheduling import run_once
from tasks.service_task import service_task

FILE_DEPLOYMENT = "file-reply/file-reply"


@service_task("take replies")
def take_replies_task(now: datetime) -> ReplyReport:
    """File the replies that were read, or hold them for a coordinator."""
    return take_replies(
        wiring.database(),
        store=wiring.received_store(),
        scanner=wiring.scanner(),
        ladder=wiring.ladder(),
        now=now,
    )


@service_task("held replies")
def held_replies_task() -> Sequence[int]:
    """The replies in the holding pen."""
    with wiring.database().reading() as session:
        return [reply.id for reply in reply_queries.held(session)]


@service_task("schedule filing of reply {reply_id}")
def schedule_filing_task(reply_id: int, now: datetime) -> None:
    """Start the run in which a coordinator files a reply; the same reply makes one run."""
    run_once(
        FILE_DEPLOYMENT,
        parameters={"reply": reply_id},
        key=f"reply:{reply_id}",
        name=f"FILE reply {reply_id}",
        at=now,
    )


@service_task("reply {reply_id}")
def held_reply_task(reply_id: int) -> HeldReply:
    """What the form of a held reply shows."""
    with wiring.database().reading() as session:
        return held.held_reply(session, reply_id)


@service_task("file reply {reply_id}")
def file_reply_task(reply_id: int, document_id: int, name: str, now: datetime) -> None:
    """File a reply to a document."""
    filing.file(
        wiring.database(),
        reply_id,
        document_id=document_id,
        name=name,
        store=wiring.received_store(),
        scanner=wiring.scanner(),
        ladder=wiring.ladder(),
        now=now,
    )


@service_task("dismiss reply {reply_id}")
def dismiss_reply_task(reply_id: int, name: str, now: datetime) -> None:
    """Note that a mail is no reply."""
    filing.dismiss(wiring.database(), reply_id, name=name, now=now)
