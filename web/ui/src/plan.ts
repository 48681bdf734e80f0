/** From layers and how they are shown to the map's sources and layers, in drawing order. Pure. */

import { accessAreas, accessPoints, accessSources, type AccessSketch } from "./access-map";
import type {
  ExpressionSpecification,
  FilterSpecification,
  LayerSpecification,
  SourceSpecification,
  TerrainSpecification,
} from "maplibre-gl";
import { badgeId } from "./badge";
import { classed, colourOf, hiddenFilter } from "./expression";
import type { GroundPart } from "./hash";
import type { CoverageAnswer, Layer, Session, Theme } from "./layer";
import type { TilesetPlan } from "./tileset";
import { isWhole, opacityOf, shows, themeOf, viewOf, visibleLayers, type Views } from "./view";

export const PAPER = "#f1eee7";
/** Vermilion, used for nothing but what the person has picked. */
export const PICKED = "#e2501f";
const INK = "#22303c";
/** Families of the system; the map asks no glyph server. */
const FONT = ["Noto Sans CJK JP", "Noto Sans JP", "Hiragino Sans", "Yu Gothic UI", "BIZ UDPGothic", "Meiryo", "sans-serif"];
const SOURCE_LAYER = "features";

/** From the ground up: fills below lines below extrusions below points and their labels. */
enum Slot {
  BACKGROUND,
  BASE_FILL,
  GROUND,
  SHADE,
  BASE_LINE,
  RASTER,
  FILL,
  OUTLINE,
  AREA,
  CASING,
  LINE,
  PICKED_FLAT,
  EXTRUSION,
  PICKED_SOLID,
  CIRCLE,
  // Symbols are placed from the top down: names give way to icons.
  LABEL,
  ICON,
  PICKED_POINT,
}

type Placed = [Slot, LayerSpecification];

export interface Plan {
  sources: Map<string, SourceSpecification>;
  layers: LayerSpecification[];
  /** Drawn in space, the topmost first. */
  tilesets: TilesetPlan[];
  /** The layer that lies right above them; undefined: none. */
  aboveTilesets: string | undefined;
  /** What the map stands on. */
  terrain: TerrainSpecification | null;
}

export interface Picked {
  layer: string;
  fid: number;
}

export interface Scene {
  layers: readonly Layer[];
  views: Views;
  /** Themes made from a fetched column, by layer. */
  columnThemes: Record<string, Theme>;
  solid: boolean;
  picked: Picked | null;
  coverage: CoverageAnswer | null;
  access: AccessSketch | null;
  /** Places where something is wrong with the data. */
  problems: GeoJSON.FeatureCollection | null;
  background: Session["background"];
  /** Where relative tile addresses start, without a slash at the end. */
  origin: string;
}

export function planMap(scene: Scene): Plan {
  const visible = visibleLayers(scene.layers, scene.views);
  const sources = new Map<string, SourceSpecification>();
  const placed: Placed[] = [[Slot.BACKGROUND, { id: "paper", type: "background", paint: { "background-color": PAPER } }]];
  if (scene.background) {
    sources.set("background", rasterSource(scene.background.tiles, scene));
    placed.push([Slot.BACKGROUND, { id: "background", type: "raster", source: "background", paint: { "raster-saturation": -0.35 } }]);
  }
  // What stands first in the tree lies on top.
  for (const layer of [...visible].reverse()) {
    const parts = drawn(layer, scene);
    // A tileset alone needs no other tiles.
    if (parts.length > 0 || !isSpatial(layer, scene)) sources.set(layer.id, sourceOf(layer, scene));
    placed.push(...parts);
  }
  const shaded = visible.some((layer) => isGround(layer, "shade", scene));
  const stood = scene.solid && visible.some((layer) => isGround(layer, "relief", scene));
  if (shaded) {
    sources.set(SHADE, groundSource(scene));
    placed.push(shade());
  }
  if (stood) sources.set(RELIEF, groundSource(scene));
  if (scene.coverage) {
    for (const [id, source] of coverageSources(scene.coverage)) sources.set(id, source);
    placed.push(...coverageLayers());
  }
  if (scene.access) {
    for (const [id, source] of accessSources(scene.access)) sources.set(id, source);
    for (const layer of accessAreas(scene.access)) placed.push([Slot.AREA, layer]);
    for (const layer of accessPoints(scene.access)) placed.push([Slot.CIRCLE, layer]);
  }
  if (scene.problems) {
    sources.set("problems", { type: "geojson", data: scene.problems });
    placed.push(problemLayer());
  }
  placed.sort((a, b) => a[0] - b[0]);
  return {
    sources,
    layers: placed.map(([, layer]) => layer),
    tilesets: tilesetsOf(visible, scene),
    aboveTilesets: placed.find(([slot]) => slot > Slot.EXTRUSION)?.[1].id,
    terrain: stood ? { source: RELIEF, exaggeration: 1 } : null,
  };
}

