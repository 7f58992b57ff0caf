"""What a run is told as: figures where every promise held, else the shortest story that breaks one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gongmun.simulation.names import FAULTS, TOTALS
from gongmun.simulation.plan import (
    Fault,
    LateHoliday,
    Outage,
    Part,
    Plan,
    PlannedForum,
    Reorganisation,
)
from gongmun.simulation.running import Report, run
from gongmun.simulation.shrinking import shrink as shrunk
from gongmun.text import Bilingual

# Of a story that could not be shortened the end is told.
_EVENTS = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A run as a person reads it; it passes from process to process.

    `tested`: some mail was to leave. Without one there was nothing that a promise could break on.
    """

    seed: int
    holds: bool
    tested: bool
    figures: Bilingual
    story: str


def play(plan: Plan, *, shrink: bool = True) -> Told:
    """Play a world, and shorten it where it breaks a promise."""
    report = run(plan)
    if not report.holds and shrink:
        report = shrunk(report, run)
    return Told(
        seed=plan.seed,
        holds=report.holds,
        tested=bool(report.counts.get("mails")),
        figures=figures(report),
        story="" if report.holds else story(report),
    )


def figures(report: Report) -> Bilingual:
    """What happened, in numbers."""
    plan, days = report.plan, _span(report.plan.days)
    there_was, faults = _counted(TOTALS, report.counts), _counted(FAULTS, report.counts)
    return Bilingual(
        ko=f"세계 {plan.seed}: {days.ko}. {there_was.ko}. 장애: {faults.ko}. 프로세스 재시작 {report.restarts}.",
        en=f"World {plan.seed}: {days.en}. {there_was.en}. Faults: {faults.en}. Restarts {report.restarts}.",
    )


def _counted(names: Mapping[str, Bilingual], counts: Mapping[str, int]) -> Bilingual:
    there = [(name, counts[key]) for key, name in names.items() if counts.get(key)]
    return Bilingual(
        ko=", ".join(f"{name.ko} {number:,}" for name, number in there) or "없음",
        en=", ".join(f"{name.en} {number:,}" for name, number in there) or "none",
    )


def summary(told: Sequence[Told], *, days: int, seconds: float) -> Bilingual:
    """How many worlds of so many `days` broke a promise or put none to the test, and how fast they were played."""
    played, a_minute = _span(len(told) * days), _span(len(told) * days * 60 / seconds)
    broken = sum(not each.holds for each in told)
    idle = sum(each.holds and not each.tested for each in told)
    tested = len(told) - idle
    said = [
        Bilingual(
            ko=f"세계 {len(told):,}개를 합하여 {played.ko} 운영하였습니다(1분에 {a_minute.ko}).",
            en=f"Worlds: {len(told):,}, {played.en} in all ({a_minute.en} a minute).",
        ),
    ]
    if tested:
        said.append(
            Bilingual(
                ko=f"약속이 어긋난 세계 {broken:,}개, 모두 지켜진 세계 {tested - broken:,}개.",
                en=f"A promise was broken in {broken:,}; all were kept in {tested - broken:,}.",
            )
        )
    if idle:
        said.append(
            Bilingual(
                ko=f"보낼 메일이 없어 약속을 시험하지 못한 세계 {idle:,}개: --days 나 --forums 를 늘려 주십시오.",
                en=f"In {idle:,} no mail was to leave, so nothing was tested: raise --days or --forums.",
            )
        )
    return Bilingual(ko=" ".join(each.ko for each in said), en=" ".join(each.en for each in said))


def _span(days: float) -> Bilingual:
    """So much time in the unit in which it can be read."""
    if days >= 365:
        return Bilingual(ko=f"{days / 365:,.1f}년", en=f"{days / 365:,.1f} years")
    written = f"{days:.0f}" if days >= 10 or days == int(days) else f"{days:.1f}"
    return Bilingual(ko=f"{written}일", en=f"{written} days")


def story(report: Report) -> str:
    """What is needed to break the promise, what happened, and what was found."""
    parts = sorted(report.plan.parts, key=lambda part: (_when(part), str(part)))
    return "\n".join(
        (
            f"=== seed {report.plan.seed}, day {report.day} ===",
            *(f"! {broken.promise}: {broken.what}" for broken in report.broken[:5]),
            f"--- with {len(parts)} parts:",
            *(f"  {part}" for part in parts),
            f"--- the last {min(_EVENTS, len(report.events))} of {len(report.events)} events:",
            *(f"  {line}" for line in report.events[-_EVENTS:]),
        )
    )


def _when(part: Part) -> str:
    match part:
        case PlannedForum():
            return part.ends_on.isoformat()
        case LateHoliday():
            return part.declared_on.isoformat()
        case Outage():
            return part.first.isoformat()
        case Reorganisation():
            return part.on.isoformat()
        case Fault():
            return part.day.isoformat()
