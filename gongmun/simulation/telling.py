"""What a run is told as: figures where every promise held, else the shortest story that breaks one."""

from dataclasses import dataclass

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

# Of a story that could not be shortened the end is told.
_EVENTS = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A run as a person reads it; it passes from process to process."""

    seed: int
    holds: bool
    figures: str
    story: str


def play(plan: Plan, *, shrink: bool = True) -> Told:
    """Play a world, and shorten it where it breaks a promise."""
    report = run(plan)
    if not report.holds and shrink:
        report = shrunk(report, run)
    return Told(
        seed=plan.seed,
        holds=report.holds,
        figures=figures(report),
        story="" if report.holds else story(report),
    )


def figures(report: Report) -> str:
    """What happened, in numbers."""
    counted = ", ".join(f"{name} {number:,}" for name, number in sorted(report.counts.items()))
    return (
        f"seed {report.plan.seed}: {report.plan.days} days, restarts {report.restarts}, {counted}"
    )


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
