"""`gongmun outcome`: see, approve, return and issue the outcome of a forum."""

from collections.abc import Sequence

import typer
from sqlalchemy.orm import Session

from gongmun import wiring
from gongmun.cli import runs
from gongmun.cli.output import AsOf, Name, OutcomeId, Reason, done, moment, say, table
from gongmun.cli.words import OUTCOMES
from gongmun.documents import Decision, Role
from gongmun.forums import queries
from gongmun.forums.deciding import decide_outcome
from gongmun.forums.issuing import issue_outcomes
from gongmun.forums.life import Status as OutcomeStatus
from gongmun.forums.overview import OutcomeOverview, outcome_overview
from gongmun.referrals.life import Status
from gongmun.suggestions import queries as suggestion_queries
from gongmun.text import Bilingual

app = typer.Typer()


@app.command("list")
def list_() -> None:
    """모든 결과와 상태 / all outcomes."""
    with wiring.database().reading() as session:
        rows = [
            (
                o.id,
                queries.forum(session, o.forum_id).code,
                o.round,
                OUTCOMES[o.status],
                o.drafted_at,
            )
            for o in queries.outcomes_with(session, *OutcomeStatus)
        ]
    table(
        Bilingual(ko="결과", en="Outcomes"),
        (
            Bilingual(ko="번호", en="id"),
            Bilingual(ko="포럼", en="forum"),
            Bilingual(ko="차수", en="round"),
            Bilingual(ko="상태", en="status"),
            Bilingual(ko="기안", en="drafted"),
        ),
        rows,
    )


@app.command("show")
def show(outcome_id: OutcomeId) -> None:
    """결재할 내용을 보여 줍니다. / What there is to decide on."""
    with wiring.database().reading() as session:
        overview = outcome_overview(session, outcome_id, moment(None))
        suggestions = _suggestions(session, outcome_id)
    table(
        Bilingual(
            ko=f"{overview.forum_title_ko} {overview.round}차({OUTCOMES[overview.status].ko})",
            en=f"{overview.forum_title_en}, round {overview.round} ({overview.status})",
        ),
        (
            Bilingual(ko="기관", en="ministry"),
            Bilingual(ko="문서", en="document"),
            Bilingual(ko="문서번호", en="number"),
            Bilingual(ko="주관", en="leading"),
            Bilingual(ko="협조", en="cooperating"),
            Bilingual(ko="대체 글자(〓)", en="replaced"),
        ),
        [
            (
                Bilingual(ko=m.name_ko, en=m.code),
                m.document_id,
                m.number,
                "\n".join(m.lead),
                "\n".join(m.cooperating),
                m.replaced or None,
            )
            for m in overview.ministries
        ],
    )
    table(
        Bilingual(ko="제안", en="Suggestions"),
        (
            Bilingual(ko="제안번호", en="reference"),
            Bilingual(ko="제목", en="title"),
            Bilingual(ko="주관", en="lead"),
        ),
        suggestions,
    )
    for reference in overview.unrouted:
        done(
            Bilingual(
                ko=f"소관이 지정되지 않은 제안: {reference}", en=f"No ministry yet for {reference}"
            )
        )
    if overview.status is OutcomeStatus.DRAFTED and overview.ministries:
        _how_to_go_on(overview)


def _how_to_go_on(overview: OutcomeOverview) -> None:
    """What is decided on can be read first."""
    say(
        "공문을 읽고 승인하거나 반려하려면 / to read a document, then approve or return the outcome:"
    )
    say(f"  gongmun document preview {overview.ministries[0].document_id}")
    for decision in Decision:
        say(f"  gongmun outcome {decision} {overview.outcome_id} --name … --reason …")


def _suggestions(session: Session, outcome_id: int) -> Sequence[Sequence[object]]:
    """What it is about. Titles are for this screen: the overview goes to Prefect and has none."""
    leads = {
        referral.suggestion_id: ministry
        for ministry, referrals in queries.referrals_by_ministry(session, outcome_id)
        for referral in referrals
        if referral.role is Role.LEAD and referral.status is not Status.TRANSFERRED
    }
    suggestions = [(suggestion_queries.by_id(session, id_), leads[id_]) for id_ in sorted(leads)]
    return [
        (suggestion.reference, suggestion.title, Bilingual(ko=lead.name_ko, en=lead.code))
        for suggestion, lead in suggestions
    ]


@app.command("approve")
def approve(outcome_id: OutcomeId, name: Name, reason: Reason, as_of: AsOf = None) -> None:
    """결과를 승인합니다. 공문에 번호를 부여하고 발송합니다. / Approve: documents are numbered, sent."""
    _decide(outcome_id, Decision.APPROVE, name, reason, as_of)


@app.command("return")
def return_(outcome_id: OutcomeId, name: Name, reason: Reason, as_of: AsOf = None) -> None:
    """결과를 반려합니다. / Send an outcome back."""
    _decide(outcome_id, Decision.RETURN, name, reason, as_of)


def _decide(outcome_id: int, decision: Decision, name: str, reason: str, as_of: AsOf) -> None:
    db = wiring.database()
    outcome = decide_outcome(
        db, outcome_id, decision=decision, name=name, reason=reason, now=moment(as_of)
    )
    with db.reading() as session:
        forum = queries.forum(session, outcome.forum_id).code
    resumed = runs.resume_wrap_up(forum)
    approved = decision is Decision.APPROVE
    done(
        Bilingual(
            ko=("승인했습니다. " if approved else "반려했습니다. ")
            + ("대기 중이던 실행이 이어집니다." if resumed else "다음 시행 점검에서 처리됩니다."),
            en=("Approved; " if approved else "Returned; ")
            + ("the waiting run goes on." if resumed else "the next issuing sweep takes it up."),
        )
    )


@app.command("issue")
def issue(as_of: AsOf = None) -> None:
    """결재된 공문을 지금 시행합니다. / Issue all that is approved, now."""
    with wiring.renderer() as renderer:
        issued = issue_outcomes(
            wiring.database(),
            renderer=renderer,
            store=wiring.file_store(),
            now=moment(as_of),
            key=wiring.signer,
        )
    done(
        Bilingual(
            ko=f"공문 {len(issued.documents)}건을 시행하고 메일 {len(issued.enqueued)}통을 발송 대기열에 "
            f"넣었습니다. 실패 {len(issued.failed)}건.",
            en=f"{len(issued.documents)} documents issued, {len(issued.enqueued)} mails queued, "
            f"{len(issued.failed)} failed.",
        )
    )
    if issued.failed:
        reasons = [Bilingual(ko=why.message_ko, en=why.message_en) for _, why in issued.failed]
        for reason in dict.fromkeys(reasons):
            say(reason)
        raise typer.Exit(1)
    if issued.unsigned:
        done(
            Bilingual(
                ko=f"전자서명 없이 시행 {issued.unsigned}건: 서명 키가 설정되지 않았습니다.",
                en=f"{issued.unsigned} issued without a signature: no key is set.",
            )
        )
