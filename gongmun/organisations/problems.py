"""What is wrong with the data files, each problem with file and line, all in one error."""

from dataclasses import dataclass

from gongmun.errors import GongmunError
from gongmun.text import Bilingual, particles


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing to correct. `line` is the physical line on which the record begins."""

    file: str
    line: int
    what: Bilingual


class DataInvalid(GongmunError):
    """The data files cannot be loaded; nothing was written. `problems` names everything to correct."""

    code = "organisations.data_invalid"
    ko = "기관 자료에 고칠 곳이 {count}건 있어 아무것도 반영하지 않았습니다.\n{list_ko}"
    en = "Nothing was loaded. Problems in the data of organisations: {count}.\n{list_en}"

    def __init__(self, *, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems=problems)
        self.problems = problems

    @property
    def message_ko(self) -> str:
        """The message in Korean, a line for each problem."""
        lines = (f"- {item.file} {item.line}번째 줄: {item.what.ko}" for item in self.problems)
        told = self.ko.format(count=len(self.problems), list_ko="\n".join(lines))
        return particles(told)

    @property
    def message_en(self) -> str:
        """The message in English, a line for each problem."""
        lines = (f"- {item.file}, line {item.line}: {item.what.en}" for item in self.problems)
        return self.en.format(count=len(self.problems), list_en="\n".join(lines))
