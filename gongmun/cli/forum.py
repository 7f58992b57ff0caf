"""`gongmun forum`: register forums, see them, wrap one up."""

from pathlib import Path
from typing import Annotated

import typer

from gongmun import wiring
from gongmun.cli.output import ForumCode, done, moment, table
from gongmun.cli.words import OUTCOMES
from gongmun.forums import queries
from gongmun.forums.registering import read_forum, register_forum
from gongmun.forums.wrapping_up import require_ended
from gongmun.suggestions import queries as suggestion_queries
from gongmun.text import Bilingual

app = typer.Typer()


@app.command("add")
def add(
    file: Annotated[Path, typer.Argument(help="포럼 파일(forum.toml) / the forum's file")],
) -> None:
    """포럼을 등록하거나 고칩니다. / Register a forum, or change it."""
    forum = read_forum(file)
    register_forum(wiring.database(), forum, now=moment(None))
    done(
        Bilingual(
            ko=f"포럼을 등록했습니다({forum.code}). 종료일이 되면 결과 정리가 예약됩니다.",
            en=f"Forum {forum.code} is registered; its wrap-up is scheduled for its end.",
        )
    )


@app.command("list")
def list_() -> None:
    """포럼 목록 / all forums."""
    with wiring.database().reading() as session:
        rows = []
        for forum in queries.forums(session):
            counts = suggestion_queries.counts(session, forum.id)
            outcome = queries.latest_outcome(session, forum.id)
            rows.append(
                (
                    forum.code,
                    forum.title_ko,
                    forum.ends_at,
                    counts.all,
                    counts.selected,
                    OUTCOMES[outcome.status] if outcome else None,
                )
            )
    table(
        Bilingual(ko="포럼", en="Forums"),
        (
            Bilingual(ko="코드", en="code"),
            Bilingual(ko="제목", en="title"),
            Bilingual(ko="종료", en="end"),
            Bilingual(ko="제안", en="suggestions"),
            Bilingual(ko="선정", en="selected"),
            Bilingual(ko="결과", en="outcome"),
        ),
        rows,
    )


@app.command("wrap-up")
def wrap_up(code: ForumCode) -> None:
    """결과 정리를 지금 시작합니다(Prefect 실행). / Start the wrap-up now, as a run in Prefect."""
    from gongmun.cli import runs

    with wiring.database().reading() as session:
        require_ended(queries.required_forum(session, code), moment(None))
    name = runs.start_wrap_up(code)
    done(
        Bilingual(
            ko=f"결과 정리를 시작했습니다: {name}", en=f"The wrap-up has been started: {name}"
        )
    )
