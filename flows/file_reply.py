"""File a reply by mail that nothing tells the document of (회신 분류): wait for a coordinator.

The run suspends while it waits; on resume it runs again from the top. Whoever files first, by the form or
by the command line, files: the run finds it and ends. What the mail says stays out of Prefect: the
command shows it.
"""

import hashlib
from datetime import datetime
from itertools import count
from typing import Any

from prefect import flow, suspend_flow_run
from prefect.input import RunInput
from pydantic import create_model

from gongmun import clock
from gongmun.answers.filing import NameMissing, ReplyDecided
from gongmun.answers.filing_form import LATER, NO_REPLY, document_id, form, labels
from gongmun.answers.held import HeldReply
from gongmun.answers.models import ReplyStatus
from gongmun.text import Bilingual
from tasks.artifacts import escaped, publish
from tasks.forgetting import forgetting
from tasks.reply_tasks import dismiss_reply_task, file_reply_task, held_reply_task

_make: Any = create_model


@flow(flow_run_name="FILE reply {reply}")
def file_reply(reply: int, as_of: datetime | None = None) -> str:
    """어느 공문에 대한 회신인지 알 수 없는 메일을 담당자가 분류합니다. Resume과 Submit 두 번이면 됩니다.

    Wait until a coordinator says which document the reply of that id is about, or that it is none: by
    the form of this run ("Resume"), or by `gongmun reply file`. Returns the reply's status.
    """
    with forgetting():
        return _filed(reply, as_of)


def _filed(reply: int, as_of: datetime | None) -> str:
    for attempt in count(1):
        held = held_reply_task(reply)
        if held.status is not ReplyStatus.HELD:
            return held.status.value
        shown = _publish(held)
        filled = suspend_flow_run(
            # The choices are this reply's own, so its form can only be made here.
            _make("ReplyFiling", __base__=(RunInput, form(held.choices))).with_initial_data(
                description=shown
            ),
            key=f"reply-{reply}-{_digest(held)}-{attempt}",
        )
        if filled.document == LATER:
            continue
        try:
            if filled.document == NO_REPLY:
                dismiss_reply_task(reply, filled.name, clock.resolve(as_of))
            else:
                file_reply_task(
                    reply, document_id(filled.document), filled.name, clock.resolve(as_of)
                )
        except (ReplyDecided, NameMissing):
            continue
    raise AssertionError("count() does not end")


def _digest(held: HeldReply) -> str:
    """What was shown: an answer to another form is not taken for an answer to this one."""
    return hashlib.sha256("\n".join(labels(held.choices)).encode()).hexdigest()[:12]


def _publish(held: HeldReply) -> str:
    return publish(
        "file-reply",
        Bilingual(ko=f"회신 메일 {held.reply_id} 분류", en=f"File reply {held.reply_id}"),
        {
            Bilingual(
                ko="도착", en="arrived"
            ): f"{held.arrived_at.astimezone(clock.SEOUL):%Y-%m-%d %H:%M}",
            Bilingual(ko="보낸 곳(도메인)", en="sender's domain"): held.sender_domain or "-",
            Bilingual(ko="분류하지 못한 사유", en="why it waits"): held.doubt or "-",
            Bilingual(ko="글자", en="characters"): held.characters,
            Bilingual(ko="파일", en="files"): held.files,
        },
        tables=[
            (
                Bilingual(ko="후보(가능성이 높은 순서)", en="Candidates, the likeliest first"),
                (
                    Bilingual(ko="공문", en="document"),
                    Bilingual(ko="기관", en="ministry"),
                    Bilingual(ko="사유", en="why"),
                ),
                [(choice.number, choice.ministry, choice.reasons) for choice in held.choices],
            )
        ],
        notes=[
            Bilingual(
                ko=f"내용은 {escaped(f'gongmun reply show {held.reply_id}')} 명령으로 볼 수 있습니다. 이 실행의 "
                "Resume 단추로 공문을 고르거나 gongmun reply file 명령을 사용해 주십시오.",
                en=f"Read it with {escaped(f'gongmun reply show {held.reply_id}')}. Choose the document "
                "with the Resume button of this run, or use the command to file it.",
            )
        ],
    )
