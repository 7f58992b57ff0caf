"""Follow-ups (후속 조치): what comes after an answer.

Commitments are chased until they are done, meetings are held, and whoever made the suggestion is told of
each step, may say whether it was really answered, and may ask once for a re-examination.
"""

# Imported for what it has read when a case is told: see referrals.spoken.
from gongmun.followups import case_queries

__all__ = ["case_queries"]
