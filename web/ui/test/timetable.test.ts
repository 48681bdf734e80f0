import { expect, test } from "vitest";
import { classed } from "../src/expression";
import { firstDate, serviceClock, supplyTheme, supplyValues, type Feed } from "../src/timetable-supply";
import { localDate } from "../src/timetable-control";
import { Motion, type MotionJson } from "../src/vehicle";

/** North 1,000 m, then east 1,000 m; stops at both ends and at the corner, where it waits a minute. */
const told: MotionJson = {
  layer: "loop-stops",
  date: "2026-05-11",
  midnight: 0,
  degree: 100_000,
  paths: [{ points: [0, 0, 0, 900, 900, 0], metres: [0, 1000, 2000], stops: [0, 1000, 2000] }],
  profiles: [[0, 0, 100, 160, 260, 260]],
  trips: [0, 0, 0, 25_200, 0, 0, 0, 25_000],
  routes: [{ short: "10", name: "10", colour: "" }],
};

test.each([
  [25_200, 0, 0],
  [25_250, 0, 0.0045],
  [25_300, 0, 0.009],
  [25_359, 0, 0.009],
  [25_410, 0.0045, 0.009],
])("at %i the later bus is at %f, %f", (second, lon, lat) => {
  const bus = new Motion(told).at(second).at(-1)!;
  expect([bus.lon, bus.lat]).toEqual([expect.closeTo(lon, 5), expect.closeTo(lat, 5)]);
});

test("a bus is there from its start to its arrival, and never twice", () => {
  const motion = new Motion(told);
  expect([24_999, 25_000, 25_199, 25_200, 25_259, 25_260, 25_459, 25_460].map((second) => motion.at(second).length)).toEqual([0, 1, 1, 2, 2, 1, 1, 0]);
  expect(motion.span).toEqual([25_000, 25_460]);
});

test("it looks where it goes", () => {
  const motion = new Motion(told);
  expect(motion.at(25_250).at(-1)!.heading).toBeCloseTo(0, 5);
  expect(motion.at(25_400).at(-1)!.heading).toBeCloseTo(Math.PI / 2, 3);
});

const rows = { layer: "a", version: "1", hours: [[...Array(8).fill(0), 4, 1], null, [...Array(10).fill(0)]], first: [], last: [] };

test("values are those of the hour, or of the whole day; a feature the timetable lacks has none", () => {
  expect(supplyValues(rows, null)).toEqual([5, null, 0]);
  expect(supplyValues(rows, 8)).toEqual([4, null, 0]);
  expect(supplyValues(rows, 29)).toEqual([0, null, 0]);
});

test("classes of an hour are headways, without a gap", () => {
  const theme = supplyTheme("routes", 8);
  expect(theme.title).toEqual({ ja: "便数 (8時台)", en: "Trips (from 8:00)" });
  expect(theme.classes.map((one) => [one.min, one.max])).toEqual([[0, 1], [1, 2], [2, 4], [4, 6], [6, null]]);
  expect(theme.classes.map((one) => one.label.ja)).toEqual(["運行なし", "1便", "2〜3便", "4〜5便", "6便以上 (10分間隔以内)"]);
  expect(JSON.stringify(classed(theme, (one) => one.colour))).toContain("#17507a");
});

const feed = (first: string, last: string): Feed => ({ layer: "a", routes: null, title: { ja: "", en: "" }, first, last, zone: "Asia/Tokyo" });

test.each([
  ["2026-05-11", "2026-05-11"],
  ["2027-05-11", "2027-03-31"],
  ["2025-05-11", "2026-04-01"],
])("on %s the first date shown is %s", (today, date) => {
  expect(firstDate([feed("2026-04-01", "2027-03-31")], today)).toBe(date);
});

test("times go on after midnight", () => {
  expect(serviceClock(90_600)).toBe("25:10");
  expect(localDate(new Date(2026, 4, 1))).toBe("2026-05-01");
});
