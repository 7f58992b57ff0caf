"""The one family of errors.

Each error has a stable `code`, `params` that name the thing, a message in Korean and in English that
names the remedy, and says by `retryable` whether the same call may succeed later. Errors pickle,
because they cross process borders (render workers, Prefect's result store).
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, ClassVar, Self

from gongmun.text import english_date, korean_date, particles


class GongmunError(Exception):
    """Base of every error this product raises on purpose.

    A subclass gives `code`, and `ko` and `en` as `str.format` templates over its keyword parameters. A
    parameter that is a day is written as each language writes it; a Korean particle after one stands in
    both forms, `{name}은(는)`, and is read in the one that fits.
    """

    code: ClassVar[str] = "gongmun"
    ko: ClassVar[str] = "처리하지 못했습니다."
    en: ClassVar[str] = "The request could not be carried out."
    retryable: ClassVar[bool] = False

    def __init__(self, **params: Any) -> None:
        super().__init__(params)
        self.params = params

    @property
    def message_ko(self) -> str:
        """The message in Korean."""
        return particles(self.ko.format(**self._written(korean_date)))

    @property
    def message_en(self) -> str:
        """The message in English."""
        return self.en.format(**self._written(english_date))

    def _written(self, day: Callable[[date], str]) -> dict[str, Any]:
        return {
            name: day(value)
            if isinstance(value, date) and not isinstance(value, datetime)
            else value
            for name, value in self.params.items()
        }

    def __str__(self) -> str:
        return f"{self.message_ko} / {self.message_en} [{self.code}]"

    def __reduce__(self) -> tuple[Callable[..., Self], tuple[type[Self], dict[str, Any]]]:
        return _rebuild, (type(self), self.params)


def _rebuild(cls: type[Any], params: dict[str, Any]) -> Any:
    return cls(**params)


class InvalidTransition(GongmunError):
    """An event that the present state does not allow (house rule 3)."""

    code = "life.invalid_transition"
    ko = "‘{status}’ 상태에서는 ‘{event}’ 처리를 할 수 없습니다({thing_ko}). 현재 상태를 확인해 주십시오."
    en = "'{event}' is not possible in the status '{status}' ({thing_en}). Check where it stands."


class NotFound(GongmunError):
    """A row that was named does not exist."""

    code = "not_found"
    ko = "찾을 수 없습니다: {thing_ko}. 번호나 코드를 확인해 주십시오."
    en = "Not found: {thing_en}. Check the number or code."


class NaiveDatetime(GongmunError):
    """A datetime without a time zone (house rule 2 and 7)."""

    code = "clock.naive"
    ko = "시간대가 없는 일시는 받지 않습니다: {value}. 예: 2026-11-21T09:00+09:00"
    en = "A datetime without a time zone is refused: {value}. Example: 2026-11-21T09:00+09:00"
