"""Tokens (접속 토큰): 256 random bits for whoever carries them, and for us their SHA-256 only."""

import hashlib
import secrets


def new() -> str:
    """A token that nobody guesses: 43 characters that any address and any header may have."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """Six digits (인증번호). A million of them: what keeps one from being guessed is how often it is tried."""
    return f"{secrets.randbelow(1_000_000):06}"


def hash_of(secret: str) -> str:
    """What is stored of a secret, and what it is looked up by. Whatever was sent in has one."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
