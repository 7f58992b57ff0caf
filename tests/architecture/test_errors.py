"""The family of errors: each member complete, in both languages, and whole after pickling."""

import pickle
import string
from collections.abc import Iterator
from importlib import import_module

import pytest

from gongmun.errors import GongmunError
from gongmun.organisations import DataInvalid, Problem
from gongmun.text import Bilingual
from tests.architecture.modules import modules

for module in modules():
    if module.path.stem not in ("__main__", "serve"):
        import_module(".".join(module.path.with_suffix("").parts))


def _family(parent: type[GongmunError]) -> Iterator[type[GongmunError]]:
    for child in parent.__subclasses__():
        # One that only groups others is never raised itself.
        if "code" in vars(child):
            yield child
        yield from _family(child)


# Those of the product: tests may have errors of their own.
ERRORS = sorted(
    (e for e in {GongmunError, *_family(GongmunError)} if not e.__module__.startswith("tests")),
    key=lambda error: error.code,
)


def placeholders(template: str) -> dict[str, str]:
    """The names that a template asks for, with their formats."""
    parsed = string.Formatter().parse(template)
    return {name.split(".")[0]: spec or "" for _, name, spec, _ in parsed if name}


def example(error: type[GongmunError]) -> GongmunError:
    """One with a value for every placeholder."""
    if error is DataInvalid:
        wrong = Bilingual(ko="코드가 비어 있습니다.", en="The code is empty.")
        return DataInvalid(problems=(Problem(file="topics.csv", line=2, what=wrong),))
    names = placeholders(error.ko) | placeholders(error.en)
    return error(**{name: 7 if spec else f"‹{name}›" for name, spec in names.items()})


def test_all_are_found() -> None:
    assert len(ERRORS) > 50


def test_codes_are_unique() -> None:
    codes = [error.code for error in ERRORS]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_the_message_is_in_both_languages_and_says_the_same_things(
    error: type[GongmunError],
) -> None:
    korean = {name.removesuffix("_ko") for name in placeholders(error.ko)}
    english = {name.removesuffix("_en") for name in placeholders(error.en)}
    assert korean == english
    assert any("가" <= letter <= "힣" for letter in error.ko)
    assert any("a" <= letter <= "z" for letter in error.en)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_it_says_what_happened_and_is_documented(error: type[GongmunError]) -> None:
    assert error.__doc__
    assert error is GongmunError or not error.__name__.endswith(("Error", "Exception"))


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_it_is_whole_after_pickling(error: type[GongmunError]) -> None:
    raised = example(error)
    again = pickle.loads(pickle.dumps(raised))
    assert type(again) is error
    assert (again.params, str(again)) == (raised.params, str(raised))
    assert again.code in str(again)
