"""Send what is due in the outbox (발송)."""

import os
import socket
from datetime import datetime

from prefect import flow

from gongmun import clock, wiring
from gongmun.db.sweeps import beat
from gongmun.mail.dispatching import DISPATCH_SWEEP
from gongmun.text import Bilingual
from tasks.artifacts import notes_of, publish
from tasks.boards import publish_waiting_task, waiting_note
from tasks.mail_tasks import dispatch_task, mailed_task, note_proofs_task
from tasks.referral_tasks import note_dispatches_task
from tasks.run_names import of_day
from tasks.sweep_tables import mailed_table


@flow(flow_run_name=of_day("DISPATCH mail"))
def dispatch_mail(limit: int = 500, as_of: datetime | None = None) -> int:
    """발송 대기 중인 메일을 보내고, 발송된 이송 건의 기한을 기산합니다.

    Send up to `limit` due mails, note what became of those before, and start the clocks of the
    referrals that went out. Several dispatchers at once share the work. Returns how many mails the
    relay accepted.
    """
    now = clock.resolve(as_of)
    report = dispatch_task(f"{socket.gethostname()}:{os.getpid()}", limit, as_of)
    proofs = note_proofs_task(now)
    started = note_dispatches_task(now)
    troubles = notes_of(error for error in (report.trouble, proofs.blind) if error is not None)
    publish(
        "dispatch-mail",
        Bilingual(ko="메일 발송", en="Mail dispatched"),
        {
            Bilingual(ko="중계 서버가 받은 메일", en="accepted by the relay"): report.accepted,
            Bilingual(ko="다시 시도할 메일", en="to be tried again"): (
                report.retried + report.returned
            ),
            Bilingual(ko="영구 실패", en="refused for good"): report.failed,
            Bilingual(
                ko="확인 필요(발송 여부 불명)", en="uncertain, for a person"
            ): report.uncertain,
            Bilingual(ko="보류", en="held"): report.held,
            Bilingual(ko="회수(내용이 해소됨)", en="recalled: settled meanwhile"): report.recalled,
            Bilingual(ko="도달이 확인된 메일", en="proved to have arrived"): proofs.delivered,
            Bilingual(ko="반송된 메일", en="came back"): proofs.bounced,
            Bilingual(ko="기한이 기산된 이송", en="referrals whose clocks started"): len(started),
        },
        tables=[mailed_table(mailed_task(report.sent))],
        notes=[*troubles, *waiting_note(publish_waiting_task(now))],
    )
    beat(wiring.database(), DISPATCH_SWEEP)
    return report.accepted
