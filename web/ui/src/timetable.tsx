/** Timetables on the map: the bar with date, hours and running buses, and what leaves the stop that was clicked. */

import { useEffect, useState } from "preact/hooks";
import { ApiError } from "./api";
import { textIn } from "./format";
import { translator, type Translate } from "./language";
import type { FeatureDetail, Language, Layer, Text } from "./layer";
import type { Page, State } from "./page";
import { Sign } from "./swatch";
import { fetchBoard, fetchTimetable, type StopBoard, type StopTimetable } from "./timetable-api";
import { localDate } from "./timetable-control";
import { LAST_HOUR, MEASURES, serviceClock, type Measure } from "./timetable-supply";
import { timetableWords } from "./timetable-text";
import { viewOf } from "./view";

const SPEEDS = [1, 20, 60, 180];
const AGAIN_MS = 20_000;

/** At the lower edge of the map, while a layer with a timetable is on. */
export function TimetableBar({ page, state }: { page: Page; state: State }) {
  const t = translator(state.language);
  const { feeds, supply } = state.timetabled;
  const on = feeds.some((one) => [one.layer, one.routes].some((id) => id && viewOf(state.views, id).visible));
  if (!on && !supply) return null;
  if (!supply)
    return (
      <div class="timetable-bar closed">
        <button type="button" onClick={() => void page.timetable.open()}>
          {t("timetable.open")}
        </button>
      </div>
    );
  return (
    <section class="timetable-bar" aria-label={t("timetable.title")} aria-busy={supply.loading}>
      <header>
        <label>
          {t("timetable.date")}
          <input type="date" value={supply.date} onChange={(event) => event.currentTarget.value && void page.timetable.setDate(event.currentTarget.value)} />
        </label>
        <MeasureChoice page={page} state={state} />
        {(supply.measure === "count" || supply.measure === "headway") && <Hours page={page} state={state} t={t} />}
        <button type="button" class="quiet" aria-label={t("page.close")} onClick={() => page.timetable.close()}>
          <Sign name="close" />
        </button>
      </header>
      {supply.error && (
        <p class="error" role="alert">
          {supply.error[state.language]}
        </p>
      )}
      {!supply.error && <Running page={page} state={state} t={t} />}
    </section>
  );
}

function MeasureChoice({ page, state }: { page: Page; state: State }) {
  const w = timetableWords(state.language);
  return (
    <select aria-label={w("measure")} value={state.timetabled.supply?.measure} onChange={(event) => page.timetable.setMeasure(event.currentTarget.value as Measure)}>
      {MEASURES.map((one) => (
        <option key={one} value={one}>
          {w(one)}
        </option>
      ))}
    </select>
  );
}

function Hours({ page, state, t }: { page: Page; state: State; t: Translate }) {
  const hour = state.timetabled.supply?.hour ?? null;
  const text = hour === null ? t("timetable.day") : t("timetable.at", { hour });
  return (
    <div class="hours">
      <label>
        <input type="checkbox" checked={hour === null} onChange={(event) => page.timetable.setHour(event.currentTarget.checked ? null : 8)} />
        {t("timetable.day")}
      </label>
      <input
        type="range"
        min={4}
        max={LAST_HOUR}
        step={1}
        value={hour ?? 8}
        class={hour === null ? "unused" : ""}
        aria-label={t("timetable.hour")}
        aria-valuetext={text}
        onInput={(event) => page.timetable.setHour(Number(event.currentTarget.value))}
      />
      <output>{text}</output>
    </div>
  );
}

