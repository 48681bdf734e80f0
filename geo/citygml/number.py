"""Decimal numbers in text as the nearest doubles, many times faster than one by one.

Up to 19 digits are taken as an integer w times a power of ten q. Where both are exact doubles one operation rounds
rightly; else w times a 128-bit approximation of 5^q does (D. Lemire, "Number Parsing at a Gigabyte per Second",
Software: Practice and Experience 51(8), 2021, algorithm 1). The few numbers that even this can't decide go to `float`.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

_LEAST, _MOST = -60, 40
"""Powers of ten in the table."""
UNDECIDED = np.uint64(0xFFFFFFFFFFFFFFFF)
END = 0x7C
"""`|` ends each text."""
compiled: Any = njit(cache=True, _nrt=False)  # type: ignore[call-overload]
"""Functions that make no arrays need not count who has one: that takes a third of their time."""


def _powers() -> NDArray[np.uint64]:
    """5^q as the upper and lower half of 128 bits; powers below 0 are rounded up."""
    rows = []
    for q in range(_LEAST, _MOST + 1):
        power = 5 ** abs(q)
        if q < 0:
            places = (power - 1).bit_length()
            bits = (1 << (places + 127 if q >= -27 else 2 * places + 128)) // power + 1
        else:
            bits = power << 128
        bits >>= max(bits.bit_length() - 128, 0)
        rows.append((bits >> 64, bits & (2**64 - 1)))
    return np.array(rows, dtype=np.uint64)


POWERS = _powers()
TENS = np.array([10.0**n for n in range(23)])


def parse_numbers(texts: list[str]) -> tuple[NDArray[np.float64], NDArray[np.int64]] | None:
    """All numbers of all texts in a row, and how many each text has; None where anything is no decimal number."""
    joined = "|".join(texts)
    if not joined.isascii() or joined.count("|") != len(texts) - 1:
        return None
    raw = np.frombuffer(f"{joined}|".encode(), dtype=np.uint8)
    numbers = np.empty(len(raw) // 2 + 1)
    count = np.zeros(len(texts), dtype=np.int64)
    slow = np.empty((16, 3), dtype=np.int64)
    found, many = _parse(raw, numbers, numbers.view(np.uint64), count, slow, POWERS, TENS)
    if found < 0:
        return None
    if many > len(slow):
        slow = np.empty((many, 3), dtype=np.int64)
        count[:] = 0
        _parse(raw, numbers, numbers.view(np.uint64), count, slow, POWERS, TENS)
    for at, begin, end in slow[:many]:
        numbers[at] = float(raw[begin:end].tobytes())
    return numbers[:found].copy(), count


@compiled
def _parse(raw, numbers, bits, count, slow, powers, tens):  # type: ignore[no-untyped-def]
    """How many numbers there are, or -1, and how many are left to `float`: number, begin, end in `slow`."""
    found = many = text = at = 0
    while at < len(raw):
        if is_space(raw[at]) or raw[at] == END:
            text += raw[at] == END
            at += 1
            continue
        begin = at
        at, bits[found] = next_number(raw, at, powers, tens)
        if at < 0 or not (is_space(raw[at]) or raw[at] == END):
            return -1, 0
        if bits[found] == UNDECIDED:
            if many < len(slow):
                slow[many, 0], slow[many, 1], slow[many, 2] = found, begin, at
            many += 1
        count[text] += 1
        found += 1
    return found, many


@compiled
def next_number(raw, at, powers, tens):  # type: ignore[no-untyped-def]
    """Where a number ends that begins here, -1 for none, and its bits; `UNDECIDED` where that is left to `float`."""
    negative = raw[at] == 0x2D
    at, w, digits, q = _digits(raw, at + (negative or raw[at] == 0x2B))
    at, exponent = _exponent(raw, at)
    if at < 0:
        return at, UNDECIDED
    return at, _rounded(w, q + exponent, digits, powers, tens) | (np.uint64(negative) << np.uint64(63))


@compiled
def is_space(byte):  # type: ignore[no-untyped-def]
    return byte == 0x20 or 0x09 <= byte <= 0x0A or byte == 0x0D


@compiled
def _digits(raw, at):  # type: ignore[no-untyped-def]
    """Where they end (-1 for none), the first 19 from the first that isn't 0 as an integer, how many, power of ten."""
    w = np.uint64(0)
    significant = every = q = 0
    pointed = False
    while 0x30 <= raw[at] <= 0x39 or (raw[at] == 0x2E and not pointed):
        if raw[at] == 0x2E:
            pointed = True
        else:
            every += 1
            significant += significant > 0 or raw[at] != 0x30
            if significant <= 19:
                w = w * np.uint64(10) + np.uint64(raw[at] - 0x30)
                q -= pointed
        at += 1
    return (at if every else -1), w, significant, q


