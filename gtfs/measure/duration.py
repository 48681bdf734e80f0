"""Durations that say their unit: `minutes(30)`, or a timedelta."""

from datetime import timedelta


def minutes(count: float) -> timedelta:
    """30 minutes of 30."""
    return timedelta(minutes=count)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def in_minutes(duration: timedelta) -> float:
    """30.0 of half an hour. TypeError for a bare number: nobody knows whether 30 means minutes or seconds."""
    if not isinstance(duration, timedelta):
        raise TypeError(f"a duration is minutes(30) or a timedelta, got {duration!r}")
    return duration.total_seconds() / 60
