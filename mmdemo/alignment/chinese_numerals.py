"""Chinese numbers: digits to the characters that are spoken for them."""

from __future__ import annotations

DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_GROUPS = ("", "万", "亿", "万亿")
LONGEST_NUMBER = 16
"""Digits of the largest number that is read as one; longer ones are read digit by digit."""


def chinese_digits(digits: str) -> str:
    """Read digits one by one: “2023” → “二零二三”.

    Args:
        digits: ASCII digits.
    """
    return "".join(DIGITS[int(digit)] for digit in digits)


def chinese_number(digits: str) -> str:
    """Read digits as one number: “12305” → “一万二千三百零五”.

    Args:
        digits: ASCII digits; over `LONGEST_NUMBER` of them are read one by one.
    """
    digits = digits.lstrip("0") or "0"
    if len(digits) > LONGEST_NUMBER:
        return chinese_digits(digits)
    if digits == "0":
        return DIGITS[0]
    starts = range(len(digits) % 4 - 4 if len(digits) % 4 else 0, len(digits), 4)
    groups = [digits[max(start, 0) : start + 4] for start in starts]
    spoken, skipped = "", False
    for group, unit in zip(groups, reversed(_GROUPS[: len(groups)]), strict=True):
        if not int(group):
            skipped = True
            continue
        gap = bool(spoken) and (skipped or group[0] == "0")
        spoken += (DIGITS[0] if gap else "") + _four_digits(group.lstrip("0")) + unit
        skipped = False
    return spoken.removeprefix("一") if spoken.startswith("一十") else spoken


def _four_digits(group: str) -> str:
    spoken, zero = "", False
    for digit, place in zip(group, reversed(_PLACES[: len(group)]), strict=True):
        if digit == "0":
            zero = True
            continue
        spoken += (DIGITS[0] if zero else "") + DIGITS[int(digit)] + place
        zero = False
    return spoken
