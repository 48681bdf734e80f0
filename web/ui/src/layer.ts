/** What the server says about layers: the shapes of its JSON. */

export type Language = "ja" | "en";
export type Text = Record<Language, string>;

export type Draw = "circle" | "icon" | "line" | "fill" | "extrusion" | "raster";

export interface StyleClass {
  colour: string;
  label: Text;
  value: string | number | null;
  min: number | null;
  max: number | null;
}

/** One way to colour a layer. `missing` is what a feature without a value shows. */
export interface Theme {
  id: string;
  title: Text;
  type: "single" | "categories" | "steps";
  column: string | null;
  unit: string;
  classes: StyleClass[];
  missing: StyleClass | null;
}

export interface Style {
  draw: Draw;
  icon: string | null;
  height: string | null;
  label: string | null;
  opacity: number;
  themes: Theme[];
}

export interface Group extends Text {
  id: string;
}

export interface Column {
  name: string;
  label: Text;
  type: string;
  unit: string | null;
}

/** West, south, east, north in degrees. */
export type Bounds = [number, number, number, number];

export interface Layer {
  id: string;
  title: Text;
  group: Group;
  kind: "vector" | "raster";
  /** A terrain holds the heights of the ground: the map may shade it and stand on it. */
  role?: "terrain" | null;
  geometry: "point" | "line" | "polygon" | null;
  version: string;
  bounds: Bounds | null;
  zooms: { min: number; max: number };
  feature_count: number | null;
  attribution: string | null;
  licence: string | null;
  visibility: "public" | "internal";
  crs: string | null;
  imported_at: string | null;
  problems: number;
  columns: Column[];
  style: Style;
  links: { tiles: string; features: string | null; search?: string | null; export?: string | null; column: string | null; terrain?: string | null; tileset?: string | null };
  /** What the layer has in three dimensions. */
  tileset?: { features: number; triangles: number; bytes: number; lods: number[]; textured: boolean } | null;
}

export interface Session {
  viewer: "public" | "staff";
  background: { tiles: string; attribution: string } | null;
}

export interface AttributeNode {
  name: string;
  title?: Text | null;
  value?: string | number | boolean | null;
  label?: string | null;
  unit?: string | null;
  generic?: boolean;
  items?: AttributeNode[];
}

export interface FeatureDetail {
  layer: string;
  fid: number;
  feature_id: string | null;
  attributes: AttributeNode[];
}

/** How high the ground is at a place. */
export interface Elevation {
  lonlat: [number, number];
  height_m: number;
  vertical_datum: string | null;
  ellipsoidal_height_m: number | null;
  geoid: { model: string; height_m: number } | null;
  resolution_m: number;
  title: Text;
  attribution: string | null;
}

export interface CoverageQuestion {
  points: string;
  within_m: number;
  population: string | null;
}

export interface CoverageFigures {
  points: number;
  within_m: number;
  area_km2: number;
  population: number | null;
  covered: number | null;
  share: number | null;
}

export interface LeftOut {
  rank: number;
  name: string | null;
  population: number | null;
  left_out: number | null;
}

export interface CoverageAnswer {
  figures: CoverageFigures;
  area: GeoJSON.Feature;
  left_out: GeoJSON.FeatureCollection<GeoJSON.Geometry, LeftOut>;
  notes: Text[];
}

export interface Job {
  id: string | number;
  state: "queued" | "running" | "done" | "failed";
  progress: number;
  message: Text | string | null;
  result: Record<string, unknown> | string | null;
}
