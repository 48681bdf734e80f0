/** The drawn map: takes plans and makes MapLibre agree with them, tells what was clicked. */

import {
  Map as MapLibre,
  Popup,
  ScaleControl,
  type GeoJSONSource,
  type LayerSpecification,
  type LngLatLike,
  type MapGeoJSONFeature,
  type PointLike,
  type SourceSpecification,
  type TerrainSpecification,
} from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import { BADGE_SIZE, drawBadge } from "./badge";
import type { Values } from "./column";
import type { Place } from "./hash";
import type { Bounds } from "./layer";
import { PAPER, type Plan } from "./plan";
import { Tilesets } from "./tileset";
import { VehicleCanvas } from "./vehicle-canvas";

export interface Found {
  layer: string;
  fid: number;
  properties: Record<string, unknown>;
  /** Where a solid was hit; the ground seen beside it lies far behind. */
  place?: [number, number];
}

export interface MapListener {
  /** The view came to rest. */
  moved(place: Place): void;
  /** A place was clicked, or asked for by the keyboard. */
  asked(lonlat: [number, number], found: Found[], byKeyboard: boolean): void;
  busy(busy: boolean): void;
  failed(source: string | null): void;
}

export interface Padding {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

/** Degrees the camera may be tilted: beyond it a city has no horizon to stand before. */
const MAX_PITCH = 68;
/** CSS pixels around the pointer in which a feature counts as hit. */
const REACH = 4;
const SOLID_PITCH = 52;

export class MapView {
  readonly #map: MapLibre;
  readonly #popup: Popup;
  readonly popupContent = document.createElement("div");
  #sources = new Map<string, SourceSpecification>();
  #layers: LayerSpecification[] = [];
  #terrain: TerrainSpecification | null = null;
  #ready = false;
  #waiting: Plan | null = null;
  #states = new Map<string, { version: string; values: Values }>();
  readonly #tilesets: Tilesets;
  readonly #working = new Set<string>();

