"""Measures of access and of service: pure functions on arrays, each with its published formula."""

from gtfs.measure.coverage import Covered, people_covered, stop_service, within_reach
from gtfs.measure.decay import Decay, Exponential, InvalidDecayError, Linear, Logistic, Step, StepWithin, weights
from gtfs.measure.departure import departures_on, service_at_stops
from gtfs.measure.duration import in_minutes, minutes, seconds
from gtfs.measure.inequality import (
    concentration_index,
    corrected_concentration_index,
    gini,
    palma,
    palma_of_means,
)
from gtfs.measure.opportunity import (
    Access,
    Definition,
    access_of_percentile,
    access_per_minute,
    mean_access,
    opportunities_within,
    time_to_nth,
)
from gtfs.measure.parameter import DesertRule
from gtfs.measure.percentile import nearest_rank
from gtfs.measure.ptal import access_index, band, doorstep_frequency, peak_service
from gtfs.measure.quality_class import quality_class, stop_categories
from gtfs.measure.stop_place import stop_places

__all__ = [
    "Access",
    "Covered",
    "Decay",
    "Definition",
    "DesertRule",
    "Exponential",
    "InvalidDecayError",
    "Linear",
    "Logistic",
    "Step",
    "StepWithin",
    "access_index",
    "access_of_percentile",
    "access_per_minute",
    "band",
    "concentration_index",
    "corrected_concentration_index",
    "departures_on",
    "doorstep_frequency",
    "gini",
    "in_minutes",
    "mean_access",
    "minutes",
    "nearest_rank",
    "opportunities_within",
    "palma",
    "palma_of_means",
    "peak_service",
    "people_covered",
    "quality_class",
    "seconds",
    "service_at_stops",
    "stop_categories",
    "stop_places",
    "stop_service",
    "time_to_nth",
    "weights",
    "within_reach",
]
