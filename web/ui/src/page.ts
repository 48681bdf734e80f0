/** What the page knows and what can be done to it. Components draw `State` and call these methods; the map obeys. */

import { AccessDesk, NO_ACCESS, type AccessState } from "./access";
import { accessSketch } from "./access-map";
import { ApiError, analyseCoverage, fetchColumn, fetchElevation, fetchFeature, fetchJob, fetchLayers, fetchProblems, fetchSession, queueCoverage } from "./api";
import { columnOfTheme, readColumn, themeOfValues, type Values } from "./column";
import { classesOf } from "./expression";
import { textIn } from "./format";
import { GROUND_PARTS, readAddress, writeAddress, type GroundPart, type Place } from "./hash";
import { both, preferredLanguage, translator } from "./language";
import type { Bounds, CoverageAnswer, CoverageQuestion, Elevation, FeatureDetail, Job, Language, Layer, Session, Text, Theme } from "./layer";
import type { Found, MapView, Padding } from "./map";
import { planMap, type Scene } from "./plan";
import type { ShownProblems } from "./problem";
import type { FoundFeature } from "./question";
import { Store } from "./store";
import { NO_TIMETABLE, TimetableControl, type Timetabled } from "./timetable-control";
import {
  addressesOfViews,
  changeView,
  defaultViews,
  mainBounds,
  ordered,
  overlaps,
  themeOf,
  unionBounds,
  viewOf,
  viewsOfAddress,
  visibleLayers,
  type LayerView,
  type Views,
} from "./view";

export type Panel = "layers" | "legend" | "analysis";

/** A feature under the pointer, with what to choose it by. */
export interface Candidate extends Found {
  /** Its own name, empty when the tiles carry none. */
  name: string;
  /** The class of the legend it falls in. */
  kind: string;
  colour: string;
}

export interface Selection {
  lonlat: [number, number];
  /** None: the ground itself was asked for. */
  candidates: Candidate[];
  chosen: number;
  /** Null while it is on the way or where no terrain has it. */
  ground: Elevation | null;
  /** Then the focus follows. */
  byKeyboard: boolean;
}

export interface CoverageState {
  question: CoverageQuestion | null;
  answer: CoverageAnswer | null;
  running: boolean;
  error: Text | null;
  job: Job | null;
}

export interface Notice {
  text: Text;
  kind: "error" | "info";
  retry?: () => void;
}

export interface State {
  language: Language;
  session: Session | null;
  /** Null until the server has answered. */
  layers: Layer[] | null;
  views: Views;
  columnThemes: Record<string, Theme>;
  solid: boolean;
  /** Whether the map from outside is shown, where one is set. */
  backgroundShown: boolean;
  selection: Selection | null;
  /** What is known of features, by `layer/version/fid`. */
  details: Record<string, FeatureDetail | Text>;
  coverage: CoverageState;
  access: AccessState;
  problems: ShownProblems | null;
  timetabled: Timetabled;
  notice: Notice | null;
  mapBusy: boolean;
  asking: number;
  place: Place | null;
  bounds: Bounds | null;
  /** Wide enough for panels beside the map. */
  wide: boolean;
  /** The open panel: of the left column on a wide screen, of the sheet on a narrow one. */
  panel: Panel | null;
  legendOpen: boolean;
}

const NO_COVERAGE: CoverageState = { question: null, answer: null, running: false, error: null, job: null };
const POLL_MS = 15_000;
const JOB_POLL_MS = 1_000;
const START_PITCH = 50;
const START_BEARING = -14;

