"""Invitations to meetings (.ics, RFC 5545 and 5546), which any calendar takes from a mail.

The same meeting keeps its UID; each version of it has the next SEQUENCE. Each invitation names only the
one that it is sent to, and us: nobody learns another's address from it.
"""

from datetime import datetime
from enum import StrEnum

from icalendar import Calendar, Event, vCalAddress, vText

from gongmun.clock import SEOUL, utc
from gongmun.followups.models import Meeting
from gongmun.mail import Attachment
from gongmun.settings import AgencySettings
from gongmun.text import clean, clean_line, shorten

_PRODUCT = "-//Gongmun//Follow-up meetings//KO"
_LONGEST_SUMMARY = 200


class Method(StrEnum):
    """What a calendar is to do with it (RFC 5546)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


def invitation(
    meeting: Meeting,
    *,
    method: Method,
    subject: str,
    attendee: str | None,
    agency: AgencySettings,
    domain: str,
    now: datetime,
) -> bytes:
    """The invitation to a dated meeting, or its cancellation, for one attendee's address.

    `subject` says what the meeting is about. Times are those of Seoul, with the zone described.
    """
    assert meeting.starts_at is not None
    assert meeting.ends_at is not None
    event = Event()
    event.add("uid", f"meeting-{meeting.id}@{domain}")
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", utc(now))
    event.add("dtstart", meeting.starts_at.astimezone(SEOUL))
    event.add("dtend", meeting.ends_at.astimezone(SEOUL))
    event.add("summary", shorten(f"후속 협의: {clean_line(subject)}", _LONGEST_SUMMARY))
    event.add("description", clean(meeting.agenda))
    event.add("location", clean_line(meeting.place or ""))
    event.add("status", "CANCELLED" if method is Method.CANCEL else "CONFIRMED")
    organiser = _address(agency.email)
    organiser.params["CN"] = vText(f"{agency.name_ko} {agency.division_ko}")
    event.add("organizer", organiser)
    if attendee is not None:
        invited = _address(attendee)
        invited.params["ROLE"] = vText("REQ-PARTICIPANT")
        invited.params["PARTSTAT"] = vText("NEEDS-ACTION")
        invited.params["RSVP"] = vText("FALSE" if method is Method.CANCEL else "TRUE")
        event.add("attendee", invited)
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method.value)
    calendar.add_component(event)
    calendar.add_missing_timezones()
    content: bytes = calendar.to_ical()
    return content


def attachment(meeting: Meeting, method: Method, sha256: str) -> Attachment:
    """An invitation in the store, as a file of a mail."""
    return Attachment(
        filename=f"meeting-{meeting.id}.ics",
        media_type=f"text/calendar; charset=utf-8; method={method.value}",
        sha256=sha256,
    )


def _address(address: str) -> vCalAddress:
    return vCalAddress(f"mailto:{address}")
