"""Find an organisation that a person names by its code, and say what became of one that is no more."""

from datetime import date

from sqlalchemy.orm import Session

from gongmun.errors import NotFound
from gongmun.organisations import queries
from gongmun.organisations.models import Organisation


class OrganisationEnded(NotFound):
    """An organisation that was renamed, merged, split or abolished; its successors are named."""

    code = "organisation.ended"
    ko = "{name_ko}({organisation})의 마지막 날은 {ended}이었습니다. {heirs_ko}"
    en = "The last day of the {name_en} ({organisation}) was {ended}. {heirs_en}"


class OrganisationNotYet(NotFound):
    """An organisation that begins on a later day."""

    code = "organisation.not_yet"
    ko = "{name_ko}({organisation})의 시작일은 {begins}입니다. 그날부터 지정할 수 있습니다."
    en = "The {name_en} ({organisation}) begins on {begins}. Name it from that day on."


def in_force(session: Session, code: str, on: date) -> Organisation:
    """The organisation of that code, which a person typed, as it exists on the day `on`.

    Raises:
        NotFound: there was none with this code, or it is OrganisationEnded or OrganisationNotYet.
    """
    found = queries.organisation(session, code, on)
    if found is not None:
        return found
    known = queries.by_code(session, code)
    if known is None:
        raise NotFound(thing_ko=f"기관 {code}", thing_en=f"organisation {code}")
    names = {"organisation": code, "name_ko": known.name_ko, "name_en": known.name_en}
    if known.valid_from > on:
        raise OrganisationNotYet(**names, begins=known.valid_from)
    heirs = queries.successors(session, code, on)
    ko = ", ".join(f"{each.name_ko}({each.code})" for each in heirs)
    en = ", ".join(f"{each.name_en} ({each.code})" for each in heirs)
    raise OrganisationEnded(
        **names,
        ended=known.valid_to,
        heirs_ko=f"승계 기관의 코드를 지정해 주십시오: {ko}"
        if heirs
        else "승계 기관이 없으므로 이 일을 맡을 기관의 코드를 지정해 주십시오.",
        heirs_en=f"Name its successor: {en}."
        if heirs
        else "It has no successor: name whoever is responsible now.",
    )
