"""`gongmun answer`: review the ministries' answers; publish them, or send them back."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from gongmun import wiring
from gongmun.answers import deciding, queries
from gongmun.answers.files import files_of
from gongmun.answers.models import AnswerFile
from gongmun.answers.names import CHANNELS, COMMITMENTS, RESPONSES
from gongmun.cli.files import save as save_file
from gongmun.cli.output import AsOf, Name, ResponseId, done, moment, say, table
from gongmun.organisations import queries as organisation_queries
from gongmun.referrals import queries as referral_queries
from gongmun.referrals.models import ResponseStatus
from gongmun.referrals.names import DECISIONS, ROLES
from gongmun.suggestions import queries as suggestion_queries
from gongmun.text import Bilingual

app = typer.Typer()

_PUBLISHED = Bilingual(ko="공개했습니다.", en="Published.")
_PUBLISHED_WITH_COMMITMENTS = Bilingual(
    ko="공개했습니다. 이행과제는 기한에 맞추어 점검합니다.",
    en="Published. Its commitments are chased on their dates.",
)
_NOT_IN_FORCE = Bilingual(ko="공개 전", en="not published")


@app.command("list")
def list_(
    all_: Annotated[
        bool, typer.Option("--all", help="처리한 것도 함께 / decided ones too")
    ] = False,
) -> None:
    """공개 전에 확인할 회신 / answers that wait to be published."""
    statuses = frozenset(ResponseStatus) if all_ else {ResponseStatus.RECEIVED}
    with wiring.database().reading() as session:
        rows = [
            (
                response.id,
                suggestion.reference,
                Bilingual(
                    ko=f"{organisation.name_ko}({ROLES[referral.role].ko})",
                    en=f"{organisation.code}, {ROLES[referral.role].en}",
                ),
                DECISIONS[response.decision],
                response.received_at,
                RESPONSES[response.status],
            )
            for response, referral, suggestion, organisation in queries.responses_with(
                session, statuses
            )
        ]
    table(
        Bilingual(ko="회신", en="Answers"),
        (
            Bilingual(ko="번호", en="id"),
            Bilingual(ko="제안", en="suggestion"),
            Bilingual(ko="기관(구분)", en="ministry, role"),
            Bilingual(ko="처리 결과", en="decision"),
            Bilingual(ko="접수", en="received"),
            Bilingual(ko="상태", en="status"),
        ),
        rows,
    )


@app.command("show")
def show(response_id: ResponseId) -> None:
    """회신 한 건의 내용 / one answer: decision, reason, commitments, files."""
    with wiring.database().reading() as session:
        response = queries.response(session, response_id)
        referral = referral_queries.by_id(session, response.referral_id)
        suggestion = suggestion_queries.by_id(session, referral.suggestion_id)
        organisation = organisation_queries.by_id(session, referral.organisation_id)
        commitments = queries.commitments_of(session, response_id)
        files = files_of(session, referral.id, response_id=response_id)
    say(suggestion.reference, suggestion.title)
    table(
        Bilingual(ko=f"회신 {response_id}", en=f"Answer {response_id}"),
        (Bilingual(ko="항목", en="item"), Bilingual(ko="값", en="value")),
        [
            ("기관 / ministry", Bilingual(ko=organisation.name_ko, en=organisation.name_en)),
            ("이송 / referral", referral.id),
            ("처리 결과 / decision", DECISIONS[response.decision]),
            ("예정일 / promised", response.promised_on),
            ("접수 / received", response.received_at),
            ("상태 / status", RESPONSES[response.status]),
            ("처리자 / decided by", response.decided_by),
        ],
    )
    say(response.reason)
    if response.note:
        say(Bilingual(ko="[보완 사유]", en="[note]"), response.note)
    if commitments:
        table(
            Bilingual(ko="이행과제", en="Commitments"),
            (
                Bilingual(ko="번호", en="id"),
                Bilingual(ko="내용", en="what"),
                Bilingual(ko="담당", en="by whom"),
                Bilingual(ko="기한", en="by when"),
                Bilingual(ko="상태", en="status"),
            ),
            [
                (
                    c.id,
                    c.text,
                    c.owner,
                    c.due_on,
                    # Nobody is held to what is not public.
                    COMMITMENTS[c.status]
                    if response.status is ResponseStatus.PUBLISHED
                    else _NOT_IN_FORCE,
                )
                for c in commitments
            ],
        )
    _list_files(files)


@app.command("files")
def files_(
    response_id: ResponseId,
    save: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="저장할 폴더 / where to save them")
    ] = None,
) -> None:
    """회신에 붙은 파일 / the files of an answer."""
    with wiring.database().reading() as session:
        response = queries.response(session, response_id)
        files = files_of(session, response.referral_id, response_id=response_id)
    if not files:
        done(Bilingual(ko="붙은 파일이 없습니다.", en="It has no files."))
        return
    _list_files(files)
    if save is not None:
        for number, file in enumerate(files, 1):
            # Two files may have one name; a name was cleaned when it came in.
            save_file(
                wiring.received_store().get(file.sha256), save / f"{number:02d} {file.filename}"
            )
        done(
            Bilingual(ko=f"{len(files)}개를 저장했습니다: {save}", en=f"Saved {len(files)}: {save}")
        )


def _list_files(files: Sequence[AnswerFile]) -> None:
    if not files:
        return
    table(
        Bilingual(ko="파일", en="Files"),
        (
            Bilingual(ko="이름", en="name"),
            Bilingual(ko="형식", en="type"),
            Bilingual(ko="바이트", en="bytes"),
            Bilingual(ko="경로", en="by"),
            Bilingual(ko="SHA-256", en=""),
        ),
        [(f.filename, f.media_type, f"{f.size:,}", CHANNELS[f.channel], f.sha256) for f in files],
    )


@app.command("send-back")
def send_back(
    response_id: ResponseId,
    note: Annotated[
        str, typer.Option(help="보완 사유, 기관에 전합니다 / what the ministry is told")
    ],
    name: Name,
    as_of: AsOf = None,
) -> None:
    """회신의 보완을 요청합니다. / Send an answer back to its ministry, with a note."""
    deciding.send_back(
        wiring.database(),
        response_id,
        note=note,
        name=name,
        ladder=wiring.ladder(),
        now=moment(as_of),
    )
    done(
        Bilingual(
            ko="보완을 요청했습니다. 기관에 메일을 보내며 회신 기한은 다시 계산됩니다.",
            en="Sent back. The ministry gets a mail, and its clock goes on.",
        )
    )


@app.command("publish")
def publish(response_id: ResponseId, name: Name, as_of: AsOf = None) -> None:
    """회신을 공개하고 이송을 종결합니다. / Publish an answer; its referral is closed."""
    db = wiring.database()
    deciding.publish(db, response_id, name=name, now=moment(as_of))
    with db.reading() as session:
        promises = queries.commitments_of(session, response_id)
    done(_PUBLISHED_WITH_COMMITMENTS if promises else _PUBLISHED)
