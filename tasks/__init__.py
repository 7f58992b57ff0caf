"""Prefect tasks: each a few lines around one service."""
