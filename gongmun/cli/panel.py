"""`gongmun panel`: quotas, and a draw in public steps that anybody can verify (docs/sortition.md)."""

from pathlib import Path
from typing import Annotated

import typer

from gongmun.cli import files, panel_calls, panel_members, panel_rotation, panel_steps
from gongmun.cli.output import done, table
from gongmun.cli.panel_steps import keep, save, say_next
from gongmun.surveys.panels.lines import LARGEST
from gongmun.surveys.panels.lottery import TICKETS, tightest
from gongmun.surveys.panels.margins import margins
from gongmun.surveys.panels.pool import Pool, read_pool
from gongmun.surveys.panels.publishing import LOTTERY, POOL, read_lottery
from gongmun.surveys.panels.quotas import Quotas, from_margins, read_quotas, write_quotas
from gongmun.surveys.panels.relaxing import relax
from gongmun.surveys.panels.steps import fix_lottery
from gongmun.text import Bilingual

app = typer.Typer()

PoolFile = Annotated[Path, typer.Argument(help="참여 희망자 명단(CSV) / the pool", metavar="POOL")]
Size = Annotated[int, typer.Option("--size", help="뽑을 인원 / how many to draw", min=1, max=9_999)]
QuotaFile = Annotated[
    Path | None,
    typer.Option(
        "--quotas",
        help="할당 파일(CSV), 생략하면 주민등록 인구 비율 / your quotas; by residents if left out",
        metavar="FILE",
    ),
]


@app.command("quotas")
def quotas_(
    size: Size,
    output: Annotated[
        Path | None,
        typer.Option("--output", help="저장할 파일 / the file to write", metavar="FILE"),
    ] = None,
) -> None:
    """주민등록 인구 비율에 따른 할당 / quotas by sex, age group and province, from the residents.

    --output 으로 저장한 파일을 고쳐 --quotas 로 사용할 수 있습니다. / The file can be edited and used as --quotas.
    """
    found = from_margins(margins(), size)
    if output is not None:
        files.save(write_quotas(found).encode(), output)
        done(Bilingual(ko=f"할당을 저장했습니다: {output}", en=f"The quotas were saved: {output}"))
        return
    table(
        Bilingual(ko=f"{size}명의 할당", en=f"Quotas for a panel of {size}"),
        (
            Bilingual(ko="항목", en="feature"),
            Bilingual(ko="값", en="value"),
            Bilingual(ko="최소", en="min"),
            Bilingual(ko="최대", en="max"),
        ),
        [(cell.feature, cell.value, cell.least, cell.most) for cell in found.cells],
    )
    done(margins().source)


@app.command("explain")
def explain(pool_file: PoolFile, size: Size, quota_file: QuotaFile = None) -> None:
    """명단으로 할당을 채울 수 있는지 확인합니다. / Whether the pool can meet the quotas, and what to change if not.

    채울 수 없으면 가장 적게 고치는 방법을 칸별로 보여 주고 종료 코드 1 / exit code 1, with the smallest change by cell.
    """
    pool, quotas = _read(pool_file, size, quota_file)
    found = relax(pool, quotas)
    if not found:
        done(
            Bilingual(
                ko=f"참여 희망자 {len(pool.people):,}명으로 할당을 모두 채울 수 있습니다.",
                en=f"The pool of {len(pool.people):,} can meet all quotas.",
            )
        )
        return
    table(
        Bilingual(ko="할당을 채울 수 없습니다", en="The quotas cannot be met"),
        (
            Bilingual(ko="항목", en="feature"),
            Bilingual(ko="값", en="value"),
            Bilingual(ko="할당", en="asked for"),
            Bilingual(ko="명단", en="in the pool"),
            Bilingual(ko="주소", en="addresses"),
            Bilingual(ko="제안", en="proposed"),
        ),
        [
            (
                each.cell.feature,
                each.cell.value,
                f"{each.cell.least}~{each.cell.most}",
                each.have,
                each.addresses,
                f"{each.least}~{each.most}",
            )
            for each in found
        ],
    )
    raise typer.Exit(1)


@app.command("lottery")
def lottery_(
    pool_file: PoolFile,
    size: Size,
    out: Annotated[
        Path, typer.Option("--out", help="공개 파일을 둘 폴더 / the folder to write", metavar="DIR")
    ],
    quota_file: QuotaFile = None,
    tickets: Annotated[
        int, typer.Option("--tickets", help="추첨권 수 / number of tickets", min=1, max=1_000_000)
    ] = TICKETS,
) -> None:
    """1단계: 명단과 추첨안을 확정합니다. / Step 1: fix the pool and the lottery, to be published.

    이름과 주소는 공개 파일에 들어가지 않습니다. / Neither names nor addresses are in the published files.
    """
    keep(out, POOL, LOTTERY)
    pool, quotas = _read(pool_file, size, quota_file)
    made = fix_lottery(pool, quotas, tickets)
    save(made, out)
    proof = read_lottery(made[LOTTERY], pool).lottery.proof
    feature, value, most, people = tightest(pool, quotas)
    done(
        Bilingual(
            ko=f"1단계를 마쳤습니다: 참여 희망자 {len(pool.people):,}명, 인원 {size}명, 추첨권 {tickets:,}장.",
            en=f"Step 1 is done: {len(pool.people):,} people, {size} seats, {tickets:,} tickets.",
        )
    )
    done(
        Bilingual(
            ko=f"당첨 확률은 {proof.value:.2%}에서 {proof.highest:.2%}까지입니다. 할당을 지키는 어떤 추첨도 가장 낮은 확률이 "
            f"{proof.bound:.2%}를 넘을 수 없습니다(차이 {proof.gap:.1e}, 추첨권 반올림 오차 최대 {proof.loss:.3%}).",
            en=f"Chances are from {proof.value:.2%} to {proof.highest:.2%}. No lottery that meets the quotas gives everybody more than "
            f"{proof.bound:.2%} (gap {proof.gap:.1e}; rounding to tickets changes a chance by at most {proof.loss:.3%}).",
        )
    )
    done(
        Bilingual(
            ko=f"가장 경쟁이 높은 칸: {feature} {value}, {people:,}명 가운데 최대 {most}명",
            en=f"The narrowest cell: {feature} {value}, at most {most} of {people:,}.",
        )
    )
    say_next(
        f"{out}을(를) 공개한 뒤 gongmun panel commit 을 실행해 주십시오.",
        f"publish {out}, then gongmun panel commit.",
    )


def _read(pool_file: Path, size: int, quota_file: Path | None) -> tuple[Pool, Quotas]:
    if quota_file is None:
        quotas = from_margins(margins(), size)
    else:
        quotas = read_quotas(files.read(quota_file, LARGEST + 1), quota_file.name, size)
    return read_pool(files.read(pool_file, LARGEST + 1), pool_file.name, quotas), quotas


app.add_typer(panel_steps.app)
app.add_typer(panel_members.app)
app.add_typer(panel_rotation.app)
app.add_typer(panel_calls.app, name="call")
