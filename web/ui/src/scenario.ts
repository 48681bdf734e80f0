/** A scenario as a list of changes, in the very shape of the document that the server and the command line read; pure. */

import type { Lonlat } from "./access";
import type { Language, Text } from "./layer";
import { scenarioWords, type ScenarioKey } from "./scenario-text";

export type { Lonlat };
export type Values = Record<string, unknown>;

/** Kinds of change that the page can edit; a file may bring others, which are kept as they are. */
export const OFFERED = ["add_line", "change_frequency", "change_speed", "remove_route", "move_stop", "add_facility", "close_facility", "change_access"] as const;
export type Offered = (typeof OFFERED)[number];

export interface Change {
  kind: string;
  values: Values;
}

export interface KnownLine {
  feed: string;
  id: string;
  number: string;
  name: string;
  operator: string;
}

export interface KnownPlace {
  feed: string | null;
  id: string;
  name: string;
  lonlat: Lonlat;
  distance_m: number | null;
}

export interface ScenarioProblem {
  rule: string;
  key: string | null;
  line: number | null;
  message: Text;
}

export type Shown = "difference" | "before" | "after";

export interface Scenario {
  name: string;
  changes: Change[];
  /** The change whose fields are shown. */
  open: number | null;
  origins: string;
  destinations: string;
  cutoff: number;
  shown: Shown;
  /** Row of the totals whose figure the map shows. */
  figure: number;
  problems: ScenarioProblem[];
  /** What the server knows of the routes; null until it has told. */
  lines: KnownLine[] | null;
  /** Stops and facilities that were chosen, by `placeKey`. */
  places: Record<string, KnownPlace>;
}

export const NO_SCENARIO: Scenario = {
  name: "",
  changes: [],
  open: null,
  origins: "",
  destinations: "",
  cutoff: 30,
  shown: "difference",
  figure: 0,
  problems: [],
  lines: null,
  places: {},
};

/** What a click on the map gives to the open change. */
export type Click = "stops" | "ports" | "at" | "to" | "stop" | "facility";

export const FIRST = "6:00";
export const LAST = "22:00";

/** A change to begin with; `feed`: the timetable of a new line. */
export function newChange(kind: Offered, scenario: Scenario, feed: string | null, language: Language): Change {
  const t = scenarioWords(language);
  const owned = feed === null ? {} : { feed };
  const layer = scenario.destinations === "" ? {} : { layer: scenario.destinations };
  switch (kind) {
    case "add_line": {
      const id = freeId(scenario, "new-line");
      return { kind, values: { ...owned, id, name: t("newLine", { number: id.split("-")[2]! }), stops: [], speed_kmh: 18, headway_min: 15, from: FIRST, to: LAST } };
    }
    case "change_frequency":
      return { kind, values: { factor: 2 } };
    case "change_speed":
      return { kind, values: { factor: 1.25 } };
    case "add_facility": {
      const id = freeId(scenario, "new-place");
      return { kind, values: { ...layer, id, name: t("newPlace", { number: id.split("-")[2]! }), amount: 1 } };
    }
    case "close_facility":
      return { kind, values: { ...layer } };
    case "change_access":
      return { kind, values: { mode: "cycle", speed_kmh: 12, limit_min: 20 } };
    default:
      return { kind, values: {} };
  }
}

function freeId({ changes }: Scenario, stem: string): string {
  const known = new Set(changes.map((change) => change.values.id));
  for (let number = 1; ; number++) if (!known.has(`${stem}-${number}`)) return `${stem}-${number}`;
}

/** The same change with other values; undefined takes a key away. */
export function changed(change: Change, values: Values): Change {
  const merged = Object.entries({ ...change.values, ...values }).filter(([, value]) => value !== undefined);
  return { ...change, values: Object.fromEntries(merged) };
}

export function withChange(scenario: Scenario, at: number, change: Change): Scenario {
  return { ...scenario, changes: scenario.changes.map((one, row) => (row === at ? change : one)) };
}

export function without(scenario: Scenario, at: number): Scenario {
  return { ...scenario, changes: scenario.changes.filter((_, row) => row !== at), open: null };
}

export function clickMeans({ kind, values }: Change): Click | null {
  if (kind === "add_line") return values.departures === undefined ? "stops" : null;
  if (kind === "move_stop") return values.stop === undefined ? "stop" : "to";
  if (kind === "add_facility") return "at";
  if (kind === "close_facility") return "facility";
  return kind === "change_access" && values.mode === "shared_cycle" ? "ports" : null;
}

/** After a click that needs no question to the server. */
export function clicked(change: Change, at: Lonlat): Change {
  const place = at.map((part) => Number(part.toFixed(6)));
  const means = clickMeans(change);
  if (means === "stops") return changed(change, { stops: [...list(change.values.stops), { name: `${change.values.name} ${list(change.values.stops).length + 1}`, at: place }] });
  if (means === "ports") return changed(change, { ports: [...list(change.values.ports), place] });
  return means === "at" || means === "to" ? changed(change, { [means]: place }) : change;
}

