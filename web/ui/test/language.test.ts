import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { DICTIONARIES, preferredLanguage, translator, type Key } from "../src/language";

const keys = Object.keys(DICTIONARIES.ja) as Key[];
const sources = readdirSync(new URL("../src", import.meta.url))
  .filter((name) => /\.tsx?$/.test(name) && name !== "language.ts" && !name.endsWith("-text.ts"))
  .map((name) => readFileSync(new URL(`../src/${name}`, import.meta.url), "utf8"))
  .join("\n");

test("Japanese and English have the same keys", () => {
  expect(Object.keys(DICTIONARIES.en).sort()).toEqual([...keys].sort());
});

test("every text has words in both languages", () => {
  for (const key of keys) for (const language of ["ja", "en"] as const) expect(DICTIONARIES[language][key].trim(), key).not.toBe("");
});

test("both languages have the same places for values", () => {
  const places = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
  for (const key of keys) expect(places(DICTIONARIES.en[key]), key).toEqual(places(DICTIONARIES.ja[key]));
});

test("no text is kept that nothing shows", () => {
  const used = (key: string): boolean => sources.includes(`"${key}"`) || (key.startsWith("tab.") && sources.includes("`tab.${panel}`"));
  expect(keys.filter((key) => !used(key))).toEqual([]);
});

test("no Japanese stands in the code outside the dictionary and the server's own names", () => {
  const japanese = sources.match(/[\u3040-\u30ff\u4e00-\u9fff]+/g) ?? [];
  const allowed = new Set(["名称", "住所", "所在地", "サーバーにつながりません", "ネットワークを確かめて", "もう一度お試しください", "サーバーが答えられませんでした"]);
  expect(japanese.filter((one) => !allowed.has(one))).toEqual([]);
});

test("a value is put in its place", () => {
  expect(translator("en")("feature.several", { count: 3 })).toBe("3 features here");
});

test.each([
  [["ja-JP", "en"], "ja"],
  [["en-GB", "ja"], "en"],
  [["fr", "ja"], "ja"],
  [["fr"], "en"],
  [[], "en"],
] as const)("a browser that prefers %j is spoken to in %s", (languages, expected) => {
  expect(preferredLanguage(languages)).toBe(expected);
});
