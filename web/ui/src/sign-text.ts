/** Every word of the sign, in Japanese and English. */

import type { Language } from "./layer";

const ja = {
  departures: "発車案内",
  time: "時刻",
  platform: "のりば",
  route: "系統",
  destination: "行き先",
  due: "あと",
  now: "まもなく",
  minutes: "{n}分",
  cancelled: "運休",
  late: "約{n}分遅れ",
  early: "約{n}分早発",
  onTime: "定刻",
  scheduled: "時刻表による",
  tomorrow: "明日",
  about: "約{n}分間隔",
  telephone: "要予約",
  via: "{via}経由",
  none: "このあと発車する便はありません",
  waiting: "読み込み中です",
  expired: "時刻表の情報が古くなりました。ネットワークを確認してください",
  realtime: "運行情報を反映しています",
  timetable: "時刻表で案内しています",
  offline: "通信できないため、時刻表で案内しています({time}に取得)",
  preview: "表示例(時刻表による)",
  language: "言語",
  both: "日本語とEnglish",
  own: "日本語",
  ended: "「{title}」の時刻表は{last}で終わりました",
  choose: "停留所を選んでください",
  search: "停留所名",
};

const en: typeof ja = {
  departures: "Departures",
  time: "Time",
  platform: "Stop",
  route: "Route",
  destination: "To",
  due: "In",
  now: "Due",
  minutes: "{n} min",
  cancelled: "Cancelled",
  late: "{n} min late",
  early: "{n} min early",
  onTime: "On time",
  scheduled: "Scheduled",
  tomorrow: "Tomorrow",
  about: "every {n} min",
  telephone: "Book first",
  via: "via {via}",
  none: "No more departures",
  waiting: "Loading",
  expired: "The timetable is out of date. Please check the network",
  realtime: "With live bus information",
  timetable: "By the timetable",
  offline: "No connection: by the timetable (as of {time})",
  preview: "Preview, by the timetable",
  language: "Language",
  both: "日本語とEnglish",
  own: "English",
  ended: "The timetable of {title} ended on {last}",
  choose: "Choose a stop",
  search: "Name of the stop",
};

export type SignWord = keyof typeof ja;

export function say(language: Language, word: SignWord, told: Record<string, string | number> = {}): string {
  return (language === "ja" ? ja : en)[word].replace(/\{(\w+)\}/g, (_, name: string) => String(told[name] ?? ""));
}
