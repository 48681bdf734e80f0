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

const hours = [[...Array(8).fill(0), 4, 1], null, [...Array(10).fill(0)]];
const rows = { layer: "a", version: "1", hours, one_way: [[...Array(8).fill(0), 3, 1], null, hours[2]!], headway: [1_500, null, null], first: [29_000, null, null], last: [90_900, null, null] };

test("values are those of the hour, or of the whole day; a feature the timetable lacks has none", () => {
  expect(supplyValues(rows, null)).toEqual([5, null, 0]);
  expect(supplyValues(rows, 8)).toEqual([4, null, 0]);
  expect(supplyValues(rows, 29)).toEqual([0, null, 0]);
});

test("a headway is that of the direction with more buses, and there is none of a single one", () => {
  expect(supplyValues(rows, 8, "headway")).toEqual([20, null, null]);
  expect(supplyValues(rows, 9, "headway")).toEqual([null, null, null]);
  expect(supplyValues(rows, null, "headway")).toEqual([25, null, null]);
});

test("first and last bus are hours of the service day", () => {
  expect(supplyValues(rows, 8, "first")).toEqual([8, null, null]);
  expect(supplyValues(rows, null, "last")).toEqual([25, null, null]);
});

test.each([
  ["count", "便数 (8時台)", ["運行なし", "1便", "2〜3便", "4〜5便", "6便以上"]],
  ["headway", "運行間隔 (8時台)", ["10分以内", "15分以内", "20分以内", "30分以内", "60分以内", "60分超"]],
  ["first", "始発", ["6時より前", "6時台", "7時台", "8時台", "9〜11時台", "12時以降"]],
] as const)("classes of %s have no gap", (measure, title, labels) => {
  const theme = supplyTheme("routes", 8, measure);
  expect(theme.title.ja).toBe(title);
  expect(theme.classes.map((one) => one.label.ja)).toEqual(labels);
  expect(theme.classes.slice(1).map((one) => one.min)).toEqual(theme.classes.slice(0, -1).map((one) => one.max));
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
