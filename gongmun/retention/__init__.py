"""Retention (보유기간): personal data go when nobody needs them any more, and what was decided stays.

Which data, for how long and by which law stands in `data/retention.toml`; what is deleted is deleted by statements over
whole tables, and counted in the ledger.
"""