/** Whether a layer is drawn from its tileset. */
function isSpatial(layer: Layer, scene: Scene): boolean {
  return scene.solid && Boolean(layer.links.tileset);
}

/** What is seen through comes last, and so lies on top: water would hide the walls that stand in it. */
function tilesetsOf(visible: readonly Layer[], scene: Scene): TilesetPlan[] {
  const plans = visible.filter((layer) => isSpatial(layer, scene)).map((layer) => tilesetOf(layer, scene));
  return [...plans.filter((plan) => plan.opacity < 1), ...plans.filter((plan) => plan.opacity >= 1)];
}

function tilesetOf(layer: Layer, scene: Scene): TilesetPlan {
  const view = viewOf(scene.views, layer.id);
  const column = scene.columnThemes[layer.id];
  const theme = themeOf(layer, view, column ? [column] : []);
  return {
    layer: layer.id,
    version: layer.version,
    url: absolute(layer.links.tileset as string, scene),
    theme,
    fetched: theme === column,
    hidden: theme === column ? [] : view.hidden,
    opacity: opacityOf(layer, view, true),
    textured: view.textured ?? false,
    picked: scene.picked?.layer === layer.id ? scene.picked.fid : null,
  };
}

// All terrains are one ground. Shade and relief each have a source: they want tiles of different zooms.
const SHADE = "ground/shade";
const RELIEF = "ground/relief";

function isGround(layer: Layer, part: GroundPart, scene: Scene): boolean {
  return Boolean(layer.links.terrain) && shows(viewOf(scene.views, layer.id), part);
}

/** The ground of all terrains, shown or not. New versions are another address: the map must ask again. */
function groundSource(scene: Scene): SourceSpecification {
  const terrains = scene.layers.filter((layer) => layer.links.terrain).map((layer) => `${layer.id}@${layer.version}`);
  const url = `${absolute("/ground/terrain.json", scene)}?of=${encodeURIComponent(terrains.sort().join(" "))}`;
  return { type: "raster-dem", url, tileSize: 256, encoding: "terrarium" };
}

function shade(): Placed {
  const paint = {
    "hillshade-method": "igor" as const,
    "hillshade-exaggeration": byZoom(8, 0.7, 15, 0.45),
    "hillshade-shadow-color": "#4a5a66",
    "hillshade-highlight-color": "#fffaf0",
  };
  return [Slot.SHADE, { id: "ground/hillshade", type: "hillshade", source: SHADE, paint }];
}

function sourceOf(layer: Layer, scene: Scene): SourceSpecification {
  if (layer.kind === "raster") return { ...rasterSource(layer.links.tiles, scene), ...extent(layer) } as SourceSpecification;
  return { type: "vector", tiles: [absolute(layer.links.tiles, scene)], ...extent(layer) };
}

function rasterSource(tiles: string, scene: Scene): SourceSpecification {
  return { type: "raster", tiles: [absolute(tiles, scene)], tileSize: 256, maxzoom: 18 };
}

function extent(layer: Layer): { minzoom: number; maxzoom: number; bounds?: Layer["bounds"] & object } {
  return { minzoom: layer.zooms.min, maxzoom: layer.zooms.max, ...(layer.bounds ? { bounds: layer.bounds } : {}) };
}

function absolute(path: string, scene: Scene): string {
  return path.startsWith("/") ? scene.origin + path : path;
}

interface Part {
  id: string;
  source: string;
  "source-layer": string;
  filter?: FilterSpecification;
}

function part(layer: Layer, name: string, filter: FilterSpecification | null): Part {
  return { id: `${layer.id}/${name}`, source: layer.id, "source-layer": SOURCE_LAYER, ...(filter ? { filter } : {}) };
}

