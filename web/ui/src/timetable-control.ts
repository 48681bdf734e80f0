/** What a person does with timetables on the map: a date, an hour, buses that run. Tells the page; the page draws. */

import { ApiError } from "./api";
import type { Values } from "./column";
import type { Theme } from "./layer";
import { fetchFeedDay, fetchFeeds, fetchMotion, hasRealtime } from "./timetable-api";
import { firstDate, supplyTheme, supplyValues, type Feed, type Supply } from "./timetable-supply";
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
}

export const NO_TIMETABLE: Timetabled = { feeds: [], supply: null, running: null, realtime: false, live: null };

export interface Host {
  told(): Timetabled;
  tell(timetabled: Timetabled): void;
  paint(layer: string, version: string, values: Values, theme: Theme): void;
  unpaint(layers: string[]): void;
}

const MORNING_S = 7 * 3600;

export class TimetableControl {
  canvas: VehicleCanvas | null = null;
  #stream: EventSource | null = null;
  #live = new Map<string, LiveVehicle>();
  #asked = 0;

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
    const before: Supply = supply ?? { date, hour: null, days: [], error: null, loading: true };
    this.#set({ supply: { ...before, date, loading: true, error: null } });
    const covering = feeds.filter((one) => one.first <= date && date <= one.last);
    // A date that no feed covers is asked all the same: the server says what is wrong with it.
    const wanted = covering.length > 0 ? covering : feeds.slice(0, 1);
    try {
      const days = await Promise.all(wanted.map((one) => fetchFeedDay(one.layer, date)));
      if (asked !== this.#asked) return;
      this.#set({ supply: { ...before, date, days, error: null, loading: false } });
      this.#paint();
      if (running) await this.run(running.second);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (asked === this.#asked) this.#set({ supply: { ...before, date, error: error.text, loading: false } });
    }
  }

  setHour(hour: number | null): void {
    const { supply } = this.host.told();
    if (!supply) return;
    this.#set({ supply: { ...supply, hour } });
    this.#paint();
  }

  #paint(): void {
    const { supply } = this.host.told();
    for (const day of supply?.days ?? []) {
      const { hour } = supply as Supply;
      this.host.paint(day.stops.layer, day.stops.version, supplyValues(day.stops, hour), supplyTheme("stops", hour));
      if (day.routes) this.host.paint(day.routes.layer, day.routes.version, supplyValues(day.routes, hour), supplyTheme("routes", hour));
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
      this.#receive((JSON.parse(data) as { features: GeoJSON.Feature<GeoJSON.Point>[] }).features, []);
    });
    this.#stream.addEventListener("changes", ({ data }: MessageEvent<string>) => {
      const { changed, removed } = JSON.parse(data) as { changed: GeoJSON.Feature<GeoJSON.Point>[]; removed: string[] };
      this.#receive(changed, removed);
    });
    this.#set({ live: 0 });
  }

  stopLive(): void {
    this.#stream?.close();
    this.#stream = null;
    this.#live.clear();
    this.canvas?.showLive([]);
    this.#set({ live: null });
  }

  #receive(changed: GeoJSON.Feature<GeoJSON.Point>[], removed: string[]): void {
    for (const id of removed) this.#live.delete(id);
    for (const one of changed) this.#live.set(String(one.id), liveVehicle(one));
    this.canvas?.showLive([...this.#live.values()]);
    this.#set({ live: this.#live.size });
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
