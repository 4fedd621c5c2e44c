"""Secrets that are given out once and kept as digests; the compound stands in front of each."""

from __future__ import annotations

import hashlib


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    answer = ""
    while number:
        number, rest = divmod(number, 36)
        answer = digits[rest] + answer
    return answer or "0"
