"""`gongmun reply`: read the ministries' mails, and file those that nothing tells the document of."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from gongmun import wiring
from gongmun.answers import confirming, filing, held, replies, reply_queries, unfiling
from gongmun.answers.matching import DOUBTS, How
from gongmun.answers.models import Reply, ReplyStatus
from gongmun.answers.names import REPLIES
from gongmun.cli import reply_answers, runs
from gongmun.cli.output import AsOf, Name, ReplyId, done, moment, say, table
from gongmun.cli.reply_mail import list_automatic, save_mail, show_files
from gongmun.documents import queries as document_queries
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.names import DECISIONS
from gongmun.suggestions import queries as suggestion_queries
from gongmun.text import Bilingual, shorten

app = typer.Typer()
app.add_typer(reply_answers.app)

_WAITING = (ReplyStatus.HELD, ReplyStatus.FILED)
_MATCHED_BY = {
    How.TOKEN: Bilingual(ko="답장한 주소의 회신 코드", en="code in the address"),
    How.REFERENCES: Bilingual(ko="우리 메일에 대한 답장", en="answers a mail of ours"),
    How.NUMBER: Bilingual(ko="제목의 문서번호", en="number in the subject"),
}
_OPENED = Bilingual(
    ko="공문에 연결했습니다. 내용은 초안으로 옮겼으며, 기관이나 담당자가 확인하면 제출됩니다.",
    en="Filed. What it says is a draft now; the ministry or you confirm it.",
)
_NOTED = Bilingual(
    ko="공문에 연결했습니다. 확인할 초안이 없어 접수 사실만 기록했습니다.",
    en="Filed. There is nothing to confirm: it is noted with the document.",
)


@app.command("list")
def list_(
    all_: Annotated[
        bool, typer.Option("--all", help="처리한 것도 함께 / settled and dismissed ones too")
    ] = False,
    automatic: Annotated[
        bool,
        typer.Option(
            "--automatic",
            help="자동 회신으로 기록만 한 메일 / mails that were noted as automatic replies",
        ),
    ] = False,
) -> None:
    """분류하거나 확인할 회신 메일 / replies that wait to be filed or confirmed."""
    if automatic:
        list_automatic()
        return
    with wiring.database().reading() as session:
        rows = [
            (
                reply.id,
                REPLIES[reply.status],
                mail.sender,
                shorten(mail.subject or "", 60),
                mail.arrived_at,
                _number(session, reply),
            )
            for reply in reply_queries.with_status(session, *(ReplyStatus if all_ else _WAITING))
            for mail in [reply_queries.mail(session, reply)]
        ]
    table(
        Bilingual(ko="회신 메일", en="Replies"),
        (
            Bilingual(ko="번호", en="id"),
            Bilingual(ko="상태", en="status"),
            Bilingual(ko="보낸 사람", en="from"),
            Bilingual(ko="제목", en="subject"),
            Bilingual(ko="도착", en="arrived"),
            Bilingual(ko="공문", en="document"),
        ),
        rows,
    )


def _number(session: Session, reply: Reply) -> str | None:
    if reply.document_id is None:
        return None
    return document_queries.by_id(session, reply.document_id).number


@app.command("show")
def show(
    reply_id: ReplyId,
    full: Annotated[
        bool, typer.Option("--full", help="인용한 부분까지 전문 / with all that it quotes")
    ] = False,
    save: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="원문과 파일을 저장할 폴더 / save the raw mail and its files"
        ),
    ] = None,
) -> None:
    """회신 메일 한 통의 내용과 후보 공문, 초안 / one reply: its text, files, candidates and drafts."""
    with wiring.database().reading() as session:
        reply = reply_queries.by_id(session, reply_id)
        mail = reply_queries.mail(session, reply)
        number = _number(session, reply)
        doubt = held.doubt(session, reply) if reply.status is ReplyStatus.HELD else None
        candidates = held.candidates(session, reply) if reply.status is ReplyStatus.HELD else ()
        drafts = _drafts(session, reply)
    table(
        Bilingual(ko=f"회신 메일 {reply_id}", en=f"Reply {reply_id}"),
        (Bilingual(ko="항목", en="item"), Bilingual(ko="값", en="value")),
        [
            ("상태 / status", REPLIES[reply.status]),
            ("보낸 사람 / from", mail.sender),
            ("제목 / subject", mail.subject),
            ("도착 / arrived", mail.arrived_at),
            ("공문 / document", number),
            ("분류 / filed by", _filed_by(reply)),
            ("보류 사유 / why it waits", DOUBTS[doubt] if doubt else mail.diagnosis),
        ],
    )
    say((mail.text if full else mail.shown) or "")
    show_files(mail, reply)
    if candidates:
        table(
            Bilingual(ko="후보 공문(가능성이 높은 순서)", en="Candidates, the likeliest first"),
            (
                Bilingual(ko="문서", en="document"),
                Bilingual(ko="문서번호", en="number"),
                Bilingual(ko="기관", en="ministry"),
                Bilingual(ko="사유", en="why"),
            ),
            [
                (c.document_id, c.number, c.ministry, "\n".join(str(r) for r in c.reasons))
                for c in candidates
            ],
        )
        say(f"  gongmun reply file {reply_id} {candidates[0].document_id} --name …")
        say(f"  gongmun reply dismiss {reply_id} --name …")
    if drafts:
        table(
            Bilingual(ko="초안(확인 전)", en="Drafts, not submitted"),
            (
                Bilingual(ko="이송", en="referral"),
                Bilingual(ko="제안", en="suggestion"),
                Bilingual(ko="처리 결과", en="decision"),
                Bilingual(ko="이행과제", en="commitments"),
                Bilingual(ko="사유", en="reason"),
            ),
            drafts,
        )
        say(f"  gongmun reply confirm {reply_id} --name …")
    if reply.status is ReplyStatus.FILED:
        say(f"  gongmun reply unfile {reply_id}")
    if save is not None:
        save_mail(mail, save)


def _filed_by(reply: Reply) -> object:
    return _MATCHED_BY[How(reply.filed_by)] if reply.filed_by in set(How) else reply.filed_by


def _drafts(session: Session, reply: Reply) -> Sequence[Sequence[object]]:
    return [
        (
            referral_id,
            suggestion_queries.by_id(
                session, referral_queries.by_id(session, referral_id).suggestion_id
            ).reference,
            DECISIONS[content.decision] if content.decision else None,
            len(content.commitments) or None,
            content.reason,
        )
        for referral_id, content in confirming.drafts_of(session, reply).items()
    ]


@app.command("file")
def file_(
    reply_id: ReplyId,
    document: Annotated[
        str, typer.Argument(help="공문의 문서번호 또는 번호 / number or id of the document")
    ],
    name: Name,
    as_of: AsOf = None,
) -> None:
    """회신 메일을 공문에 연결합니다. / Say which document a held reply is about."""
    db = wiring.database()
    with db.reading() as session:
        document_id = document_queries.named(session, document).id
    filing.file(
        db,
        reply_id,
        document_id=document_id,
        name=name,
        store=wiring.received_store(),
        scanner=wiring.scanner(),
        ladder=wiring.ladder(),
        now=moment(as_of),
    )
    runs.resume_filing(reply_id)
    with db.reading() as session:
        status = reply_queries.by_id(session, reply_id).status
    done(_OPENED if status is ReplyStatus.FILED else _NOTED)


@app.command("take")
def take_(
    mail_id: Annotated[
        int,
        typer.Argument(
            help="'reply list --automatic'의 번호 / id in `reply list --automatic`",
            min=1,
            max=2**31 - 1,
        ),
    ],
    as_of: AsOf = None,
) -> None:
    """자동 회신으로 잘못 기록한 메일을 회신으로 처리합니다. / Take up as a reply what was taken for automatic."""
    reply_id = replies.take_automatic(
        wiring.database(),
        mail_id,
        store=wiring.received_store(),
        scanner=wiring.scanner(),
        ladder=wiring.ladder(),
        now=moment(as_of),
    )
    done(
        Bilingual(
            ko=f"회신 메일 {reply_id}번이 되었습니다. 'gongmun reply show {reply_id}'로 확인해 주십시오.",
            en=f"It is reply {reply_id} now: see `gongmun reply show {reply_id}`.",
        )
    )


@app.command("unfile")
def unfile_(reply_id: ReplyId, as_of: AsOf = None) -> None:
    """잘못 연결한 회신 메일을 분류 대기로 되돌립니다. / It is not about that document: back to be filed."""
    unfiling.unfile(wiring.database(), reply_id, now=moment(as_of))
    done(
        Bilingual(
            ko="분류 대기로 되돌리고, 이 메일에서 옮긴 글과 파일을 초안에서 뺐습니다. 이미 기록된 접수는 그대로이니 "
            "필요하면 기관에 알려 주십시오. 이제 'gongmun reply file'로 맞는 공문을 지정해 주십시오.",
            en="Back in the holding pen; its text and files are out of the drafts. An acknowledgement that "
            "was recorded stays: tell the ministry if need be. Now file it with `gongmun reply file`.",
        )
    )


@app.command("dismiss")
def dismiss_(reply_id: ReplyId, name: Name, as_of: AsOf = None) -> None:
    """회신이 아니거나 더 처리할 것이 없는 메일로 정리합니다. / It is no reply, or nothing is left to do."""
    filing.dismiss(wiring.database(), reply_id, name=name, now=moment(as_of))
    runs.resume_filing(reply_id)
    done(Bilingual(ko="정리했습니다. 원문은 보관됩니다.", en="Done. The raw mail is kept."))