function Running({ page, state, t }: { page: Page; state: State; t: Translate }) {
  const { running, realtime, live } = state.timetabled;
  return (
    <div class="running">
      <button type="button" aria-pressed={running?.playing ?? false} onClick={() => (running ? page.timetable.togglePlaying() : void page.timetable.run())}>
        {running?.playing ? `■ ${t("timetable.pause")}` : `▶ ${t("timetable.play")}`}
      </button>
      {running && (
        <>
          <input
            type="range"
            min={4 * 3600}
            max={(LAST_HOUR + 1) * 3600}
            step={60}
            value={running.second}
            aria-label={t("timetable.time")}
            aria-valuetext={serviceClock(running.second)}
            onInput={(event) => page.timetable.seek(Number(event.currentTarget.value))}
          />
          <output class="clock">{serviceClock(running.second)}</output>
          <select aria-label={t("timetable.speed")} value={running.speed} onChange={(event) => page.timetable.setSpeed(Number(event.currentTarget.value))}>
            {SPEEDS.map((one) => (
              <option key={one} value={one}>
                {t("timetable.times", { n: one })}
              </option>
            ))}
          </select>
          <span>{t("timetable.running", { n: running.count })}</span>
        </>
      )}
      {realtime && (
        <label>
          <input type="checkbox" checked={live !== null} onChange={(event) => (event.currentTarget.checked ? page.timetable.startLive() : page.timetable.stopLive())} />
          {t("timetable.live")} {live !== null && t("timetable.liveCount", { n: live })}
        </label>
      )}
      {live !== null && <Told state={state} />}
    </div>
  );
}

