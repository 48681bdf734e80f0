import { expect, test } from "vitest";
import type { Layer } from "../src/layer";
import { aboutFound, exportAddress, nameOfFound, searchAddress, type Question } from "../src/question";

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

test("a feature is called by its name, else by what tells it apart, else by its id", () => {
  const found = { fid: 3, feature_id: "bldg_1", title: "市役所", bounds: null, columns: { usage: "官公庁", address: "本町1", height_m: 3 } };
  expect([nameOfFound(found), aboutFound(found)]).toEqual(["市役所", "本町1 · 官公庁 · bldg_1"]);
  const unnamed = { ...found, title: null };
  expect([nameOfFound(unnamed), aboutFound(unnamed)]).toEqual(["本町1", "官公庁 · bldg_1"]);
  const bare = { ...unnamed, columns: {} };
  expect([nameOfFound(bare), aboutFound({ ...bare, feature_id: null })]).toEqual(["bldg_1", ""]);
});

test("a grid has neither", () => {
  const raster = { id: "b", links: { search: null, export: null } } as unknown as Layer;
  expect(searchAddress(raster, { kind: "words", text: "a", bounds: null })).toBeNull();
  expect(exportAddress(raster, null, "csv")).toBeNull();
});
