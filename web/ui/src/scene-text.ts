/** Every word of a deck, in Japanese and English. */

export const WORDS = {
  language: { ja: "English", en: "日本語" },
  legend: { ja: "凡例", en: "Legend" },
  noMap: { ja: "この端末では図を描けません（WebGL 2 が使えません）。", en: "This device can't draw the scene (no WebGL 2)." },
  yes: { ja: "はい", en: "yes" },
  no: { ja: "いいえ", en: "no" },
};