export class Page {
  readonly store: Store<State>;
  readonly access: AccessDesk<State>;
  readonly timetable = new TimetableControl({
    told: () => this.state.timetabled,
    tell: (timetabled) => this.store.set({ timetabled }),
    paint: (layer, version, values, theme) => this.#paintTheme(layer, version, values, theme),
    unpaint: (layers) => layers.forEach((id) => this.#change(id, { theme: null })),
  });
  #map: MapView | null = null;
  #etag: string | null = null;
  #values = new Map<string, { version: string; values: Values }>();
  #writtenHash: string | null = null;
  #drawn: Scene | null = null;
  #failed = new Set<string>();

  constructor(private readonly window: Window) {
    const address = readAddress(window.location.hash);
    this.store = new Store<State>({
      language: address.language ?? preferredLanguage(window.navigator.languages),
      session: null,
      layers: null,
      views: {},
      columnThemes: {},
      solid: !address.flat,
      backgroundShown: true,
      selection: null,
      details: {},
      coverage: NO_COVERAGE,
      access: NO_ACCESS,
      problems: null,
      timetabled: NO_TIMETABLE,
      notice: null,
      mapBusy: false,
      asking: 0,
      place: address.place,
      bounds: null,
      wide: true,
      panel: "layers",
      legendOpen: true,
    });
    this.access = new AccessDesk(this.store, (answer) => this.#asking(answer));
  }

  get state(): State {
    return this.store.state;
  }

  // The server

  async load(): Promise<void> {
    try {
      const [session, answer] = await this.#asking(Promise.all([fetchSession(), fetchLayers()]));
      if (!answer) return;
      this.#etag = answer.etag;
      const address = readAddress(this.window.location.hash);
      const views = address.layers ? viewsOfAddress(address.layers) : defaultViews(ordered(answer.layers));
      this.store.set({ session, layers: ordered(answer.layers), views, notice: null });
      for (const layer of visibleLayers(answer.layers, views)) void this.#fetchColumnTheme(layer);
      if (!address.place) this.#begin();
      void this.timetable.load();
    } catch (error) {
      this.#report(error, () => void this.load());
    }
  }

  /** Asks whether the layers changed, now and then, while somebody looks. */
  watch(): void {
    const look = (): void => void (this.window.document.visibilityState === "visible" && this.refresh());
    this.window.setInterval(look, POLL_MS);
    this.window.document.addEventListener("visibilitychange", look);
  }

  async refresh(): Promise<void> {
    if (this.state.layers === null) return;
    try {
      const answer = await fetchLayers(this.#etag);
      if (answer) this.#replaceLayers(ordered(answer.layers), answer.etag);
    } catch {
      // The next look may succeed; what is on the screen stays right until then.
    }
  }

  #replaceLayers(layers: Layer[], etag: string | null): void {
    const known = new Map((this.state.layers ?? []).map((layer) => [layer.id, layer]));
    const changed = layers.filter((layer) => known.has(layer.id) && known.get(layer.id)?.version !== layer.version);
    const first = known.size === 0 && layers.length > 0;
    this.#etag = etag;
    this.store.set({ layers, ...(first ? { views: defaultViews(layers) } : {}) });
    if (first) this.#begin();
    void this.timetable.load();
    for (const layer of visibleLayers(changed, this.state.views)) void this.#fetchColumnTheme(layer);
    if (changed.length > 0) {
      const names = { ja: changed.map((one) => one.title.ja).join("、"), en: changed.map((one) => one.title.en).join(", ") };
      this.store.set({ selection: null, problems: null, notice: { kind: "info", text: updated(names) } });
    }
  }

  async #asking<T>(answer: Promise<T>): Promise<T> {
    this.store.set({ asking: this.state.asking + 1 });
    try {
      return await answer;
    } finally {
      this.store.set({ asking: this.state.asking - 1 });
    }
  }

  #report(error: unknown, retry?: () => void): void {
    if (!(error instanceof ApiError)) throw error;
    this.store.set({ notice: { text: error.text, kind: "error", ...(retry ? { retry } : {}) } });
  }

