"""Gongmun (공문, "official document"): ministry referrals, from forum to answer.

The rooms and who may import whom are drawn in docs/decisions/0001-the-house.md.
"""
