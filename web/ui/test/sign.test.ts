import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { relativeLuminance } from "../src/icon";
import { clockAt, minutesTo, offsetMinutes, rowsThatFit, shownAt, type Board, type Departure } from "../src/sign-board";
import { say } from "../src/sign-text";

const text = (ja: string, en = ja) => ({ ja, en });
const START = Date.parse("2026-05-11T07:00:00+09:00");
const MINUTE = 60_000;

function departure(minute: number, more: Partial<Departure> = {}): Departure {
  const scheduled = new Date(START + minute * MINUTE).toISOString();
  return {
    scheduled,
    expected: scheduled,
    platform: "1",
    headsign: text("港", "Port"),
    via: "",
    route: { id: "1", short: "10", name: text("港線"), colour: "" },
    agency: text("みほん交通"),
    pickup: 0,
    headway_min: null,
    layer: "loop-stops",
    trip_id: `t${minute}`,
    stop_sequence: 1,
    service_date: "2026-05-11",
    delay_s: null,
    status: "timetable",
    ...more,
  };
}

function board(departures: Departure[], more: Partial<Board> = {}): Board {
  return {
    id: "xn76urx-00000",
    name: text("駅前", "Station"),
    kana: "えきまえ",
    at: "2026-05-11T07:00:00+09:00",
    source: "timetable",
    departures,
    notices: [],
    realtime: [],
    uncovered: [],
    sources: [],
    ...more,
  };
}

const plan = { board: board([departure(0), departure(10), departure(20)]), at: START };

test("without network the timetable goes on, and the sign says so", () => {
  const shown = shownAt({ plan, live: null }, START + 5 * MINUTE, 9);
  expect(shown.mode).toBe("offline");
  expect(shown.rows.map((one) => one.departure.trip_id)).toEqual(["t10", "t20"]);
});

test("a bus stays during its last minute and is gone after it", () => {
  const trips = (seconds: number) => shownAt({ plan, live: null }, START + seconds * 1_000, 9).rows.map((one) => one.key);
  expect(trips(59)).toHaveLength(3);
  expect(trips(60)).toHaveLength(2);
});

test("a late bus stands at the time when it is expected, and how late is told in minutes", () => {
  const late = departure(0, { expected: new Date(START + 12 * MINUTE).toISOString(), delay_s: 720, status: "predicted" });
  const live = { board: board([late, departure(10), departure(20)], { source: "realtime" }), at: START };
  const shown = shownAt({ plan, live }, START + 30_000, 9);
  expect(shown.mode).toBe("realtime");
  expect(shown.rows.map((one) => [one.departure.trip_id, one.late])).toEqual([["t10", null], ["t0", 12], ["t20", null]]);
  expect(minutesTo(shown.rows[1]!, START + 30_000)).toBe(11);
});

test("a prediction that is a minute old is dropped, a cancellation is remembered", () => {
  const late = departure(10, { expected: new Date(START + 14 * MINUTE).toISOString(), delay_s: 240, status: "predicted" });
  const live = { board: board([late, departure(20, { status: "canceled" })], { source: "realtime" }), at: START };
  const [first, second] = shownAt({ plan, live }, START + 2 * MINUTE, 9).rows;
  expect([first!.late, first!.cancelled, first!.expected]).toEqual([null, false, START + 10 * MINUTE]);
  expect(second!.cancelled).toBe(true);
  expect(shownAt({ plan, live }, START + 2 * MINUTE, 9).mode).toBe("offline");
});

test("a cancelled bus is told until the time it should have left", () => {
  const live = { board: board([departure(5, { status: "canceled" })]), at: START + 5 * MINUTE };
  expect(shownAt({ plan: null, live }, START + 5.5 * MINUTE, 9).rows[0]?.cancelled).toBe(true);
  expect(shownAt({ plan: null, live }, START + 6 * MINUTE, 9).rows).toEqual([]);
});

test("a timetable that has run out is not shown as an empty street", () => {
  expect(shownAt({ plan, live: null }, START + 36.5 * 60 * MINUTE, 9).mode).toBe("expired");
  expect(shownAt({ plan: null, live: null }, START, 9).mode).toBe("waiting");
});

test("feeds that can't be trusted say why", () => {
  const realtime = [{ layer: "a", quality: "stale", reason: text("止まっています", "stopped") }];
  const live = { board: board([departure(1)], { realtime }), at: START };
  const shown = shownAt({ plan, live }, START, 9);
  expect([shown.mode, shown.doubts[0]?.en]).toEqual(["timetable", "stopped"]);
});

test("the clock is that of the stop, whatever zone the display is in", () => {
  expect(clockAt(START, offsetMinutes("2026-05-11T07:00:00+09:00"))).toBe("07:00");
  expect(clockAt(START, offsetMinutes("2026-05-10T18:00:00-04:00"))).toBe("18:00");
});

test.each([[1080, 1920], [1920, 1080], [768, 1024], [600, 800]])("rows of a display of %i x %i are large", (height, width) => {
  const rows = rowsThatFit(height, width);
  expect(rows).toBeGreaterThanOrEqual(4);
  expect(height / (rows + 2)).toBeGreaterThanOrEqual(50);
});

test("words fill in what they are told", () => {
  expect([say("ja", "late", { n: 5 }), say("en", "late", { n: 5 })]).toEqual(["約5分遅れ", "5 min late"]);
});

const css = readFileSync(new URL("../src/sign.css", import.meta.url), "utf8");
const colour = (name: string): string => new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(css)?.[1] ?? "";

test.each(["text", "quiet", "time", "late", "gone"])("%s has the contrast of WCAG AAA on ground and band", (name) => {
  for (const ground of ["ground", "band"]) {
    const light = relativeLuminance(colour(name));
    const dark = relativeLuminance(colour(ground));
    expect((light + 0.05) / (dark + 0.05)).toBeGreaterThanOrEqual(7);
  }
});

test("nothing on the sign is loaded from outside", () => {
  const html = readFileSync(new URL("../sign.html", import.meta.url), "utf8");
  expect(html + css).not.toMatch(/https?:\/\//);
});
