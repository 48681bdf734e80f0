import { expression, type StylePropertySpecification } from "@maplibre/maplibre-gl-style-spec";
import { describe, expect, test } from "vitest";
import { classed, classesOf } from "../src/expression";
import type { Theme } from "../src/layer";
import { classesOfValues, classifier, HIDDEN, MARKED, paintTexels, rgbOf, SHOWN, textureRows, type Painting } from "../src/tileset-colour";
import { category, HEIGHT, MISSING, SINGLE, step, USAGE } from "./sample";

/** The class that MapLibre finds for the same value in a vector tile. */
function classOnMap(theme: Theme, value: unknown): unknown {
  const expr = classed(theme, (_, index) => index, ["get", "value"]);
  if (typeof expr === "number") return expr;
  const spec = { type: "number", expression: { interpolated: false, parameters: ["zoom", "feature"] }, "property-type": "data-driven" };
  const parsed = expression.createExpression(expr as never, spec as unknown as StylePropertySpecification);
  if (parsed.result === "error") throw new Error(parsed.value.map((one) => one.message).join("; "));
  return parsed.value.evaluate({ zoom: 10 }, { type: "Point", properties: value === undefined ? {} : { value } } as never);
}

const GAPPY: Theme = { ...HEIGHT, classes: [step("#111111", 0, 5), step("#222222", 7, 9)] };
const SHUFFLED: Theme = { ...HEIGHT, classes: [...HEIGHT.classes].reverse() };
const OPEN: Theme = { ...HEIGHT, classes: [step("#111111", null, null)] };
const NUMBERS: Theme = { ...USAGE, classes: [category("#aa0000", 1), category("#00aa00", "1"), category("#0000aa", "")] };
const VALUES = [undefined, null, "", "住宅", "2", 2, 2.5, -1, 0, 4.999, 5, 6.9, 7, 8.999, 9, 10, 1e9, "12", true, 1, "1"];

describe.each([
  ["steps", HEIGHT],
  ["steps with gaps", GAPPY],
  ["steps in any order", SHUFFLED],
  ["one open step", OPEN],
  ["categories", USAGE],
  ["categories of numbers", NUMBERS],
  ["one class", SINGLE],
] as const)("%s", (_, theme) => {
  test.each(VALUES)("a value of %s is in the class that the map finds", (value) => {
    expect(classifier(theme)(value)).toBe(classOnMap(theme, value));
  });
});

const PAINTING: Painting = { theme: HEIGHT, hidden: [], pickedColour: "#e2501f", picked: null, hovered: null };

function painted(change: Partial<Painting>, values: (number | null)[] = [3, 7, 12, null]): number[][] {
  const texels = new Uint8Array(256 * 4);
  paintTexels(texels, [10, 11, 12, 13], classesOfValues(4, values, HEIGHT), { ...PAINTING, ...change });
  return [0, 1, 2, 3].map((one) => [...texels.slice(one * 4, one * 4 + 4)]);
}

describe("texels", () => {
  test("have the colours of the legend", () => {
    const colours = classesOf(HEIGHT).map((one) => [...rgbOf(one.colour), SHOWN]);
    expect(painted({})).toEqual(colours);
    expect(rgbOf(MISSING.colour)).toEqual([0x99, 0x99, 0x99]);
  });

  test("of hidden classes say so", () => {
    expect(painted({ hidden: [1, 3] }).map((one) => one[3])).toEqual([SHOWN, HIDDEN, SHOWN, HIDDEN]);
  });

  test("of the picked feature are in its colour, of the one under the pointer lighter", () => {
    const [first, second] = painted({ picked: 10, hovered: 11 }) as [number[], number[]];
    expect(first).toEqual([0xe2, 0x50, 0x1f, MARKED]);
    expect(second[0]).toBeGreaterThan(0x22);
    expect(second[3]).toBe(MARKED);
  });

  test("without values are missing", () => {
    const texels = new Uint8Array(256 * 4);
    paintTexels(texels, [0], classesOfValues(1, null, HEIGHT), PAINTING);
    expect([...texels.slice(0, 3)]).toEqual([0x99, 0x99, 0x99]);
  });

  test("that nobody names are left as they are", () => {
    const texels = new Uint8Array(256 * 4);
    paintTexels(texels, [0, 1], classesOfValues(2, [3, 3], HEIGHT), PAINTING, [1]);
    expect([texels[3], texels[7]]).toEqual([0, SHOWN]);
  });

  test.each([
    [0, 1],
    [256, 1],
    [257, 2],
    [65_535, 256],
  ])("of %d features fill %d rows", (features, rows) => {
    expect(textureRows(features)).toBe(rows);
  });
});

test.each([
  ["#fff", [255, 255, 255]],
  ["#1f5d73", [0x1f, 0x5d, 0x73]],
  ["rgb(1, 2, 3)", [0x88, 0x88, 0x88]],
])("%s is %j", (colour, rgb) => {
  expect(rgbOf(colour)).toEqual(rgb);
});
