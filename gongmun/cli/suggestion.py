"""`gongmun suggestion`: import, see, select and route suggestions."""

from pathlib import Path
from typing import Annotated

import typer

from gongmun import wiring
from gongmun.cli.output import ForumCode, Name, Reason, SuggestionId, done, moment, table
from gongmun.clock import seoul_date
from gongmun.errors import NotFound
from gongmun.forums import queries as forum_queries
from gongmun.forums.redrafting import redraft
from gongmun.forums.routing import route_suggestion, routes_of
from gongmun.organisations import topic
from gongmun.suggestions import (
    ColumnMapping,
    deselect,
    import_file,
    queries,
    select,
    set_topic,
)
from gongmun.suggestions.topics import topic_code
from gongmun.text import Bilingual

app = typer.Typer()


@app.command("import")
def import_(
    forum: ForumCode,
    file: Annotated[Path, typer.Argument(help="제안 파일(CSV, JSON Lines) / the file")],
    mapping: Annotated[Path, typer.Option(help="열 대응 파일(TOML) / column mapping")],
) -> None:
    """제안 파일(CSV, JSON Lines)을 접수합니다. / Import a file of suggestions."""
    db = wiring.database()
    with db.reading() as session:
        forum_id = forum_queries.required_forum(session, forum).id
    report = import_file(db, file, ColumnMapping.load(mapping), forum_id=forum_id, now=moment(None))
    with db.reading() as session:
        problems = queries.problems_of_import(session, report.import_id)
    if problems:
        table(
            Bilingual(ko="확인이 필요한 행", en="Rows to look at"),
            (
                Bilingual(ko="행", en="line"),
                Bilingual(ko="접수", en="taken"),
                Bilingual(ko="사유", en="reason"),
            ),
            [
                (p.line, "×" if p.refused else "○", Bilingual(ko=p.reason_ko, en=p.reason_en))
                for p in problems
            ],
        )
    done(
        Bilingual(
            ko=f"{report.rows}행 가운데 새로 접수 {report.accepted}건, 이미 접수됨 "
            f"{report.already_there}건, 반려 {report.rejected}건입니다.",
            en=f"Of {report.rows} rows {report.accepted} went in, {report.already_there} were there "
            f"already, {report.rejected} were refused.",
        )
    )


@app.command("list")
def list_(
    forum: ForumCode,
    all_: Annotated[
        bool, typer.Option("--all", help="미선정 제안도 함께 / those not selected too")
    ] = False,
) -> None:
    """포럼의 제안과 소관 기관 / a forum's selected suggestions and who is responsible."""
    now = moment(None)
    with wiring.database().reading() as session:
        rows = []
        forum_id = forum_queries.required_forum(session, forum).id
        found = (queries.of_forum if all_ else queries.selected_of_forum)(session, forum_id)
        routes = routes_of(session, found, seoul_date(now))
        for suggestion in found:
            route = routes[suggestion.id]
            rows.append(
                (
                    suggestion.id,
                    suggestion.reference,
                    suggestion.title if suggestion.selected else f"(미선정) {suggestion.title}",
                    suggestion.topic,
                    route.lead if route else "?",
                    ", ".join(route.cooperating) if route else "",
                )
            )
    table(
        Bilingual(
            ko=f"{'제안' if all_ else '선정된 제안'}: {forum}",
            en="Suggestions" if all_ else "Selected suggestions",
        ),
        (
            Bilingual(ko="번호", en="id"),
            Bilingual(ko="제안번호", en="reference"),
            Bilingual(ko="제목", en="title"),
            Bilingual(ko="분야", en="topic"),
            Bilingual(ko="주관", en="lead"),
            Bilingual(ko="협조", en="cooperating"),
        ),
        rows,
    )


@app.command("route")
def route(
    suggestion_id: SuggestionId,
    name: Name,
    reason: Reason,
    lead: Annotated[str, typer.Option(help="주관 기관 코드 / code of the lead ministry")],
    cooperating: Annotated[
        list[str] | None, typer.Option(help="협조 기관 코드(여러 번 지정) / may be repeated")
    ] = None,
) -> None:
    """소관 기관을 지정합니다. / Say which ministries are responsible."""
    db, now = wiring.database(), moment(None)
    route_suggestion(
        db,
        suggestion_id,
        lead=lead,
        cooperating=cooperating or [],
        name=name,
        reason=reason,
        now=now,
    )
    _done(suggestion_id, Bilingual(ko="소관을 지정했습니다.", en="The route is recorded."))


@app.command("topic")
def topic_(
    suggestion_id: SuggestionId,
    code: Annotated[str, typer.Argument(help="분야 코드 / code of the topic")],
) -> None:
    """분야를 지정합니다. 소관 기관은 분야에 따릅니다. / Give the topic, which routes it."""
    db = wiring.database()
    with db.reading() as session:
        if topic(session, topic_code(code)) is None:
            raise NotFound(thing_ko=f"분야 {code}", thing_en=f"topic {code}")
    set_topic(db, suggestion_id, code, now=moment(None))
    _done(suggestion_id, Bilingual(ko="분야를 지정했습니다.", en="The topic is set."))


@app.command("select")
def select_(suggestion_id: SuggestionId) -> None:
    """제안을 선정합니다. / Select a suggestion."""
    select(wiring.database(), suggestion_id, now=moment(None))
    _done(suggestion_id, Bilingual(ko="선정했습니다.", en="Selected."))


@app.command("deselect")
def deselect_(suggestion_id: SuggestionId) -> None:
    """선정을 취소합니다. / Take back the selection."""
    deselect(wiring.database(), suggestion_id, now=moment(None))
    _done(suggestion_id, Bilingual(ko="선정을 취소했습니다.", en="No longer selected."))


def _done(suggestion_id: int, what: Bilingual) -> None:
    """Bring the outcome that waits for approval up to date, and say what was done."""
    if redraft(wiring.database(), suggestion_id, now=moment(None)):
        where = Bilingual(
            ko="결재를 기다리는 결과에 반영했습니다.",
            en="The outcome that waits for approval has it.",
        )
    else:
        where = Bilingual(
            ko="선정된 제안이면 다음 결과 정리에 반영됩니다. 이미 이송된 건은 바뀌지 않습니다.",
            en="If it is selected, the next wrap-up takes it up; what was referred stays as it is.",
        )
    done(Bilingual(ko=f"{what.ko} {where.ko}", en=f"{what.en} {where.en}"))
