/** Colouring by any column: its values come as Arrow, its classes are made here. */

import { formatNumber } from "./format";
import { both, translator } from "./language";
import type { Column, Language, StyleClass, Text, Theme } from "./layer";

export type Values = readonly (string | number | boolean | null)[];

const PREFIX = "column:";
/** Sequential from pale to deep; the eye tells five apart. */
const SEQUENCE = ["#e3ecdf", "#b3d3b8", "#7cb3a0", "#438c8c", "#1f5d73"];
const CATEGORIES = ["#4e79a7", "#e0923c", "#b8504f", "#6aa5a0", "#6f9a54", "#d3b343", "#96709a", "#d98593", "#8d6e5a"];
const OTHER = "#c9c5bb";
const NO_DATA: StyleClass = { colour: "#b9bdc1", label: both("legend.noData"), value: null, min: null, max: null };

export function columnThemeId(name: string): string {
  return PREFIX + name;
}

/** The column a theme id stands for, or null for a theme of the style itself. */
export function columnOfTheme(id: string | null): string | null {
  return id?.startsWith(PREFIX) ? id.slice(PREFIX.length) : null;
}

/** Rows in the order of the feature index. The Arrow reader is only loaded when somebody asks. */
export async function readColumn(stream: ArrayBuffer): Promise<Values> {
  const { tableFromIPC } = await import("@uwdata/flechette");
  const table = tableFromIPC(new Uint8Array(stream), { useBigInt: false, useDate: false });
  return table.getChildAt(0).toArray() as unknown as Values;
}

export function themeOfValues(column: Column, values: Values): Theme {
  const numbers = Array.from(values).filter((one): one is number => typeof one === "number" && Number.isFinite(one));
  const other = Array.from(values).some((one) => one !== null && one !== undefined && typeof one !== "number");
  return numbers.length > 0 && !other ? quantiles(column, numbers) : mostFrequent(column, values);
}

function base(column: Column): Pick<Theme, "id" | "title" | "column" | "unit" | "missing"> {
  return { id: columnThemeId(column.name), title: column.label, column: column.name, unit: column.unit ?? "", missing: NO_DATA };
}

/** Classes of about equal numbers of features, cut at rounded values. */
function quantiles(column: Column, numbers: number[]): Theme {
  const sorted = [...numbers].sort((a, b) => a - b);
  const span = (sorted.at(-1) as number) - (sorted[0] as number);
  const cuts = [1, 2, 3, 4].map((part) => rounded(sorted[Math.floor((part * sorted.length) / 5)] as number, span));
  const inner = [...new Set(cuts)].filter((cut) => cut > (sorted[0] as number));
  const edges = [null, ...inner, null];
  const classes = edges.slice(0, -1).map((min, index) => step(min, edges[index + 1] ?? null, index, inner.length));
  return { ...base(column), type: "steps", classes };
}

/** To three digits of the span, so that a cut reads well and still separates. */
function rounded(value: number, span: number): number {
  if (span === 0) return value;
  const unit = 10 ** Math.floor(Math.log10(span) - 2);
  return Number((Math.round(value / unit) * unit).toPrecision(12));
}

function step(min: number | null, max: number | null, index: number, cuts: number): StyleClass {
  const colour = SEQUENCE[cuts === 0 ? 2 : Math.round((index * (SEQUENCE.length - 1)) / cuts)] as string;
  return { colour, label: { ja: stepLabel(min, max, "ja"), en: stepLabel(min, max, "en") }, value: null, min, max };
}

function stepLabel(min: number | null, max: number | null, language: Language): string {
  const t = translator(language);
  const text = (value: number): string => formatNumber(value, language);
  if (min === null) return max === null ? "–" : t("legend.under", { max: text(max) });
  return max === null ? t("legend.over", { min: text(min) }) : t("legend.between", { min: text(min), max: text(max) });
}

/** The commonest values have a colour each; the rest share one. */
function mostFrequent(column: Column, values: Values): Theme {
  const counts = new Map<string, number>();
  for (const one of values) if (one !== null && one !== undefined && one !== "") counts.set(String(one), (counts.get(String(one)) ?? 0) + 1);
  const ranked = [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
  const classes = ranked.slice(0, CATEGORIES.length).map(([value], index) => category(CATEGORIES[index] as string, value));
  const rest: StyleClass = { ...NO_DATA, colour: OTHER, label: both("legend.other") };
  const missing = ranked.length > CATEGORIES.length ? rest : NO_DATA;
  return { ...base(column), type: "categories", classes, missing };
}

function category(colour: string, value: string): StyleClass {
  const label: Text = { ja: value, en: value };
  return { colour, label, value, min: null, max: null };
}