/** Beside live buses: what feeds can't be trusted, and what operators announce. */
function Told({ state }: { state: State }) {
  const { doubts, alerts } = state.timetabled;
  const { language } = state;
  return (
    <div class="told" aria-live="polite">
      {doubts.map((one, index) => (
        <p key={index} class="error">
          {textIn(one, language)}
        </p>
      ))}
      {alerts.length > 0 && (
        <details>
          <summary>{timetableWords(language)("alerts", { n: alerts.length })}</summary>
          <ul>
            {alerts.map((one, index) => (
              <li key={index}>{textIn(one, language)}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

const CATCHMENTS = [300, 500];

/** From a layer of stops: people near them, and the timetable as open data. */
export function StopLayerTools({ layer, page, state }: { layer: Layer; page: Page; state: State }) {
  if (!state.timetabled.feeds.some((one) => one.layer === layer.id)) return null;
  const w = timetableWords(state.language);
  const people = state.layers?.find((one) => one.group.id === "population" && one.kind === "vector");
  const ask = (within_m: number): void => {
    page.access.show("coverage");
    page.setPanel("analysis");
    page.close();
    void page.analyse({ points: layer.id, within_m, population: people?.id ?? null });
  };
  return (
    <div class="stop-tools">
      <span>{w("reach")}</span>
      {CATCHMENTS.map((metres) => (
        <button key={metres} type="button" onClick={() => ask(metres)}>
          {w("metres", { n: metres })}
        </button>
      ))}
      <a href={`/feeds?lang=${state.language}`} target="_blank" rel="noopener">
        {w("openData")}
      </a>
    </div>
  );
}

/** In the card of a clicked stop. */
export function StopCard({ layer, detail, page, state }: { layer: Layer; detail: FeatureDetail; page: Page; state: State }) {
  const t = translator(state.language);
  const [board, setBoard] = useState<StopBoard | null>(null);
  const [error, setError] = useState<Text | null>(null);
  const [date, setDate] = useState(state.timetabled.supply?.date ?? localDate());
  const stopId = detail.feature_id ?? "";
  useEffect(() => {
    let gone = false;
    const ask = async (): Promise<void> => {
      const answer = await textOrAnswer(fetchBoard(layer, stopId));
      if (gone) return;
      if ("departures" in answer) [setBoard(answer), setError(null)];
      else setError(answer);
    };
    setBoard(null);
    void ask();
    const timer = setInterval(() => void ask(), AGAIN_MS);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [layer.id, layer.version, stopId]);
  if (!stopId) return null;
  return (
    <div class="departures">
      <h3>{t("timetable.next")}</h3>
      {error && <p class="hint">{error[state.language]}</p>}
      {board && <Board board={board} language={state.language} t={t} />}
      <p class="departure-links">
        <a href={`/sign/${encodeURIComponent(board?.id ?? `${layer.id}:${stopId}`)}`} target="_blank" rel="noopener">
          {t("timetable.sign")}
        </a>
        <a href={`/stops/${encodeURIComponent(board?.id ?? `${layer.id}:${stopId}`)}/print?date=${date}`} target="_blank" rel="noopener">
          {t("timetable.print")}
        </a>
      </p>
      <DayList layer={layer} stopId={stopId} date={date} setDate={setDate} language={state.language} t={t} />
      <StopLayerTools layer={layer} page={page} state={state} />
    </div>
  );
}

function Board({ board, language, t }: { board: StopBoard; language: Language; t: Translate }) {
  const doubt = board.realtime.find((one) => one.quality !== "live");
  return (
    <>
      {board.notices.map((one) => (
        <p key={one.id} class="error">
          {textIn(one.header, language)}
        </p>
      ))}
      {board.departures.length === 0 && <p class="hint">{t("timetable.noDepartures")}</p>}
      <ul>
        {board.departures.map((one) => (
          <li key={`${one.trip_id} ${one.scheduled} ${one.platform}`} class={one.status === "canceled" || one.status === "suspended" ? "gone" : ""}>
            <time>{one.scheduled.slice(11, 16)}</time>
            <b style={one.route.colour ? { borderColor: one.route.colour } : {}}>{one.route.short || textIn(one.route.name, language)}</b>
            <span>
              {textIn(one.headsign, language)}
              <small>
                {textIn(one.agency, language)} {one.platform && t("timetable.platform", { platform: one.platform })}
              </small>
            </span>
            <em>{dueText(one, t)}</em>
          </li>
        ))}
      </ul>
      <p class="hint">{doubt ? textIn(doubt.reason, language) : t(board.source === "realtime" ? "timetable.byRealtime" : "timetable.byTimetable")}</p>
    </>
  );
}

function dueText(one: StopBoard["departures"][number], t: Translate): string {
  if (one.status === "canceled" || one.status === "suspended" || one.status === "skipped") return t("timetable.cancelled");
  const due = one.minutes <= 0 ? t("timetable.now") : one.minutes < 60 ? t("timetable.due", { n: one.minutes }) : "";
  const late = one.delay_s !== null && one.delay_s >= 60 ? t("timetable.late", { n: Math.round(one.delay_s / 60) }) : "";
  return [due, late].filter(Boolean).join(" ");
}

interface DayTold {
  layer: Layer;
  stopId: string;
  date: string;
  setDate: (date: string) => void;
  language: Language;
  t: Translate;
}

function DayList({ layer, stopId, date, setDate, language, t }: DayTold) {
  const [open, setOpen] = useState(false);
  const [day, setDay] = useState<StopTimetable | Text | null>(null);
  useEffect(() => {
    if (!open) return;
    let gone = false;
    setDay(null);
    void textOrAnswer(fetchTimetable(layer, stopId, date)).then((answer) => gone || setDay(answer));
    return () => void (gone = true);
  }, [open, date, layer.id, layer.version, stopId]);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("timetable.all")}</summary>
      <input type="date" aria-label={t("timetable.date")} value={date} onChange={(event) => event.currentTarget.value && setDate(event.currentTarget.value)} />
      {day && !("departures" in day) && <p class="error">{day[language]}</p>}
      {day && "departures" in day && <Hourly day={day} language={language} t={t} />}
    </details>
  );
}

function Hourly({ day, language, t }: { day: StopTimetable; language: Language; t: Translate }) {
  const hours = new Map<string, StopTimetable["departures"]>();
  for (const one of day.departures) {
    const hour = one.service_time.split(":")[0] as string;
    hours.set(hour, [...(hours.get(hour) ?? []), one]);
  }
  if (day.departures.length === 0) return <p class="hint">{t("timetable.noDepartures")}</p>;
  const [first, last] = [day.departures[0]!.service_time, day.departures.at(-1)!.service_time];
  return (
    <>
      <p class="hint">{t("timetable.summary", { n: day.departures.length, first, last })}</p>
      <table class="hourly">
        <tbody>
          {[...hours].map(([hour, departures]) => (
            <tr key={hour}>
              <th scope="row">{hour}</th>
              <td>
                {departures.map((one, index) => (
                  <span key={index} title={`${one.route.short} ${textIn(one.headsign, language)}`}>
                    {one.service_time.split(":")[1]}
                  </span>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

async function textOrAnswer<T>(answer: Promise<T>): Promise<T | Text> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError) return error.text;
    throw error;
  }
}
