"""The render worker: a process that makes PDF files until its pipe closes.

    python -m gongmun.documents.worker FILE_DESCRIPTOR TEMPLATES MEMORY_BYTES SECONDS [OVERRIDES]

Pages come as `wire.py` has them. Each answer is a JSON head and, where it says so, the PDF.
"""

import gc
import json
import resource
import signal
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from gongmun.documents.overrides import OverrideRefused
from gongmun.documents.pdf import Press
from gongmun.documents.printing import RenderFailed
from gongmun.documents.wire import receive_page

# The pool kills a worker that is late. Should the pool itself be gone, the alarm ends the worker.
_ALARM_MARGIN_SECONDS = 10


def main(
    descriptor: int, templates: Path, memory: int, seconds: float, overrides: Path | None
) -> None:
    """Render each page that arrives, until the other end closes."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    pipe = Connection(descriptor)
    press = Press(templates, overrides)
    # What is loaded now stays: freed of walking through it again for every document, the collector
    # takes a fifth less of the worker's time.
    gc.collect()
    gc.freeze()
    pipe.send_bytes(b"ready")
    while True:
        try:
            page = receive_page(pipe)
        except EOFError:
            return
        signal.setitimer(signal.ITIMER_REAL, seconds + _ALARM_MARGIN_SECONDS)
        try:
            rendered = press.render(page)
        except OverrideRefused as error:
            pipe.send_bytes(json.dumps({"refused": error.params}).encode())
        except RenderFailed as error:
            pipe.send_bytes(json.dumps({"failed": error.params["reason"]}).encode())
        else:
            pipe.send_bytes(json.dumps({"pages": rendered.pages}).encode())
            pipe.send_bytes(rendered.content)
        signal.setitimer(signal.ITIMER_REAL, 0)


if __name__ == "__main__":
    main(
        int(sys.argv[1]),
        Path(sys.argv[2]),
        int(sys.argv[3]),
        float(sys.argv[4]),
        Path(sys.argv[5]) if sys.argv[5:] else None,
    )