function drawn(layer: Layer, scene: Scene): Placed[] {
  const view = viewOf(scene.views, layer.id);
  const fetched = scene.columnThemes[layer.id];
  const theme = themeOf(layer, view, fetched ? [fetched] : []);
  const byState = theme === fetched;
  const look: Look = {
    theme,
    colour: colourOf(theme, byState ? STATE_VALUE : undefined),
    opacity: opacityOf(layer, view),
    // A filter can't see feature state.
    filter: byState ? null : hiddenFilter(theme, view.hidden),
    base: layer.group.id === "base",
    picked: scene.picked?.layer === layer.id ? scene.picked.fid : null,
    solid: scene.solid,
    coloured: shows(view, "colour"),
  };
  const shapes = isSpatial(layer, scene) && isWhole(layer) ? [] : DRAWERS[byState ? stateful(layer) : layer.style.draw](layer, look);
  return [...shapes, ...labels(layer, look)];
}

/** Pictures of icons can't depend on the state of a feature; colours of circles can. */
const stateful = (layer: Layer): Layer["style"]["draw"] => (layer.style.draw === "icon" ? "circle" : layer.style.draw);

/** The value of a fetched column, kept as state of each feature. */
export const STATE_VALUE: ExpressionSpecification = ["feature-state", "value"];

interface Look {
  theme: Theme;
  colour: ExpressionSpecification | string;
  opacity: number;
  filter: FilterSpecification | null;
  base: boolean;
  picked: number | null;
  solid: boolean;
  /** Of a terrain: whether its heights are coloured. */
  coloured: boolean;
}

const DRAWERS: Record<Layer["style"]["draw"], (layer: Layer, look: Look) => Placed[]> = {
  circle: circles,
  icon: icons,
  line: lines,
  fill: fills,
  extrusion: extrusions,
  raster: rasters,
};

const byZoom = (...stops: number[]): ExpressionSpecification => ["interpolate", ["linear"], ["zoom"], ...stops] as unknown as ExpressionSpecification;

function only(fid: number): FilterSpecification {
  return ["==", ["id"], fid];
}

function rasters(layer: Layer, look: Look): Placed[] {
  if (!look.coloured) return [];
  const paint = { "raster-opacity": look.opacity };
  return [[layer.role === "terrain" ? Slot.GROUND : Slot.RASTER, { id: `${layer.id}/raster`, type: "raster", source: layer.id, paint }]];
}

function fills(layer: Layer, look: Look): Placed[] {
  const outline = look.base ? bordered(layer, look) : outlined(layer, look);
  const paint = { "fill-color": look.colour, "fill-opacity": look.opacity, "fill-antialias": outline.length === 0 };
  return [
    [look.base ? Slot.BASE_FILL : Slot.FILL, { ...part(layer, "fill", look.filter), type: "fill", paint }],
    ...outline,
    ...pickedOutline(layer, look),
  ];
}

/** Hazard areas come in thousands of cells whose borders mean nothing; elsewhere a border separates two things. */
function outlined(layer: Layer, look: Look): Placed[] {
  if (layer.group.id === "hazard") return [];
  const paint = { "line-color": "#ffffff", "line-opacity": look.opacity * 0.8, "line-width": byZoom(10, 0.2, 14, 0.8, 17, 1.4) };
  return [[Slot.OUTLINE, { ...part(layer, "outline", look.filter), type: "line", paint }]];
}

/** Areas of the background are faint; their borders orient. */
function bordered(layer: Layer, look: Look): Placed[] {
  const paint = { "line-color": look.colour, "line-opacity": Math.min(1, look.opacity * 2.5), "line-width": byZoom(9, 0.4, 13, 0.9, 17, 1.6) };
  return [[Slot.BASE_LINE, { ...part(layer, "border", look.filter), type: "line", paint }]];
}

function pickedOutline(layer: Layer, look: Look): Placed[] {
  if (look.picked === null) return [];
  const paint = { "line-color": PICKED, "line-width": 2.5 };
  const layout = { "line-join": "round" as const };
  return [[Slot.PICKED_FLAT, { ...part(layer, "picked", only(look.picked)), type: "line", paint, layout }]];
}

