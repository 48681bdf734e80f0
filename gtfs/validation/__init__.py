"""Is a feed right? The canonical rules, those of GTFS-JP and our own, told in Japanese and English."""

from gtfs.validation.finding import Finding, Level, Origin
from gtfs.validation.validate import Validation, validate_feed

__all__ = ["Finding", "Level", "Origin", "Validation", "validate_feed"]
