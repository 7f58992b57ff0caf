"""The deadline rules with something changed, as a later release may have them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gongmun.calendar import rules
from gongmun.referrals import explaining
from tests.beginnings import Patches


@contextmanager
def rules_of(folder: Path, content: str) -> Iterator[None]:
    """For as long as the block, the file of the rules has this content."""
    file = folder / "deadline_rules.toml"
    file.write_text(content, encoding="utf-8")
    with Patches.context() as patch:
        patch.setattr(rules, "RULES", file)
        _forget()
        yield
    _forget()


def without_pauses() -> str:
    """The rules of the package, of which none stands still."""
    return rules.RULES.read_text(encoding="utf-8").replace('pauses = ["question"]', "pauses = []")


def _forget() -> None:
    rules._rules.cache_clear()
    explaining._counted_from.cache_clear()