function lines(layer: Layer, look: Look): Placed[] {
  const layout = { "line-join": "round" as const, "line-cap": "round" as const };
  const paint = { "line-color": look.colour, "line-opacity": look.opacity, "line-width": byZoom(9, 1, 13, 2.4, 17, 6) };
  const line: Placed = [look.base ? Slot.BASE_LINE : Slot.LINE, { ...part(layer, "line", look.filter), type: "line", layout, paint }];
  if (look.base) return [line];
  const casing = { "line-color": "#ffffff", "line-opacity": look.opacity * 0.85, "line-width": byZoom(9, 1.6, 13, 5, 17, 10) };
  const picked = { "line-color": PICKED, "line-width": byZoom(9, 3, 13, 5, 17, 9) };
  return [
    [Slot.CASING, { ...part(layer, "casing", look.filter), type: "line", layout, paint: casing }],
    line,
    ...(look.picked === null
      ? []
      : [[Slot.PICKED_FLAT, { ...part(layer, "picked", only(look.picked)), type: "line", layout, paint: picked }] satisfies Placed]),
  ];
}

function extrusions(layer: Layer, look: Look): Placed[] {
  if (!look.solid) return footprints(layer, look);
  const height = ["coalesce", ["get", layer.style.height ?? ""], UNKNOWN_HEIGHT] as ExpressionSpecification;
  const paint = {
    "fill-extrusion-color": look.colour,
    "fill-extrusion-opacity": look.opacity,
    "fill-extrusion-height": height,
    "fill-extrusion-vertical-gradient": true,
  };
  const solid: Placed = [Slot.EXTRUSION, { ...part(layer, "extrusion", look.filter), type: "fill-extrusion", paint }];
  if (look.picked === null) return [solid];
  // A touch wider in height, so that the picked one wins over itself.
  const picked = { ...paint, "fill-extrusion-color": PICKED, "fill-extrusion-opacity": 1, "fill-extrusion-height": ["+", height, 0.3] as ExpressionSpecification };
  return [solid, [Slot.PICKED_SOLID, { ...part(layer, "picked", only(look.picked)), type: "fill-extrusion", paint: picked }]];
}

/** Metres drawn for a building whose height nobody recorded; its colour still says that the height is missing. */
const UNKNOWN_HEIGHT = 3;

function footprints(layer: Layer, look: Look): Placed[] {
  const fill = { "fill-color": look.colour, "fill-opacity": look.opacity };
  const edge = { "line-color": INK, "line-opacity": look.opacity * 0.35, "line-width": byZoom(13, 0, 15, 0.5, 18, 1.2) };
  return [
    [Slot.EXTRUSION, { ...part(layer, "footprint", look.filter), type: "fill", paint: fill }],
    [Slot.EXTRUSION, { ...part(layer, "edge", look.filter), type: "line", minzoom: 13, paint: edge }],
    ...(look.picked === null
      ? []
      : [
          [
            Slot.PICKED_SOLID,
            { ...part(layer, "picked", only(look.picked)), type: "fill", paint: { "fill-color": PICKED } },
          ] satisfies Placed,
        ]),
  ];
}

function circles(layer: Layer, look: Look): Placed[] {
  const paint = {
    "circle-color": look.colour,
    "circle-opacity": look.opacity,
    "circle-radius": byZoom(8, 2, 12, 3.5, 16, 7),
    "circle-stroke-color": "#ffffff",
    "circle-stroke-opacity": look.opacity,
    "circle-stroke-width": byZoom(8, 0.5, 13, 1.3),
  };
  return [[Slot.CIRCLE, { ...part(layer, "circle", look.filter), type: "circle", paint }], ...pickedRing(layer, look)];
}

function pickedRing(layer: Layer, look: Look): Placed[] {
  if (look.picked === null) return [];
  const paint = {
    "circle-color": "rgba(0, 0, 0, 0)",
    "circle-radius": byZoom(8, 7, 12, 10, 16, 18),
    "circle-stroke-color": PICKED,
    "circle-stroke-width": 3,
  };
  return [[Slot.PICKED_POINT, { ...part(layer, "picked", only(look.picked)), type: "circle", paint }]];
}

function icons(layer: Layer, look: Look): Placed[] {
  const layout = {
    "icon-image": classed(look.theme, (one) => badgeId(layer.style.icon, one.colour)) as ExpressionSpecification,
    "icon-size": byZoom(8, 0.22, 11, 0.34, 13, 0.56, 15, 0.8, 17, 0.95),
    "icon-allow-overlap": true,
    "icon-padding": 0,
    "symbol-z-order": "viewport-y" as const,
  };
  const paint = { "icon-opacity": look.opacity };
  return [[Slot.ICON, { ...part(layer, "icon", look.filter), type: "symbol", layout, paint }], ...pickedRing(layer, look)];
}

