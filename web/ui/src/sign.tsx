/** /sign/{stop}: departures of all operators on a display; goes on by the timetable without network. */

import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Language, Text } from "./layer";
import { clockAt, inLanguage, isLong, isTomorrow, minutesTo, offsetMinutes, rowsThatFit, shownAt, type Row, type Shown } from "./sign-board";
import { SignStore } from "./sign-store";
import { say } from "./sign-text";
import "./sign.css";

const options = new URLSearchParams(location.search);
const TURN_MS = Math.max(3, Number(options.get("every")) || 8) * 1_000;
const MINUTES_SHOWN = 60;
type Choice = Language | "both";

const area = decodeURIComponent(location.pathname.split("/sign/")[1] ?? "").replace(/\/$/, "");
const root = document.getElementById("sign") as HTMLElement;

if (area) {
  const store = new SignStore(area, () => draw(), previewOf(options.get("at")));
  const draw = (): void => render(<Sign store={store} />, root);
  draw();
  store.start();
  setInterval(draw, 1_000);
  window.addEventListener("resize", draw);
  void keepPage();
  void stayAwake();
  reloadAtNight(store);
} else {
  render(<Choose />, root);
}

function Sign({ store }: { store: SignStore }) {
  const [choice, choose] = useState<Choice>(asChoice(options.get("lang")));
  const turn = Math.floor(Date.now() / TURN_MS);
  const language: Language = choice === "both" ? (turn % 2 === 0 ? "ja" : "en") : choice;
  useEffect(() => void (document.documentElement.lang = language), [language]);
  const now = store.now();
  const count = Number(options.get("rows")) || rowsThatFit(window.innerHeight, window.innerWidth);
  const shown = shownAt(store.known, now, count);
  const board = store.known.live?.board ?? store.known.plan?.board;
  const offset = offsetMinutes(board?.at ?? "+09:00");
  const next: Choice = choice === "both" ? "ja" : choice === "ja" ? "en" : "both";
  return (
    <div class="board" lang={language}>
      <header>
        <h1 key={language} class="turn">
          {board ? inLanguage(board.name, language) : say(language, "departures")}
          <small>{board ? (language === "ja" ? board.kana : board.name.ja) : ""}</small>
        </h1>
        <time class="clock" dateTime={new Date(now).toISOString()}>
          {clockAt(now, offset)}
        </time>
      </header>
      <main>
        {shown.rows.length ? (
          <Table shown={shown} language={language} now={now} offset={offset} />
        ) : (
          <p class="empty">{emptyText(shown, store.refusal, language)}</p>
        )}
      </main>
      <footer>
        <Notice shown={shown} language={language} turn={Math.floor(turn / 2)} />
        <span class={`state ${shown.mode === "realtime" ? "" : "warn"}`} role="status">
          {stateText(shown, store, language, offset)}
        </span>
        <button type="button" onClick={() => choose(next)} aria-label={say(language, "language")}>
          {say(language, choice === "both" ? "both" : "own")}
        </button>
      </footer>
    </div>
  );
}

function Table({ shown, language, now, offset }: { shown: Shown; language: Language; now: number; offset: number }) {
  const known = shown.rows.some((one) => one.predicted);
  return (
    <table>
      <thead>
        <tr>
          <th class="time"><span>{say(language, "time")}</span></th>
          <th class="place"><span>{say(language, "platform")}</span></th>
          <th class="line"><span>{say(language, "route")}</span></th>
          <th class="to"><span>{say(language, "destination")}</span></th>
          <th class="due"><span>{say(language, "due")}</span></th>
        </tr>
      </thead>
      <tbody>
        {shown.rows.map((one) => (
          <Line key={one.key} row={one} language={language} now={now} offset={offset} known={known} />
        ))}
      </tbody>
    </table>
  );
}

interface LineTold {
  row: Row;
  language: Language;
  now: number;
  offset: number;
  known: boolean;
}

function Line({ row, language, now, offset, known }: LineTold) {
  const one = row.departure;
  const sign = inLanguage(one.headsign, language);
  const about = [
    inLanguage(one.agency, language),
    language === "ja" && one.via ? say("ja", "via", { via: one.via }) : "",
    one.pickup === 2 ? `☎ ${say(language, "telephone")}` : "",
  ];
  return (
    <tr class={row.cancelled ? "gone" : ""}>
      <td class="time">{clockAt(row.scheduled, offset)}</td>
      <td class="place">{one.platform ? <b>{one.platform}</b> : ""}</td>
      <td class="line">
        <span style={one.route.colour ? { "--own": one.route.colour } : {}}>{one.route.short || "－"}</span>
      </td>
      <td class="to">
        <strong key={language} class={isLong(sign) ? "turn long" : "turn"}>
          {sign}
        </strong>
        <small>{about.filter(Boolean).join("  ")}</small>
      </td>
      <Due row={row} language={language} now={now} offset={offset} known={known} />
    </tr>
  );
}

