"""Open answers in groups of near-duplicates, each with the quote that stands for it best.

Texts are masked first (`masking`). Two texts are alike where the Jaccard index of their sets of three
neighbouring characters, without spaces and signs, reaches a threshold; candidates come from MinHash-LSH,
every pair is checked exactly. A group is what is alike with its own centre, so that no chain of small steps
joins what has little in common. Shorter texts than six characters are put together only where they are equal:
there a letter makes another word. The same input gives the same groups, whatever the order of the process.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rensa import RMinHash, RMinHashLSH
from scipy import sparse
from scipy.sparse import csgraph

from gongmun.surveys.analysis.masking import Personal, mask

_SHORTEST = 6
_GRAM = 3
_ALIKE = 0.6
# 42 bands of 3: a pair at the threshold of 0.6 is a candidate in all but 4 of 100,000 cases.
_PERMUTATIONS, _BANDS = 126, 42
_SEED = 20261122
_SIGNS = re.compile(r"[\W_]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerGroup:
    """Answers that say the same: `rows` are their places in what was given, `size` how many they are.

    `quote` is the masked text nearest to all of them (medoid, by mean Jaccard index), as most wrote it;
    `personal` are the kinds of personal data that were masked in any of them. A quote is published when a
    person has approved it.
    """

    size: int
    rows: tuple[int, ...]
    quote: str
    personal: frozenset[Personal]


def group_answers(texts: Sequence[str | None], *, alike: float = _ALIKE) -> tuple[AnswerGroup, ...]:
    """The groups, the largest first, then by their first row; empty texts and None are in none.

    `alike`: the Jaccard index from which two texts are the same, above 0 and at most 1. Below 0.5 the
    candidates become unsure.
    """
    masked = {row: mask(text) for row, text in enumerate(texts) if text and text.strip()}
    by_core: defaultdict[str, list[int]] = defaultdict(list)
    for row, each in masked.items():
        # What consists of signs only is kept as it is.
        by_core[_core(each.text) or each.text].append(row)
    found = []
    for cores, quoted in _clusters(sorted(by_core), {c: len(r) for c, r in by_core.items()}, alike):
        rows = sorted(row for core in cores for row in by_core[core])
        written = Counter(masked[row].text for row in by_core[quoted])
        found.append(
            AnswerGroup(
                size=len(rows),
                rows=tuple(rows),
                quote=min(written, key=lambda text: (-written[text], text)),
                personal=frozenset().union(*(masked[row].found for row in rows)),
            )
        )
    return tuple(sorted(found, key=lambda group: (-group.size, group.rows)))


def _core(text: str) -> str:
    return _SIGNS.sub("", text).casefold()


def _grams(core: str) -> set[str]:
    return {core[at : at + _GRAM] for at in range(len(core) - _GRAM + 1)}


def _clusters(
    cores: Sequence[str], counts: Mapping[str, int], alike: float
) -> Iterator[tuple[list[str], str]]:
    """The texts of each group, and the one in its middle."""
    yield from (([core], core) for core in cores if len(core) < _SHORTEST)
    long = [core for core in cores if len(core) >= _SHORTEST]
    if not long:
        return
    grams = [_grams(core) for core in long]
    incidence = _incidence(grams)
    sizes = np.array([len(each) for each in grams], dtype=np.float64)
    pairs = _alike_pairs(grams, alike)
    graph = sparse.coo_array(
        (np.ones(len(pairs)), tuple(np.array(pairs).reshape(-1, 2).T)), shape=(len(long),) * 2
    )
    _, labels = csgraph.connected_components(graph, directed=False)
    weights = np.array([counts[core] for core in long], dtype=np.float64)
    order = np.argsort(labels, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(labels[order])) + 1):
        for group, centre in _around_centres(members, incidence, sizes, weights, alike):
            yield [long[at] for at in group], long[centre]


def _incidence(grams: Sequence[set[str]]) -> sparse.csr_array:
    places = {gram: at for at, gram in enumerate(sorted(set().union(*grams)))}
    rows = np.repeat(np.arange(len(grams)), [len(each) for each in grams])
    columns = np.array([places[gram] for each in grams for gram in sorted(each)])
    ones = np.ones(columns.size)
    return sparse.coo_array((ones, (rows, columns)), shape=(len(grams), len(places))).tocsr()


def _alike_pairs(grams: Sequence[set[str]], alike: float) -> list[tuple[int, int]]:
    hashes = RMinHash.from_token_sets([sorted(each) for each in grams], _PERMUTATIONS, _SEED)
    index = RMinHashLSH(threshold=alike, num_perm=_PERMUTATIONS, num_bands=_BANDS)
    index.insert_many(hashes, 0)
    return [
        (at, other)
        for at, candidates in enumerate(index.query_all(hashes))
        for other in sorted(set(candidates))
        if other > at and _jaccard(grams[at], grams[other]) >= alike
    ]


def _jaccard(left: set[str], right: set[str]) -> float:
    both = len(left & right)
    return both / (len(left) + len(right) - both)


def _around_centres(
    members: np.ndarray,
    incidence: sparse.csr_array,
    sizes: np.ndarray,
    weights: np.ndarray,
    alike: float,
) -> Iterator[tuple[list[int], int]]:
    """The centre of the members and what is alike with it, then the same of what is left."""
    part = incidence[members]
    both = (part @ part.T).toarray()
    similar = both / (sizes[members][:, None] + sizes[members][None, :] - both)
    left = np.arange(members.size)
    while left.size:
        near = similar[np.ix_(left, left)]
        # Only what is alike counts, or a remote crowd would choose the centre.
        central = int(((near >= alike) * near @ weights[members[left]]).argmax())
        close = near[central] >= alike
        yield members[left[close]].tolist(), int(members[left[central]])
        left = left[~close]
