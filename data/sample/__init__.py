"""みほん市: a city made by code, in the formats real cities publish."""

from data.sample.city import Progress, SampleCity, SampleFile, write_sample_city
from data.sample.fault import FAULTS, Fault, write_sample_faults
from data.sample.source import SAMPLE_SOURCES, SampleSource

__all__ = [
    "FAULTS", "SAMPLE_SOURCES", "Fault", "Progress", "SampleCity", "SampleFile", "SampleSource", "write_sample_city",
    "write_sample_faults",
]  # fmt: skip