function labels(layer: Layer, look: Look): Placed[] {
  const column = layer.style.label;
  if (!column || layer.kind === "raster") return [];
  const along = layer.geometry === "line";
  const point = layer.geometry === "point";
  const layout = {
    "text-field": ["to-string", ["get", column]] as ExpressionSpecification,
    "text-font": FONT,
    "text-size": byZoom(11, 10.5, 16, 13),
    "text-padding": 4,
    "text-max-width": 11,
    ...(along ? { "symbol-placement": "line" as const, "symbol-spacing": 360, "text-pitch-alignment": "viewport" as const } : {}),
    ...(point
      ? { "text-variable-anchor": ["left", "right", "top", "bottom"] as ("left" | "right" | "top" | "bottom")[], "text-radial-offset": byZoom(14, 1.15, 17, 1.4), "text-justify": "auto" as const }
      : {}),
  };
  const paint = { "text-color": INK, "text-halo-color": "rgba(255, 255, 255, 0.92)", "text-halo-width": 1.6, "text-opacity": Math.min(1, look.opacity + 0.1) };
  // The name of an area in the background orients from afar and disturbs from near.
  const zooms = look.base ? { minzoom: 7, maxzoom: 12.5 } : { minzoom: point ? 14.2 : along ? 12.5 : 9 };
  return [[Slot.LABEL, { ...part(layer, "label", look.filter), type: "symbol", ...zooms, layout, paint }]];
}

export const LEFT_OUT_COLOUR = "#b3261e";
export const SERVED_COLOUR = "#1f7a6d";

function coverageSources({ area, left_out }: CoverageAnswer): [string, SourceSpecification][] {
  return [
    ["coverage/area", { type: "geojson", data: area }],
    ["coverage/left-out", { type: "geojson", data: left_out }],
  ];
}

function problemLayer(): Placed {
  const colour = ["match", ["get", "severity"], "error", LEFT_OUT_COLOUR, "warning", "#b26a00", "#3b6ea5"] as ExpressionSpecification;
  const radius = ["interpolate", ["linear"], ["zoom"], 10, 2.5, 16, 6] as ExpressionSpecification;
  return [Slot.CIRCLE, { source: "problems", id: "problems/place", type: "circle", paint: { "circle-color": colour, "circle-radius": radius, "circle-opacity": 0.8, "circle-stroke-color": "#ffffff", "circle-stroke-width": 1 } }];
}

function coverageLayers(): Placed[] {
  const area = { source: "coverage/area" };
  const left = { source: "coverage/left-out" };
  const rank = ["coalesce", ["get", "rank"], 99] as ExpressionSpecification;
  const strength = ["interpolate", ["linear"], rank, 1, 0.6, 10, 0.35, 40, 0.16] as ExpressionSpecification;
  const polygons: FilterSpecification = ["in", ["geometry-type"], ["literal", ["Polygon", "MultiPolygon"]]];
  return [
    [Slot.AREA, { ...area, id: "coverage/area", type: "fill", paint: { "fill-color": SERVED_COLOUR, "fill-opacity": 0.22 } }],
    [Slot.AREA, { ...left, id: "coverage/left-out", type: "fill", filter: polygons, paint: { "fill-color": LEFT_OUT_COLOUR, "fill-opacity": strength } }],
    [Slot.CASING, { ...area, id: "coverage/edge", type: "line", paint: { "line-color": SERVED_COLOUR, "line-width": 1.6 } }],
    [Slot.CIRCLE, { ...left, id: "coverage/place", type: "circle", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-color": LEFT_OUT_COLOUR, "circle-opacity": 0.85, "circle-radius": 10, "circle-stroke-color": "#ffffff", "circle-stroke-width": 1.5 } }],
    [
      Slot.LABEL,
      {
        ...left,
        id: "coverage/rank",
        type: "symbol",
        filter: ["<=", rank, 20],
        layout: { "text-field": ["to-string", ["get", "rank"]], "text-font": FONT, "text-size": 13 },
        paint: { "text-color": "#5c0f0a", "text-halo-color": "rgba(255, 255, 255, 0.9)", "text-halo-width": 1.6 },
      },
    ],
  ];
}
