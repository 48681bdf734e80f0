"""What a process keeps of memory that it has freed."""

import ctypes
import gc
from contextlib import suppress

import pyarrow as pa


def give_memory_back() -> None:
    """Returns what this process holds and doesn't use any more. To be called between large pieces of work."""
    # A parser of XML and its last elements refer to each other, and keep their document. What lived before the work
    # began stands in the oldest generation, which would take longer to look through.
    gc.collect(1)
    pa.default_memory_pool().release_unused()
    with suppress(AttributeError):  # only glibc has it
        ctypes.CDLL(None).malloc_trim(0)
