/** Values as people read them. */

import type { AttributeNode, Language, Text } from "./layer";
import { translator } from "./language";

const LOCALE: Record<Language, string> = { ja: "ja-JP", en: "en-GB" };

/** Four digits stay together: a year is not 1,987. */
export function formatNumber(value: number, language: Language, digits = 3): string {
  const useGrouping = Math.abs(value) >= 10_000;
  return new Intl.NumberFormat(LOCALE[language], { maximumFractionDigits: digits, useGrouping }).format(value);
}

/** Never 100 % for less than all. */
export function formatShare(share: number, language: Language): string {
  const told = share < 1 ? Math.min(share, 0.999) : share;
  return new Intl.NumberFormat(LOCALE[language], { style: "percent", maximumFractionDigits: 1 }).format(told);
}

export function formatTime(iso: string, language: Language): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  return new Intl.DateTimeFormat(LOCALE[language], { dateStyle: "medium", timeStyle: "short" }).format(time);
}

/** The words of a node's value: its codelist label, a number with its unit, or the text as it is. */
export function formatValue(node: AttributeNode, language: Language): string {
  const { value, label, unit } = node;
  if (label) return label;
  if (value === null || value === undefined || value === "") return "–";
  const t = translator(language);
  if (typeof value === "boolean") return t(value ? "feature.yes" : "feature.no");
  const text = typeof value === "number" ? formatNumber(value, language) : value;
  return unit ? `${text} ${unit}` : text;
}

/** The code behind a label, when it says something the label does not. */
export function codeOf({ value, label }: AttributeNode): string | null {
  return label && value !== null && value !== undefined && String(value) !== label ? String(value) : null;
}

export function webAddress(value: unknown): string | null {
  return typeof value === "string" && /^https?:\/\/[^\s]+$/i.test(value) ? value : null;
}

/** A text of the server, which may know only one language. */
export function textIn(text: Text | string | null | undefined, language: Language): string {
  if (!text) return "";
  return typeof text === "string" ? text : text[language] || text.ja || text.en;
}
