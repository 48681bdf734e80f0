/** What somebody searches a layer for, and the addresses that answer it; pure. */

import type { Bounds, Layer } from "./layer";

export interface Question {
  /** Words in texts and ids, or a condition on columns (CQL2 Text). */
  kind: "words" | "filter";
  text: string;
  /** Only what meets these bounds; null: everywhere. */
  bounds: Bounds | null;
}

export interface FoundFeature {
  fid: number;
  feature_id: string | null;
  title: string | null;
  bounds: Bounds | null;
  columns: Record<string, unknown>;
}

export interface FoundFeatures {
  features: FoundFeature[];
  total: number;
  offset: number;
  next: string | null;
}

export const FORMATS = ["gpkg", "parquet", "geojson", "csv"] as const;
export type Format = (typeof FORMATS)[number];

export const FORMAT_NAMES: Record<Format, string> = { gpkg: "GeoPackage", parquet: "GeoParquet", geojson: "GeoJSON", csv: "CSV" };

const PAGE = 20;

/** Null for a layer whose features can't be searched. */
export function searchAddress(layer: Layer, question: Question): string | null {
  const link = layer.links.search;
  return link ? withParameters(link, { ...parametersOf(question), limit: String(PAGE) }) : null;
}

export function exportAddress(layer: Layer, question: Question | null, format: Format): string | null {
  const link = layer.links.export?.replace("{format}", format);
  return link ? withParameters(link, question ? parametersOf(question) : {}) : null;
}

/** Columns that tell features without names apart, the best first. */
const TELLING = ["address", "住所", "所在地", "location", "usage", "class", "function", "area_type"];

export function nameOfFound({ title, columns, feature_id, fid }: FoundFeature): string {
  return title ?? told(columns)[0] ?? feature_id ?? String(fid);
}

export function aboutFound({ title, columns, feature_id }: FoundFeature): string {
  const rest = told(columns).slice(title === null ? 1 : 0);
  return [...rest, feature_id].filter((one) => one !== null).join(" · ");
}

function told(columns: Record<string, unknown>): string[] {
  return TELLING.map((name) => columns[name])
    .filter((value) => typeof value === "string")
    .slice(0, 2);
}

function parametersOf({ kind, text, bounds }: Question): Record<string, string> {
  const asked = text.trim();
  return {
    ...(asked === "" ? {} : { [kind === "words" ? "q" : "filter"]: asked }),
    ...(bounds ? { bbox: bounds.map((degrees) => Number(degrees.toFixed(6))).join(",") } : {}),
  };
}

function withParameters(link: string, parameters: Record<string, string>): string {
  const more = new URLSearchParams(parameters).toString();
  return more === "" ? link : `${link}${link.includes("?") ? "&" : "?"}${more}`;
}
