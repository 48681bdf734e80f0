import { expression, type StylePropertySpecification } from "@maplibre/maplibre-gl-style-spec";
import { describe, expect, test } from "vitest";
import { classed, classesOf, colourOf, hiddenFilter } from "../src/expression";
import type { Theme } from "../src/layer";
import { category, HEIGHT, MISSING, SINGLE, step, USAGE } from "./sample";

/** MapLibre's own evaluation is the judge. */
function evaluate(expr: unknown, properties: Record<string, unknown>, type = "string"): unknown {
  const spec = { type, expression: { interpolated: false, parameters: ["zoom", "feature"] }, "property-type": "data-driven" };
  const parsed = expression.createExpression(expr as never, spec as unknown as StylePropertySpecification);
  if (parsed.result === "error") throw new Error(parsed.value.map((one) => one.message).join("; "));
  return parsed.value.evaluate({ zoom: 10 }, { type: "Point", properties } as never);
}

const colour = (theme: Theme, properties: Record<string, unknown>): unknown => {
  const expr = colourOf(theme);
  return typeof expr === "string" ? expr : evaluate(expr, properties);
};

describe("steps", () => {
  test.each([
    [4.999, "#111111"],
    [5, "#222222"],
    [9.999, "#222222"],
    [10, "#333333"],
    [1e9, "#333333"],
    [-3, "#111111"],
  ])("a value of %d has the colour of the step that begins at or below it", (height_m, expected) => {
    expect(colour(HEIGHT, { height_m })).toBe(expected);
  });

  test("a feature without a value is missing, not zero", () => {
    expect(colour(HEIGHT, {})).toBe("#999999");
    expect(colour(HEIGHT, { height_m: null })).toBe("#999999");
    expect(colour(HEIGHT, { height_m: "12" })).toBe("#999999");
  });

  test("what lies in a gap or past a closed end is missing", () => {
    const gappy: Theme = { ...HEIGHT, classes: [step("#111111", 0, 5), step("#222222", 7, 9)] };
    expect(colour(gappy, { height_m: -1 })).toBe("#999999");
    expect(colour(gappy, { height_m: 4 })).toBe("#111111");
    expect(colour(gappy, { height_m: 5 })).toBe("#999999");
    expect(colour(gappy, { height_m: 7 })).toBe("#222222");
    expect(colour(gappy, { height_m: 9 })).toBe("#999999");
  });

  test("the order of the classes does not matter", () => {
    const shuffled: Theme = { ...HEIGHT, classes: [...HEIGHT.classes].reverse() };
    expect(colour(shuffled, { height_m: 7 })).toBe("#222222");
  });

  test("one class open at both ends takes every number", () => {
    const open: Theme = { ...HEIGHT, classes: [step("#111111", null, null)] };
    expect(colour(open, { height_m: 7 })).toBe("#111111");
    expect(colour(open, {})).toBe("#999999");
  });
});

describe("categories", () => {
  test("a number in the tile meets the same number of the class", () => {
    expect(colour(USAGE, { usage: "住宅" })).toBe("#aa0000");
    expect(colour(USAGE, { usage: 2 })).toBe("#00aa00");
    expect(colour(USAGE, { usage: "2" })).toBe("#00aa00");
  });

  test("an unknown or absent value is missing", () => {
    expect(colour(USAGE, { usage: "工場" })).toBe("#999999");
    expect(colour(USAGE, {})).toBe("#999999");
  });

  test("a value named twice belongs to its first class", () => {
    const twice: Theme = { ...USAGE, classes: [category("#aa0000", "a"), category("#00aa00", "a")] };
    expect(colour(twice, { usage: "a" })).toBe("#aa0000");
  });
});

test("a single colour needs no expression", () => {
  expect(colourOf(SINGLE)).toBe("#123456");
});

test("the legend's classes end with the missing one", () => {
  expect(classesOf(HEIGHT)).toHaveLength(4);
  expect(classesOf(HEIGHT).at(-1)).toBe(MISSING);
});

test("an output may be anything, such as the name of an image", () => {
  expect(evaluate(classed(USAGE, (one) => `badge|bus|${one.colour}`), { usage: 2 })).toBe("badge|bus|#00aa00");
});

describe("a filter of hidden classes", () => {
  const shows = (hidden: number[], properties: Record<string, unknown>): unknown => evaluate(hiddenFilter(HEIGHT, hidden), properties, "boolean");

  test("nothing hidden needs no filter", () => {
    expect(hiddenFilter(HEIGHT, [])).toBeNull();
    expect(hiddenFilter(SINGLE, [0])).toBeNull();
  });

  test("hides the features of the class and keeps the others", () => {
    expect(shows([1], { height_m: 7 })).toBe(false);
    expect(shows([1], { height_m: 3 })).toBe(true);
    expect(shows([1], {})).toBe(true);
  });

  test("hides the missing ones by the last index", () => {
    expect(shows([0, 3], {})).toBe(false);
    expect(shows([0, 3], { height_m: 12 })).toBe(true);
  });
});
