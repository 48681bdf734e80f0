import { expect, test } from "vitest";
import { fit, layersOf, written } from "../src/scene";

const HOSTILE = ["@@=constructor", "@@#A.B", "</script>"];

test("no word of a feature becomes a function", () => {
  const data = HOSTILE.map((name) => ({ type: "Feature", geometry: null, properties: { name, "@@type": "GeoJsonLayer" }, colour: [1, 2, 3, 255] }));
  const [layer] = layersOf({ layers: [{ "@@type": "GeoJsonLayer", id: "0", data, getFillColor: "@@=colour" } as never] });
  const props = layer?.props as unknown as { data: typeof data; getFillColor: (one: object) => number[] };
  expect(props.data).toEqual(data);
  expect(props.getFillColor(data[0] as object)).toEqual([1, 2, 3, 255]);
});

test("a number is written as it is read, a year without a comma", () => {
  expect([1998, 12345.6789, 0.5, true, "x"].map((value) => written(value, "en"))).toEqual(["1998", "12,345.679", "0.5", "yes", "x"]);
  expect(written(false, "ja")).toBe("いいえ");
});

test("twice the screen is one zoom nearer, and the shorter side decides", () => {
  expect(fit(1800, 1200)).toBe(1);
  expect(fit(1800, 600)).toBe(0);
  expect(fit(0, 0)).toBeLessThan(0);
});
