"""A wrap-up without Prefect: the services that its flows call, one after the other, in a process of its own.

`python -m bench.rivals.direct_wrap_up FORUM`, with the environment of an installation. Prints the seconds from the
first call to the last: what is imported is imported before, as where Prefect runs a flow.
"""

import sys
import time

from gongmun import clock, wiring
from gongmun.access import links
from gongmun.documents import queries as document_queries
from gongmun.forums import queries
from gongmun.forums.deciding import decide_outcome
from gongmun.forums.issuing import issue_outcomes
from gongmun.forums.overview import outcome_overview
from gongmun.forums.waiting import waiting
from gongmun.forums.wrapping_up import wrap_up
from gongmun.mail import dispatch_due
from gongmun.mail.proving import note_proofs
from gongmun.referrals.dispatched import note_dispatches
from gongmun.surveys.fieldwork.leaving import review


def main(forum: str) -> float:
    """Wrap the forum up, approve, issue and send; seconds."""
    begun = time.perf_counter()
    db = wiring.database()
    with db.reading() as session:
        forum_id = queries.required_forum(session, forum).id
    outcome_id = wrap_up(db, forum_id, key=forum, now=clock.now()).outcome_id
    assert outcome_id is not None
    with db.reading() as session:
        outcome_overview(session, outcome_id, clock.now())
        waiting(session, clock.now())
    # Where the run goes on it looks whether what was shown still stands.
    with db.reading() as session:
        outcome_overview(session, outcome_id, clock.now())
    decide_outcome(
        db, outcome_id, decision="approve", name="한소통", reason="확인", now=clock.now()
    )
    with wiring.renderer() as renderer:
        issued = issue_outcomes(
            db,
            renderer=renderer,
            store=wiring.file_store(),
            now=clock.now(),
            key=wiring.signer,
        )
    with db.reading() as session:
        outcome_overview(session, outcome_id, clock.now())
        document_queries.these(session, issued.documents)
    sent = dispatch_due(
        db,
        mailer=wiring.mailer(),
        attachments=wiring.file_store().get,
        now=clock.now(),
        at=clock.now,
        owner="bench",
        limit=500,
        fill=links.fill,
        review=review,
    )
    note_proofs(db, journal=wiring.journal(), relay_log=wiring.relay_log(), now=clock.now())
    note_dispatches(db, ladder=wiring.ladder(), now=clock.now())
    with db.reading() as session:
        waiting(session, clock.now())
    assert sent.accepted == len(issued.documents), (sent, issued)
    return time.perf_counter() - begun


if __name__ == "__main__":
    print(main(sys.argv[1]))
