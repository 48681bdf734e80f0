"""Streets to walk on: from OpenStreetMap to distances, paths and service areas."""

from geo.network.centre_line import build_network_from_roads
from geo.network.layer import PART, network_batches, network_problems, portray_network
from geo.network.link import Links, links_within
from geo.network.osm import read_osm_network
from geo.network.person import (
    ADULT,
    OLDER,
    PEOPLE,
    SLOPE_METHOD,
    WHEELCHAIR,
    Access,
    Person,
    arc_metres,
    arc_minutes,
    passable,
)
from geo.network.reach import (
    Nearest,
    ServiceEdges,
    StreetPath,
    nearest_facility,
    nearest_from_places,
    service_edges,
    service_lines,
    service_polygons,
    shortest_path,
    travel_costs,
)
from geo.network.snapping import Snapped, place_on_edges, snap
from geo.network.street_network import FORMAT, Heights, StreetNetwork, build_network
from geo.network.way import LeftOut, Way, WayKind, judge_way

__all__ = [
    "ADULT",
    "FORMAT",
    "OLDER",
    "PART",
    "PEOPLE",
    "SLOPE_METHOD",
    "WHEELCHAIR",
    "Access",
    "Heights",
    "LeftOut",
    "Links",
    "Nearest",
    "Person",
    "ServiceEdges",
    "Snapped",
    "StreetNetwork",
    "StreetPath",
    "Way",
    "WayKind",
    "arc_metres",
    "arc_minutes",
    "build_network",
    "build_network_from_roads",
    "judge_way",
    "links_within",
    "nearest_facility",
    "nearest_from_places",
    "network_batches",
    "network_problems",
    "passable",
    "place_on_edges",
    "portray_network",
    "read_osm_network",
    "service_edges",
    "service_lines",
    "service_polygons",
    "shortest_path",
    "snap",
    "travel_costs",
]
