"""What all errors have in common; tests/architecture looks at each of them."""

import pickle
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context

import pytest

from gongmun.errors import GongmunError, InvalidTransition, NotFound

PARAMS = {
    "thing_ko": "이송 3번",
    "thing_en": "referral 3",
    "status": "closed",
    "event": "approved",
}


def test_a_message_is_in_both_languages_with_its_code() -> None:
    error = NotFound(thing_ko="포럼 X", thing_en="forum X")
    assert error.message_ko == "찾을 수 없습니다: 포럼 X. 번호나 코드를 확인해 주십시오."
    assert error.message_en == "Not found: forum X. Check the number or code."
    assert str(error) == f"{error.message_ko} / {error.message_en} [not_found]"


def test_what_is_filled_in_is_not_a_template_itself() -> None:
    error = NotFound(thing_ko="{thing_en} {0} {missing}", thing_en="{code}")
    assert "{thing_en} {0} {missing}" in error.message_ko
    assert "{code}" in error.message_en


def test_it_is_caught_as_one_of_the_family_and_not_retried_by_default() -> None:
    with pytest.raises(GongmunError) as caught:
        raise InvalidTransition(**PARAMS)
    assert not caught.value.retryable
    assert caught.value.params == PARAMS


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_it_is_whole_after_pickling(protocol: int) -> None:
    error = InvalidTransition(**PARAMS)
    again = pickle.loads(pickle.dumps(error, protocol))
    assert type(again) is InvalidTransition
    assert str(again) == str(error)


def test_it_crosses_the_border_of_a_process() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        caught = pool.submit(_raise).exception(timeout=60)
    assert isinstance(caught, InvalidTransition)
    assert caught.params == PARAMS


def _raise() -> None:
    raise InvalidTransition(**PARAMS)


class _Late(GongmunError):
    code = "test.late"
    ko = "{ministry}은(는) {due}까지 회신해 주십시오."
    en = "{ministry}: answer by {due}."


def test_a_day_is_written_as_each_language_does_and_particles_fit() -> None:
    error = pickle.loads(pickle.dumps(_Late(ministry="관세청", due=date(2026, 12, 31))))
    assert error.message_ko == "관세청은 2026. 12. 31.까지 회신해 주십시오."
    assert error.message_en == "관세청: answer by 31 December 2026."
