"""`gongmun simulate`: the real services over two years, with faults, and whether every promise holds."""

import logging
import time
from typing import Annotated

import typer

from gongmun.cli.output import console, done, errors
from gongmun.errors import GongmunError

_FIRST, _WORLDS = 1, 20


class OneWorldOrMany(GongmunError):
    """One world is asked for and several: one of the two would not be played."""

    code = "simulation.one_or_many"
    ko = "--seed 는 그 세계 하나만 운영합니다. --seed 만, 또는 --first 와 --seeds 만 지정해 주십시오."
    en = "--seed plays that world alone. Give either --seed, or --first and --seeds."


def simulate(
    seed: Annotated[int | None, typer.Option(help="이 세계만 / this world only")] = None,
    first: Annotated[
        int | None, typer.Option(min=0, help="첫 세계, 생략하면 1 / the first world, 1 if left out")
    ] = None,
    seeds: Annotated[
        int | None, typer.Option(min=1, help="세계의 수, 생략하면 20 / how many, 20 if left out")
    ] = None,
    days: Annotated[int, typer.Option(min=2, max=1500, help="일수 / days of each")] = 730,
    forums: Annotated[int, typer.Option(min=1, max=200, help="한 해의 포럼 / forums a year")] = 25,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="동시 실행 수 / at a time")] = 1,
    calm: Annotated[bool, typer.Option("--calm", help="장애 없이 / without faults")] = False,
    shrink: Annotated[bool, typer.Option(help="경위를 줄여 표시 / shorten the story")] = True,
) -> None:
    """두 해를 모의 운영하며 약속이 지켜지는지 확인합니다. / Play two years and try to break every promise.

    어긋난 약속이 있으면 가장 짧은 경위를 보이고 종료 코드 1 / the shortest story, exit code 1
    """
    if seed is not None and (first is not None or seeds is not None):
        raise OneWorldOrMany()
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    from gongmun.simulation import telling
    from gongmun.simulation.plan import draw

    begin = _FIRST if first is None else first
    numbers = range(begin, begin + (seeds or _WORLDS)) if seed is None else [seed]
    plans = [draw(number, days=days, forums_a_year=forums, faults=not calm) for number in numbers]
    begun, ended = time.perf_counter(), []
    with ProcessPoolExecutor(
        min(jobs, len(plans)),
        mp_context=get_context("spawn"),
        # Services tell of every fault that was made: thousands of them.
        initializer=logging.disable,
        max_tasks_per_child=20,
    ) as pool:
        running = [pool.submit(telling.play, plan, shrink=shrink) for plan in plans]
        for finished in as_completed(running):
            told = finished.result()
            ended.append(told)
            if told.holds:
                done(told.figures)
            else:
                console.print(told.story, markup=False)
            failed = sum(not each.holds for each in ended)
            errors.print(f"{len(ended)}/{len(plans)}, 어긋남 {failed} broken")
    done(telling.summary(ended, days=days, seconds=time.perf_counter() - begun))
    if failed:
        raise typer.Exit(1)
