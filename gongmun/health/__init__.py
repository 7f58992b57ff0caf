"""Whether this installation is well: what is examined, what is wrong, and what helps.

The same for `gongmun doctor` and for the portal's `/health`. It looks and changes nothing; it is never the
work itself, which says by its own errors what it needs.
"""

from gongmun.health.checks import Check, Standing, badness, worst
from gongmun.health.examining import examine, examine_all

__all__ = ["Check", "Standing", "badness", "examine", "examine_all", "worst"]
