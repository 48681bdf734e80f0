import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { relativeLuminance } from "../src/icon";
import { PAPER } from "../src/plan";

const css = readFileSync(new URL("../src/style.css", import.meta.url), "utf8");
const colour = (name: string): string => {
  const found = new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(css)?.[1];
  if (!found) throw new Error(`no colour --${name}`);
  return found;
};

function contrast(one: string, other: string): number {
  const [dark, light] = [relativeLuminance(one), relativeLuminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

test.each([
  ["ink", "panel"],
  ["ink", "paper"],
  ["muted", "panel"],
  ["muted", "paper"],
  ["accent", "panel"],
  ["accent", "accent-soft"],
  ["muted", "accent-soft"],
  ["warn", "warn-soft"],
  ["good", "panel"],
])("text in %s on %s has the contrast of WCAG AA", (text, ground) => {
  expect(contrast(colour(text), colour(ground))).toBeGreaterThanOrEqual(4.5);
});

test("white on the accent can be read, and the focus ring be seen", () => {
  expect(contrast("#ffffff", colour("accent"))).toBeGreaterThanOrEqual(4.5);
  expect(contrast(colour("focus"), colour("panel"))).toBeGreaterThanOrEqual(3);
  expect(contrast(colour("focus"), colour("paper"))).toBeGreaterThanOrEqual(3);
});

test("page and map have the same paper", () => {
  expect(colour("paper")).toBe(PAPER);
});
