/** How much runs where and when, as themes and values of layers. Pure. */

import { columnThemeId, type Values } from "./column";
import { both } from "./language";
import type { Language, StyleClass, Text, Theme } from "./layer";

/** A timetable of the map (`GET /api/feeds`). */
export interface Feed {
  /** Its layer of stops. */
  layer: string;
  routes: string | null;
  title: Text;
  first: string;
  last: string;
  zone: string;
}

/** Rows are the features of the layer, row = fid. */
export interface Hourly {
  layer: string;
  version: string;
  hours: (number[] | null)[];
  first: (number | null)[];
  last: (number | null)[];
}

export interface FeedDay {
  layer: string;
  date: string;
  stops: Hourly;
  routes: Hourly | null;
}

export interface Supply {
  date: string;
  /** null: the whole day. */
  hour: number | null;
  days: FeedDay[];
  error: Text | null;
  loading: boolean;
}

export const LAST_HOUR = 26;
export const SUPPLY = "@supply";
const COLOURS = ["#c9c5bb", "#a9c7d8", "#6ba3c4", "#2f7aa8", "#17507a"];

/** Lower ends of classes above "none": of a day with the 30 that make a main route in MLIT's handbook; of an hour by headway. */
const STEPS = {
  routes: { day: [1, 10, 30, 60], hour: [1, 2, 4, 6] },
  stops: { day: [1, 10, 60, 200], hour: [1, 2, 6, 12] },
};

export function supplyValues(rows: Hourly, hour: number | null): Values {
  return rows.hours.map((counts) => (counts === null ? null : hour === null ? counts.reduce((sum, one) => sum + one, 0) : (counts[hour] ?? 0)));
}

export function supplyTheme(kind: "stops" | "routes", hour: number | null): Theme {
  const when = hour === null ? both("timetable.day") : both("timetable.at", { hour });
  const title = titled(kind === "routes" ? "timetable.trips" : "timetable.departures", when);
  const steps = STEPS[kind][hour === null ? "day" : "hour"];
  const classes = [0, ...steps].map((from, index, all) => step(from, all[index + 1] ?? null, COLOURS[index] as string, kind === "routes" && hour !== null));
  const missing: StyleClass = { colour: "#b9bdc1", label: both("timetable.unknown"), value: null, min: null, max: null };
  return { id: columnThemeId(SUPPLY), title, type: "steps", column: SUPPLY, unit: "", classes, missing };
}

function titled(key: "timetable.trips" | "timetable.departures", when: Text): Text {
  const text = (language: Language): string => both(key, { when: when[language] })[language];
  return { ja: text("ja"), en: text("en") };
}

function step(from: number, to: number | null, colour: string, headway: boolean): StyleClass {
  return { colour, label: labelOf(from, to, headway), value: null, min: from, max: to };
}

function labelOf(from: number, to: number | null, headway: boolean): Text {
  if (to === null) return headway ? both("timetable.headway", { n: from, minutes: Math.round(60 / from) }) : both("timetable.more", { n: from });
  if (to === 1) return both("timetable.none");
  return to - from === 1 ? both("timetable.one") : both("timetable.range", { from, to: to - 1 });
}

/** `25:10` of 90 600. */
export function serviceClock(seconds: number): string {
  return `${Math.floor(seconds / 3600)}:${String(Math.floor(seconds / 60) % 60).padStart(2, "0")}`;
}

/** Today where the feed covers it, else the date nearest to it. */
export function firstDate(feeds: readonly Feed[], today: string): string {
  const covering = feeds.some((one) => one.first <= today && today <= one.last);
  if (covering || feeds.length === 0) return today;
  const last = feeds.map((one) => one.last).sort().at(-1) as string;
  return last < today ? last : (feeds.map((one) => one.first).sort()[0] as string);
}
