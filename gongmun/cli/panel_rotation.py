"""`gongmun panel rotate`, `places`, `seat` and `funnel`: a panel between its waves."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from gongmun import wiring
from gongmun.cli import files
from gongmun.cli.output import AsOf, done, moment, table
from gongmun.cli.panel_steps import say_next
from gongmun.surveys.fieldwork.funnel import Funnel, last_funnel
from gongmun.surveys.fieldwork.names import FUNNEL
from gongmun.surveys.fieldwork.rotation import Rotated, Rules, preview_rotation, rotate_panel
from gongmun.surveys.fieldwork.seating import open_places, seat
from gongmun.surveys.panels import queries
from gongmun.surveys.panels.lines import LARGEST
from gongmun.surveys.panels.pool import write_pool
from gongmun.surveys.panels.publishing import FILES
from gongmun.surveys.panels.quotas import write_quotas
from gongmun.surveys.panels.resting import resting_numbers
from gongmun.text import Bilingual

app = typer.Typer()

Code = Annotated[str, typer.Argument(help="참여단 코드 / code of the panel", metavar="CODE")]


def _a_share(text: str) -> Fraction:
    try:
        share = Fraction(text)
    except (ValueError, ZeroDivisionError):
        share = Fraction(0)
    if not 0 < share <= 1:
        raise typer.BadParameter(
            "0보다 크고 1 이하인 분수로 적어 주십시오. 예: 1/4 / give a share of at most 1, such as 1/4"
        )
    return share


@app.command("rotate")
def rotate(
    code: Code,
    share: Annotated[
        Fraction,
        typer.Option(
            "--share",
            help="물러날 몫, 올림. 예: 1/4 / the share that leaves, rounded up",
            parser=_a_share,
            metavar="SHARE",
        ),
    ],
    rest_months: Annotated[
        int,
        typer.Option("--rest-months", help="쉬는 달 수 / months of rest", min=0, max=120),
    ] = 12,
    leave_open: Annotated[
        bool,
        typer.Option(
            "--leave-open",
            help="예비자로 채우지 않고 새로 추첨 / draw the places anew instead of seating reserves",
        ),
    ] = False,
    name: Annotated[
        str | None,
        typer.Option(
            "--name", help="결정한 사람. 생략하면 미리보기 / who decides; a preview if left out"
        ),
    ] = None,
    as_of: AsOf = None,
) -> None:
    """참여단의 일부를 교체합니다. 먼저 들어온 사람부터 물러나 쉽니다. / Rotate a panel: who began first leaves, and rests.

    --name 없이 실행하면 아무것도 바꾸지 않습니다. / Without --name nothing is changed.
    """
    database, store, now = wiring.database(), wiring.file_store(), moment(as_of)
    rules = Rules(share=share, rest_months=rest_months, by_reserves=not leave_open)
    if name is None:
        found = preview_rotation(database, code, rules, store=store, now=now)
    else:
        found = rotate_panel(database, code, rules, name=name, store=store, now=now)
    _show(found, is_done=name is not None)


def _show(found: Rotated, *, is_done: bool) -> None:
    table(
        Bilingual(
            ko=f"'{found.panel}' 교체{'' if is_done else ' 미리보기'}: {found.wave}회차 뒤",
            en=f"Rotation of '{found.panel}' after its wave {found.wave}{'' if is_done else ', preview'}",
        ),
        (
            Bilingual(ko="물러남", en="leaves"),
            Bilingual(ko="특성", en="traits"),
            Bilingual(ko="활동 회차", en="waves"),
            Bilingual(ko="쉬는 기간", en="rests until"),
            Bilingual(ko="이어받음", en="followed by"),
            Bilingual(ko="다른 점", en="differs in"),
        ),
        [
            (
                each.number,
                ", ".join(each.traits),
                each.waves,
                each.rests_until,
                each.followed_by or "–",
                ", ".join(each.differs),
            )
            for each in found.leaves
        ],
    )
    if found.open:
        table(
            Bilingual(ko="비는 자리", en="Open places"),
            (Bilingual(ko="특성", en="traits"), Bilingual(ko="자리", en="places")),
            [(", ".join(traits), count) for traits, count in sorted(found.open.items())],
        )
    places = sum(found.open.values())
    done(
        Bilingual(
            ko=f"{len(found.leaves)}명이 물러나고 {found.stays}명이 남습니다. 예비자가 잇는 자리 "
            f"{len(found.leaves) - places}, 비는 자리 {places}.",
            en=f"{len(found.leaves)} leave, {found.stays} stay; seats taken by reserves: "
            f"{len(found.leaves) - places}, open: {places}.",
        )
    )
    if not is_done:
        done(
            Bilingual(
                ko="아직 아무것도 바꾸지 않았습니다. 이대로 교체하려면 --name 에 성명을 적어 다시 실행해 주십시오.",
                en="Nothing was changed. To do this, run it again with your --name.",
            )
        )
    elif places:
        say_next(
            f"gongmun panel places {found.panel} --out DIR 로 빈자리를 추첨할 명단과 할당을 만들어 주십시오.",
            f"gongmun panel places {found.panel} --out DIR writes what a draw of the open places begins from.",
        )


@app.command("resting")
def resting(
    people: Annotated[
        Path,
        typer.Argument(
            help="연락처 파일(CSV: id, contact) / who is behind the numbers", metavar="PEOPLE"
        ),
    ],
    as_of: AsOf = None,
) -> None:
    """연락처 파일에서 쉬는 중인 사람의 번호 / the numbers of a file of contacts whose people rest

    명단을 공개하기 전에 이 번호를 명단에서 빼 주십시오. / Take them out of the pool before it is published.
    """
    found = resting_numbers(wiring.database(), files.read(people, LARGEST), now=moment(as_of))
    table(
        Bilingual(ko="쉬는 사람", en="People who rest"),
        (Bilingual(ko="번호", en="number"),),
        [(number,) for number in found],
    )


@app.command("places")
def places_(
    code: Code,
    out: Annotated[
        Path, typer.Option("--out", help="저장할 폴더 / the folder to write", metavar="DIR")
    ],
    as_of: AsOf = None,
) -> None:
    """빈자리를 추첨할 명단과 할당을 저장합니다. / Write the pool and the quotas of a draw for the open places.

    쉬는 사람과 그 세대에 속한 사람, 그만두거나 동의를 철회한 사람은 명단에 없습니다. / Who rests, who is of his household, who left and who
    withdrew are not in it.
    """
    found = open_places(wiring.database(), code, store=wiring.file_store(), now=moment(as_of))
    pool, quotas = out / "pool.csv", out / "quotas.csv"
    files.save(write_pool(found.pool), pool)
    files.save(write_quotas(found.quotas).encode(), quotas)
    done(
        Bilingual(
            ko=f"빈자리 {found.quotas.size}, 추첨 대상 {len(found.pool.people)}명: {pool}, {quotas}",
            en=f"{found.quotas.size} open places, {len(found.pool.people)} candidates: {pool}, {quotas}",
        )
    )
    say_next(
        f"gongmun panel lottery {pool} --size {found.quotas.size} --quotas {quotas} --out DIR, commit, draw 를 거쳐 "
        f"gongmun panel seat {code} DIR 을 실행해 주십시오.",
        f"gongmun panel lottery {pool} --size {found.quotas.size} --quotas {quotas} --out DIR, commit, draw, then "
        f"gongmun panel seat {code} DIR.",
    )


@app.command("seat")
def seat_(
    code: Code,
    folder: Annotated[
        Path, typer.Argument(help="공개한 추첨 폴더 / the folder of the draw", metavar="DIR")
    ],
    as_of: AsOf = None,
) -> None:
    """빈자리 추첨을 검증하고 자리를 채웁니다. / Verify a draw of the open places, and seat those who were drawn."""
    published = {name: files.read(folder / name, LARGEST) for name in FILES}
    count = seat(wiring.database(), code, published, store=wiring.file_store(), now=moment(as_of))
    done(
        Bilingual(
            ko=f"'{code}'의 빈자리를 {count}명으로 채웠습니다.",
            en=f"{count} people were seated in '{code}'.",
        )
    )


@app.command("funnel")
def funnel_(
    code: Code,
    as_json: Annotated[bool, typer.Option("--json", help="JSON으로 / as JSON")] = False,
) -> None:
    """모집 안내부터 응답까지 남은 사람 수 / how many were left at each step, from the invitation to the answer"""
    with wiring.database().reading() as session:
        found = last_funnel(session, queries.panel(session, code))
    if as_json:
        typer.echo(json.dumps(_as_data(code, found), ensure_ascii=False, indent=2))
        return
    table(
        Bilingual(
            ko=f"'{code}'의 참여 단계"
            + (f": {found.series} {found.wave}회차까지" if found.wave else ""),
            en=f"The funnel of '{code}'"
            + (f" up to wave {found.wave} of {found.series}" if found.wave else ""),
        ),
        (
            Bilingual(ko="단계", en="step"),
            Bilingual(ko="사람", en="people"),
            Bilingual(ko="앞 단계 대비", en="of the step before"),
        ),
        [
            (
                FUNNEL[step],
                Bilingual(ko="세지 않음", en="not counted") if count is None else f"{count:,}",
                f"{count / before:.1%}" if before and count is not None else "–",
            )
            for (step, count), before in zip(found.steps, found.before, strict=True)
        ],
    )


def _as_data(code: str, found: Funnel) -> dict[str, object]:
    return {
        "panel": code,
        "series": found.series,
        "wave": found.wave,
        **{str(step): count for step, count in found.steps},
        "retention": found.retention,
    }
