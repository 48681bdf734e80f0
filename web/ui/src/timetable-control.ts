/** What a person does with timetables on the map: a date, an hour, buses that run. Tells the page; the page draws. */

import { ApiError } from "./api";
import type { Values } from "./column";
import type { Text, Theme } from "./layer";
import { fetchAlerts, fetchFeedDay, fetchFeeds, fetchMotion, fetchVehicle, hasRealtime, type VehicleTold } from "./timetable-api";
import { firstDate, supplyTheme, supplyValues, type Feed, type Measure, type Supply } from "./timetable-supply";
import { inBoth } from "./timetable-text";
import { Motion } from "./vehicle";
import type { LiveVehicle, VehicleCanvas } from "./vehicle-canvas";

export interface Running {
  playing: boolean;
  /** Of the service date. */
  second: number;
  speed: number;
  count: number;
}

export interface Timetabled {
  feeds: Feed[];
  /** null: closed. */
  supply: Supply | null;
  running: Running | null;
  /** Whether there is anything to receive; how many buses are shown, null: none asked for. */
  realtime: boolean;
  live: number | null;
  /** Why feeds are not to be trusted just now; alerts that hold; the bus that was clicked. While live ones are shown. */
  doubts: Text[];
  alerts: Text[];
  vehicle: VehicleTold | null;
}

export const NO_TIMETABLE: Timetabled = { feeds: [], supply: null, running: null, realtime: false, live: null, doubts: [], alerts: [], vehicle: null };

export interface Host {
  told(): Timetabled;
  tell(timetabled: Timetabled): void;
  paint(layer: string, version: string, values: Values, theme: Theme): void;
  unpaint(layers: string[]): void;
}

const MORNING_S = 7 * 3600;
const ALERTS_MS = 60_000;

type States = Record<string, { quality: string; reason: Text }>;

export class TimetableControl {
  canvas: VehicleCanvas | null = null;
  #stream: EventSource | null = null;
  #live = new Map<string, LiveVehicle>();
  #asked = 0;
  #chosen: string | null = null;
  #alerts: number | undefined;

  constructor(private readonly host: Host) {}

  async load(): Promise<void> {
    try {
      const [feeds, realtime] = await Promise.all([fetchFeeds(), hasRealtime()]);
      this.#set({ feeds, realtime });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // without it the map has no timetables, and all else
    }
  }

  async open(): Promise<void> {
    await this.load();
    await this.setDate(firstDate(this.host.told().feeds, localDate()));
  }

  close(): void {
    this.#asked++;
    const { supply } = this.host.told();
    if (supply) this.host.unpaint(supply.days.flatMap((day) => [day.stops.layer, ...(day.routes ? [day.routes.layer] : [])]));
    this.canvas?.play(false, 1);
    this.canvas?.show([], 0);
    this.stopLive();
    this.#set({ supply: null, running: null });
  }