@compiled
def _exponent(raw, at):  # type: ignore[no-untyped-def]
    """Where it ends (-1 where it is none), and its value."""
    if at < 0 or (raw[at] != 0x65 and raw[at] != 0x45):
        return at, 0
    at += 1
    down = raw[at] == 0x2D
    at += down or raw[at] == 0x2B
    begin, power = at, 0
    while 0x30 <= raw[at] <= 0x39:
        power = min(power * 10 + (raw[at] - 0x30), 100_000)
        at += 1
    return (at if at > begin else -1), (-power if down else power)


@compiled
def _rounded(w, q, digits, powers, tens):  # type: ignore[no-untyped-def]
    """The bits of the double nearest to w 10^q; all ones where that is left to `float`."""
    if w == np.uint64(0):
        return w
    if digits <= 19 and w <= np.uint64(9007199254740992) and -22 <= q <= 22:
        value = np.float64(w)
        return _bits(value / tens[-q] if q < 0 else value * tens[q])
    if digits <= 19 and _LEAST <= q <= _MOST:
        return _nearest(w, q, powers)
    return UNDECIDED


@compiled
def _bits(value):  # type: ignore[no-untyped-def]
    return np.float64(value).view(np.uint64)


@compiled
def _nearest(w, q, powers):  # type: ignore[no-untyped-def]
    """The bits of the double nearest to w 10^q; all ones where it can't be decided."""
    one = np.uint64(1)
    zeros = 0
    while (w >> np.uint64(63)) == np.uint64(0):
        w <<= one
        zeros += 1
    high, low = _product(w, powers[q - _LEAST, 0])
    if (high & np.uint64(0x1FF)) == np.uint64(0x1FF):
        more, _ = _product(w, powers[q - _LEAST, 1])
        low += more
        if low < more:
            high += one
    if low == np.uint64(0xFFFFFFFFFFFFFFFF) and not -27 <= q <= 55:
        return UNDECIDED
    upper = np.int64(high >> np.uint64(63))
    shift = np.uint64(upper + 64 - 52 - 3)
    mantissa = high >> shift
    power = (((152170 + 65536) * q) >> 16) + 63 + upper - zeros + 1023
    if power <= 0 or power >= 0x7FF:
        return UNDECIDED
    if low <= one and -4 <= q <= 23 and (mantissa & np.uint64(3)) == one and (mantissa << shift) == high:
        mantissa &= ~one
    mantissa += mantissa & one
    mantissa >>= one
    if mantissa >= (np.uint64(2) << np.uint64(52)):
        mantissa = one << np.uint64(52)
        power += 1
    mantissa &= ~(one << np.uint64(52))
    return mantissa | (np.uint64(power) << np.uint64(52))


@compiled
def _product(a, b):  # type: ignore[no-untyped-def]
    """The upper and lower 64 bits of a b."""
    half = np.uint64(32)
    mask = np.uint64(0xFFFFFFFF)
    a1, a0, b1, b0 = a >> half, a & mask, b >> half, b & mask
    p00, p01, p10, p11 = a0 * b0, a0 * b1, a1 * b0, a1 * b1
    middle = (p00 >> half) + (p01 & mask) + (p10 & mask)
    high = p11 + (p01 >> half) + (p10 >> half) + (middle >> half)
    return high, (middle << half) | (p00 & mask)
