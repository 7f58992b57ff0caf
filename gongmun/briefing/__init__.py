"""What coordinators are told (담당자 알림): alarms, once for each fact, and the digest of the morning.

The facts are those of the database, found anew each time; Prefect's events and the mails are notices of them, never
the record.
"""