  async setDate(date: string): Promise<void> {
    const asked = ++this.#asked;
    const { supply, running, feeds } = this.host.told();
    const before: Supply = supply ?? { date, hour: null, measure: "count", days: [], error: null, loading: true };
    this.#set({ supply: { ...before, date, loading: true, error: null } });
    const covering = feeds.filter((one) => one.first <= date && date <= one.last);
    // A date that no feed covers is asked all the same: the server says what is wrong with it.
    const wanted = covering.length > 0 ? covering : feeds.slice(0, 1);
    try {
      const days = await Promise.all(wanted.map((one) => fetchFeedDay(one.layer, date)));
      if (asked !== this.#asked) return;
      // What a person has chosen meanwhile stands.
      this.#set({ supply: { ...(this.host.told().supply ?? before), date, days, error: null, loading: false } });
      this.#paint();
      if (running) await this.run(running.second);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (asked === this.#asked) this.#set({ supply: { ...(this.host.told().supply ?? before), date, error: error.text, loading: false } });
    }
  }

  setHour(hour: number | null): void {
    const { supply } = this.host.told();
    if (!supply) return;
    this.#set({ supply: { ...supply, hour } });
    this.#paint();
  }

  setMeasure(measure: Measure): void {
    const { supply } = this.host.told();
    if (!supply) return;
    this.#set({ supply: { ...supply, measure } });
    this.#paint();
  }

  #paint(): void {
    const { supply } = this.host.told();
    for (const day of supply?.days ?? []) {
      const { hour, measure } = supply as Supply;
      this.host.paint(day.stops.layer, day.stops.version, supplyValues(day.stops, hour, measure), supplyTheme("stops", hour, measure));
      if (day.routes) this.host.paint(day.routes.layer, day.routes.version, supplyValues(day.routes, hour, measure), supplyTheme("routes", hour, measure));
    }
  }

  // Vehicles by the timetable

  async run(second?: number): Promise<void> {
    const { supply, running } = this.host.told();
    if (!supply || !this.canvas) return;
    const asked = this.#asked;
    const motions = (await Promise.all(supply.days.map((day) => fetchMotion(day.layer, supply.date)))).map((one) => new Motion(one));
    if (asked !== this.#asked) return;
    const start = second ?? (supply.hour === null ? MORNING_S : supply.hour * 3600);
    const next = { playing: true, speed: 60, count: 0, ...running, second: start };
    this.canvas.show(motions, start);
    this.canvas.play(next.playing, next.speed);
    this.#set({ running: { ...next, count: this.canvas.count } });
  }

  togglePlaying(): void {
    this.#change((running) => ({ playing: !running.playing }));
  }

  setSpeed(speed: number): void {
    this.#change(() => ({ speed }));
  }

  seek(second: number): void {
    this.canvas?.seek(second);
    this.#change(() => ({ second, count: this.canvas?.count ?? 0 }));
  }

  /** Told by the canvas while buses run. */
  ran(second: number, count: number): void {
    const { running } = this.host.told();
    if (running && Math.floor(second / 60) !== Math.floor(running.second / 60)) this.#set({ running: { ...running, second, count } });
  }

  #change(change: (running: Running) => Partial<Running>): void {
    const { running } = this.host.told();
    if (!running) return;
    const next = { ...running, ...change(running) };
    this.canvas?.play(next.playing, next.speed);
    this.#set({ running: next });
  }

  // Vehicles as they report themselves

  startLive(): void {
    if (this.#stream) return;
    this.#live.clear();
    this.#stream = new EventSource("/api/realtime/stream");
    this.#stream.addEventListener("vehicles", ({ data }: MessageEvent<string>) => {
      this.#live.clear();
      const { features, feeds } = JSON.parse(data) as { features: GeoJSON.Feature<GeoJSON.Point>[]; feeds: States };
      this.#receive(features, [], feeds);
    });
    this.#stream.addEventListener("changes", ({ data }: MessageEvent<string>) => {
      const { changed, removed, feeds } = JSON.parse(data) as { changed: GeoJSON.Feature<GeoJSON.Point>[]; removed: string[]; feeds: States };
      this.#receive(changed, removed, feeds);
    });
    this.#stream.onerror = () => this.#set({ doubts: [inBoth("broken")] });
    this.#alerts = window.setInterval(() => void this.#askAlerts(), ALERTS_MS);
    this.#set({ live: 0 });
    void this.#askAlerts();
  }

  stopLive(): void {
    this.#stream?.close();
    this.#stream = null;
    this.#live.clear();
    this.canvas?.showLive([]);
    window.clearInterval(this.#alerts);
    this.leave();
    this.#set({ live: null, doubts: [], alerts: [] });
  }

  async #askAlerts(): Promise<void> {
    try {
      const alerts = await fetchAlerts();
      if (this.#stream) this.#set({ alerts });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // asked again in a minute
    }
  }

  /** Whether a live bus was clicked; then it is told about, and followed. */
  clicked(lonlat: [number, number]): boolean {
    const id = this.#stream ? (this.canvas?.liveAt(lonlat) ?? null) : null;
    if (id === null) {
      this.leave();
      return false;
    }
    this.#chosen = id;
    void this.#askVehicle(id);
    return true;
  }

  leave(): void {
    this.#chosen = null;
    this.canvas?.follow(null);
    if (this.host.told().vehicle) this.#set({ vehicle: null });
  }

  async #askVehicle(id: string): Promise<void> {
    try {
      const vehicle = await fetchVehicle(id);
      if (this.#chosen !== id) return;
      this.#set({ vehicle });
      this.canvas?.follow(id);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.#chosen === id) this.leave(); // it has just gone
    }
  }

  #receive(changed: GeoJSON.Feature<GeoJSON.Point>[], removed: string[], feeds: States): void {
    for (const id of removed) this.#live.delete(id);
    for (const one of changed) this.#live.set(String(one.id), liveVehicle(one));
    this.canvas?.showLive([...this.#live.values()]);
    this.#set({ live: this.#live.size, doubts: this.#doubts(feeds) });
    if (this.#chosen !== null && this.#live.has(this.#chosen)) void this.#askVehicle(this.#chosen);
    else if (this.#chosen !== null) this.leave();
  }

  #doubts(states: States): Text[] {
    const titles = new Map(this.host.told().feeds.map((one) => [one.layer, one.title]));
    const doubted = Object.entries(states).filter(([, state]) => state.quality !== "live");
    return doubted.map(([layer, { reason }]) => inBoth("stale", { title: titles.get(layer) ?? layer, reason }));
  }

  #set(change: Partial<Timetabled>): void {
    this.host.tell({ ...this.host.told(), ...change });
  }
}

function liveVehicle({ id, geometry, properties }: GeoJSON.Feature<GeoJSON.Point>): LiveVehicle {
  const told = properties ?? {};
  const late = typeof told["delay_s"] === "number" && told["delay_s"] >= 60 ? ` +${Math.round(told["delay_s"] / 60)}` : "";
  return {
    id: String(id),
    lonlat: geometry.coordinates as [number, number],
    bearing: typeof told["bearing"] === "number" ? told["bearing"] : null,
    trusted: told["trusted"] === true,
    label: `${String(told["label"] ?? told["route_id"] ?? "")}${late}`,
  };
}

/** YYYY-MM-DD by the clock of this device. */
export function localDate(now = new Date()): string {
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((one) => String(one).padStart(2, "0")).join("-");
}
