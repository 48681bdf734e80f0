import { expect, test } from "vitest";
import { attributions } from "../src/attribution";
import { coverageGeojson, coverageRows, writeCsv } from "../src/csv";
import { codeOf, formatNumber, formatShare, formatValue, webAddress } from "../src/format";
import type { CoverageAnswer } from "../src/layer";
import { layer } from "./sample";

test("a year stays together, a population does not", () => {
  expect(formatNumber(1987, "ja")).toBe("1987");
  expect(formatNumber(27315, "ja")).toBe("27,315");
  expect(formatNumber(8.2, "en")).toBe("8.2");
});

test("a code is read by its label and keeps its code beside it", () => {
  const node = { name: "bldg:usage", value: "411", label: "業務施設" };
  expect(formatValue(node, "ja")).toBe("業務施設");
  expect(codeOf(node)).toBe("411");
  expect(codeOf({ name: "x", value: "住宅", label: "住宅" })).toBeNull();
});

test("a value has its unit, nothing has a dash, a truth has a word", () => {
  expect(formatValue({ name: "h", value: 8.2, unit: "m" }, "en")).toBe("8.2 m");
  expect(formatValue({ name: "h", value: 0 }, "en")).toBe("0");
  expect(formatValue({ name: "h", value: null, unit: "m" }, "en")).toBe("–");
  expect(formatValue({ name: "h", value: false }, "en")).toBe("no");
});

test("only addresses of the web become links", () => {
  expect(webAddress("https://www.example.jp/a?b=1")).not.toBeNull();
  expect(webAddress("javascript:alert(1)")).toBeNull();
  expect(webAddress("see https://www.example.jp")).toBeNull();
});

const ANSWER: CoverageAnswer = {
  figures: { points: 2, within_m: 500, area_km2: 1.25, population: 100, covered: 86.4, share: 0.864 },
  area: { type: "Feature", geometry: { type: "Point", coordinates: [0, 0] }, properties: null },
  left_out: {
    type: "FeatureCollection",
    features: [{ type: "Feature", geometry: { type: "Point", coordinates: [1, 2] }, properties: { rank: 1, name: '=cmd "x", y', population: 20, left_out: 13.6 } }],
  },
  notes: [{ ja: "直線距離", en: "Straight line" }],
};

test("the CSV opens in a Japanese Excel and its cells stay cells", () => {
  const csv = writeCsv(coverageRows(ANSWER, "en"));
  expect(csv.startsWith("\uFEFFFacilities,2\r\n")).toBe(true);
  expect(csv).toContain('1,"\'=cmd ""x"", y",20,13.6\r\n');
  expect(csv).toContain("Share served (%),86.4\r\n");
  expect(csv.replaceAll("\r\n", "")).not.toContain("\n");
});

test("the GeoJSON tells the area from the places", () => {
  expect(coverageGeojson(ANSWER).features.map((one) => one.properties?.["kind"])).toEqual(["area", "left_out"]);
});

test("a source is named once, with its licence", () => {
  const layers = [layer("a", "x"), layer("b", "x"), layer("c", "x", { attribution: null }), layer("d", "x", { attribution: null, licence: null })];
  expect(attributions(layers, "国土地理院")).toEqual(["みほん市 (CC BY 4.0)", "CC BY 4.0", "国土地理院"]);
});

test("a source named with and without a licence is named once", () => {
  expect(attributions([layer("a", "x"), layer("analysis", "x", { licence: null })], null)).toEqual(["みほん市 (CC BY 4.0)"]);
});

test("less than all is never 100 %", () => {
  expect(formatShare(0.99996, "en")).toBe("99.9%");
  expect(formatShare(1, "en")).toBe("100%");
  expect(formatShare(0.8576, "ja")).toBe("85.8%");
});
