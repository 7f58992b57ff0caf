"""Who is behind the numbers of a pool (연락처): a CSV file that stays in the office."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gongmun.mail.outbox import AddressRefused, checked_address
from gongmun.surveys.panels.lines import Flaw, LinesInvalid, flaw, read_lines, refuse
from gongmun.text import clean_line

CONTACT_COLUMNS = ("id", "contact")
_NAME_LIMIT = 100


class PeopleInvalid(LinesInvalid):
    """A file that says who is behind the numbers, with lines to correct."""

    code = "panels.people_invalid"
    ko = "연락처 파일 {file}에 고칠 곳이 {count}건 있습니다.\n{list_ko}"
    en = "Correct {count} lines of the file of contacts {file}.\n{list_en}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """Who is behind a number: his mail address in lower case; the keyed hash of where he lives, if he told."""

    contact: str
    name: str | None
    household: str | None = None


def read_contacts(content: bytes, numbers: set[str] | None) -> Mapping[str, Contact]:
    """Who is behind each number; `numbers` are those that may stand in the file, None where any may.

    Raises:
        PeopleInvalid: naming each line to correct, without what stands in it.
    """
    lines, flaws = read_lines(content, CONTACT_COLUMNS, ("name",))
    found: dict[str, Contact] = {}
    addresses: set[str] = set()
    for line in lines:
        number, contact = line.cells["id"], line.cells["contact"].casefold()
        if numbers is not None and number not in numbers:
            flaws.append(
                flaw(
                    line.number, f"{number}은(는) 명단에 없습니다.", f"{number} is not in the pool."
                )
            )
        elif number in found:
            flaws.append(
                flaw(
                    line.number, f"{number}이(가) 두 번 있습니다.", f"{number} stands there twice."
                )
            )
        elif contact in addresses:
            flaws.append(
                flaw(
                    line.number,
                    "다른 번호와 주소가 같습니다.",
                    "Another number has the same address.",
                )
            )
        elif not _is_address(contact):
            flaws.append(
                flaw(
                    line.number, "메일 주소로 쓸 수 없습니다.", "This is not a usable mail address."
                )
            )
        else:
            name = clean_line(line.cells.get("name", ""))[:_NAME_LIMIT]
            found[number] = Contact(contact=contact, name=name or None)
            addresses.add(contact)
    if flaws:
        raise _refused(flaws)
    return found


def _refused(flaws: Sequence[Flaw]) -> LinesInvalid:
    return refuse(PeopleInvalid, "people.csv", flaws)


def _is_address(contact: str) -> bool:
    try:
        checked_address(contact)
    except AddressRefused:
        return False
    return True
