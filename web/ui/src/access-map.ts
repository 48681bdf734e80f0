/** Answers about public transport on the map. */

import type { CircleLayerSpecification, ExpressionSpecification, FillLayerSpecification, LineLayerSpecification, SourceSpecification, SymbolLayerSpecification } from "maplibre-gl";
import { indexOf, type AccessState, type Compared, type IndexAnswer } from "./access";
import { drawingOf, isMinutes, type Lonlat, type Scenario } from "./scenario";

/** Near to far; the darker, the sooner. */
export const AREA_COLOURS: Record<number, string> = { 15: "#14532d", 30: "#2f8f5b", 45: "#7cc08a", 60: "#c3dfbd" };
export const OUT = "#b3261e";
/** People left out, and how strongly their place is drawn. */
export const OUT_STEPS = [[1, 0.25], [100, 0.75]] as const;
export const GAIN = "#1b6ca8";
export const LOSS = "#b3261e";
/** Low and high, of before and after. */
export const SCALE = ["#eef3f7", "#0f4c75"] as const;
const NOTHING = "#b8bcc0";
const FROM = "#0d2a3f";

type Paint = NonNullable<FillLayerSpecification["paint"]>;
type Drawn = FillLayerSpecification | LineLayerSpecification | CircleLayerSpecification | SymbolLayerSpecification;

export interface AccessSketch {
  areas: GeoJSON.FeatureCollection | null;
  /** Places with people left out, or with a difference. */
  places: GeoJSON.FeatureCollection | null;
  compared: Figure | null;
  /** Places with their class of an index. */
  index: IndexAnswer | null;
  points: readonly Lonlat[];
  lines: readonly Lonlat[][];
}

/** What is shown of a comparison. */
interface Figure {
  column: string;
  isDifference: boolean;
  /** Few are good: minutes. */
  isMinutes: boolean;
  /** The largest value, before and after. */
  most: number;
}

const sketches = new WeakMap<AccessState, { sketch: AccessSketch | null }>();

/** What there is to draw of the kind of question that is open; the same object for the same state. */
export function accessSketch(state: AccessState): AccessSketch | null {
  const known = sketches.get(state) ?? { sketch: drawnOf(state) };
  sketches.set(state, known);
  return known.sketch;
}

function drawnOf(state: AccessState): AccessSketch | null {
  const { kind, at, isochrone, deserts, scenario, compared } = state;
  const none = { areas: null, places: null, compared: null, index: null, points: [], lines: [] };
  const index = indexOf(state);
  if (index) return { ...none, places: index.features, index };
  if (kind === "isochrone" && at) return { ...none, areas: isochrone?.areas ?? null, points: [at] };
  if (kind === "deserts" && deserts) return { ...none, places: deserts.features };
  if (kind === "scenario" && (scenario.changes.length > 0 || compared)) {
    return { ...none, ...drawingOf(scenario), places: compared?.features ?? null, compared: compared && figureOf(compared, scenario) };
  }
  return null;
}

function figureOf({ totals, features }: Compared, { figure, shown }: Scenario): Figure | null {
  const column = (totals[figure] ?? totals[0])?.column;
  if (!column) return null;
  const values = features.features.flatMap(({ properties }) => [properties?.[`${column}_before`], properties?.[`${column}_after`]]);
  const most = Math.max(1e-9, ...values.filter((one): one is number => typeof one === "number"));
  return { column: `${column}_${shown}`, isDifference: shown === "difference", isMinutes: isMinutes(column), most };
}

export function accessSources({ areas, places, points, lines }: AccessSketch): [string, SourceSpecification][] {
  const found: [string, SourceSpecification][] = [["access/points", { type: "geojson", data: pointFeatures(points, lines) }]];
  if (areas) found.push(["access/areas", { type: "geojson", data: areas }]);
  if (places) found.push(["access/places", { type: "geojson", data: places }]);
  return found;
}

export function accessAreas({ areas, places, compared, index }: AccessSketch): Drawn[] {
  const drawn: Drawn[] = [];
  if (areas) {
    const steps = Object.entries(AREA_COLOURS).flatMap(([minutes, one]) => [Number(minutes), one]);
    const colour = ["match", ["get", "minutes"], ...steps, "#888888"] as unknown as ExpressionSpecification;
    drawn.push({ id: "access/areas", source: "access/areas", type: "fill", paint: { "fill-color": colour, "fill-opacity": 0.45 } });
    drawn.push({ id: "access/edges", source: "access/areas", type: "line", paint: { "line-color": colour, "line-width": 1.4 } });
  }
  if (places) drawn.push({ id: "access/places", source: "access/places", type: "fill", paint: index ? indexPaint(index) : compared ? changePaint(compared) : leftOutPaint() });
  return drawn;
}

export function accessPoints({ lines }: AccessSketch): Drawn[] {
  const source = "access/points";
  const drawn: Drawn[] = lines.length > 0 ? [{ id: "access/line", source, type: "line", filter: ["==", ["geometry-type"], "LineString"], paint: { "line-color": FROM, "line-width": 4 } }] : [];
  return [...drawn, { id: "access/points", source, type: "circle", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-color": "#ffffff", "circle-radius": 7, "circle-stroke-color": FROM, "circle-stroke-width": 4 } }];
}

function leftOutPaint(): Paint {
  const people = ["coalesce", ["get", "left_out"], 0] as ExpressionSpecification;
  const [[few, faint], [many, strong]] = OUT_STEPS;
  return { "fill-color": OUT, "fill-opacity": ["case", [">", people, 0], ["interpolate", ["linear"], people, few, faint, many, strong], 0.02] as ExpressionSpecification };
}

function indexPaint({ column, legend }: IndexAnswer): Paint {
  const colours = legend.flatMap(({ value, colour }) => [value, colour]);
  return { "fill-color": ["match", ["get", column], ...colours, NOTHING] as unknown as ExpressionSpecification, "fill-opacity": 0.65 };
}

function changePaint({ column, isDifference, isMinutes, most }: Figure): Paint {
  const value = ["coalesce", ["get", column], 0] as ExpressionSpecification;
  if (!isDifference) {
    const colour = ["interpolate", ["linear"], value, 0, SCALE[0], most, SCALE[1]] as ExpressionSpecification;
    return { "fill-color": colour, "fill-opacity": ["case", ["==", ["typeof", ["get", column]], "number"], 0.7, 0.05] as ExpressionSpecification };
  }
  const [more, less] = isMinutes ? [LOSS, GAIN] : [GAIN, LOSS];
  return {
    "fill-color": ["case", [">", value, 0], more, ["<", value, 0], less, "#9aa5ad"] as ExpressionSpecification,
    "fill-opacity": ["case", ["==", value, 0], 0.08, 0.6] as ExpressionSpecification,
  };
}

function pointFeatures(points: readonly Lonlat[], lines: readonly Lonlat[][]): GeoJSON.FeatureCollection {
  const features: GeoJSON.Feature[] = points.map((coordinates) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates } }));
  features.push(...lines.map((coordinates): GeoJSON.Feature => ({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates } })));
  return { type: "FeatureCollection", features };
}
