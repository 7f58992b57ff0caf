"""The simulation (모의 운영): the real services, two years in minutes, and somebody who breaks things.

    plan ─► running: day by day, ministries, coordinators, citizens, sweeps ─► invariants, from the tables
     ▲                      │ faults at every port and commit                      │ a broken promise
     └── shrinking ◄────────┴───────────────────────────────────────────────────────┘ the shortest story

Everything random is decided by the seed and the thing it is about, never by the order in which it is asked:
a plan with a part taken out plays the rest as before.
"""
