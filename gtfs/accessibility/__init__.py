"""Who reaches what by public transport, door to door: one function for each question, from router and measures.

    network = build_transit_network(feeds, day, streets)
    query = accessibility.ask(day, time(7), time(9))
    accessibility.access(network, homes, hospitals, query, decay=Step(minutes(30)), columns=["beds"]).table

Every answer has its `explanation`.
"""

from gtfs.accessibility.answer import Answer
from gtfs.accessibility.comparison import Comparison, compare
from gtfs.accessibility.cumulative import access
from gtfs.accessibility.explanation import Explanation, LineUse, Snap, Travel
from gtfs.accessibility.facility_reach import HomesAt, out_of_reach
from gtfs.accessibility.left_out import Deserts, DesertTotals, deserts
from gtfs.accessibility.question import ask
from gtfs.accessibility.reason import Reason
from gtfs.accessibility.service_area import COLUMNS as AREA_COLUMNS
from gtfs.accessibility.service_area import AccessTotal, AreaAccess, service_accessibility
from gtfs.accessibility.service_index import (
    ClassTotal,
    ServiceIndex,
    StopCoverage,
    coverage,
    ptal,
    quality_classes,
)
from gtfs.accessibility.site import Sites, sites
from gtfs.accessibility.surface import Surface, build_surface
from gtfs.accessibility.travel_matrix import matrix
from gtfs.accessibility.what_if import Facilities, Setting, settings
from gtfs.accessibility.zone import Isochrone, isochrone, isochrone_to
from gtfs.measure.decay import Exponential, Linear, Logistic, Step, StepWithin
from gtfs.measure.duration import minutes
from gtfs.measure.opportunity import Definition
from gtfs.measure.parameter import DesertRule
from gtfs.routing import TransitNetwork, TravelQuery, build_transit_network

__all__ = [
    "AREA_COLUMNS",
    "AccessTotal",
    "Answer",
    "AreaAccess",
    "ClassTotal",
    "Comparison",
    "Definition",
    "DesertRule",
    "DesertTotals",
    "Deserts",
    "Explanation",
    "Exponential",
    "Facilities",
    "HomesAt",
    "Isochrone",
    "LineUse",
    "Linear",
    "Logistic",
    "Reason",
    "ServiceIndex",
    "Setting",
    "Sites",
    "Snap",
    "Step",
    "StepWithin",
    "StopCoverage",
    "Surface",
    "TransitNetwork",
    "Travel",
    "TravelQuery",
    "access",
    "ask",
    "build_surface",
    "build_transit_network",
    "compare",
    "coverage",
    "deserts",
    "isochrone",
    "isochrone_to",
    "matrix",
    "minutes",
    "out_of_reach",
    "ptal",
    "quality_classes",
    "service_accessibility",
    "settings",
    "sites",
]
