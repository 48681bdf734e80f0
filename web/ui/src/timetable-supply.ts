/** How much runs where and when, as themes and values of layers. Pure. */

import { columnThemeId, type Values } from "./column";
import { both } from "./language";
import type { Language, StyleClass, Text, Theme } from "./layer";
import { inBoth } from "./timetable-text";

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
  /** Of the direction with more of them. */
  one_way: (number[] | null)[];
  /** Median seconds between those of a whole day. */
  headway: (number | null)[];
  first: (number | null)[];
  last: (number | null)[];
}

export interface FeedDay {
  layer: string;
  date: string;
  stops: Hourly;
  routes: Hourly | null;
}

/** What colours tell: how many, how often, and when the first and the last bus of a day leave. */
export const MEASURES = ["count", "headway", "first", "last"] as const;
export type Measure = (typeof MEASURES)[number];

export interface Supply {
  date: string;
  /** null: the whole day. */
  hour: number | null;
  measure: Measure;
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

export function supplyValues(rows: Hourly, hour: number | null, measure: Measure = "count"): Values {
  if (measure === "first" || measure === "last") return rows[measure].map((second) => (second === null ? null : Math.floor(second / 3600)));
  if (measure === "headway") return rows.hours.map((_, row) => headwayOf(rows, row, hour));
  return rows.hours.map((counts) => (counts === null ? null : hour === null ? counts.reduce((sum, one) => sum + one, 0) : (counts[hour] ?? 0)));
}

/** Whole minutes between buses of one direction; null where there are not two of them. */
function headwayOf(rows: Hourly, row: number, hour: number | null): number | null {
  if (hour === null) return rows.headway[row] == null ? null : Math.round((rows.headway[row] as number) / 60);
  const count = rows.one_way[row]?.[hour] ?? 0;
  return count > 1 ? Math.round(60 / count) : null;
}

export function supplyTheme(kind: "stops" | "routes", hour: number | null, measure: Measure = "count"): Theme {
  if (measure === "headway") return headwayTheme(hour);
  if (measure !== "count") return clockTheme(measure);
  const when = hour === null ? both("timetable.day") : both("timetable.at", { hour });
  const title = titled(kind === "routes" ? "timetable.trips" : "timetable.departures", when);
  const steps = STEPS[kind][hour === null ? "day" : "hour"];
  const classes = [0, ...steps].map((from, index, all) => step(from, all[index + 1] ?? null, COLOURS[index] as string));
  return themed(title, classes);
}

const UNKNOWN: StyleClass = { colour: "#b9bdc1", label: both("timetable.unknown"), value: null, min: null, max: null };

function themed(title: Text, classes: StyleClass[]): Theme {
  return { id: columnThemeId(SUPPLY), title, type: "steps", column: SUPPLY, unit: "", classes, missing: UNKNOWN };
}

function titled(key: "timetable.trips" | "timetable.departures", when: Text): Text {
  const text = (language: Language): string => both(key, { when: when[language] })[language];
  return { ja: text("ja"), en: text("en") };
}

/** Upper ends in minutes, the shortest first; dark is often. */
const HEADWAYS = [10, 15, 20, 30, 60];
const HEADWAY_COLOURS = ["#17507a", "#2f7aa8", "#6ba3c4", "#a9c7d8", "#dcd3bd", "#d59f6a"];

function headwayTheme(hour: number | null): Theme {
  const title = inBoth("headwayTitle", { when: hour === null ? inBoth("day") : inBoth("hour", { hour }) });
  const classes = [...HEADWAYS, null].map((most, index): StyleClass => {
    const [from, colour] = [index === 0 ? 0 : (HEADWAYS[index - 1] as number) + 1, HEADWAY_COLOURS[index] as string];
    const label = most === null ? inBoth("over", { n: HEADWAYS.at(-1) as number }) : inBoth("within", { n: most });
    return { colour, label, value: null, min: from, max: most === null ? null : most + 1 };
  });
  return { ...themed(title, classes), missing: { ...UNKNOWN, label: inBoth("single") } };
}

/** Hours of the service day at which a class begins. */
const CLOCKS = { first: [0, 6, 7, 8, 9, 12], last: [0, 15, 18, 20, 21, 22] };
const CLOCK_COLOURS = {
  first: ["#17507a", "#2f7aa8", "#6ba3c4", "#a9c7d8", "#dcd3bd", "#d59f6a"],
  last: ["#d59f6a", "#dcd3bd", "#a9c7d8", "#6ba3c4", "#2f7aa8", "#17507a"],
};

function clockTheme(measure: "first" | "last"): Theme {
  const starts = CLOCKS[measure];
  const classes = starts.map((from, index): StyleClass => {
    const to = starts[index + 1] ?? null;
    const label = index === 0 ? inBoth("until", { n: to as number }) : to === null ? inBoth("since", { n: from }) : to - from === 1 ? inBoth("hour", { hour: from }) : inBoth("between", { from, to: to - 1 });
    return { colour: CLOCK_COLOURS[measure][index] as string, label, value: null, min: from, max: to };
  });
  return { ...themed(inBoth(measure), classes), missing: { ...UNKNOWN, label: inBoth("noService") } };
}

function step(from: number, to: number | null, colour: string): StyleClass {
  return { colour, label: labelOf(from, to), value: null, min: from, max: to };
}

function labelOf(from: number, to: number | null): Text {
  if (to === null) return both("timetable.more", { n: from });
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
