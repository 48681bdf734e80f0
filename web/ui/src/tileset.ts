/** The tilesets of a map. What draws them (three.js) is loaded when the first is to be drawn. */

import type { Map as MapLibre } from "maplibre-gl";
import type { Values } from "./column";
import type { Theme } from "./layer";
import type { TilesetLayer } from "./tileset-layer";

/** One tileset as it is to be drawn. */
export interface TilesetPlan {
  layer: string;
  version: string;
  url: string;
  theme: Theme;
  /** Whether the theme's values are those of a fetched column. */
  fetched: boolean;
  hidden: readonly number[];
  opacity: number;
  textured: boolean;
  picked: number | null;
}

export interface TilesetHit {
  layer: string;
  fid: number;
  properties: Record<string, unknown>;
  lon: number;
  lat: number;
  /** Metres over sea level; without relief, over the level map. */
  height: number;
  /** Metres from the eye. */
  distance: number;
}

export interface TilesetListener {
  busy(layer: string, busy: boolean): void;
  failed(layer: string): void;
}

/** What a tileset costs, for tests and benchmarks. */
export interface TilesetFigures {
  layer: string;
  /** Drawn now, and kept. */
  tiles: number;
  loaded: number;
  triangles: number;
  features: number;
  /** Draw calls of the last frame. */
  calls: number;
  cacheBytes: number;
  /** Received over the network. */
  bytes: number;
}

type Drawing = typeof import("./tileset-layer");
interface Drawer {
  drawing: Drawing;
  renderer: ReturnType<Drawing["rendererOf"]>;
}

export class Tilesets {
  readonly #map: MapLibre;
  readonly #listener: TilesetListener;
  readonly #layers = new Map<string, { plan: TilesetPlan; layer: TilesetLayer }>();
  #plans: readonly TilesetPlan[] = [];
  #above: string | undefined;
  #relief = false;
  #drawer: Drawer | null = null;
  #loading = false;
  #values = new Map<string, { version: string; values: Values }>();

  constructor(map: MapLibre, listener: TilesetListener) {
    this.#map = map;
    this.#listener = listener;
  }

  /** Draws these tilesets and no other, the first topmost, below the map's layer `above`. */
  apply(plans: readonly TilesetPlan[], above: string | undefined, relief: boolean): void {
    [this.#plans, this.#above, this.#relief] = [plans, above, relief];
    if (this.#drawer) this.#put(this.#drawer);
    else if (plans.length > 0) void this.#load();
  }

  async #load(): Promise<void> {
    if (this.#loading) return;
    this.#loading = true;
    this.#listener.busy("", true);
    try {
      const drawing = await import("./tileset-layer");
      this.#drawer = { drawing, renderer: drawing.rendererOf(this.#map) };
      this.#put(this.#drawer);
    } catch (error) {
      console.warn("Tilesets can't be drawn", error);
      for (const { layer } of this.#plans) this.#listener.failed(layer);
    } finally {
      this.#loading = false;
      this.#listener.busy("", false);
    }
  }

  #put(drawer: Drawer): void {
    const wanted = new Map(this.#plans.map((plan) => [plan.layer, plan]));
    for (const [id, { plan, layer }] of this.#layers) {
      if (wanted.get(id)?.url === plan.url) continue;
      this.#map.removeLayer(layer.id);
      this.#layers.delete(id);
    }
    let above = this.#above;
    for (const plan of this.#plans) {
      above = this.#draw(plan, drawer, above);
    }
  }

  #draw(plan: TilesetPlan, { drawing, renderer }: Drawer, above: string | undefined): string {
    const known = this.#layers.get(plan.layer);
    const layer = known?.layer ?? new drawing.TilesetLayer(this.#map, renderer, plan, this.#listener);
    this.#layers.set(plan.layer, { plan, layer });
    if (known) layer.change(plan);
    else this.#map.addLayer(layer, above);
    layer.stand(this.#relief);
    const values = this.#values.get(plan.layer);
    if (plan.fetched && values) layer.paintValues(values.version, values.values);
    const order = this.#map.getLayersOrder();
    if (order[order.indexOf(layer.id) + 1] !== above) this.#map.moveLayer(layer.id, above);
    return layer.id;
  }

  /** Whether a layer of the map is one of these: the map's own plan knows nothing of them. */
  has(mapLayer: string): boolean {
    return [...this.#layers.values()].some(({ layer }) => layer.id === mapLayer);
  }

  paintValues(layer: string, version: string, values: Values): void {
    this.#values.set(layer, { version, values });
    this.#layers.get(layer)?.layer.paintValues(version, values);
  }

  hit([x, y]: [number, number]): TilesetHit | null {
    const hits = [...this.#layers.values()].flatMap(({ layer }) => layer.hit(x, y) ?? []);
    return hits.sort((a, b) => a.distance - b.distance)[0] ?? null;
  }

  hover(hit: TilesetHit | null): void {
    for (const [id, { layer }] of this.#layers) layer.hover(hit?.layer === id ? hit.fid : null);
  }

  figures(): { tilesets: TilesetFigures[]; geometries: number; textures: number; programs: number } {
    const info = this.#drawer?.renderer.info;
    return {
      tilesets: [...this.#layers.values()].map(({ layer }) => layer.figures()),
      geometries: info?.memory.geometries ?? 0,
      textures: info?.memory.textures ?? 0,
      programs: info?.programs?.length ?? 0,
    };
  }
}
