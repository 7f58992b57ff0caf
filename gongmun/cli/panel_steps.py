"""The steps of a draw after its lottery was fixed: `gongmun panel commit`, `draw` and `verify`."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from gongmun.cli import files
from gongmun.cli.output import done, table
from gongmun.errors import GongmunError
from gongmun.surveys.panels.lines import LARGEST
from gongmun.surveys.panels.publishing import (
    COMMITMENT,
    DRAW,
    FILES,
    LOTTERY,
    POOL,
    read_commitment,
    read_draw,
    read_pool_file,
)
from gongmun.surveys.panels.steps import commit, reveal
from gongmun.surveys.panels.verifying import verify
from gongmun.text import Bilingual

app = typer.Typer()

Folder = Annotated[
    Path, typer.Argument(help="공개 파일을 둔 폴더 / the folder of published files", metavar="DIR")
]
SeedFile = Annotated[
    Path,
    typer.Option(
        "--seed-file",
        help="비밀 시드를 두는 파일. 공개 폴더 밖이어야 합니다 / where the secret seed is kept",
        metavar="FILE",
    ),
]


class AlreadyThere(GongmunError):
    """A step that was taken already: its file is never written over."""

    code = "panel.already_there"
    ko = "{path}이(가) 이미 있습니다. 공개한 파일은 바꾸지 않습니다. 다시 하려면 다른 폴더를 지정해 주십시오."
    en = "{path} is there already, and what was published is not changed. To start over, name another folder."


class SeedPublished(GongmunError):
    """The secret seed would lie among the published files."""

    code = "panel.seed_published"
    ko = "시드 파일 {path}이(가) 공개 폴더 안에 있습니다. 공개되지 않는 곳을 지정해 주십시오."
    en = "The seed file {path} lies in the published folder. Name a place that is not published."


@app.command("commit")
def commit_(
    folder: Folder,
    seed_file: SeedFile,
    source: Annotated[
        str,
        typer.Option(
            "--source",
            help='아직 나오지 않은 공개 난수. 예: "동행복권 로또 6/45 제1255회 당첨번호" / a public number to come',
        ),
    ] = "",
) -> None:
    """2단계: 비밀 시드를 만들고 확약값을 공개합니다. / Step 2: make a secret seed, and commit to it in public.

    --source 로 예고한 공개 난수를 함께 쓰면 주관 기관도 결과를 고를 수 없습니다. / With --source not even the office can choose.
    """
    keep(folder, COMMITMENT)
    if folder.resolve() in seed_file.resolve().parents:
        raise SeedPublished(path=seed_file)
    if seed_file.exists():
        raise AlreadyThere(path=seed_file)
    given = _load(folder, POOL, LOTTERY)
    seed = secrets.token_hex(32)
    made = commit(given, seed, source)
    # Nobody but who runs this may read it, from the first byte on.
    files.save(b"", seed_file)
    seed_file.chmod(0o600)
    files.save(f"{seed}\n".encode(), seed_file)
    save(made, folder)
    committed = read_commitment(made[COMMITMENT])
    done(
        Bilingual(
            ko=f"2단계를 마쳤습니다. 확약값: {committed.commitment}",
            en=f"Step 2 is done. The commitment is {committed.commitment}",
        )
    )
    if not committed.source:
        done(
            Bilingual(
                ko="공개 난수를 예고하지 않았습니다. 시드를 고른 기관이 결과를 미리 알 수 있다는 점이 검증 결과에 적힙니다.",
                en="No public number was announced: the verification will say that the office could know the outcome.",
            )
        )
    say_next(
        f"{folder / COMMITMENT}을(를) 공개하고, 추첨일에 gongmun panel draw 를 실행해 주십시오.",
        f"publish {folder / COMMITMENT}; on the day of the draw, gongmun panel draw.",
    )


@app.command("draw")
def draw_(
    folder: Folder,
    seed_file: SeedFile,
    public: Annotated[
        str,
        typer.Option(
            "--public",
            help='예고한 공개 난수. 예: "3 11 17 24 38 42" / the public number announced',
        ),
    ] = "",
) -> None:
    """3단계: 시드를 공개하고 추첨합니다. / Step 3: reveal the seed and draw."""
    keep(folder, DRAW)
    given = _load(folder, POOL, LOTTERY, COMMITMENT)
    seed = files.read(seed_file, 1_000).decode(errors="replace").strip()
    made = reveal(given, seed, public)
    save(made, folder)
    drawn = read_draw(made[DRAW]).draw
    pool = {person.id: person for person in read_pool_file(given[POOL]).people}
    table(
        Bilingual(
            ko=f"선정자 {len(drawn.members)}명(추첨권 {drawn.ticket:03}번)",
            en=f"{len(drawn.members)} members, by ticket {drawn.ticket:03}",
        ),
        (Bilingual(ko="번호", en="id"), Bilingual(ko="특성", en="traits")),
        [(id_, ", ".join(pool[id_].traits)) for id_ in drawn.members],
    )
    say_next(
        f"{folder / DRAW}을(를) 공개해 주십시오. 누구나 gongmun panel verify 로 검증할 수 있습니다.",
        f"publish {folder / DRAW}; anybody can run gongmun panel verify.",
    )


@app.command("verify")
def verify_(folder: Folder) -> None:
    """공개 파일만으로 추첨을 다시 하여 검증합니다. / Draw again from the published files alone, and compare.

    하나라도 다르거나 아직 추첨하지 않았으면 종료 코드 1 / exit code 1 where anything differs, or nothing is drawn yet.
    """
    present = {
        name: files.read(folder / name, LARGEST) for name in FILES if (folder / name).is_file()
    }
    # Step 1 publishes pool and lottery together: a pool alone is a list of people, not a draw that is under way.
    if tuple(present) in (FILES[:2], FILES[:3]):
        done(
            Bilingual(
                ko=f"아직 추첨하지 않았습니다. 추첨 결과({DRAW})가 공개된 뒤 검증할 수 있습니다.",
                en=f"Not drawn yet: it can be verified once the outcome ({DRAW}) is published.",
            )
        )
        raise typer.Exit(1)
    checks = verify(present)
    table(
        Bilingual(ko="추첨 검증", en="Verification of the draw"),
        (
            Bilingual(ko="확인한 것", en="checked"),
            Bilingual(ko="결과", en="result"),
            Bilingual(ko="내용", en="found"),
        ),
        [
            (
                each.name,
                Bilingual(ko="일치", en="holds")
                if each.passed
                else Bilingual(ko="불일치", en="FAILS"),
                each.found,
            )
            for each in checks
        ],
    )
    if not all(each.passed for each in checks):
        done(
            Bilingual(
                ko="공개된 대로 추첨된 것이 아닙니다. 위의 불일치를 확인해 주십시오.",
                en="This draw is not as published: see what fails above.",
            )
        )
        raise typer.Exit(1)
    done(
        Bilingual(
            ko="모두 일치합니다: 공개된 명단·할당·시드에서 이 결과가 나옵니다.",
            en="All of it holds: this outcome follows from the published pool, quotas and seed.",
        )
    )


def _load(folder: Path, *names: str) -> dict[str, bytes]:
    return {name: files.read(folder / name, LARGEST) for name in names}


def save(made: Mapping[str, bytes], folder: Path) -> None:
    """Write the files of a step."""
    for name, content in made.items():
        files.save(content, folder / name)


def keep(folder: Path, *names: str) -> None:
    """Raises AlreadyThere where one of the files is there: what was published stays."""
    there = (folder / name for name in names if (folder / name).exists())
    for path in there:
        raise AlreadyThere(path=path)


def say_next(ko: str, en: str) -> None:
    """Say what comes next."""
    done(Bilingual(ko=f"다음: {ko}", en=f"Next: {en}"))
