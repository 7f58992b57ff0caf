"""Answers (회신): what a ministry sends us about a referral, by the portal, by mail or by telephone.

Acknowledgements, drafts, responses with their files and commitments, questions, requests for an extension
or a transfer, receipts, and replies by mail. Whatever the way, it comes to the same services.
"""

# Imported for what it has read when a case is told: see referrals.spoken.
from gongmun.answers import case_queries

__all__ = ["case_queries"]