/** What has still to be given, or null. */
export function missing({ kind, values }: Change): ScenarioKey | null {
  if (kind === "add_line" && list(values.stops).length < 2) return "needsStops";
  if (["change_frequency", "change_speed", "remove_route"].includes(kind) && values.route === undefined) return "needsLine";
  if (kind === "move_stop") return values.stop === undefined ? "needsStop" : values.to === undefined ? "needsPlace" : null;
  if (kind === "add_facility" && values.at === undefined) return "needsPlace";
  if (kind === "close_facility" && values.id === undefined) return "needsFacility";
  if (kind === "change_access" && values.mode === "shared_cycle" && list(values.ports).length < 2) return "needsPorts";
  return null;
}

/** New lines that were begun before the timetables were known, with the first of them. */
export function owned(changes: Change[], feed: string): Change[] {
  return changes.map((change) => (change.kind === "add_line" && change.values.feed === undefined ? changed(change, { feed }) : change));
}

export function documentOf({ name, changes }: Scenario, fallback: string): Values {
  return { name: name.trim() || fallback, changes: changes.map(({ kind, values }) => ({ [kind]: values })) };
}

/** The other way round, of what the server has read: each change has one key. */
export function changesOf(document: Values): Change[] {
  return list(document.changes).map((one) => {
    const [kind, values] = Object.entries(one as Record<string, Values>)[0]!;
    return { kind, values };
  });
}

export function nameOf({ name }: Values, language: Language): string {
  return typeof name === "string" ? name : ((name as Partial<Text> | undefined)?.[language] ?? "");
}

export function lineKey({ feed, id }: { feed: string; id: string }): string {
  return `${feed}/${id}`;
}

export function placeKey(owner: string | null, id: string): string {
  return `${owner ?? ""}/${id}`;
}

/** Number and name as passengers read them. */
export function lineName({ number, name, id }: KnownLine): string {
  return [number, name].filter((part) => part !== "").join(" ") || id;
}

export function lineOf({ values }: Change, lines: readonly KnownLine[]): KnownLine | undefined {
  return lines.find((line) => line.id === values.route && (values.feed === undefined || line.feed === values.feed));
}

/** One line for the list of changes. */
export function summaryOf(change: Change, scenario: Scenario, language: Language): string {
  const t = scenarioWords(language);
  const { kind, values } = change;
  const line = lineOf(change, scenario.lines ?? []);
  const route = line ? lineName(line) : text(values.route) || "?";
  const place = (owner: unknown, id: unknown): string => scenario.places[placeKey(text(owner) || null, text(id))]?.name ?? (text(id) || "?");
  const elsewhere = values.layer === undefined || values.layer === scenario.destinations ? "" : t("elsewhere");
  switch (kind) {
    case "add_line":
      return t("toldLine", { name: text(values.name), stops: list(values.stops).length, service: serviceOf(values, language) });
    case "change_frequency":
      return t("toldFrequency", { route, service: serviceOf(values, language) });
    case "change_speed":
      return t("toldSpeed", { route, factor: text(values.factor) });
    case "remove_route":
      return t("toldRemoved", { route });
    case "move_stop":
      return t("toldMoved", { stop: place(values.feed, values.stop) });
    case "add_facility":
      return t("toldAdded", { name: text(values.name) }) + elsewhere;
    case "close_facility":
      return t("toldClosed", { name: place(values.layer, values.id) }) + elsewhere;
    case "change_access":
      return t(values.mode === "shared_cycle" ? "toldShared" : "toldCycle", { speed: text(values.speed_kmh), minutes: text(values.limit_min) });
    default:
      return t("toldOther", { kind, values: JSON.stringify(values).slice(0, 80) });
  }
}

function serviceOf(values: Values, language: Language): string {
  const t = scenarioWords(language);
  if (values.factor !== undefined) return t("toldFactor", { factor: text(values.factor) });
  const departures = list(values.departures);
  return departures.length > 0 ? t("toldDepartures", { count: departures.length }) : t("toldHeadway", { minutes: text(values.headway_min), from: text(values.from), to: text(values.to) });
}

export interface Drawing {
  points: Lonlat[];
  lines: Lonlat[][];
}

/** Where the changes are: stops, ports and facilities, new lines, and the ways of moved stops. */
export function drawingOf({ changes, places }: Scenario): Drawing {
  const found: Drawing = { points: [], lines: [] };
  for (const { kind, values } of changes) {
    const known = (owner: unknown, id: unknown): Lonlat[] => points([places[placeKey(text(owner) || null, text(id))]?.lonlat]);
    if (kind === "add_line") {
      const stops = list(values.stops).flatMap((stop) => (typeof stop === "object" && stop !== null && "at" in stop ? points([stop.at]) : known(values.feed, stop)));
      found.points.push(...stops);
      const path = points(list(values.path));
      if (stops.length > 1) found.lines.push(path.length > 1 ? path : stops);
    } else if (kind === "move_stop") {
      const way = [...known(values.feed, values.stop), ...points([values.to])];
      found.points.push(...way);
      if (way.length > 1) found.lines.push(way);
    } else if (kind === "add_facility") found.points.push(...points([values.at]));
    else if (kind === "close_facility") found.points.push(...known(values.layer, values.id));
    else if (kind === "change_access") found.points.push(...points(list(values.ports)));
  }
  return found;
}

export function isMinutes(column: string): boolean {
  return column.startsWith("nearest") || column === "minutes";
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function points(values: unknown[]): Lonlat[] {
  return values.filter((one): one is Lonlat => Array.isArray(one) && one.length === 2 && one.every((part) => typeof part === "number"));
}
