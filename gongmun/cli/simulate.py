"""`gongmun simulate`: the real services over two years, with faults, and whether every promise holds."""

import logging
import time
from typing import Annotated

import typer

from gongmun.cli.output import console, done, errors
from gongmun.text import Bilingual


def simulate(
    seed: Annotated[int | None, typer.Option(help="이 세계만 / this world only")] = None,
    first: Annotated[int, typer.Option(min=0, help="첫 세계 / the first world")] = 1,
    seeds: Annotated[int, typer.Option(min=1, help="세계의 수 / how many worlds")] = 20,
    days: Annotated[int, typer.Option(min=2, max=1500, help="일수 / days of each")] = 730,
    forums: Annotated[int, typer.Option(min=1, max=200, help="한 해의 포럼 / forums a year")] = 25,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="동시 실행 수 / at a time")] = 1,
    calm: Annotated[bool, typer.Option("--calm", help="장애 없이 / without faults")] = False,
    shrink: Annotated[bool, typer.Option(help="경위를 줄여 표시 / shorten the story")] = True,
) -> None:
    """두 해를 모의 운영하며 약속이 지켜지는지 확인합니다. / Play two years and try to break every promise.

    어긋난 약속이 있으면 가장 짧은 경위를 보이고 종료 코드 1 / the shortest story, exit code 1
    """
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    from gongmun.simulation import telling
    from gongmun.simulation.plan import draw

    numbers = range(first, first + seeds) if seed is None else [seed]
    plans = [draw(number, days=days, forums_a_year=forums, faults=not calm) for number in numbers]
    begun, failed = time.perf_counter(), 0
    with ProcessPoolExecutor(
        min(jobs, len(plans)),
        mp_context=get_context("spawn"),
        # Services tell of every fault that was made: thousands of them.
        initializer=logging.disable,
        max_tasks_per_child=20,
    ) as pool:
        running = [pool.submit(telling.play, plan, shrink=shrink) for plan in plans]
        for count, finished in enumerate(as_completed(running), start=1):
            told = finished.result()
            failed += not told.holds
            console.print(told.figures if told.holds else told.story, markup=False)
            errors.print(f"{count}/{len(plans)}, ✗ {failed}")
    years, minutes = len(plans) * days / 365, (time.perf_counter() - begun) / 60
    done(
        Bilingual(
            ko=f"세계 {len(plans)}개를 {years:.0f}년 운영하였습니다. 어긋난 세계 {failed}개, 1분에 {years / minutes:.1f}년.",
            en=f"{len(plans)} worlds, {years:.0f} years: {failed} broken; {years / minutes:.1f} simulated years a minute.",
        )
    )
    if failed:
        raise typer.Exit(1)