  /** Shows what was wrong with one layer's files, or nothing any more. */
  async toggleProblems(layer: Layer): Promise<void> {
    if (this.state.problems?.layer === layer.id) return this.store.set({ problems: null });
    try {
      this.store.set({ problems: await this.#asking(fetchProblems(layer)) });
    } catch (error) {
      this.#report(error, () => void this.toggleProblems(layer));
    }
  }

  lookAt([lon, lat]: [number, number]): void {
    this.#map?.fit([lon - 0.0005, lat - 0.0004, lon + 0.0005, lat + 0.0004], this.padding);
  }

  // The map

  attach(map: MapView): void {
    this.#map = map;
    this.timetable.canvas = map.vehicles((second, count) => this.timetable.ran(second, count));
    this.store.subscribe((state) => this.#draw(state));
    if (this.state.layers && !this.state.place) this.#begin();
  }

  #draw(state: State): void {
    const map = this.#map;
    if (!map || !state.layers) return;
    const scene = this.#scene(state);
    if (!sameScene(scene, this.#drawn)) map.apply(planMap(scene));
    this.#drawn = scene;
    for (const layer of visibleLayers(state.layers, state.views)) {
      const fetched = this.#values.get(layer.id);
      if (fetched?.version === layer.version && columnOfTheme(viewOf(state.views, layer.id).theme)) {
        map.paintValues(layer.id, layer.version, fetched.values);
      }
    }
    if (state.selection && state.wide) map.showPopup(state.selection.lonlat, this.padding);
    else map.hidePopup();
  }

  #scene({ layers, views, columnThemes, solid, selection, coverage, access, problems, session, backgroundShown }: State): Scene {
    return {
      layers: layers ?? [],
      views,
      columnThemes,
      solid,
      picked: selection?.candidates[selection.chosen] ?? null,
      coverage: sketchOf(coverage),
      access: accessSketch(access),
      problems: problems && viewOf(views, problems.layer).visible ? problems.points : null,
      background: backgroundShown ? (session?.background ?? null) : null,
      origin: this.window.location.origin,
    };
  }

  /** Pixels of the map that panels cover. */
  get padding(): Padding {
    const { wide, legendOpen } = this.state;
    if (!wide) return { top: 70, right: 16, bottom: 80, left: 16 };
    return { top: 24, right: legendOpen ? 344 : 80, bottom: 56, left: 344 };
  }

  #begin(): void {
    const { layers, views } = this.state;
    if (!this.#map || !layers) return;
    const visible = visibleLayers(layers, views);
    const tilted = this.state.solid && visible.some((layer) => layer.style.draw === "extrusion" || Boolean(layer.links.tileset));
    const bounds = mainBounds(subjects(layers, visible));
    if (!bounds) return;
    if (tilted) this.#map.stand(bounds, this.padding, START_PITCH, START_BEARING);
    else this.#map.fit(bounds, this.padding, { animate: false });
  }

  home(): void {
    const { layers, views } = this.state;
    const visible = visibleLayers(layers ?? [], views);
    const bounds = unionBounds(subjects(layers ?? [], visible));
    if (bounds) this.#map?.fit(bounds, this.padding);
  }

  zoomTo(bounds: Bounds): void {
    this.#map?.fit(bounds, this.padding);
    if (!this.state.wide) this.store.set({ panel: null });
  }

  moved(place: Place): void {
    this.store.set({ place, bounds: this.#map?.bounds ?? null });
  }

  zoomBy(steps: number): void {
    this.#map?.zoomBy(steps);
  }

  faceNorth(): void {
    this.#map?.faceNorth();
  }

  toggleSolid(): void {
    const solid = !this.state.solid;
    this.store.set({ solid });
    this.#map?.tilt(solid);
  }

  toggleBackground(): void {
    this.store.set({ backgroundShown: !this.state.backgroundShown });
  }

  // Layers

  #change(id: string, change: Partial<LayerView>): void {
    this.store.set({ views: changeView(this.state.views, id, change) });
  }

  toggleLayer(id: string): void {
    const visible = !viewOf(this.state.views, id).visible;
    const { selection } = this.state;
    if (!visible && selection?.candidates.some((one) => one.layer === id)) this.close();
    this.#change(id, { visible });
    const layer = this.#layer(id);
    if (visible && layer) void this.#fetchColumnTheme(layer);
  }

  setOpacity(id: string, opacity: number): void {
    this.#change(id, { opacity });
  }

  toggleGround(id: string, part: GroundPart): void {
    const shown = viewOf(this.state.views, id).ground ?? GROUND_PARTS;
    const ground = GROUND_PARTS.filter((one) => shown.includes(one) !== (one === part));
    this.#change(id, { ground: ground.length === GROUND_PARTS.length ? null : ground });
  }

  toggleTextured(id: string): void {
    this.#change(id, { textured: !viewOf(this.state.views, id).textured });
  }

  setTheme(layer: Layer, theme: string): void {
    this.#change(layer.id, { theme: theme === layer.style.themes[0]?.id ? null : theme, hidden: [] });
    void this.#fetchColumnTheme(layer);
  }

  toggleClass(id: string, index: number): void {
    const { hidden } = viewOf(this.state.views, id);
    this.#change(id, { hidden: hidden.includes(index) ? hidden.filter((one) => one !== index) : [...hidden, index].sort((a, b) => a - b) });
  }

  /** Fetches the column a layer is to be coloured by, when it is not of its tiles. */
  async #fetchColumnTheme(layer: Layer): Promise<void> {
    const name = columnOfTheme(viewOf(this.state.views, layer.id).theme);
    const column = layer.columns.find((one) => one.name === name);
    if (!column) return;
    try {
      const values = await this.#asking(fetchColumn(layer, column.name).then(readColumn));
      this.#values.set(layer.id, { version: layer.version, values });
      this.store.set({ columnThemes: { ...this.state.columnThemes, [layer.id]: themeOfValues(column, values) } });
    } catch (error) {
      this.#change(layer.id, { theme: null });
      this.#report(error);
    }
  }

  /** Colours a layer by values that no column of it holds. */
  #paintTheme(id: string, version: string, values: Values, theme: Theme): void {
    if (this.#layer(id)?.version !== version) return;
    this.#values.set(id, { version, values });
    this.store.set({ columnThemes: { ...this.state.columnThemes, [id]: theme } });
    this.#change(id, { theme: theme.id, hidden: [] });
  }

  #layer(id: string): Layer | undefined {
    return this.state.layers?.find((one) => one.id === id);
  }

  // Features

  asked(lonlat: [number, number], found: Found[], byKeyboard: boolean): void {
    if (this.state.access.picking) return this.access.clicked(lonlat);
    if (!byKeyboard && this.timetable.clicked(lonlat)) return this.close();
    const known = found.filter((one) => this.#layer(one.layer));
    const front = known.filter((one) => this.#layer(one.layer)?.group.id !== "base");
    const candidates = (front.length > 0 ? front : known).map((one) => this.#candidate(one));
    const place = candidates[0]?.place ?? lonlat;
    const grounded = hasTerrainAt(place, this.state.layers ?? []);
    const answered = candidates.length > 0 || grounded;
    this.store.set({ selection: answered ? { lonlat, candidates, chosen: 0, ground: null, byKeyboard } : null });
    if (grounded) void this.#fetchGround(lonlat, place);
    if (!answered && byKeyboard) this.store.set({ notice: { kind: "info", text: both("feature.nothing") } });
    if (answered && !this.state.wide) this.#map?.reveal(lonlat, { ...this.padding, bottom: this.window.innerHeight * 0.62 });
    void this.#fetchChosen();
  }

  /** Goes to a feature that a search found, and tells about it. */
  visit(layer: Layer, { fid, bounds, columns }: FoundFeature, byKeyboard: boolean): void {
    if (!bounds) return;
    if (!viewOf(this.state.views, layer.id).visible) this.toggleLayer(layer.id);
    this.zoomTo(bounds);
    const [west, south, east, north] = bounds;
    this.asked([(west + east) / 2, (south + north) / 2], [{ layer: layer.id, fid, properties: columns }], byKeyboard);
  }

  #candidate(found: Found): Candidate {
    const layer = this.#layer(found.layer) as Layer;
    const { label } = layer.style;
    const theme = themeOf(layer, viewOf(this.state.views, layer.id));
    const value = theme.column === null ? undefined : found.properties[theme.column];
    const one = classesOf(theme).find((each) => (theme.type === "single" ? true : inClass(each, value))) ?? theme.missing ?? theme.classes[0]!;
    const named = label === null ? undefined : found.properties[label];
    const { language } = this.state;
    const kind = theme.type === "single" ? "" : `${textIn(theme.title, language)}: ${textIn(one.label, language)}`;
    return { ...found, name: named === undefined ? "" : String(named), kind, colour: one.colour };
  }

  async #fetchGround(lonlat: [number, number], place: [number, number]): Promise<void> {
    const ground = await this.#asking(fetchElevation(place)).catch((error: unknown) => {
      this.#report(error);
      return null;
    });
    const { selection } = this.state;
    // Somebody has asked for another place meanwhile.
    if (selection?.lonlat !== lonlat) return;
    if (ground === null && selection.candidates.length === 0) this.close();
    else this.store.set({ selection: { ...selection, ground } });
  }

  choose(chosen: number): void {
    const { selection } = this.state;
    if (selection) this.store.set({ selection: { ...selection, chosen } });
    void this.#fetchChosen();
  }

  async #fetchChosen(): Promise<void> {
    const { selection, details } = this.state;
    const candidate = selection?.candidates[selection.chosen];
    const layer = candidate && this.#layer(candidate.layer);
    if (!layer) return;
    const key = detailKey(layer, candidate.fid);
    if (key in details && "layer" in details[key]!) return;
    const detail = await this.#asking(fetchFeature(layer, candidate.fid)).catch((error: unknown) => {
      if (error instanceof ApiError) return error.text;
      throw error;
    });
    this.store.set({ details: { ...this.state.details, [key]: detail } });
  }

  close(): void {
    if (this.state.selection) this.store.set({ selection: null });
  }

  // The coverage analysis

  async analyse(question: CoverageQuestion): Promise<void> {
    this.store.set({ coverage: { ...NO_COVERAGE, question, running: true } });
    try {
      const answer = await this.#asking(analyseCoverage(question));
      this.store.set({ coverage: { ...NO_COVERAGE, question, answer } });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.store.set({ coverage: { ...NO_COVERAGE, question, error: error.text } });
    }
  }

  clearCoverage(): void {
    this.store.set({ coverage: NO_COVERAGE });
  }

  async saveCoverage(title: string): Promise<void> {
    const { question } = this.state.coverage;
    if (!question) return;
    try {
      let job = await queueCoverage(question, title);
      for (; job.state === "queued" || job.state === "running"; job = await fetchJob(job.id)) {
        this.store.set({ coverage: { ...this.state.coverage, job, error: null } });
        await new Promise((resume) => this.window.setTimeout(resume, JOB_POLL_MS));
      }
      this.store.set({ coverage: { ...this.state.coverage, job } });
      if (job.state === "done") await this.#showResult(job);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.store.set({ coverage: { ...this.state.coverage, job: null, error: error.text } });
    }
  }

  /** Shows the saved layer, and its row in the tree. */
  async #showResult(job: Job): Promise<void> {
    await this.refresh();
    const result = job.result;
    const id = typeof result === "string" ? result : [result?.["layer"], result?.["layer_id"], result?.["id"]].find((one) => typeof one === "string");
    if (typeof id === "string" && this.#layer(id)) this.#change(id, { visible: true });
  }

  // The frame

  setLanguage(language: Language): void {
    this.store.set({ language });
    const { selection } = this.state;
    if (selection) this.store.set({ selection: { ...selection, candidates: selection.candidates.map((one) => this.#candidate(one)) } });
  }

  setPanel(panel: Panel | null): void {
    this.store.set({ panel });
  }

  toggleLegend(): void {
    this.store.set({ legendOpen: !this.state.legendOpen });
  }

  setWide(wide: boolean): void {
    this.store.set({ wide, panel: wide ? (this.state.panel === "analysis" ? "analysis" : "layers") : null });
  }

  dismiss(): void {
    this.store.set({ notice: null });
  }

  setBusy(mapBusy: boolean): void {
    if (mapBusy !== this.state.mapBusy) this.store.set({ mapBusy });
  }

  mapFailed(source: string | null): void {
    const layer = source === null ? undefined : this.#layer(source.split("/")[0] as string);
    // Every tile of a broken layer fails: once is enough.
    const what = `${source}/${layer?.version}`;
    if (this.#failed.has(what)) return;
    this.#failed.add(what);
    const about = both("page.tiles");
    const text = layer ? { ja: `${about.ja}（${layer.title.ja}）`, en: `${about.en} (${layer.title.en})` } : about;
    this.store.set({ notice: { kind: "error", text } });
  }

  mapMissing(): void {
    this.store.set({ notice: { kind: "error", text: both("page.noMap") } });
  }

  focusMap(): void {
    this.#map?.focus();
  }

  // The address bar

  keepAddress(): void {
    this.store.subscribe((state) => this.#writeAddress(state));
    this.window.addEventListener("hashchange", () => this.#readAddress());
  }

  #writeAddress({ place, layers, views, language, solid }: State): void {
    if (!layers || !place) return;
    const hash = writeAddress({ place, layers: addressesOfViews(layers, views), language, flat: !solid });
    if (hash === this.#writtenHash) return;
    this.#writtenHash = hash;
    this.window.history.replaceState(this.window.history.state, "", hash);
  }

  #readAddress(): void {
    if (this.window.location.hash === this.#writtenHash) return;
    const { place, layers, language, flat } = readAddress(this.window.location.hash);
    this.store.set({ solid: !flat, ...(layers ? { views: viewsOfAddress(layers) } : {}), ...(language ? { language } : {}) });
    if (place) this.#map?.go(place);
    for (const layer of visibleLayers(this.state.layers ?? [], this.state.views)) void this.#fetchColumnTheme(layer);
  }
}

/** What is drawn of an answer: nothing any more once it is a layer. */
export function sketchOf({ answer, job }: CoverageState): CoverageAnswer | null {
  return job?.state === "done" ? null : answer;
}

function sameScene(a: Scene, b: Scene | null): boolean {
  return b !== null && (Object.keys(a) as (keyof Scene)[]).every((key) => a[key] === b[key]);
}

export function detailKey(layer: Layer, fid: number): string {
  return `${layer.id}/${layer.version}/${fid}`;
}

/** What the map is to show whole: a background may reach far beyond the city. */
function subjects(layers: readonly Layer[], visible: readonly Layer[]): readonly Layer[] {
  const front = visible.filter((layer) => layer.group.id !== "base");
  return [front, visible, layers].find((some) => some.length > 0) ?? [];
}

function hasTerrainAt([lon, lat]: [number, number], layers: readonly Layer[]): boolean {
  return layers.some(({ links, bounds }) => links.terrain && (!bounds || overlaps(bounds, [lon, lat, lon, lat])));
}

function updated(names: Text): Text {
  return { ja: translator("ja")("page.updated", { names: names.ja }), en: translator("en")("page.updated", { names: names.en }) };
}

function inClass(one: { value: string | number | null; min: number | null; max: number | null }, value: unknown): boolean {
  if (one.value !== null) return value !== undefined && String(one.value) === String(value);
  if (typeof value !== "number") return false;
  return (one.min !== null || one.max !== null) && (one.min ?? -Infinity) <= value && value < (one.max ?? Infinity);
}
