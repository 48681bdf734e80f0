"""みほん市: a city made by code, in the formats real cities publish."""

from data.sample.city import Progress, SampleCity, SampleFile, write_sample_city
from data.sample.source import SAMPLE_SOURCES, SampleSource

__all__ = ["SAMPLE_SOURCES", "Progress", "SampleCity", "SampleFile", "SampleSource", "write_sample_city"]
