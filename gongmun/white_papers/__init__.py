"""White papers (백서): a year of the whole process in figures, for the Day of Citizen Participation.

It counts what the tables say and keeps none of its own: a white paper is its document. It reads suggestions, referrals,
answers, organisations and documents, and of surveys only what is published; it writes documents and the ledger.
"""
