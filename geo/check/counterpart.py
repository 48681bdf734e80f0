"""What other checkers call our rules.

val3dity: the error codes of its documentation (val3dity.readthedocs.io, "Errors"), and those of the OGC CityGML Quality
Interoperability Experiment where they differ. PLATEAU: the requirements (品質要求) of the standard product
specification, by the numbers of its inspection (品質検査).
"""

COUNTERPARTS = {
    "geometry.invalid": "PLATEAU L09, L13",
    "geometry.repaired": "PLATEAU L09, L13",
    "xml.not_well_formed": "PLATEAU L01",
    "citygml.element_unknown": "PLATEAU L02, L03",
    "citygml.duplicate_id": "PLATEAU C01",
    "citygml.inner_id_twice": "PLATEAU C01",
    "citygml.id_form": "PLATEAU gml:id書式",
    "citygml.building_id_twice": "PLATEAU C-bldg-01",
    "citygml.building_id_in_files": "PLATEAU C-bldg-01",
    "citygml.building_id_form": "PLATEAU 建物ID書式",
    "citygml.geometry_type": "PLATEAU T-bldg-02",
    "citygml.footprints_overlap": "PLATEAU LOD0面の交差",
    "citygml.crs": "PLATEAU L05",
    "citygml.reference_lost": "PLATEAU T03",
    "citygml.code_unknown": "PLATEAU L04",
    "citygml.codelist_missing": "PLATEAU L04",
    "crs.unknown": "PLATEAU L05",
    "citygml.ring": "val3dity 101, 103, PLATEAU L06",
    "citygml.face": "val3dity 101, 103, PLATEAU L06",
    "face.too_few_points": "val3dity 101, PLATEAU L07",
    "face.repeated_point": "val3dity 102, PLATEAU L07",
    "face.degenerate": "val3dity 104 (QIE 105), PLATEAU L07",
    "face.self_intersection": "val3dity 104, PLATEAU L09",
    "face.not_planar": "val3dity 203, PLATEAU L11",
    "face.hole_orientation": "val3dity 208, PLATEAU L13",
    "face.hole_outside": "val3dity 206, 207, PLATEAU L13",
    "face.rings_cross": "val3dity 201, 202, 205, PLATEAU L13",
    "face.turned_down": "PLATEAU 面の向き",
    "face.not_triangle": "PLATEAU 三角形の頂点数",
    "solid.face_twice": "val3dity 303, PLATEAU L14",
    "solid.no_volume": "val3dity 301, PLATEAU L14",
    "solid.open": "val3dity 302, PLATEAU L14",
    "solid.non_manifold": "val3dity 303 (QIE 303, 304), PLATEAU L14",
    "solid.not_connected": "val3dity 305, 403, PLATEAU L14",
    "solid.face_orientation": "val3dity 307, PLATEAU L14",
    "solid.inside_out": "val3dity 405 (QIE 308), PLATEAU L14",
    "solid.self_intersection": "val3dity 306, PLATEAU L14",
}
