"""CPU time and memory of processes, read from Linux's /proc."""

import os
from collections.abc import Container, Iterator
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")
# Fields of /proc/PID/stat behind the name of the program, which may hold anything.
_PARENT = 1
_CPU_TIMES = slice(11, 15)  # user and system, its own and of the children it has waited for


def cpu_seconds(root: int, without: Container[int] = ()) -> float:
    """CPU time that `root` and all it ever started have used, to 0.01 s.

    `without` names processes that are left out together with what they started.
    """
    processes = _processes()
    return (
        sum(
            sum(int(ticks) for ticks in processes[pid][_CPU_TIMES])
            for pid in _tree(root, processes, without)
        )
        / _TICKS
    )


def workers_memory(root: int) -> dict[int, int]:
    """Resident bytes of each render worker that `root` has started, by process."""
    memory = {}
    for pid in _tree(root, _processes(), ()):
        try:
            if b"gongmun.documents.worker" in (_PROC / str(pid) / "cmdline").read_bytes():
                pages = int((_PROC / str(pid) / "statm").read_text().split()[1])
                memory[pid] = pages * os.sysconf("SC_PAGE_SIZE")
        except OSError:  # it has ended
            continue
    return memory


def _processes() -> dict[int, list[str]]:
    found = {}
    for folder in _PROC.glob("[0-9]*"):
        try:
            found[int(folder.name)] = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
    return found


def _tree(root: int, processes: dict[int, list[str]], without: Container[int]) -> Iterator[int]:
    yield root
    for pid, fields in processes.items():
        if int(fields[_PARENT]) == root and pid not in without:
            yield from _tree(pid, processes, without)
