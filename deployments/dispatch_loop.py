"""Look into the outbox every few seconds, and run the flow `dispatch_mail` when something is due.

`python -m deployments.dispatch_loop`. Looking costs one SELECT; only a look that finds mail makes a
run, so that the Prefect UI shows what was sent and not that nothing was.
"""

import logging
import signal
import threading
from datetime import timedelta

from gongmun import clock, prefect_login, wiring
from gongmun.mail import queries
from gongmun.settings import settings

PAUSE = timedelta(seconds=5)
# After trouble with the relay or the database; doubled each time, so that an outage of a night does
# not fill the page with runs that sent nothing.
PAUSE_AFTER_TROUBLE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=15)

log = logging.getLogger("gongmun.dispatch")


def main() -> None:
    """Run until SIGTERM or SIGINT; a dispatch under way is finished first."""
    prefect_login.use(settings().prefect_login)
    # Prefect reads the environment when it is imported.
    from deployments.prefect_api import require_api

    require_api()
    stop = threading.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: stop.set())
    pause = PAUSE
    while not stop.wait(pause.total_seconds()):
        pause = PAUSE if _look() else min(max(pause * 2, PAUSE_AFTER_TROUBLE), LONGEST_PAUSE)


def _look() -> bool:
    """Send what is due; False if nothing went out though something was due."""
    from flows.dispatch_mail import dispatch_mail

    try:
        with wiring.database().reading() as session:
            due = queries.is_anything_due(session, clock.now())
        return not due or dispatch_mail() > 0
    except Exception:
        # Whatever it is, the loop goes on: what is due stays due, and is shown to a coordinator.
        log.exception("dispatch")
        return False


if __name__ == "__main__":
    main()
