/** Questions about public transport: what is asked, what the server answers, and what the page knows of them. */

import { ApiError, ask, post } from "./api";
import type { Job, Layer, Text } from "./layer";
import { NO_SCENARIO, type Scenario } from "./scenario";
import { ScenarioDesk } from "./scenario-desk";
import type { Store } from "./store";

export type Lonlat = [number, number];
export type IndexKind = "ptal" | "quality_classes" | "stop_coverage";
export type AccessKind = "isochrone" | "deserts" | IndexKind | "scenario" | "coverage";

export interface Explanation {
  measure: string;
  day: string;
  window: [string, string];
  travel: { lines: { name: string }[]; walk_min: number | null; wait_min: number | null; ride_min: number | null };
  walking: Text & { speed_kmh: number };
  unreached: (Text & { count: number })[];
  /** None where nobody travels: an index of service. */
  percentiles: number[];
  rules: { lines?: { name: string }[] };
  notes: Text[];
}

export interface Reached {
  layer: string;
  title: Text;
  places: number;
  within: Record<string, number>;
  nearest: { name: string; minutes: number; lonlat: Lonlat }[];
}

export interface IsochroneAnswer {
  areas: GeoJSON.FeatureCollection<GeoJSON.Geometry, { minutes: number; area_km2: number }>;
  reached: Reached[];
  explanation: Explanation;
}

export interface DesertTotals {
  people: number;
  left_out: number;
  places: number;
  share: number;
}

export interface DesertAnswer {
  features: GeoJSON.FeatureCollection;
  totals: DesertTotals;
  explanation: Explanation;
}

/** Of an index of service; `totals` and `legend` have a row for each class. */
export interface IndexAnswer {
  features: GeoJSON.FeatureCollection;
  column: string;
  totals: { value: string; places: number; people: number | null }[];
  legend: { value: string; colour: string; label: Text }[];
  explanation: Explanation;
}

export interface ColumnTotals {
  column: string;
  people: number;
  more: number;
  less: number;
  newly_known: number;
  mean_before: number | null;
  mean_after: number | null;
}

/** Before and after a scenario. */
export interface Compared {
  features: GeoJSON.FeatureCollection;
  totals: ColumnTotals[];
  changes: Text[];
  before: Explanation;
  after: Explanation;
}

/** How people travel; every question has it. */
export interface Travel {
  day: string;
  start: string;
  end: string;
  percentile: number;
  walk: number;
}

export interface AccessState {
  kind: AccessKind;
  /** Null until the server has told. */
  feeds: { id: string; title: Text }[] | null;
  travel: Travel;
  /** Whether the next click on the map is meant for us. */
  picking: boolean;
  at: Lonlat | null;
  isochrone: IsochroneAnswer | null;
  deserts: DesertAnswer | null;
  index: IndexAnswer | null;
  scenario: Scenario;
  compared: Compared | null;
  /** What was asked last, as it can be saved. */
  asked: Record<string, unknown> | null;
  job: Job | null;
  running: boolean;
  error: Text | null;
}

export const CUTOFFS = [15, 30, 45, 60];

export const NO_ACCESS: AccessState = {
  kind: "isochrone",
  feeds: null,
  travel: { day: "", start: "07:00", end: "09:00", percentile: 50, walk: 30 },
  picking: false,
  at: null,
  isochrone: null,
  deserts: null,
  index: null,
  scenario: NO_SCENARIO,
  compared: null,
  asked: null,
  job: null,
  running: false,
  error: null,
};

const POLL_MS = 1_000;

interface Holder {
  access: AccessState;
  layers: Layer[] | null;
}

/** Does what the panel and the map ask. `busy` shows that something is under way. */
export class AccessDesk<S extends Holder> {
  readonly scenario: ScenarioDesk;
  #turn = 0;

