"""A deadline rule in words: how it is counted, when its clock stands still, and how far it may be extended."""

from gongmun.calendar import DeadlineRule, Pause, Unit, period
from gongmun.text import Bilingual

_PAUSES = {
    Pause.QUESTION: Bilingual(ko="질의", en="question"),
}
_NONE = Bilingual(ko="없음", en="none")
_FIRST_DAY = {
    True: Bilingual(ko="초일 산입", en="the first day counts"),
    False: Bilingual(ko="초일 불산입", en="the first day does not count"),
}
_FROM_THE_TIME = Bilingual(ko="시작한 시각부터", en="from the time of the start")


def counting(rule: DeadlineRule) -> Bilingual:
    """How long a period is, how it is counted, and what may change it."""
    length, change = period(rule.unit, rule.length), may_change(rule)
    first = _FIRST_DAY[rule.first_day_counts]
    if rule.unit is Unit.WORKING_HOURS:
        first = _FROM_THE_TIME
    return Bilingual(
        ko=f"{length.ko}, {first.ko}. {change.ko}", en=f"{length.en}; {first.en}. {change.en}"
    )


def may_change(rule: DeadlineRule) -> Bilingual:
    """When the clock of a rule stands still, and how far it may be extended."""
    pauses, longer = _pauses(rule), _extension(rule)
    return Bilingual(
        ko=f"정지 사유: {pauses.ko}. 연장: {longer.ko}.",
        en=f"Stands still for: {pauses.en}. Extension: {longer.en}.",
    )


def _pauses(rule: DeadlineRule) -> Bilingual:
    names = [_PAUSES[each] for each in Pause if each in rule.pauses]
    if not names:
        return _NONE
    return Bilingual(
        ko=", ".join(each.ko for each in names), en=", ".join(each.en for each in names)
    )


def _extension(rule: DeadlineRule) -> Bilingual:
    if not rule.extensions:
        return _NONE
    most, times = period(rule.unit, rule.extension or rule.length), rule.extensions
    often = "once" if times == 1 else f"{times} times"
    return Bilingual(ko=f"{times}회, {most.ko} 이내", en=f"{often}, by at most {most.en}")
