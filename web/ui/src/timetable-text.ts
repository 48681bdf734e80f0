/** Words of what can be done with timetables on the map, beside those of the page's own dictionary. */

import type { Language, Text } from "./layer";

const ja = {
  measure: "色分け",
  count: "便数",
  headway: "運行間隔",
  first: "始発",
  last: "終発",
  headwayTitle: "運行間隔 ({when})",
  day: "1日",
  hour: "{hour}時台",
  within: "{n}分以内",
  over: "{n}分超",
  single: "1便以下",
  until: "{n}時より前",
  since: "{n}時以降",
  between: "{from}〜{to}時台",
  noService: "運行なし",
  reach: "停留所から歩ける範囲の人口",
  metres: "{n} m",
  openData: "時刻表データ(オープンデータ)",
  vehicle: "車両の情報",
  bound: "{headsign} 行き",
  next: "次は {stop}",
  onTime: "ほぼ定刻",
  late: "約{n}分遅れ",
  early: "約{n}分早発",
  unknown: "遅れは不明",
  seen: "{n}秒前の位置",
  seenMinutes: "{n}分前の位置",
  doubtful: "位置が不確かです",
  alerts: "お知らせ {n}件",
  stale: "{title}: {reason}",
  broken: "車両の位置を受信できません。つながり次第、再開します",
};

const en: typeof ja = {
  measure: "Colour by",
  count: "Trips",
  headway: "Headway",
  first: "First bus",
  last: "Last bus",
  headwayTitle: "Headway ({when})",
  day: "all day",
  hour: "from {hour}:00",
  within: "every {n} min or less",
  over: "more than {n} min",
  single: "one trip or none",
  until: "before {n}:00",
  since: "{n}:00 or later",
  between: "{from}:00 to {to}:59",
  noService: "No service",
  reach: "People within walking distance of stops",
  metres: "{n} m",
  openData: "Timetable data (open data)",
  vehicle: "About this bus",
  bound: "to {headsign}",
  next: "Next stop {stop}",
  onTime: "About on time",
  late: "{n} min late",
  early: "{n} min early",
  unknown: "Delay not known",
  seen: "Seen {n} s ago",
  seenMinutes: "Seen {n} min ago",
  doubtful: "The position is doubtful",
  alerts: "{n} alerts",
  stale: "{title}: {reason}",
  broken: "Bus positions can't be received just now; they come back by themselves",
};

export type TimetableKey = keyof typeof ja;
export type TimetableWords = (key: TimetableKey, values?: Record<string, string | number>) => string;

export function timetableWords(language: Language): TimetableWords {
  const words = language === "ja" ? ja : en;
  return (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

/** Both languages; values that are texts themselves are taken in each. */
export function inBoth(key: TimetableKey, values: Record<string, string | number | Text> = {}): Text {
  const text = (language: Language): string => {
    const told = Object.entries(values).map(([name, value]) => [name, typeof value === "object" ? value[language] : value] as const);
    return timetableWords(language)(key, Object.fromEntries(told));
  };
  return { ja: text("ja"), en: text("en") };
}
