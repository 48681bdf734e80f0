/** What a sign shows at a moment, of what it has received so far. Pure: tested without clock, network or browser. */

import type { Language, Text } from "./layer";
import { say } from "./sign-text";

/** One departure as `GET /api/stops/{id}/departures` tells it. */
export interface Departure {
  scheduled: string;
  expected: string;
  platform: string;
  headsign: Text;
  via: string;
  route: { id: string; short: string; name: Text; colour: string };
  agency: Text;
  pickup: number;
  headway_min: number | null;
  layer: string;
  trip_id: string;
  stop_sequence: number;
  service_date: string;
  delay_s: number | null;
  status: string;
}

export interface Notice {
  id: string;
  header: Text;
  description: Text | null;
}

export interface Board {
  id: string;
  name: Text;
  kana: string;
  at: string;
  source: "timetable" | "realtime";
  departures: Departure[];
  notices: Notice[];
  realtime: { layer: string; quality: string; reason: Text }[];
  uncovered: { title: Text; last: string }[];
  sources: { title: Text; attribution: string | null }[];
}

/** An answer with the time when it came, in milliseconds of the corrected clock. */
export interface Received {
  board: Board;
  at: number;
}

export interface Known {
  /** All departures of the next hours by the timetable: kept for times without network. */
  plan: Received | null;
  /** The latest short answer, with realtime. */
  live: Received | null;
}

export type Mode = "realtime" | "timetable" | "offline" | "expired" | "waiting";

export interface Row {
  key: string;
  departure: Departure;
  /** Milliseconds. */
  scheduled: number;
  expected: number;
  cancelled: boolean;
  /** Whether anything but the timetable is known of it. */
  predicted: boolean;
  /** Whole minutes late; 0 on time; null where nobody knows. */
  late: number | null;
}

export interface Shown {
  mode: Mode;
  rows: Row[];
  notices: Notice[];
  /** Why feeds are not trusted just now. */
  doubts: Text[];
  uncovered: Text[];
}

export const PLAN_HOURS = 36;
/** After that a prediction says nothing any more. */
export const LIVE_MS = 60_000;
/** A bus that was cancelled does not come back because the network is gone. */
const REMEMBERED_MS = 2 * 3_600_000;
const MINUTE = 60_000;
const GONE = new Set(["canceled", "skipped", "suspended"]);

export function shownAt(known: Known, now: number, count: number): Shown {
  const live = known.live && now - known.live.at < LIVE_MS ? known.live : null;
  const board = live?.board ?? known.plan?.board ?? known.live?.board ?? null;
  if (!board) return { mode: "waiting", rows: [], notices: [], doubts: [], uncovered: [] };
  const rows = (live ? live.board.departures.map(row) : byTimetable(known, now))
    .filter((one) => isAhead(one, now))
    .sort((one, other) => leaves(one) - leaves(other))
    .slice(0, count);
  return {
    mode: live ? live.board.source : isOver(known, now) ? "expired" : "offline",
    rows,
    notices: live ? live.board.notices : [],
    doubts: live ? live.board.realtime.filter((one) => one.quality !== "live").map((one) => one.reason) : [],
    uncovered: board.uncovered.map(outOfDate),
  };
}

/** Whole minutes until the bus leaves; 0 in its last minute. */
export const minutesTo = (one: Row, now: number): number => Math.max(0, Math.floor((one.expected - now) / MINUTE));

/** Rows that fit below the head and above the foot; `--u` of sign.css is the height of one. */
export function rowsThatFit(height: number, width: number): number {
  const row = Math.min(height * 0.1, width * 0.11);
  return Math.max(3, Math.floor((height - row * 2.7) / (row * 1.03)));
}

/** `+09:00` of an ISO time as a zone that Intl knows; signs stand where their buses are. */
export function offsetMinutes(iso: string): number {
  const match = /([+-])(\d{2}):(\d{2})$/.exec(iso);
  if (!match) return 0;
  return (match[1] === "-" ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
}

/** HH:MM at a place that is so many minutes ahead of UTC. */
export function clockAt(time: number, offset: number): string {
  return new Date(time + offset * MINUTE).toISOString().slice(11, 16);
}

/** Whether it is another day there than now; the small hours still belong to the evening before. */
export function isTomorrow(time: number, now: number, offset: number): boolean {
  const day = (at: number): number => Math.floor((at + (offset - 240) * MINUTE) / 86_400_000);
  return day(time) > day(now);
}

/** Wider than some nine kanji: written smaller, in two lines. */
export const isLong = (text: string): boolean =>
  [...text].reduce((width, letter) => width + (letter < "\u0100" ? 0.5 : 1), 0) > 9;

export const inLanguage = (text: Text, language: Language): string => text[language] || text.ja;

function byTimetable(known: Known, now: number): Row[] {
  const cancelled = new Set<string>();
  if (known.live && now - known.live.at < REMEMBERED_MS)
    for (const one of known.live.board.departures) if (GONE.has(one.status)) cancelled.add(keyOf(one));
  return (known.plan?.board.departures ?? []).map((one) => {
    const plain = row({ ...one, expected: one.scheduled, delay_s: null, status: "timetable" });
    return { ...plain, cancelled: cancelled.has(plain.key) };
  });
}

function row(one: Departure): Row {
  const predicted = one.status !== "timetable";
  const cancelled = GONE.has(one.status);
  return {
    key: keyOf(one),
    departure: one,
    scheduled: Date.parse(one.scheduled),
    expected: Date.parse(one.expected),
    cancelled,
    predicted,
    late: predicted && !cancelled && one.delay_s !== null ? Math.round(one.delay_s / 60) : null,
  };
}

const keyOf = (one: Departure): string =>
  [one.layer, one.service_date, one.trip_id, one.stop_sequence, one.scheduled].join(" ");

const leaves = (one: Row): number => (one.cancelled ? one.scheduled : one.expected);

/** A bus stays on the sign during the minute in which it leaves. */
const isAhead = (one: Row, now: number): boolean => leaves(one) + MINUTE > now;

const isOver = (known: Known, now: number): boolean =>
  !known.plan || now > Date.parse(known.plan.board.at) + PLAN_HOURS * 3_600_000;

const outOfDate = (one: { title: Text; last: string }): Text => ({
  ja: say("ja", "ended", { title: one.title.ja, last: one.last }),
  en: say("en", "ended", { title: one.title.en, last: one.last }),
});
