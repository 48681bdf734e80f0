/** The coverage table for a spreadsheet: UTF-8 with a byte order mark and CRLF, as Excel in Japan opens it. */

import { formatNumber } from "./format";
import { translator } from "./language";
import type { CoverageAnswer, Language } from "./layer";

type Cell = string | number | null | undefined;

export function writeCsv(rows: readonly (readonly Cell[])[]): string {
  return `\uFEFF${rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("")}`;
}

function cell(value: Cell): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  // A name that begins like a formula must stay a name in a spreadsheet.
  const text = /^[=+\-@\t]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function coverageRows(answer: CoverageAnswer, language: Language): Cell[][] {
  const t = translator(language);
  const { figures } = answer;
  const head: Cell[][] = [
    [t("coverage.figurePoints"), figures.points],
    [`${t("coverage.figureWithin")} (m)`, figures.within_m],
    [`${t("coverage.figureArea")} (km²)`, figures.area_km2],
  ];
  if (figures.population !== null) {
    head.push([t("coverage.figurePopulation"), figures.population], [t("coverage.figureCovered"), figures.covered]);
    head.push([`${t("coverage.figureShare")} (%)`, figures.share === null ? null : formatPercent(figures.share)]);
  }
  const places = answer.left_out.features.map(({ properties: one }) => [one.rank, one.name, one.population, one.left_out]);
  const titles = [t("coverage.rank"), t("coverage.place"), t("coverage.people"), t("coverage.peopleOut")];
  const notes = answer.notes.map((note) => [note[language]]);
  return [...head, [], ...(places.length ? [titles, ...places, []] : []), ...notes];
}

function formatPercent(share: number): number {
  return Number((share * 100).toFixed(2));
}

/** Figures as pairs of words, for the panel. */
export function coverageFigures(answer: CoverageAnswer, language: Language): [string, string][] {
  const t = translator(language);
  const number = (value: number, digits = 0): string => formatNumber(value, language, digits);
  const { figures } = answer;
  const rows: [string, string][] = [
    [t("coverage.figurePoints"), number(figures.points)],
    [t("coverage.figureWithin"), `${number(figures.within_m)} m`],
    [t("coverage.figureArea"), `${number(figures.area_km2, 2)} km²`],
  ];
  if (figures.population !== null) rows.push([t("coverage.figurePopulation"), number(figures.population)]);
  if (figures.covered !== null) rows.push([t("coverage.figureCovered"), number(figures.covered)]);
  return rows;
}

/** Area and places left out in one collection, each telling what it is. */
export function coverageGeojson(answer: CoverageAnswer): GeoJSON.FeatureCollection {
  const area = { ...answer.area, properties: { ...answer.area.properties, kind: "area", ...answer.figures } };
  const left = answer.left_out.features.map((one) => ({ ...one, properties: { kind: "left_out", ...one.properties } }));
  return { type: "FeatureCollection", features: [area, ...left] };
}
