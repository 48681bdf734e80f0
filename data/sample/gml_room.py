"""Rooms as CityGML's LOD4: floor, ceiling and walls that look into the room, and what stands in it."""

from collections.abc import Sequence

from data.sample.gml import code, feature_id, polygon, text

Solid = Sequence[str]
"""posLists of a prism turned outwards: floor, walls, top."""


def room(key: tuple[object, ...], name: str, kinds: tuple[str, str], shell: Solid, inside: str = "") -> str:
    """`kinds`: codes of Room_class and Room_function; `shell` is turned inwards here."""
    faces = [_turned(one) for one in shell]
    names = ["FloorSurface", *["InteriorWallSurface"] * (len(faces) - 2), "CeilingSurface"]
    ids = [feature_id("poly", "room", *key, k) for k in range(len(faces))]
    members = "".join(
        '<gml:surfaceMember>\n<gml:OrientableSurface orientation="-">\n'
        f'<gml:baseSurface xlink:href="#{id_}"/>\n</gml:OrientableSurface>\n</gml:surfaceMember>\n'
        for id_ in ids
    )
    bounded = "".join(
        f'<bldg:boundedBy>\n<bldg:{kind} gml:id="{feature_id("face", "room", *key, k)}">\n<bldg:lod4MultiSurface>\n'
        f"<gml:MultiSurface>\n<gml:surfaceMember>\n{polygon([face], id_)}</gml:surfaceMember>\n</gml:MultiSurface>\n"
        f"</bldg:lod4MultiSurface>\n</bldg:{kind}>\n</bldg:boundedBy>\n"
        for k, (kind, face, id_) in enumerate(zip(names, faces, ids, strict=True))
    )
    return (
        f'<bldg:interiorRoom>\n<bldg:Room gml:id="{feature_id("room", *key)}">\n'
        + text("gml:name", name)
        + code("bldg:class", kinds[0], "Room_class")
        + code("bldg:function", kinds[1], "Room_function")
        + "<bldg:lod4Solid>\n<gml:Solid>\n<gml:exterior>\n<gml:CompositeSurface>\n"
        + f"{members}</gml:CompositeSurface>\n</gml:exterior>\n</gml:Solid>\n</bldg:lod4Solid>\n"
        + f"{bounded}{inside}</bldg:Room>\n</bldg:interiorRoom>\n"
    )


def furniture(key: tuple[object, ...], shell: Solid) -> str:
    """A counter or a table."""
    return (
        f'<bldg:interiorFurniture>\n<bldg:BuildingFurniture gml:id="{feature_id("furn", *key)}">\n'
        + code("bldg:function", "Pr_40_30_30", "BuildingFurniture_function")
        + _geometry(shell)
        + "</bldg:BuildingFurniture>\n</bldg:interiorFurniture>\n"
    )


def column(key: tuple[object, ...], shell: Solid) -> str:
    return (
        f'<bldg:roomInstallation>\n<bldg:IntBuildingInstallation gml:id="{feature_id("inst", *key)}">\n'
        "<gml:name>柱</gml:name>\n"
        + code("bldg:function", "EF_25", "IntBuildingInstallation_function")
        + _geometry(shell)
        + "</bldg:IntBuildingInstallation>\n</bldg:roomInstallation>\n"
    )


def _geometry(shell: Solid) -> str:
    members = "".join(f"<gml:surfaceMember>\n{polygon([one])}</gml:surfaceMember>\n" for one in shell)
    return f"<bldg:lod4Geometry>\n<gml:MultiSurface>\n{members}</gml:MultiSurface>\n</bldg:lod4Geometry>\n"


def _turned(positions: str) -> str:
    words = positions.split()
    corners = [" ".join(words[k : k + 3]) for k in range(0, len(words), 3)]
    return " ".join(reversed(corners))