  constructor(
    private readonly store: Store<S>,
    private readonly busy: <T>(answer: Promise<T>) => Promise<T>,
  ) {
    this.scenario = new ScenarioDesk({ told: () => this.state, tell: (change) => this.change(change), compare: (question) => this.#compare(question) });
  }

  get state(): AccessState {
    return this.store.state.access;
  }

  change(change: Partial<AccessState>): void {
    this.store.set({ access: { ...this.state, ...change } } as Partial<S>);
  }

  /** Asks which timetables there are, and so has the server make ready what the first question needs. */
  async open(): Promise<void> {
    const told = (await (await ask("/api/accessibility")).json()) as { feeds: AccessState["feeds"]; day: string | null };
    const { travel, kind } = this.state;
    this.change({ feeds: told.feeds, kind: told.feeds?.length === 0 ? "coverage" : kind, travel: { ...travel, day: travel.day || (told.day ?? "") } });
    if (kind === "scenario") this.scenario.feedsKnown();
  }

  show(kind: AccessKind): void {
    this.change({ kind, picking: kind === "isochrone", error: null, job: null });
    if (kind === "scenario") void this.scenario.open();
  }

  clear(): void {
    this.change({ at: null, isochrone: null, deserts: null, index: null, compared: null, asked: null, job: null, error: null });
  }

  /** A place on the map was clicked while we wait for one. */
  clicked(at: Lonlat): void {
    if (this.state.kind === "scenario") void this.scenario.clicked(at);
    else void this.askIsochrone(at);
  }

  travels(change: Partial<Travel>): void {
    this.change({ travel: { ...this.state.travel, ...change } });
    if (this.state.kind === "isochrone" && this.state.at) void this.askIsochrone(this.state.at);
  }

  async askIsochrone(at: Lonlat): Promise<void> {
    const asked = { at, cutoffs_min: CUTOFFS, ...this.#travel() };
    this.change({ at });
    const answer = await this.#ask<IsochroneAnswer>("/api/accessibility/isochrone", { ...asked, reach: facilities(this.store.state.layers ?? []).map((one) => one.id).slice(0, 8) });
    if (answer) this.change({ isochrone: answer, asked: { measure: "isochrone", ...asked } });
  }

  async askDeserts(origins: string, station: number, busStop: number): Promise<void> {
    const asked = { measure: "deserts", origins, station_m: station, bus_stop_m: busStop, ...this.#travel() };
    const answer = await this.#ask<DesertAnswer>("/api/accessibility", asked);
    if (answer) this.change({ deserts: answer, asked });
  }

  async askIndex(kind: IndexKind, question: Record<string, unknown>): Promise<void> {
    const asked = { measure: kind, ...question, day: this.state.travel.day || null };
    const answer = await this.#ask<IndexAnswer>("/api/accessibility", asked);
    if (answer) this.change({ index: answer, asked });
  }

  async #compare(question: Record<string, unknown>): Promise<void> {
    const asked = { ...question, ...this.#travel() };
    const answer = await this.#ask<Compared>("/api/accessibility", asked);
    if (answer) this.change({ compared: answer, asked });
  }

  async save(title: string): Promise<Job | null> {
    if (!this.state.asked) return null;
    try {
      let job = (await (await ask("/api/jobs", post({ kind: "accessibility", parameters: { ...this.state.asked, title } }))).json()) as Job;
      for (; job.state === "queued" || job.state === "running"; ) {
        this.change({ job });
        await new Promise((resume) => setTimeout(resume, POLL_MS));
        job = (await (await ask(`/api/jobs/${encodeURIComponent(String(job.id))}`)).json()) as Job;
      }
      this.change({ job });
      return job;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.change({ error: error.text });
      return null;
    }
  }

  #travel(): Record<string, unknown> {
    const { day, start, end, percentile, walk } = this.state.travel;
    return { day: day || null, start, end, percentiles: [percentile], walk_min: walk };
  }

  /** Null where it failed, or somebody has asked again meanwhile. */
  async #ask<T>(path: string, question: unknown): Promise<T | null> {
    const turn = ++this.#turn;
    this.change({ running: true, error: null, job: null });
    try {
      const answer = (await (await this.busy(ask(path, post(question)))).json()) as T;
      return turn === this.#turn ? answer : null;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (turn === this.#turn) this.change({ error: error.text });
      return null;
    } finally {
      if (turn === this.#turn) this.change({ running: false });
    }
  }
}

/** The answer about an index, where the one that is open was asked. */
export function indexOf({ kind, index }: AccessState): IndexAnswer | null {
  return index?.explanation.measure === kind ? index : null;
}

export function isIndex(kind: AccessKind): kind is IndexKind {
  return kind === "ptal" || kind === "quality_classes" || kind === "stop_coverage";
}

/** Layers of points that people go to. */
export function facilities(layers: readonly Layer[]): Layer[] {
  return layers.filter((layer) => layer.geometry === "point" && layer.group.id === "facilities");
}

/** Layers that tell where people live. */
export function homeLayers(layers: readonly Layer[]): Layer[] {
  return layers.filter((layer) => layer.kind === "vector" && layer.group.id === "population");
}
