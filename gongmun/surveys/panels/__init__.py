"""Panels (시민참여단): pool, quotas, lottery, draw, verification, replacement and rest (docs/sortition.md)."""