  constructor(container: HTMLElement, place: Place | null, listener: MapListener) {
    this.#map = new MapLibre({
      container,
      style: { version: 8, sources: {}, layers: [{ id: "paper", type: "background", paint: { "background-color": PAPER } }] },
      ...(place ? camera(place) : { center: [138.25, 36.5] as LngLatLike, zoom: 5 }),
      attributionControl: false,
      maxPitch: MAX_PITCH,
      fadeDuration: 120,
      // Office PCs with 4 GB: a few tiles kept around the view, not a whole city.
      maxTileCacheZoomLevels: 2,
      pixelRatio: Math.min(window.devicePixelRatio || 1, 2),
      canvasContextAttributes: { antialias: true },
    });
    this.#map.touchPitch.enable();
    this.#map.addControl(new ScaleControl({ maxWidth: 110 }), "bottom-left");
    this.#popup = new Popup({ closeButton: false, closeOnClick: false, focusAfterOpen: false, maxWidth: "360px", offset: 10 });
    this.#popup.setDOMContent(this.popupContent);
    this.#tilesets = new Tilesets(this.#map, {
      busy: (layer, busy) => this.#tellBusy(listener, `tileset/${layer}`, busy),
      failed: (layer) => listener.failed(layer),
    });
    this.#listen(listener);
    Object.assign(container, { inspect: inspection(this.#map, this.#tilesets) });
    if (place) this.#map.once("style.load", () => listener.moved(this.place));
  }

  #listen(listener: MapListener): void {
    const map = this.#map;
    map.on("style.load", () => this.#begin());
    map.on("styleimagemissing", ({ id }) => this.#addBadge(id));
    map.on("moveend", () => listener.moved(this.place));
    map.on("click", (event) => listener.asked([event.lngLat.lng, event.lngLat.lat], this.#at([event.point.x, event.point.y]), false));
    map.on("mousemove", ({ point }) => this.#point([point.x, point.y]));
    map.on("mouseout", () => this.#tilesets.hover(null));
    map.on("dataloading", () => this.#tellBusy(listener, "map", true));
    map.on("idle", () => this.#tellBusy(listener, "map", false));
    map.on("error", (event) => listener.failed((event as unknown as { sourceId?: string }).sourceId ?? null));
    map.getCanvas().addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      const { lng, lat } = map.getCenter();
      const { x, y } = map.project([lng, lat]);
      listener.asked([lng, lat], this.#at([x, y]), true);
    });
  }

  #tellBusy(listener: MapListener, what: string, busy: boolean): void {
    if (busy) this.#working.add(what);
    else this.#working.delete(what);
    listener.busy(this.#working.size > 0);
  }

  #begin(): void {
    this.#map.setLight({ anchor: "map", position: [1.4, 205, 32], intensity: 0.32, color: "#fffaf0" });
    this.#map.setSky({
      "sky-color": "#cfe0ea",
      "horizon-color": "#eef0ea",
      "fog-color": PAPER,
      "sky-horizon-blend": 0.6,
      "horizon-fog-blend": 0.6,
      "fog-ground-blend": 0.75,
    });
    this.#ready = true;
    if (this.#waiting) this.apply(this.#waiting);
  }

  /** Makes the map draw the plan, by the fewest changes. */
  apply(plan: Plan): void {
    if (!this.#ready) {
      this.#waiting = plan;
      return;
    }
    this.#waiting = null;
    this.#leaveTerrain(plan);
    this.#dropStale(plan);
    for (const [id, source] of plan.sources) this.#putSource(id, source);
    this.#putLayers(plan.layers);
    this.#stand(plan.terrain);
    this.#tilesets.apply(plan.tilesets, plan.aboveTilesets, plan.terrain !== null);
    this.#sources = plan.sources;
    this.#layers = plan.layers;
  }

  /** A source that the map stands on can't be removed. */
  #leaveTerrain({ terrain, sources }: Plan): void {
    const source = this.#terrain?.source;
    const stays = source !== undefined && terrain?.source === source && same(this.#sources.get(source), sources.get(source));
    if (!stays) this.#stand(null);
  }

  #stand(terrain: TerrainSpecification | null): void {
    if (same(terrain, this.#terrain)) return;
    this.#map.setTerrain(terrain);
    this.#terrain = terrain;
  }

  #dropStale(plan: Plan): void {
    const stale = new Set([...this.#sources].filter(([id, old]) => !sameSource(old, plan.sources.get(id))).map(([id]) => id));
    const kept = new Map(plan.layers.map((layer) => [layer.id, layer.type]));
    this.#layers = this.#layers.filter((layer) => {
      const stays = kept.get(layer.id) === layer.type && !("source" in layer && stale.has(layer.source as string));
      if (!stays) this.#map.removeLayer(layer.id);
      return stays;
    });
    for (const id of stale) {
      this.#map.removeSource(id);
      this.#states.delete(id);
    }
  }

  #putSource(id: string, source: SourceSpecification): void {
    const existing = this.#map.getSource(id);
    if (!existing) this.#map.addSource(id, source);
    else if (source.type === "geojson" && this.#sources.get(id) !== source) {
      (existing as GeoJSONSource).setData(source.data as GeoJSON.GeoJSON);
    }
  }

  #putLayers(wanted: readonly LayerSpecification[]): void {
    const present = new Map(this.#layers.map((layer) => [layer.id, layer]));
    let above: string | undefined;
    for (const layer of [...wanted].reverse()) {
      const old = layer.id === "paper" ? undefined : present.get(layer.id);
      if (old) this.#change(old, layer);
      else if (!this.#map.getLayer(layer.id)) this.#map.addLayer(layer, above);
      if (this.#above(layer.id) !== above) this.#map.moveLayer(layer.id, above);
      above = layer.id;
    }
  }

  #above(id: string): string | undefined {
    const order = this.#map.getLayersOrder().filter((one) => !this.#tilesets.has(one));
    return order[order.indexOf(id) + 1];
  }

  #change(old: LayerSpecification, next: LayerSpecification): void {
    if (old === next) return;
    for (const [name, value] of changes(old.paint, next.paint)) this.#map.setPaintProperty(next.id, name, value);
    for (const [name, value] of changes(old.layout, next.layout)) this.#map.setLayoutProperty(next.id, name, value);
    const [before, after] = [old, next].map((one) => ("filter" in one ? one.filter : undefined));
    if (!same(before, after)) this.#map.setFilter(next.id, after ?? null);
  }

  /** Gives each feature of a layer its value of a fetched column. */
  paintValues(layer: string, version: string, values: Values): void {
    this.#tilesets.paintValues(layer, version, values);
    const known = this.#states.get(layer);
    if (!this.#map.getSource(layer) || (known?.values === values && known.version === version)) return;
    this.#states.set(layer, { version, values });
    values.forEach((value, id) => {
      this.#map.setFeatureState({ source: layer, sourceLayer: "features", id }, { value: typeof value === "boolean" ? String(value) : value });
    });
  }

  #addBadge(id: string): void {
    const ratio = Math.max(2, this.#map.getPixelRatio());
    const image = drawBadge(id, ratio);
    if (image && !this.#map.hasImage(id)) this.#map.addImage(id, image, { pixelRatio: image.width / BADGE_SIZE });
  }

  /** What is drawn near a point of the screen, the topmost first; of solid buildings only the one in front. */
  #at([x, y]: [number, number]): Found[] {
    const box: [PointLike, PointLike] = [
      [x - REACH, y - REACH],
      [x + REACH, y + REACH],
    ];
    const exact = this.#map.queryRenderedFeatures([x, y]);
    const near = this.#map.queryRenderedFeatures(box).filter((one) => one.layer.type !== "fill" && one.layer.type !== "fill-extrusion");
    const drawn = unique([...near, ...exact].filter((one) => one.id !== undefined && !one.layer.id.startsWith("coverage/")));
    const spatial = this.#tilesets.hit([x, y]);
    if (!spatial) return drawn;
    const { layer, fid, properties, lon, lat } = spatial;
    return [{ layer, fid, properties, place: [lon, lat] }, ...drawn.filter((one) => one.layer !== layer)];
  }

  #point(point: [number, number]): void {
    if (this.#map.isMoving()) return;
    const spatial = this.#tilesets.hit(point);
    this.#tilesets.hover(spatial);
    const hit = spatial !== null || this.#map.queryRenderedFeatures(point).some((one) => one.id !== undefined && one.layer.type !== "background");
    this.#map.getCanvas().style.cursor = hit ? "pointer" : "";
  }

  showPopup(lonlat: [number, number], padding: Padding): void {
    this.#popup.setPadding(padding);
    this.#popup.setLngLat(lonlat);
    if (!this.#popup.isOpen()) this.#popup.addTo(this.#map);
  }

  /** Moves the map only when panels cover the place. */
  reveal(lonlat: [number, number], padding: Padding): void {
    const { x, y } = this.#map.project(lonlat);
    const { clientWidth, clientHeight } = this.#map.getContainer();
    const free = [padding.left, clientWidth - padding.right, padding.top, clientHeight - padding.bottom] as const;
    if (x >= free[0] && x <= free[1] && y >= free[2] && y <= free[3]) return;
    this.#map.panBy([x - (free[0] + free[1]) / 2, y - (free[2] + free[3]) / 2], { duration: 350 });
  }

  /** Buses are drawn over everything else; `told` hears of the time while they run. */
  vehicles(told: (second: number, count: number) => void): VehicleCanvas {
    return new VehicleCanvas(this.#map, told);
  }

  hidePopup(): void {
    this.#popup.remove();
  }

  get place(): Place {
    const { lng, lat } = this.#map.getCenter();
    return { zoom: this.#map.getZoom(), lat, lon: lng, bearing: this.#map.getBearing(), pitch: this.#map.getPitch() };
  }

  get bounds(): Bounds {
    const bounds = this.#map.getBounds();
    return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  }

  go(place: Place): void {
    this.#map.jumpTo(camera(place));
  }

  fit([west, south, east, north]: Bounds, padding: Padding, how: { animate: boolean; pitch?: number; bearing?: number } = { animate: true }): void {
    const fitted = this.#map.cameraForBounds([west, south, east, north], { padding, maxZoom: 16.5, bearing: how.bearing ?? this.#map.getBearing() });
    if (!fitted) return;
    this.#map.easeTo({ ...fitted, pitch: how.pitch ?? this.#map.getPitch(), duration: how.animate ? 700 : 0 });
  }

  /** Stands so that the bounds fill what panels leave free, as seen from the side. */
  stand(bounds: Bounds, padding: Padding, pitch: number, bearing: number): void {
    this.fit(bounds, padding, { animate: false, pitch, bearing });
    for (let round = 0; round < 3; round++) this.#nudge(bounds, padding);
  }

  /** A tilted camera sees a rectangle as a trapezium: measured on the screen, then corrected. */
  #nudge([west, south, east, north]: Bounds, padding: Padding): void {
    const corners = [[west, south], [west, north], [east, south], [east, north]].map((one) => this.#map.project(one as [number, number]));
    const { clientWidth, clientHeight } = this.#map.getContainer();
    const [left, right] = [Math.min(...corners.map((one) => one.x)), Math.max(...corners.map((one) => one.x))];
    const [top, bottom] = [Math.min(...corners.map((one) => one.y)), Math.max(...corners.map((one) => one.y))];
    const free = { width: clientWidth - padding.left - padding.right, height: clientHeight - padding.top - padding.bottom };
    const [across, down] = [free.width / (right - left), free.height / (bottom - top)];
    // On an upright screen a whole city is a thin band: a part of it, larger, says more.
    const scale = across < down / 2 ? Math.sqrt((across * down) / 2) : Math.min(across, down);
    const offset = [(left + right) / 2 - padding.left - free.width / 2, (top + bottom) / 2 - padding.top - free.height / 2];
    const centre = this.#map.unproject([clientWidth / 2 + offset[0]!, clientHeight / 2 + offset[1]!]);
    this.#map.jumpTo({ center: centre, zoom: Math.min(this.#map.getZoom() + Math.log2(scale), 16.5) });
  }

  zoomBy(steps: number): void {
    this.#map.easeTo({ zoom: this.#map.getZoom() + steps, duration: 250 });
  }

  faceNorth(): void {
    this.#map.easeTo({ bearing: 0, duration: 400 });
  }

  tilt(solid: boolean): void {
    this.#map.easeTo({ pitch: solid ? SOLID_PITCH : 0, ...(solid ? {} : { bearing: 0 }), duration: 600 });
  }

  name(label: string): void {
    this.#map.getCanvas().setAttribute("aria-label", label);
  }

  focus(): void {
    this.#map.getCanvas().focus();
  }

  resize(): void {
    this.#map.resize();
  }
}

/** What tests and benchmarks may ask of the drawn map. */
function inspection(map: MapLibre, tilesets: Tilesets): object {
  return {
    figures: () => tilesets.figures(),
    hit: (x: number, y: number) => tilesets.hit([x, y]),
    ground: (lon: number, lat: number) => map.queryTerrainElevation([lon, lat]),
    project: (lon: number, lat: number) => map.project([lon, lat]),
  };
}

function camera({ zoom, lat, lon, bearing, pitch }: Place): { center: LngLatLike; zoom: number; bearing: number; pitch: number } {
  return { center: [lon, lat], zoom, bearing, pitch: Math.min(pitch, MAX_PITCH) };
}

function unique(features: MapGeoJSONFeature[]): Found[] {
  const found = new Map<string, Found>();
  const solid = new Set<string>();
  for (const { source, id, properties, layer } of features) {
    const key = `${source}/${id}`;
    if (found.has(key) || solid.has(source)) continue;
    if (layer.type === "fill-extrusion") solid.add(source);
    found.set(key, { layer: source, fid: Number(id), properties });
  }
  return [...found.values()];
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** Two GeoJSON sources are the same place for different data; any other source with other words is another source. */
function sameSource(a: SourceSpecification, b: SourceSpecification | undefined): boolean {
  if (!b || a.type !== b.type) return false;
  return a.type === "geojson" || same(a, b);
}

function changes(old: object = {}, next: object = {}): [string, unknown][] {
  const [before, after] = [old, next] as [Record<string, unknown>, Record<string, unknown>];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !same(before[name], after[name])).map((name) => [name, after[name]]);
}
