"""Whoever waits is told of each document once, also of one that could not be printed, whatever thread made it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from gongmun.documents.fake import FakeRenderer
from gongmun.documents.printing import Page, RenderFailed
from gongmun.documents.watched import Watched


def test_each_document_is_told_of_once_by_one_thread_at_a_time() -> None:
    told: list[int] = []
    renderer = FakeRenderer()
    watched = Watched(renderer, told.append)
    assert watched.workers == renderer.workers
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(watched.render, [Page(html=str(n)) for n in range(200)]))
    assert told == list(range(1, 201))
    assert made[7] == renderer.render(Page(html="7"))


def test_one_that_fails_is_told_of_and_fails() -> None:
    told: list[int] = []
    problem = RenderFailed(reason="test")
    watched = Watched(FakeRenderer(lambda html: problem if html == "bad" else None), told.append)
    watched.render(Page(html="good"))
    with pytest.raises(RenderFailed):
        watched.render(Page(html="bad"))
    assert told == [1, 2]
