"""Tasks of the briefing room: alarms become events of Prefect's, and mails to the coordinators."""

from collections.abc import Sequence
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from prefect.events import emit_event
from prefect.settings import get_current_settings

from gongmun import wiring
from gongmun.briefing import digest, raising, telling
from gongmun.briefing.raising import Raised
from gongmun.health import sweeping
from tasks.service_task import service_task


@service_task("raise alarms")
def raise_alarms_task(now: datetime) -> Sequence[Raised]:
    """Note every fact once; the alarms whose event is still to be sent."""
    return raising.raise_alarms(wiring.database(), now, silent=sweeping.silent_now)


@service_task("emit alarms")
def emit_alarms_task(alarms: Sequence[Raised], now: datetime) -> int:
    """Hand the event of each alarm to Prefect, ids only; how many were.

    One that a killed process handed over without noting it has the same id the second time.
    """
    emitted = [
        alarm.key
        for alarm in alarms
        if emit_event(
            f"gongmun.{alarm.kind}",
            resource={
                "prefect.resource.id": f"gongmun.{alarm.subject}",
                "prefect.resource.name": alarm.subject,
            },
            payload={"raised_at": alarm.raised_at.isoformat()},
            id=uuid5(NAMESPACE_URL, f"gongmun:{alarm.key}"),
        )
        is not None
    ]
    raising.note_emitted(wiring.database(), emitted, now)
    return len(emitted)


@service_task("tell coordinators")
def tell_coordinators_task(trouble: telling.Trouble | None, now: datetime) -> Sequence[int]:
    """Mail the coordinators what they were not told yet."""
    return telling.tell(
        wiring.database(), silent=sweeping.silent_now, trouble=trouble, page=_page(), now=now
    )


@service_task("tell the unheard")
def tell_unheard_task(now: datetime) -> Sequence[int]:
    """Mail the coordinators the alarms that nothing has told them of."""
    return telling.tell_unheard(
        wiring.database(), silent=sweeping.silent_now, page=_page(), now=now
    )


@service_task("send the digest")
def send_digest_task(now: datetime) -> Sequence[int]:
    """Mail the coordinators what the morning finds."""
    return digest.send_digest(wiring.database(), page=_page(), now=now)


def _page() -> str | None:
    """Where coordinators open Prefect's page: PREFECT_UI_URL, or beside its API."""
    return get_current_settings().ui_url
