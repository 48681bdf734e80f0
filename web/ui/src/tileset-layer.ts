/** A tileset as a layer of MapLibre: three.js draws it into the map's own picture, by the map's camera and depth. */

import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibre } from "maplibre-gl";
import { Matrix4, PerspectiveCamera, Scene, Sphere, Vector3, WebGLRenderer, LinearSRGBColorSpace } from "three";
import { MeshoptDecoder } from "three/addons/libs/meshopt_decoder.module.js";
import { TilesRenderer } from "3d-tiles-renderer/three";
import { GLTFExtensionsPlugin } from "3d-tiles-renderer/three/plugins";
import type { Values } from "./column";
import { PICKED } from "./plan";
import type { TilesetFigures, TilesetHit, TilesetListener, TilesetPlan } from "./tileset";
import type { Painting } from "./tileset-colour";
import { enuRotation, Frame, geodeticOf, rayThrough, splitCamera } from "./tileset-frame";
import { waitingImages } from "./tileset-image";
import type { Shared } from "./tileset-material";
import { FeatureTile } from "./tileset-tile";

const MEGABYTE = 2 ** 20;
/** Pixels that a coarser tile may be wrong by. */
const ERROR_TARGET = 12;
/** Of all tilesets together. An office PC has 4 GB, the browser and the map take their part of it. */
const CACHE_BYTES = 448 * MEGABYTE;
const SMALL_CACHE_BYTES = 256 * MEGABYTE;
const CACHE_TILES = 600;
const DOWNLOADS = 6;
const PARSERS = 2;
/** Metres that a pick may lie behind the drawn ground: the relief is a mesh, coarser than its heights. */
const GROUND_TOLERANCE = 4;

/** As 3d-tiles-renderer has it, as far as we look. */
interface Tile {
  engineData: { boundingVolume: { getSphere(sphere: Sphere): void }; scene: unknown };
  metadata?: { properties?: { geoidHeight?: number } };
  parent: Tile | null;
}

export class TilesetLayer implements CustomLayerInterface {
  readonly type = "custom";
  readonly renderingMode = "3d";
  readonly id: string;
  readonly #scene = new Scene();
  readonly #camera = new PerspectiveCamera();
  readonly #shared: Shared = { opacity: { value: 1 }, textured: { value: 0 } };
  readonly #tiles: TilesRenderer;
  readonly #built = new Map<Tile, FeatureTile>();
  #frame: Frame | null = null;
  #clip: Matrix4 | null = null;
  #relief = false;
  #hovered: number | null = null;
  #values: { version: string; values: Values } | null = null;
  #bytes = 0;
  #calls = 0;
  #loading = false;
  /** Whether tileset.json has come, or won't. */
  #rooted = false;
  #waking = 0;

  constructor(
    private readonly map: MapLibre,
    private readonly renderer: WebGLRenderer,
    private plan: TilesetPlan,
    private readonly listener: TilesetListener,
  ) {
    this.id = tilesetLayerId(plan.layer);
    this.#camera.matrixAutoUpdate = false;
    this.#camera.matrixWorldAutoUpdate = false;
    this.#tiles = new TilesRenderer(plan.url);
    this.#limit();
    this.#tiles.registerPlugin(new GLTFExtensionsPlugin({ metadata: true, rtc: false, meshoptDecoder: MeshoptDecoder, plugins: [waitingImages] }));
    this.#tiles.registerPlugin(this.#plugin());
    this.#tiles.setCamera(this.#camera);
    this.#scene.add(this.#tiles.group);
    this.#listen();
    this.#adopt();
  }

