"""What the documents of this room are made of, read for all documents of a sweep at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from gongmun import ledger
from gongmun.documents import Reference
from gongmun.organisations import Division
from gongmun.referrals import paper_queries
from gongmun.referrals.history import Story, stories
from gongmun.referrals.listing import Listed


@dataclass(frozen=True, kw_only=True, slots=True)
class Papers:
    """By the ids of referrals, but `divisions`, which stand by those of their organisations.

    `extended` are the documents that moved a referral's deadline; `cases`, what is told of them, are
    there for those of which that was asked.
    """

    listed: Mapping[int, Listed]
    extended: Mapping[int, Sequence[Reference]]
    divisions: Mapping[int, Sequence[Division]]
    cases: Mapping[int, Story]

    def handling(
        self, organisation_id: int, topics: Collection[str | None]
    ) -> Sequence[Division | None]:
        """For each of the topics the division of the organisation that handles it, if one does."""
        divisions = self.divisions.get(organisation_id, ())
        return [
            next((each for each in divisions if topic in each.topics), None) for topic in topics
        ]


def papers(
    session: Session,
    ids: Collection[int],
    *,
    ministries: Collection[int],
    with_cases: Collection[int] = (),
) -> Papers:
    """Read what documents to these ministries say of these referrals."""
    return Papers(
        listed=paper_queries.listed(session, ids),
        extended=_extended(session, ids),
        divisions=paper_queries.divisions(session, ministries),
        cases=stories(session, with_cases) if with_cases else {},
    )


def _extended(session: Session, ids: Collection[int]) -> Mapping[int, Sequence[Reference]]:
    events = ledger.histories(session, "referral", ids, ["referral.extension_granted"])
    by = {
        referral_id: [event.data["document_id"] for event in granted]
        for referral_id, granted in events.items()
    }
    cited = paper_queries.cited(session, {each for documents in by.values() for each in documents})
    return {
        referral_id: [cited[each] for each in documents if each in cited]
        for referral_id, documents in by.items()
    }
