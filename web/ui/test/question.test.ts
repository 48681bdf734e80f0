import { expect, test } from "vitest";
import type { Layer } from "../src/layer";
import { exportAddress, searchAddress, type Question } from "../src/question";

const links = { search: "/api/layers/a/features?version=1-ab", export: "/api/layers/a/export?version=1-ab&format={format}" };
const layer = { id: "a", links } as unknown as Layer;

const asked = (address: string | null): Record<string, string> => Object.fromEntries(new URL(address ?? "", "http://x").searchParams);

test("words and conditions are asked for by their own names, whatever signs they hold", () => {
  const words: Question = { kind: "words", text: " 市役所 & 100% ", bounds: null };
  expect(asked(searchAddress(layer, words))).toEqual({ version: "1-ab", q: "市役所 & 100%", limit: "20" });
  const filter: Question = { kind: "filter", text: "name = 'a+b' AND h >= 3", bounds: null };
  expect(asked(searchAddress(layer, filter))).toEqual({ version: "1-ab", filter: "name = 'a+b' AND h >= 3", limit: "20" });
});

test("the bounds of the view are west, south, east, north", () => {
  const question: Question = { kind: "words", text: "", bounds: [139.123456789, 35, 139.2, 35.1] };
  expect(asked(searchAddress(layer, question))).toEqual({ version: "1-ab", bbox: "139.123457,35,139.2,35.1", limit: "20" });
});

test("what was found is exported as it was asked for, and without a question the whole layer", () => {
  const question: Question = { kind: "filter", text: "h > 3", bounds: null };
  expect(asked(exportAddress(layer, question, "gpkg"))).toEqual({ version: "1-ab", format: "gpkg", filter: "h > 3" });
  expect(exportAddress(layer, null, "csv")).toBe("/api/layers/a/export?version=1-ab&format=csv");
});

test("a grid has neither", () => {
  const raster = { id: "b", links: { search: null, export: null } } as unknown as Layer;
  expect(searchAddress(raster, { kind: "words", text: "a", bounds: null })).toBeNull();
  expect(exportAddress(raster, null, "csv")).toBeNull();
});