  /** Caches and queues are those of the library, shared by all tilesets. */
  #limit(): void {
    const tiles = this.#tiles;
    const memory = (navigator as { deviceMemory?: number }).deviceMemory ?? 4;
    const bytes = memory <= 4 ? SMALL_CACHE_BYTES : CACHE_BYTES;
    Object.assign(tiles.lruCache, { maxBytesSize: bytes, minBytesSize: bytes * 0.7, maxSize: CACHE_TILES, minSize: CACHE_TILES * 0.7 });
    tiles.downloadQueue.maxJobsPerOrigin = DOWNLOADS;
    tiles.parseQueue.maxJobs = PARSERS;
    tiles.errorTarget = ERROR_TARGET;
  }

  #listen(): void {
    const repaint = (): void => void this.map.triggerRepaint();
    this.#tiles.addEventListener("needs-update", repaint);
    this.#tiles.addEventListener("load-tileset", repaint);
    this.#tiles.addEventListener("tile-visibility-change", ({ tile, visible }: { tile: unknown; visible: boolean }) => {
      if (this.plan.textured && this.#built.has(tile as Tile)) this.#showPicturesOf(tile as Tile, visible);
    });
    this.#tiles.addEventListener("load-root-tileset", () => (this.#rooted = true));
    this.#tiles.addEventListener("load-error", (event: { tile: unknown }) => {
      this.listener.failed(this.plan.layer);
      if (!event.tile) this.#rooted = true;
      repaint();
    });
    this.#tell(true);
  }

  #tell(loading: boolean): void {
    if (loading === this.#loading) return;
    this.#loading = loading;
    this.listener.busy(this.plan.layer, loading);
  }

  #plugin(): object {
    return {
      name: "MACHINAMI_FEATURES",
      processTileModel: (scene: Scene, tile: Tile) => void this.#build(scene, tile),
      disposeTile: (tile: Tile) => this.#drop(tile),
      calculateBytesUsed: (tile: Tile) => this.#built.get(tile)?.bytes ?? 0,
      fetchData: (url: string, options: RequestInit) => this.#fetch(url, options),
    };
  }

  async #fetch(url: string, options: RequestInit): Promise<Response> {
    const answer = await fetch(url, options);
    this.#bytes += Number(answer.headers.get("content-length") ?? 0);
    return answer;
  }

  /** Stands the tile where the map has its place, and makes its features paintable. */
  #build(scene: Scene, tile: Tile): void {
    const centre = centreOf(tile);
    const { lon, lat, height } = geodeticOf(centre);
    this.#frame ??= new Frame(lon, lat);
    const geoid = geoidHeightOf(tile);
    scene.updateMatrixWorld(true);
    scene.matrixAutoUpdate = false;
    scene.matrixWorldAutoUpdate = false;
    scene.matrixWorld.copy(scene.matrix).premultiply(this.#frame.placement(centre, geoid));
    for (const child of scene.children) child.updateMatrixWorld(true);
    const built = new FeatureTile(scene, this.#shared, this.#frame.world(lon, lat, height - geoid));
    built.stand(this.#relief);
    this.#built.set(tile, built);
    this.#paint(built);
  }

  #drop(tile: Tile): void {
    this.#built.get(tile)?.dispose();
    this.#built.delete(tile);
  }

  // What is drawn

  /** Draws by another plan; no tile is asked for. */
  change(plan: TilesetPlan): void {
    const old = this.plan;
    this.plan = plan;
    this.#adopt();
    if (plan.theme !== old.theme) for (const one of this.#built.values()) this.#paint(one);
    else if (plan.hidden.join() !== old.hidden.join()) for (const one of this.#built.values()) one.filter(this.#painting);
    else if (plan.picked !== old.picked) this.#mark([old.picked, plan.picked]);
    if (plan.textured !== old.textured) this.#showPictures(plan.textured);
    this.map.triggerRepaint();
  }

  #adopt(): void {
    this.#shared.opacity.value = this.plan.opacity;
    this.#shared.textured.value = this.plan.textured ? 1 : 0;
  }

  #showPictures(shown: boolean): void {
    for (const tile of this.#tiles.visibleTiles as unknown as Set<Tile>) this.#showPicturesOf(tile, shown);
  }

  /** Only tiles that are seen hold decoded pictures; those that are kept for later hold them as they came. */
  #showPicturesOf(tile: Tile, shown: boolean): void {
    const count = (): void => (this.#tiles as unknown as { recalculateBytesUsed(tile: Tile): void }).recalculateBytesUsed(tile);
    this.#built.get(tile)?.showPictures(shown, () => (count(), this.map.triggerRepaint()));
    if (!shown) count();
  }

  stand(relief: boolean): void {
    if (relief === this.#relief) return;
    this.#relief = relief;
    for (const one of this.#built.values()) one.stand(relief);
    this.map.triggerRepaint();
  }

  /** Values of a fetched column, by row number in the layer. */
  paintValues(version: string, values: Values): void {
    if (this.#values?.values === values && this.#values.version === version) return;
    this.#values = { version, values };
    for (const one of this.#built.values()) this.#paint(one);
    this.map.triggerRepaint();
  }

  #paint(tile: FeatureTile): void {
    tile.paint(this.#valuesOf(tile), this.#painting);
  }

  get #painting(): Painting {
    const { theme, hidden, picked } = this.plan;
    return { theme, hidden, picked, pickedColour: PICKED, hovered: this.#hovered };
  }

  #mark(fids: readonly (number | null)[]): void {
    for (const one of this.#built.values()) one.mark(fids, this.#painting);
    this.map.triggerRepaint();
  }

  #valuesOf(tile: FeatureTile): Values | null {
    const { theme, fetched } = this.plan;
    if (fetched) {
      const values = this.#values?.values;
      return values ? Array.from(tile.fids, (fid) => values[fid] ?? null) : null;
    }
    return theme.column !== null && tile.table?.has(theme.column) ? tile.table.column(theme.column) : null;
  }

  render(_: WebGLRenderingContext | WebGL2RenderingContext, input: CustomRenderMethodInput): void {
    this.#look(input);
    this.#tiles.update();
    this.#tell(!this.#rooted || (this.#tiles as unknown as { isLoading: boolean }).isLoading);
    if (this.#loading) this.#wake();
    if (this.plan.opacity <= 0 || this.#tiles.group.children.length === 0) return;
    this.renderer.resetState();
    this.renderer.info.reset();
    // First the depth alone: through a face that is half transparent, no other face of the layer is seen.
    if (this.plan.opacity < 1) this.#draw(true);
    this.#draw(false);
    this.#calls = this.renderer.info.render.calls;
  }

  /** Queues work between frames, and a map at rest has none: it is asked for the next until all is there. */
  #wake(): void {
    window.clearTimeout(this.#waking);
    this.#waking = window.setTimeout(() => this.map.triggerRepaint(), 100);
  }

  #draw(depthOnly: boolean): void {
    if (this.plan.opacity < 1) for (const one of this.#built.values()) one.setDepthOnly(depthOnly);
    this.renderer.render(this.#scene, this.#camera);
  }

  #look({ defaultProjectionData, projectionMatrix }: CustomRenderMethodInput): void {
    const centre = this.map.getCenter();
    this.#frame ??= new Frame(centre.lng, centre.lat);
    const clip = this.#frame.clip(defaultProjectionData.mainMatrix as ArrayLike<number>, centre.lat);
    const { projection, view } = splitCamera(clip, projectionMatrix as ArrayLike<number>);
    const camera = this.#camera;
    camera.projectionMatrix.copy(projection);
    camera.projectionMatrixInverse.copy(projection).invert();
    camera.matrixWorldInverse.copy(view);
    camera.matrixWorld.copy(view).invert();
    this.#clip = projection.clone().multiply(view);
    this.#place(centre);
    const { clientWidth, clientHeight } = this.map.getCanvas();
    this.#tiles.setResolution(camera, clientWidth, clientHeight);
  }

  /** Where the library believes the Earth to be, for culling and levels of detail: exact at the middle of the map. */
  #place({ lng, lat }: { lng: number; lat: number }): void {
    const { group } = this.#tiles;
    const anchor = new Vector3();
    this.#tiles.ellipsoid.getCartographicToPosition((lat * Math.PI) / 180, (lng * Math.PI) / 180, this.#geoid, anchor);
    const at = (this.#frame as Frame).world(lng, lat, 0);
    const enu = enuRotation({ lon: lng, lat, height: 0 });
    group.matrixAutoUpdate = false;
    group.matrix.makeTranslation(at).multiply(enu).multiply(new Matrix4().makeTranslation(-anchor.x, -anchor.y, -anchor.z));
    group.matrixWorld.copy(group.matrix);
    group.matrixWorldInverse.copy(group.matrix).invert();
  }

  get #geoid(): number {
    const root = this.#tiles.root as unknown as Tile | null;
    return root ? geoidHeightOf(root) : 0;
  }

  // What is under the pointer

  /** The nearest feature under a point of the screen, in CSS pixels. */
  hit(x: number, y: number): TilesetHit | null {
    if (!this.#clip || !this.#frame || this.plan.opacity <= 0) return null;
    const { clientWidth, clientHeight } = this.map.getCanvas();
    const ray = rayThrough(this.#clip, (x / clientWidth) * 2 - 1, 1 - (y / clientHeight) * 2);
    const hits = this.#visible().flatMap((one) => one.hit(ray, Infinity) ?? []);
    const best = hits.sort((a, b) => a.distance - b.distance)[0];
    if (!best) return null;
    const point = ray.origin.clone().addScaledVector(ray.direction, best.distance);
    const distance = point.distanceTo(ray.origin);
    if (this.#isBehindGround([x, y], ray.origin, distance)) return null;
    const [lon, lat, height] = this.#frame.lonlat(point);
    const { tile, feature } = best;
    return { layer: this.plan.layer, fid: tile.fids[feature] as number, properties: tile.table?.row(feature) ?? {}, lon, lat, height, distance };
  }

  #visible(): FeatureTile[] {
    return [...(this.#tiles.visibleTiles as unknown as Set<Tile>)].flatMap((tile) => this.#built.get(tile) ?? []);
  }

  #isBehindGround(point: [number, number], eye: Vector3, distance: number): boolean {
    if (!this.#relief) return false;
    const ground = this.map.unproject(point);
    const height = this.map.queryTerrainElevation(ground);
    if (height === null) return false;
    const at = (this.#frame as Frame).world(ground.lng, ground.lat, height);
    return distance > eye.distanceTo(at) + Math.max(GROUND_TOLERANCE, distance * 0.02);
  }

  hover(fid: number | null): void {
    if (fid === this.#hovered) return;
    const before = this.#hovered;
    this.#hovered = fid;
    this.#mark([before, fid]);
  }

  figures(): TilesetFigures {
    const visible = this.#visible();
    return {
      layer: this.plan.layer,
      tiles: visible.length,
      loaded: this.#built.size,
      triangles: visible.reduce((sum, one) => sum + one.triangles, 0),
      features: visible.reduce((sum, one) => sum + one.fids.length, 0),
      calls: this.#calls,
      cacheBytes: (this.#tiles.lruCache as unknown as { cachedBytes: number }).cachedBytes,
      bytes: this.#bytes,
    };
  }

  onRemove(): void {
    window.clearTimeout(this.#waking);
    this.#tiles.dispose();
    for (const tile of [...this.#built.keys()]) this.#drop(tile);
    this.#tell(false);
  }
}

export function tilesetLayerId(layer: string): string {
  return `${layer}/tileset`;
}

function centreOf(tile: Tile): Vector3 {
  const sphere = new Sphere();
  tile.engineData.boundingVolume.getSphere(sphere);
  return sphere.center;
}

/** Metres of the geoid over the ellipsoid, as the tile or the nearest tile above it says. */
function geoidHeightOf(tile: Tile): number {
  for (let one: Tile | null = tile; one; one = one.parent) {
    const told = one.metadata?.properties?.geoidHeight;
    if (typeof told === "number") return told;
  }
  return 0;
}

/** One renderer for all tilesets, in the map's own context. */
export function rendererOf(map: MapLibre): WebGLRenderer {
  const canvas = map.getCanvas();
  const context = canvas.getContext("webgl2") as WebGL2RenderingContext;
  const renderer = new WebGLRenderer({ canvas, context });
  renderer.autoClear = false;
  renderer.info.autoReset = false;
  // Colours are the legend's: nothing is to be converted.
  renderer.outputColorSpace = LinearSRGBColorSpace;
  return renderer;
}
