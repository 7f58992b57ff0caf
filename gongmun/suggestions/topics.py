"""The shape of topic codes. Which topics exist is the routing data's business."""

import re

from gongmun.errors import GongmunError

_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")


class InvalidTopicCode(GongmunError):
    """A topic that is not written as a code."""

    code = "suggestions.invalid_topic"
    ko = (
        "분야 코드는 영문 소문자로 시작하는 2~40자의 소문자·숫자·밑줄이어야 합니다. "
        "예: public_transport"
    )
    en = (
        "A topic code is 2 to 40 lower-case letters, digits and underscores, a letter first. "
        "Example: public_transport"
    )


def is_topic_code(word: str) -> bool:
    """Whether `word` has the shape of a topic code."""
    return _CODE.fullmatch(word) is not None


def topic_code(word: str) -> str:
    """`word` itself.

    Raises:
        InvalidTopicCode: it is no code. The word is not repeated: it may come from a citizen.
    """
    if not is_topic_code(word):
        raise InvalidTopicCode()
    return word
