"""What can be wrong with a face or a solid, as bits that the compiled checks set, and what each is called."""

from enum import IntFlag

REPEATED_M = 0.01
"""Neighbours in a ring nearer than this are one point: the tolerance of PLATEAU's quality check of surfaces (L07)."""
PLANARITY_M = 0.03
"""How thick a face may be: PLATEAU's tolerance (L11). val3dity allows 0.01 m to either side of the plane."""
SNAP_M = 0.001
"""Vertices nearer than this are one: val3dity's default snap_tol; what touches nearer than this, touches."""
LOWEST_M, HIGHEST_M = -500.0, 4_000.0
"""Heights above T.P. outside of this are not in Japan: Mt. Fuji is 3,776 m high, no mine or tunnel 500 m deep."""


class Fault(IntFlag):
    """The comments name the counterparts: error codes of val3dity, quality requirements of PLATEAU."""

    NOT_FINITE = 1
    """A coordinate that is no number; in PLATEAU's check NonFiniteCoordinate."""
    TOO_FEW_POINTS = 2
    """val3dity 101; L07."""
    REPEATED_POINT = 4
    """val3dity 102; L07."""
    DEGENERATE = 8
    """All on one line. val3dity 104 (formerly 105); L07."""
    SELF_INTERSECTION = 16
    """val3dity 104; L09."""
    NOT_PLANAR = 32
    """val3dity 203; L11."""
    HOLE_ORIENTATION = 64
    """val3dity 208; L13."""
    HOLE_OUTSIDE = 128
    """val3dity 206, 207; L13."""
    RINGS_CROSS = 256
    """val3dity 201, 202, 205; L13."""
    HEIGHT = 512
    FACE_TWICE = 1024
    """L14; val3dity finds 303 here."""
    NO_VOLUME = 2048
    """val3dity 301; L14."""
    OPEN = 4096
    """val3dity 302; L14."""
    NON_MANIFOLD = 8192
    """val3dity 303 (formerly also 304); L14."""
    NOT_CONNECTED = 16384
    """val3dity 305; L14."""
    FACE_ORIENTATION = 32768
    """val3dity 307; L14."""
    INSIDE_OUT = 65536
    """val3dity 405 (formerly 308); L14."""
    SOLID_SELF_INTERSECTION = 131072
    """val3dity 306; L14."""
    TURNED_DOWN = 262144
    """Of what lies on the ground; PLATEAU's 面の向き."""
    NOT_TRIANGLE = 524288
    """Of flooded land; PLATEAU's 頂点数が不正な三角形."""


RULES_OF_FAULTS = {
    Fault.NOT_FINITE: "face.not_finite",
    Fault.TOO_FEW_POINTS: "face.too_few_points",
    Fault.REPEATED_POINT: "face.repeated_point",
    Fault.DEGENERATE: "face.degenerate",
    Fault.SELF_INTERSECTION: "face.self_intersection",
    Fault.NOT_PLANAR: "face.not_planar",
    Fault.HOLE_ORIENTATION: "face.hole_orientation",
    Fault.HOLE_OUTSIDE: "face.hole_outside",
    Fault.RINGS_CROSS: "face.rings_cross",
    Fault.HEIGHT: "face.height",
    Fault.TURNED_DOWN: "face.turned_down",
    Fault.NOT_TRIANGLE: "face.not_triangle",
    Fault.FACE_TWICE: "solid.face_twice",
    Fault.NO_VOLUME: "solid.no_volume",
    Fault.OPEN: "solid.open",
    Fault.NON_MANIFOLD: "solid.non_manifold",
    Fault.NOT_CONNECTED: "solid.not_connected",
    Fault.FACE_ORIENTATION: "solid.face_orientation",
    Fault.INSIDE_OUT: "solid.inside_out",
    Fault.SOLID_SELF_INTERSECTION: "solid.self_intersection",
}
