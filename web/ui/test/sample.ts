/** Small layers for the tests. */

import type { Layer, Style, StyleClass, Text, Theme } from "../src/layer";

export const text = (name: string): Text => ({ ja: name, en: name });

export function step(colour: string, min: number | null, max: number | null): StyleClass {
  return { colour, label: text(`${min}..${max}`), value: null, min, max };
}

export function category(colour: string, value: string | number): StyleClass {
  return { colour, label: text(String(value)), value, min: null, max: null };
}

export const MISSING: StyleClass = { colour: "#999999", label: text("no data"), value: null, min: null, max: null };

export const HEIGHT: Theme = {
  id: "height",
  title: text("Height"),
  type: "steps",
  column: "height_m",
  unit: "m",
  classes: [step("#111111", null, 5), step("#222222", 5, 10), step("#333333", 10, null)],
  missing: MISSING,
};

export const USAGE: Theme = {
  id: "usage",
  title: text("Use"),
  type: "categories",
  column: "usage",
  unit: "",
  classes: [category("#aa0000", "住宅"), category("#00aa00", 2)],
  missing: MISSING,
};

export const SINGLE: Theme = {
  id: "single",
  title: text("One"),
  type: "single",
  column: null,
  unit: "",
  classes: [{ ...MISSING, colour: "#123456" }],
  missing: null,
};

const STYLE: Style = { draw: "fill", icon: null, height: null, label: null, opacity: 0.8, themes: [SINGLE] };

export function layer(id: string, group: string, change: Partial<Layer> = {}, style: Partial<Style> = {}): Layer {
  return {
    id,
    title: { ja: `${id} の名`, en: `Name of ${id}` },
    group: { id: group, ...text(group) },
    kind: "vector",
    geometry: "polygon",
    version: "1-abc",
    bounds: [138, 35, 139, 36],
    zooms: { min: 4, max: 16 },
    feature_count: 3,
    attribution: "みほん市",
    licence: "CC BY 4.0",
    visibility: "public",
    crs: "EPSG:6697",
    imported_at: null,
    problems: 0,
    columns: [],
    links: { tiles: `/tiles/${id}/1-abc/{z}/{x}/{y}.pbf`, features: null, column: null },
    ...change,
    style: { ...STYLE, ...style },
  };
}
