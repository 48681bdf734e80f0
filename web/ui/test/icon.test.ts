import { expect, test } from "vitest";
import { iconNamed, ICONS, inkOn, relativeLuminance } from "../src/icon";

const NAMES =
  "wifi aed shelter camera bus school hospital welfare child toilet parking hydrant culture park office pin warning tree speaker library sport cool".split(" ");

test("every icon the server names is drawn", () => {
  expect(Object.keys(ICONS).sort()).toEqual([...NAMES].sort());
});

test("an unknown icon is a pin", () => {
  expect(iconNamed("no-such-icon")).toBe(ICONS.pin);
  expect(iconNamed("constructor")).toBe(ICONS.pin);
  expect(iconNamed(null)).toBe(ICONS.pin);
});

test.each(NAMES)("%s is well-formed path data within its grid", (name) => {
  const { stroke = "", fill = "" } = iconNamed(name);
  const data = stroke + fill;
  expect(data).toMatch(/^M[MmLlHhVvCcSsQqAaZz\d\s.,-]+$/);
  const starts = [...data.matchAll(/M(-?[\d.]+)[ ,]?(-?[\d.]+)/g)].flatMap((one) => [Number(one[1]), Number(one[2])]);
  expect(starts.every((one) => one >= 0 && one <= 24)).toBe(true);
});

test("luminance agrees with the published examples of WCAG", () => {
  expect(relativeLuminance("#ffffff")).toBeCloseTo(1, 6);
  expect(relativeLuminance("#000000")).toBe(0);
  // #767676 is the darkest grey that has just 4.54:1 against white.
  expect(1.05 / (relativeLuminance("#767676") + 0.05)).toBeCloseTo(4.54, 2);
});

test("icons are white on dark colours and dark on pale ones", () => {
  expect(inkOn("#1d4a63")).toBe("#ffffff");
  expect(inkOn("#f7f5a9")).not.toBe("#ffffff");
});
