"""`gongmun mail`: what was sent, what became of it, what a person has to settle."""

from typing import Annotated

import typer

from gongmun import wiring
from gongmun.cli.output import AsOf, DispatchId, Name, Reason, done, moment, say, table
from gongmun.cli.words import HOLDS, PROOFS
from gongmun.mail import Dispatch, Status, queries, release, settle
from gongmun.mail.life import NEEDS_A_PERSON
from gongmun.mail.names import STATUSES
from gongmun.mail.recipients import RECIPIENTS
from gongmun.text import Bilingual

app = typer.Typer()


@app.command("list")
def list_(
    all_: Annotated[
        bool, typer.Option("--all", help="보낸 메일도 함께 / accepted ones too")
    ] = False,
) -> None:
    """발송 대기·보류·실패·반송된 메일 / mail that is queued, held, failed, uncertain or came back."""
    with wiring.database().reading() as session:
        rows = [
            (
                d.id,
                STATUSES[d.status],
                RECIPIENTS.get(d.organisation_code, d.organisation_code),
                d.subject,
                d.attempts,
                PROOFS[d.proof] if d.proof else None,
                _why(d),
            )
            for d in queries.dispatches(session, with_accepted=all_)
        ]
    table(
        Bilingual(ko="발송", en="Dispatches"),
        (
            Bilingual(ko="번호", en="id"),
            Bilingual(ko="상태", en="status"),
            Bilingual(ko="수신", en="to"),
            Bilingual(ko="제목", en="subject"),
            Bilingual(ko="시도", en="attempts"),
            Bilingual(ko="확인", en="proof"),
            Bilingual(ko="사유", en="reason"),
        ),
        rows,
    )


@app.command("show")
def show(dispatch_id: DispatchId) -> None:
    """메일 한 통과 처리 방법 / one mail, and how to settle it."""
    with wiring.database().reading() as session:
        dispatch = queries.by_id(session, dispatch_id)
        backups = queries.replacements(session, dispatch_id)
    table(
        Bilingual(ko=f"발송 {dispatch_id}", en=f"Dispatch {dispatch_id}"),
        (Bilingual(ko="항목", en="item"), Bilingual(ko="값", en="value")),
        [
            ("상태 / status", STATUSES[dispatch.status]),
            ("수신 / to", dispatch.address),
            ("Message-ID", dispatch.message_id),
            ("제목 / subject", dispatch.subject),
            ("사유 / reason", _why(dispatch)),
            ("다음 시도 / next attempt", dispatch.next_attempt_at),
            ("접수 / accepted", dispatch.accepted_at),
            ("도달 / delivered", dispatch.delivered_at),
            ("확인 / proof", PROOFS[dispatch.proof] if dispatch.proof else None),
            ("지연 / delayed", dispatch.delayed_at),
            ("반송 / bounced", dispatch.bounced_at),
            ("반송된 발송 / in place of", dispatch.instead_of_id),
            ("예비 연락처로 / to the backup", ", ".join(str(backup.id) for backup in backups)),
        ],
    )
    match dispatch.status:
        case Status.HELD | Status.FAILED | Status.BOUNCED:
            say("보류·실패·반송된 메일을 다시 보내려면 / to send it again:")
            say(f"  gongmun mail release {dispatch_id} --to ADDRESS --name … --reason …")
        case Status.UNCERTAIN:
            say("수신을 확인했으면 / if it did arrive:")
            say(f"  gongmun mail settle {dispatch_id} --accepted --name … --reason …")
            say("도착하지 않아 다시 보내려면 / if it did not, to send it again:")
            say(f"  gongmun mail settle {dispatch_id} --not-accepted --name … --reason …")


def _why(dispatch: Dispatch) -> str | None:
    """Why it waits for a person: our own reason, and what the relay said."""
    waits = dispatch.hold_reason if dispatch.status in NEEDS_A_PERSON else None
    held = str(HOLDS[waits]) if waits else None
    return "\n".join(filter(None, (held, dispatch.last_error)))


@app.command("release")
def release_(
    dispatch_id: DispatchId,
    to: Annotated[str, typer.Option(help="받을 주소 / the address")],
    name: Name,
    reason: Reason,
    as_of: AsOf = None,
) -> None:
    """보류·실패·반송된 메일을 다시 보냅니다. / Send a mail again that was held, failed or came back."""
    release(wiring.database(), dispatch_id, address=to, name=name, reason=reason, now=moment(as_of))
    done(Bilingual(ko="발송 대기열에 다시 넣었습니다.", en="Queued again."))


@app.command("settle")
def settle_(
    dispatch_id: DispatchId,
    accepted: Annotated[
        bool,
        typer.Option("--accepted/--not-accepted", help="도착했는지 여부 / whether it arrived"),
    ],
    name: Name,
    reason: Reason,
    as_of: AsOf = None,
) -> None:
    """발송 여부가 불명한 메일을 확정합니다. / Say what became of an uncertain mail."""
    settle(
        wiring.database(),
        dispatch_id,
        accepted=accepted,
        name=name,
        reason=reason,
        now=moment(as_of),
    )
    done(Bilingual(ko="확정했습니다.", en="Settled."))
