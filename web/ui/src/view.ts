/** What the person has chosen: which layers are on, and how each is shown. Pure functions of values. */

import { GROUND_PARTS, type GroundPart, type LayerAddress } from "./hash";
import type { Bounds, Layer, Theme } from "./layer";

/** How one layer is shown; null stands for the layer's own default. */
export interface LayerView {
  visible: boolean;
  /** 0..1 */
  opacity: number | null;
  theme: string | null;
  /** Indexes of the classes switched off in the legend. */
  hidden: number[];
  /** Of a terrain; null: every part. */
  ground: GroundPart[] | null;
  /** Of a layer in three dimensions: its pictures instead of the theme's colours. */
  textured?: boolean;
}

export type Views = Record<string, LayerView>;

const PLAIN: LayerView = { visible: false, opacity: null, theme: null, hidden: [], ground: null };
/** Up to this many layers, everything is shown at first. */
const FEW = 6;

export function viewOf(views: Views, id: string): LayerView {
  return views[id] ?? PLAIN;
}

export function changeView(views: Views, id: string, change: Partial<LayerView>): Views {
  return { ...views, [id]: { ...viewOf(views, id), ...change } };
}

/** The theme drawn: the chosen one, or the first of the style. */
export function themeOf(layer: Layer, view: LayerView, extra: readonly Theme[] = []): Theme {
  const chosen = [...layer.style.themes, ...extra].find((theme) => theme.id === view.theme);
  return chosen ?? (layer.style.themes[0] as Theme);
}

/** Whether its tileset stands for all that the layer's other tiles would show. */
export function isWhole(layer: Layer): boolean {
  return Boolean(layer.links.tileset) && (layer.style.draw === "extrusion" || (layer.tileset?.features ?? 0) >= (layer.feature_count ?? 0));
}

/** Solids have depth enough: unless somebody wants to see through them, they are opaque, and drawn once. Water is seen through. */
export function opacityOf(layer: Layer, view: LayerView, solid = false): number {
  const own = solid && isWhole(layer) && layer.group.id !== "hazard" ? 1 : layer.style.opacity;
  return view.opacity ?? own;
}

export function shows(view: LayerView, part: GroundPart): boolean {
  return (view.ground ?? GROUND_PARTS).includes(part);
}

export function visibleLayers(layers: readonly Layer[], views: Views): Layer[] {
  return layers.filter((layer) => viewOf(views, layer.id).visible);
}

/** A calm beginning: everything when there is little; else buildings, one hazard, the buses and the background. */
export function defaultViews(layers: readonly Layer[]): Views {
  const chosen = layers.length <= FEW ? layers : firstChoice(layers);
  return Object.fromEntries(chosen.map((layer) => [layer.id, { ...PLAIN, visible: true, ...(chosen === layers ? {} : quiet(layer)) }]));
}

/** Among many layers the ground is shaded, not coloured. Relief waits to be asked for: where a computer draws without
 * a graphics card, it doubles the time until the first view is there. */
function quiet(layer: Layer): Partial<LayerView> {
  return layer.links.terrain ? { ground: ["shade"] } : {};
}

function firstChoice(layers: readonly Layer[]): Layer[] {
  const houses = layers.filter((layer) => layer.group.id === "buildings");
  // An underground mall is a building too.
  const main = houses.find((layer) => layer.style.draw === "extrusion") ?? houses[0];
  const heart = main?.bounds;
  const near = (layer: Layer): boolean => !heart || !layer.bounds || overlaps(layer.bounds, heart);
  // Of several cities in one store, one is shown whole.
  const of = (group: string): Layer[] => layers.filter((layer) => layer.group.id === group && near(layer));
  const hazards = of("hazard");
  const transport = of("transport");
  const chosen = [
    main,
    // Depths say more at a glance than zones.
    hazards.find((layer) => layer.style.themes[0]?.id === "rank") ?? hazards[0],
    ...(["line", "point", "polygon"] as const).map((geometry) => transport.find((layer) => layer.geometry === geometry)),
    ...of("base").filter((layer) => layer.geometry !== "point"),
  ].filter((layer) => layer !== undefined);
  return chosen.length > 0 ? chosen : layers.slice(0, 3);
}

export function viewsOfAddress(addresses: readonly LayerAddress[]): Views {
  return Object.fromEntries(addresses.map(({ id, ...view }) => [id, { visible: true, ...view }]));
}

export function addressesOfViews(layers: readonly Layer[], views: Views): LayerAddress[] {
  return visibleLayers(layers, views).map(({ id }) => {
    const { opacity, theme, hidden, ground, textured } = viewOf(views, id);
    return { id, opacity, theme, hidden, ground, ...(textured ? { textured } : {}) };
  });
}

/** The order of the tree; a group that is not here comes last. */
const GROUPS = ["buildings", "hazard", "safety", "transport", "facilities", "planning", "population", "analysis", "base", "other"];

function rankOf(group: string): number {
  const rank = GROUPS.indexOf(group);
  return rank === -1 ? GROUPS.length : rank;
}

/** Layers in the order of the tree: by group, within it as the server has them. */
export function ordered(layers: readonly Layer[]): Layer[] {
  return [...layers].sort((a, b) => rankOf(a.group.id) - rankOf(b.group.id));
}

/** Layers by group. */
export function grouped(layers: readonly Layer[]): { group: Layer["group"]; layers: Layer[] }[] {
  const groups = new Map<string, { group: Layer["group"]; layers: Layer[] }>();
  for (const layer of ordered(layers)) {
    const entry = groups.get(layer.group.id) ?? { group: layer.group, layers: [] };
    entry.layers.push(layer);
    groups.set(layer.group.id, entry);
  }
  return [...groups.values()];
}

export function unionBounds(layers: readonly Layer[]): Bounds | null {
  const all = layers.flatMap((layer) => (layer.bounds ? [layer.bounds] : []));
  if (all.length === 0) return null;
  const [west, south, east, north] = [0, 1, 2, 3].map((side) => all.map((one) => one[side] as number));
  return [Math.min(...west!), Math.min(...south!), Math.max(...east!), Math.max(...north!)];
}

/** Bounds of the first layer and of all that hang together with it: a store may hold cities far apart. */
export function mainBounds(layers: readonly Layer[]): Bounds | null {
  const [first, ...rest] = layers.filter((layer) => layer.bounds);
  if (!first) return null;
  let together = [first];
  for (let before = 0; before < together.length; ) {
    before = together.length;
    const reached = unionBounds(together) as Bounds;
    together = [first, ...rest.filter((layer) => overlaps(layer.bounds as Bounds, reached))];
  }
  return unionBounds(together);
}

export function overlaps(a: Bounds, b: Bounds): boolean {
  return a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];
}

/** Titles that contain every word of the search, in either language. */
export function matches(layer: Layer, search: string): boolean {
  const text = `${layer.title.ja} ${layer.title.en} ${layer.group.ja} ${layer.group.en}`.normalize("NFKC").toLowerCase();
  return search.normalize("NFKC").toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