function Due({ row, language, now, offset, known }: LineTold) {
  if (row.cancelled)
    return (
      <td class="due">
        <span class="tag">✕ {say(language, "cancelled")}</span>
      </td>
    );
  const minutes = minutesTo(row, now);
  const far = isTomorrow(row.expected, now, offset) ? <small class="quiet">{say(language, "tomorrow")}</small> : "";
  const near = minutes === 0 ? say(language, "now") : say(language, "minutes", { n: minutes });
  return (
    <td class="due">
      {minutes < MINUTES_SHOWN ? near : far}
      {row.departure.headway_min ? (
        <small class="quiet">{say(language, "about", { n: row.departure.headway_min })}</small>
      ) : (
        <Lateness row={row} language={language} known={known} />
      )}
    </td>
  );
}

function Lateness({ row, language, known }: { row: Row; language: Language; known: boolean }) {
  if (row.late === null) return known ? <small class="quiet">{say(language, "scheduled")}</small> : null;
  if (row.late > 0) return <small class="late">▲ {say(language, "late", { n: row.late })}</small>;
  if (row.late < 0) return <small class="late">▼ {say(language, "early", { n: -row.late })}</small>;
  return <small class="quiet">{say(language, "onTime")}</small>;
}

function Notice({ shown, language, turn }: { shown: Shown; language: Language; turn: number }) {
  const texts = [
    ...shown.notices.map((one) => inLanguage(one.header, language)),
    ...shown.uncovered.map((one) => inLanguage(one, language)),
  ];
  const text = texts[turn % Math.max(texts.length, 1)];
  return <p class="warn">{text ? `⚠ ${text}` : ""}</p>;
}

function emptyText(shown: Shown, refusal: Text | null, language: Language): string {
  if (refusal) return refusal[language];
  return say(language, shown.mode === "waiting" ? "waiting" : shown.mode === "expired" ? "expired" : "none");
}

function stateText(shown: Shown, store: SignStore, language: Language, offset: number): string {
  if (shown.mode === "waiting") return say(language, "waiting");
  if (options.has("at")) return say(language, "preview");
  if (shown.doubts[0]) return inLanguage(shown.doubts[0], language);
  const time = store.known.plan ? clockAt(store.known.plan.at, offset) : "";
  return say(language, shown.mode, { time });
}

function Choose() {
  const [stops, found] = useState<{ id: string; name: Text; kana: string }[]>([]);
  const search = async (text: string): Promise<void> => {
    const answer = await fetch(new URL(`api/stops?limit=50&q=${encodeURIComponent(text)}`, document.baseURI));
    if (answer.ok) found(((await answer.json()) as { stops: typeof stops }).stops);
  };
  useEffect(() => void search(""), []);
  return (
    <main class="choose">
      <h1>
        {say("ja", "choose")} <small lang="en">{say("en", "choose")}</small>
      </h1>
      <input
        type="search"
        aria-label={`${say("ja", "search")} ${say("en", "search")}`}
        placeholder={say("ja", "search")}
        onInput={(event) => void search(event.currentTarget.value)}
      />
      <ul>
        {stops.map((one) => (
          <li key={one.id}>
            <a href={`sign/${encodeURIComponent(one.id)}`}>
              {one.name.ja} <small>{one.name.en === one.name.ja ? one.kana : one.name.en}</small>
            </a>
          </li>
        ))}
      </ul>
    </main>
  );
}

/** `?at=2026-05-11T08:00+09:00` */
function previewOf(text: string | null): number | null {
  const time = text === null ? NaN : Date.parse(text.replace(" ", "+"));
  return Number.isNaN(time) ? null : time;
}

function asChoice(text: string | null): Choice {
  return text === "ja" || text === "en" ? text : "both";
}

/** Only on https or localhost do browsers let a page be kept; elsewhere it lives as long as it is open. */
async function keepPage(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  try {
    const scope = new URL("sign/", document.baseURI).pathname;
    await navigator.serviceWorker.register(new URL("sign-worker.js", document.baseURI), { scope });
    const ready = await navigator.serviceWorker.ready;
    const assets = performance.getEntriesByType("resource").map((one) => one.name);
    const parts = assets.filter((name) => name.startsWith(location.origin) && name.includes("/assets/"));
    ready.active?.postMessage({ page: location.href, parts });
    document.documentElement.dataset["kept"] = "asked";
  } catch (error) {
    console.warn(error);
  }
}

async function stayAwake(): Promise<void> {
  const lock = async (): Promise<void> => {
    try {
      await navigator.wakeLock?.request("screen");
    } catch {
      // Refused on battery, or by an old browser: the display's own settings decide.
    }
  };
  await lock();
  document.addEventListener("visibilitychange", () => void (document.visibilityState === "visible" && lock()));
}

/** Once a night, and only while the server answers: the page of a newer version, and a fresh memory. */
function reloadAtNight(store: SignStore): void {
  const begun = Date.now();
  setInterval(() => {
    const fresh = store.known.live && store.now() - store.known.live.at < 60_000;
    const night = new Date(store.now()).getHours() === 3;
    if (fresh && night && Date.now() - begun > 2 * 3_600_000) location.reload();
  }, 600_000);
}
