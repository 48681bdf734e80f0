/** Answers about public transport on the map. */

import type { CircleLayerSpecification, ExpressionSpecification, FillLayerSpecification, LineLayerSpecification, SourceSpecification, SymbolLayerSpecification } from "maplibre-gl";
import type { AccessState, Lonlat } from "./access";

/** Near to far; the darker, the sooner. */
export const AREA_COLOURS: Record<number, string> = { 15: "#14532d", 30: "#2f8f5b", 45: "#7cc08a", 60: "#c3dfbd" };
const OUT = "#b3261e";
const GAIN = "#1b6ca8";
const LOSS = "#b3261e";
const FROM = "#0d2a3f";

type Paint = NonNullable<FillLayerSpecification["paint"]>;
type Drawn = FillLayerSpecification | LineLayerSpecification | CircleLayerSpecification | SymbolLayerSpecification;

export interface AccessSketch {
  areas: GeoJSON.FeatureCollection | null;
  /** Places with people left out, or with a difference. */
  places: GeoJSON.FeatureCollection | null;
  compared: string | null;
  points: readonly Lonlat[];
  isLine: boolean;
}

const sketches = new WeakMap<AccessState, { sketch: AccessSketch | null }>();

/** What there is to draw of the kind of question that is open; the same object for the same state. */
export function accessSketch(state: AccessState): AccessSketch | null {
  const known = sketches.get(state) ?? { sketch: drawnOf(state) };
  sketches.set(state, known);
  return known.sketch;
}

function drawnOf({ kind, at, isochrone, deserts, line, compared }: AccessState): AccessSketch | null {
  const none = { areas: null, places: null, compared: null, points: [], isLine: false };
  if (kind === "isochrone" && at) return { ...none, areas: isochrone?.areas ?? null, points: [at] };
  if (kind === "deserts" && deserts) return { ...none, places: deserts.features };
  if (kind === "line" && line.stops.length > 0) {
    const column = compared?.totals[0]?.column ?? null;
    return { ...none, places: compared?.features ?? null, compared: column && `${column}_difference`, points: line.stops, isLine: true };
  }
  return null;
}

export function accessSources({ areas, places, points, isLine }: AccessSketch): [string, SourceSpecification][] {
  const found: [string, SourceSpecification][] = [["access/points", { type: "geojson", data: pointFeatures(points, isLine) }]];
  if (areas) found.push(["access/areas", { type: "geojson", data: areas }]);
  if (places) found.push(["access/places", { type: "geojson", data: places }]);
  return found;
}

export function accessAreas({ areas, places, compared }: AccessSketch): Drawn[] {
  const drawn: Drawn[] = [];
  if (areas) {
    const steps = Object.entries(AREA_COLOURS).flatMap(([minutes, one]) => [Number(minutes), one]);
    const colour = ["match", ["get", "minutes"], ...steps, "#888888"] as unknown as ExpressionSpecification;
    drawn.push({ id: "access/areas", source: "access/areas", type: "fill", paint: { "fill-color": colour, "fill-opacity": 0.45 } });
    drawn.push({ id: "access/edges", source: "access/areas", type: "line", paint: { "line-color": colour, "line-width": 1.4 } });
  }
  if (places) drawn.push({ id: "access/places", source: "access/places", type: "fill", paint: compared ? changePaint(compared) : leftOutPaint() });
  return drawn;
}

export function accessPoints({ isLine }: AccessSketch): Drawn[] {
  const source = "access/points";
  const line: Drawn[] = isLine ? [{ id: "access/line", source, type: "line", filter: ["==", ["geometry-type"], "LineString"], paint: { "line-color": FROM, "line-width": 4 } }] : [];
  return [...line, { id: "access/points", source, type: "circle", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-color": "#ffffff", "circle-radius": 7, "circle-stroke-color": FROM, "circle-stroke-width": 4 } }];
}

function leftOutPaint(): Paint {
  const people = ["coalesce", ["get", "left_out"], 0] as ExpressionSpecification;
  return { "fill-color": OUT, "fill-opacity": ["case", [">", people, 0], ["interpolate", ["linear"], people, 0, 0.25, 100, 0.75], 0.02] as ExpressionSpecification };
}

function changePaint(column: string): Paint {
  const change = ["coalesce", ["get", column], 0] as ExpressionSpecification;
  return {
    "fill-color": ["case", [">", change, 0], GAIN, ["<", change, 0], LOSS, "#9aa5ad"] as ExpressionSpecification,
    "fill-opacity": ["case", ["==", change, 0], 0.08, 0.6] as ExpressionSpecification,
  };
}

function pointFeatures(points: readonly Lonlat[], isLine: boolean): GeoJSON.FeatureCollection {
  const features: GeoJSON.Feature[] = points.map((coordinates) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates } }));
  if (isLine && points.length > 1) features.push({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: [...points] } });
  return { type: "FeatureCollection", features };
}
