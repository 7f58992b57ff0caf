"""A mapping file is checked wholly when it is read; every mistake is named."""

import pickle
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from gongmun.suggestions.errors import MappingInvalid
from gongmun.suggestions.mapping import ColumnMapping
from gongmun.suggestions.models import Channel

Write = Callable[[str, str | bytes], Path]

SMALLEST = '[columns]\ntitle = "제목"\n[constants]\nchannel = "website"\n'


def test_the_smallest_mapping(write: Write) -> None:
    mapping = ColumnMapping.load(write("m.toml", SMALLEST))
    assert mapping.columns.by_field() == {"title": "제목"}
    assert mapping.constants.channel is Channel.WEBSITE
    assert (mapping.encoding, mapping.delimiter) == ("utf-8", ",")


def test_names_and_words_are_cleaned_as_the_file_is(write: Write) -> None:
    text = SMALLEST + '[topics]\n" 대중교통 " = "public_transport"\n'
    path = write("m.toml", "\ufeff" + unicodedata.normalize("NFD", text))
    mapping = ColumnMapping.load(path)
    assert mapping.columns.title == "제목"
    assert mapping.topics == {"대중교통": "public_transport"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[constants]\nchannel = "website"', "columns"),
        ('[columns]\nbody = "내용"\n[constants]\nchannel = "website"', "columns.title"),
        ('[columns]\ntitle = " "\n[constants]\nchannel = "website"', "columns.title"),
        ('[columns]\ntitle = "제목"', "channel"),
        (SMALLEST + 'selected = "maybe"', "constants.selected"),
        (SMALLEST + "[tpoics]", "tpoics"),
        (SMALLEST + '[topics]\n"버스" = "Public transport"', "topics.버스"),
        (SMALLEST + '[channels]\n"비둘기" = "pigeon"', "channels.비둘기"),
        ('encoding = "latin-1"\n' + SMALLEST, "encoding"),
        ('delimiter = ":"\n' + SMALLEST, "delimiter"),
        ('columns = "제목"', "columns"),
        ("[columns]\ntitle = 제목", "line 2"),
        ("제목".encode("cp949"), "utf-8"),
    ],
)
def test_what_is_wrong_is_named(write: Write, text: str | bytes, named: str) -> None:
    path = write("m.toml", text)
    with pytest.raises(MappingInvalid) as caught:
        ColumnMapping.load(path)
    error = pickle.loads(pickle.dumps(caught.value))
    assert named in error.message_ko
    assert "m.toml" in error.message_en


def test_a_missing_file_is_named_without_its_folder(tmp_path: Path) -> None:
    with pytest.raises(MappingInvalid) as caught:
        ColumnMapping.load(tmp_path / "m.toml")
    assert str(tmp_path) not in str(caught.value)
