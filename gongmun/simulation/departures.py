"""The watch at the door: what may not leave, looked at as it left, by the relay's own copy of each mail."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default

from sqlalchemy.orm import Session

from gongmun.referrals.ladder import Rung
from gongmun.referrals.names import RUNGS
from gongmun.simulation import mail_trail
from gongmun.simulation.mail_trail import Paused, Reminder
from gongmun.simulation.ports import Arrived, Relay


@dataclass(slots=True)
class DepartureWatch:
    """Looks at each mail once, on the evening of the day on which it left."""

    relay: Relay
    _problems: dict[str, list[str]] = field(default_factory=dict)
    _looked_at: int = 0

    def look(self, session: Session) -> None:
        """At what left since the last time."""
        self._problems = {"answered": [], "paused": []}
        new = self.relay.arrived[self._looked_at :]
        self._looked_at += len(new)
        contents, self.relay.contents = self.relay.contents, {}
        reminders = mail_trail.reminders(session, [mail.message_id for mail in new]) if new else {}
        if not reminders:
            return
        pauses = mail_trail.pauses(session)
        for mail in new:
            if mail.message_id in reminders:
                text = body_of(contents[mail.message_id])
                self._look_at(session, mail, reminders[mail.message_id], text, pauses)

    def after_an_answer(self) -> Iterator[str]:
        """Reminders that left when what they asked for was done."""
        yield from self._problems["answered"]

    def while_paused(self) -> Iterator[str]:
        """Reminders of a ministry, or about it, that left while they were paused."""
        yield from self._problems["paused"]

    def _look_at(
        self,
        session: Session,
        mail: Arrived,
        reminder: Reminder,
        text: str,
        pauses: Sequence[Paused],
    ) -> None:
        if reminder.intent == mail_trail.OF_PROMISES:
            if mail_trail.all_settled(session, reminder.id, mail.at):
                self._problems["answered"].append(
                    f"mail {reminder.id} at {mail.at}: every promise is kept"
                )
            return
        for line in mail_trail.reminded(session, int(reminder.key.rpartition(":")[2])):
            if line.reference not in said_at(line.rung, text):
                continue  # it was true no more, and was left out
            what = f"mail {reminder.id} at {mail.at}: {line.rung} of referral {line.referral_id}"
            if mail_trail.has_ended(session, line, mail.at):
                self._problems["answered"].append(what)
            if any(
                pause.organisation_id in (line.organisation_id, line.addressee_id)
                and pause.holds(mail.at)
                for pause in pauses
            ):
                self._problems["paused"].append(what)


def body_of(content: bytes) -> str:
    """The words of a mail, as its reader has them."""
    body = message_from_bytes(content, policy=default).get_body(("plain",))
    assert body is not None, "a mail without words"
    text: str = body.get_content()
    return text


_HEADING = re.compile(r"^\[([^\]\n]+)\]", re.MULTILINE)


def said_at(rung: Rung, text: str) -> str:
    """What a mail says under the heading of one rung; the whole of it where it has no headings of rungs.

    A referral may stand there at two rungs, of which one has been settled and left out since. Where there is no
    backup contact, the second request to acknowledge has the heading of the first.
    """
    headings = {RUNGS[rung].ko}
    if rung is Rung.BACKUP_NUDGE:
        headings.add(RUNGS[Rung.NUDGE].ko)
    _, *parts = _HEADING.split(text)
    sections = list(zip(parts[::2], parts[1::2], strict=True))
    if not {heading for heading, _ in sections} & {name.ko for name in RUNGS.values()}:
        return text
    return "".join(said for heading, said in sections if heading in headings)
