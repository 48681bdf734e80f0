"""One address that is asked again and again: conditional, bounded in time and size, with longer waits when it fails."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from random import Random
from typing import Final

import httpx

from data.realtime import is_web
from geo import Text
from gtfs.realtime.watch import Reading
from web import VERSION

TIMEOUT_S: Final = 10.0
LIMIT_BYTES: Final = 20_000_000
"""Of one message, unpacked: the largest cities' have a few megabytes."""
LONGEST_WAIT_S: Final = 300.0

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


def http_client() -> httpx.Client:
    limits = httpx.Limits(max_connections=20, max_keepalive_connections=20)
    agent = {"User-Agent": f"machinami/{VERSION}", "Accept": "application/x-protobuf, application/octet-stream, */*"}
    timeout = httpx.Timeout(TIMEOUT_S, connect=5.0)
    return httpx.Client(timeout=timeout, limits=limits, headers=agent, follow_redirects=True, max_redirects=3)


@dataclass
class Source:
    address: str
    name: str
    every_s: float
    random: Random
    """Of the jitter."""
    clock: Clock = utc_now
    due: float = 0.0
    """By `time.monotonic`."""
    failures: int = 0
    _etag: str = ""
    _modified: str = ""

    def read(self, client: httpx.Client) -> Reading:
        """Never raises for what the other side does; waits longer after each failure in a row."""
        wait_s = 0.0
        try:
            reading = self._fetch(client) if is_web(self.address) else self._open()
        except httpx.TimeoutException:
            reading = self._failed(Text("時間内に応答がありません", "no answer in time"))
        except httpx.HTTPStatusError as error:
            wait_s = _retry_after_s(error.response, self.clock())
            status = error.response.status_code
            reading = self._failed(Text(f"HTTPステータス {status}", f"HTTP status {status}"))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            reading = self._failed(Text("接続できません", f"can't be reached ({type(error).__name__})"))
        except _TooLargeError:
            reading = self._failed(Text("大きすぎます", f"larger than {LIMIT_BYTES} bytes"))
        except OSError as error:
            reason = error.strerror or type(error).__name__
            reading = self._failed(Text(f"ファイルを読めません({reason})", f"the file can't be read ({reason})"))
        self.failures = self.failures + 1 if reading.failure else 0
        self.due = time.monotonic() + max(self._wait_s(), wait_s)
        return reading

    def _wait_s(self) -> float:
        """A failure may be an accident, and is tried again as usual; then the waits double."""
        if self.failures < 2:
            return self.every_s
        longest = max(LONGEST_WAIT_S, self.every_s)
        wait = min(self.every_s * 2.0 ** min(self.failures - 1, 16), longest)
        return wait * self.random.uniform(0.5, 1.0)

    def _failed(self, reason: Text) -> Reading:
        return Reading(self.clock(), failure=reason)

    def _fetch(self, client: httpx.Client) -> Reading:
        conditions = {"If-None-Match": self._etag, "If-Modified-Since": self._modified}
        ends = time.monotonic() + TIMEOUT_S
        with client.stream("GET", self.address, headers={k: v for k, v in conditions.items() if v}) as response:
            if response.status_code == httpx.codes.NOT_MODIFIED:
                return Reading(self.clock(), unchanged=True)
            response.raise_for_status()
            content = bytearray()
            for chunk in response.iter_bytes(65_536):
                content += chunk
                if len(content) > LIMIT_BYTES:
                    raise _TooLargeError
                if time.monotonic() > ends:
                    raise httpx.ReadTimeout("slow")
            self._etag = response.headers.get("ETag", "")
            self._modified = response.headers.get("Last-Modified", "")
        return Reading(self.clock(), bytes(content))

    def _open(self) -> Reading:
        path = Path(self.address)
        if path.stat().st_size > LIMIT_BYTES:
            raise _TooLargeError
        return Reading(self.clock(), path.read_bytes())


class _TooLargeError(Exception):
    pass


def _retry_after_s(response: httpx.Response, now: datetime) -> float:
    """What the server asks for, up to the longest wait; seconds or a date."""
    told = response.headers.get("Retry-After", "").strip()
    if told.isdecimal():
        return min(float(told), LONGEST_WAIT_S)
    try:
        until = parsedate_to_datetime(told) - now
    except (ValueError, TypeError):
        return 0.0
    return min(max(until, timedelta()).total_seconds(), LONGEST_WAIT_S)
