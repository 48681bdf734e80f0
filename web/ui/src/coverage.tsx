/** The coverage analysis as a form, its figures as a table. */

import { useState } from "preact/hooks";
import { coverageFigures, coverageGeojson, coverageRows, writeCsv } from "./csv";
import { formatNumber, formatShare, textIn } from "./format";
import { translator } from "./language";
import type { Bounds, CoverageAnswer, Language, Layer } from "./layer";
import type { Page, State } from "./page";
import { viewOf } from "./view";

const DISTANCES = [300, 500, 800, 1000];
const MOST_METRES = 100_000;
const ROWS = 20;

export function CoveragePanel({ page, state }: { page: Page; state: State }) {
  const t = translator(state.language);
  const pointLayers = (state.layers ?? []).filter((layer) => layer.geometry === "point");
  return (
    <div class="coverage">
      <h2>{t("coverage.title")}</h2>
      <p class="lead">{t("coverage.intro")}</p>
      {pointLayers.length === 0 ? <p class="hint">{t("coverage.noPoints")}</p> : <Question page={page} state={state} pointLayers={pointLayers} />}
      {state.coverage.error && (
        <p class="error" role="alert">
          {state.coverage.error[state.language]}
        </p>
      )}
      <div aria-live="polite">{state.coverage.answer && <Answer page={page} state={state} answer={state.coverage.answer} />}</div>
    </div>
  );
}

function Question({ page, state, pointLayers }: { page: Page; state: State; pointLayers: Layer[] }) {
  const t = translator(state.language);
  const populations = (state.layers ?? []).filter((layer) => layer.group.id === "population" && layer.kind === "vector");
  const asked = state.coverage.question;
  const [points, setPoints] = useState(asked?.points ?? firstChoice(pointLayers, state).id);
  const [metres, setMetres] = useState(String(asked?.within_m ?? 500));
  const [population, setPopulation] = useState(asked ? (asked.population ?? "") : (populations[0]?.id ?? ""));
  const within = Number(metres);
  const valid = within >= 1 && within <= MOST_METRES;

  const ask = (event: Event): void => {
    event.preventDefault();
    if (valid) void page.analyse({ points, within_m: within, population: population || null });
  };
  return (
    <form onSubmit={ask} noValidate>
      <label>
        <span>{t("coverage.points")}</span>
        <select value={points} onChange={(event) => setPoints(event.currentTarget.value)}>
          {pointLayers.map((layer) => (
            <option key={layer.id} value={layer.id}>
              {textIn(layer.title, state.language)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t("coverage.within")}</span>
        <input type="number" inputMode="numeric" min="1" max={MOST_METRES} step="any" value={metres} aria-invalid={!valid} onInput={(event) => setMetres(event.currentTarget.value)} />
      </label>
      <div class="distances">
        {DISTANCES.map((one) => (
          <button key={one} type="button" aria-pressed={within === one} onClick={() => setMetres(String(one))}>
            {one} m
          </button>
        ))}
      </div>
      {!valid && (
        <p class="error" role="alert">
          {t("coverage.badWithin")}
        </p>
      )}
      <label>
        <span>{t("coverage.population")}</span>
        <select value={population} onChange={(event) => setPopulation(event.currentTarget.value)}>
          {populations.map((layer) => (
            <option key={layer.id} value={layer.id}>
              {textIn(layer.title, state.language)}
            </option>
          ))}
          <option value="">{t("coverage.noPopulation")}</option>
        </select>
      </label>
      <button type="submit" class="primary" disabled={!valid || state.coverage.running}>
        {t(state.coverage.running ? "coverage.running" : "coverage.run")}
      </button>
    </form>
  );
}

/** A facility that can be seen is what a person means, before one that can't, before stops and place names. */
function firstChoice(layers: Layer[], state: State): Layer {
  const facilities = layers.filter((layer) => layer.group.id !== "transport" && layer.group.id !== "base");
  const visible = (one: Layer): boolean => viewOf(state.views, one.id).visible;
  return facilities.find(visible) ?? facilities[0] ?? layers.find(visible) ?? layers[0]!;
}

function Answer({ page, state, answer }: { page: Page; state: State; answer: CoverageAnswer }) {
  const t = translator(state.language);
  const { share } = answer.figures;
  return (
    <section class="answer" aria-label={t("coverage.result")}>
      {share !== null && <Share share={share} language={state.language} title={t("coverage.figureShare")} />}
      <table class="figures">
        <caption class="unseen">{t("coverage.result")}</caption>
        <tbody>
          {coverageFigures(answer, state.language).map(([title, value]) => (
            <tr key={title}>
              <th scope="row">{title}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {answer.left_out.features.length > 0 && <Places page={page} state={state} answer={answer} />}
      {answer.notes.length > 0 && (
        <div class="notes">
          <h3>{t("coverage.notes")}</h3>
          <ul>
            {answer.notes.map((note, index) => (
              <li key={index}>{note[state.language]}</li>
            ))}
          </ul>
        </div>
      )}
      <div class="buttons">
        <button type="button" onClick={() => download("coverage.csv", "text/csv;charset=utf-8", writeCsv(coverageRows(answer, state.language)))}>
          {t("coverage.csv")}
        </button>
        <button type="button" onClick={() => download("coverage.geojson", "application/geo+json", JSON.stringify(coverageGeojson(answer)))}>
          {t("coverage.geojson")}
        </button>
        <button type="button" onClick={() => page.clearCoverage()}>
          {t("coverage.clear")}
        </button>
      </div>
      {state.session?.viewer === "staff" && <Save page={page} state={state} />}
    </section>
  );
}

function Share({ share, language, title }: { share: number; language: Language; title: string }) {
  return (
    <div class="share">
      <span class="share-value">{formatShare(share, language)}</span>
      <span class="share-title">{title}</span>
      <span class="share-bar" aria-hidden="true">
        <i style={{ width: `${Math.min(share, 1) * 100}%` }} />
      </span>
    </div>
  );
}

function Places({ page, state, answer }: { page: Page; state: State; answer: CoverageAnswer }) {
  const t = translator(state.language);
  const number = (value: number | null): string => (value === null ? "–" : formatNumber(value, state.language, value < 10 ? 1 : 0));
  const { features } = answer.left_out;
  return (
    <>
      <h3>{t("coverage.leftOut")}</h3>
      <table class="places">
        <thead>
          <tr>
            <th scope="col">{t("coverage.rank")}</th>
            <th scope="col">{t("coverage.place")}</th>
            <th scope="col">{t("coverage.people")}</th>
            <th scope="col">{t("coverage.peopleOut")}</th>
          </tr>
        </thead>
        <tbody>
          {features.slice(0, ROWS).map(({ properties, geometry }) => (
            <tr key={properties.rank}>
              <td>{properties.rank}</td>
              <td>
                <button type="button" class="link" onClick={() => page.zoomTo(boundsOf(geometry))}>
                  {properties.name ?? `#${properties.rank}`}
                </button>
              </td>
              <td>{number(properties.population)}</td>
              <td>{number(properties.left_out)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {features.length > ROWS && <p class="hint">{t("coverage.more", { count: features.length })}</p>}
    </>
  );
}

function boundsOf(geometry: GeoJSON.Geometry): Bounds {
  const all = "coordinates" in geometry ? positions(geometry.coordinates) : [];
  const [lons, lats] = [0, 1].map((axis) => all.map((one) => one[axis] as number)) as [number[], number[]];
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

function positions(coordinates: GeoJSON.Position | unknown[]): GeoJSON.Position[] {
  return Array.isArray(coordinates[0]) ? (coordinates as unknown[][]).flatMap(positions) : [coordinates as GeoJSON.Position];
}

function Save({ page, state }: { page: Page; state: State }) {
  const t = translator(state.language);
  const { question, job } = state.coverage;
  const layer = state.layers?.find((one) => one.id === question?.points);
  const suggested = t("coverage.defaultTitle", { points: textIn(layer?.title, state.language), metres: question?.within_m ?? 0 });
  const [title, setTitle] = useState<string | null>(null);
  const waiting = job !== null && (job.state === "queued" || job.state === "running");
  const save = (event: Event): void => {
    event.preventDefault();
    void page.saveCoverage((title ?? suggested).trim() || suggested);
  };
  return (
    <form class="save" onSubmit={save}>
      <label>
        <span>{t("coverage.saveTitle")}</span>
        <input type="text" value={title ?? suggested} onInput={(event) => setTitle(event.currentTarget.value)} />
      </label>
      <button type="submit" disabled={waiting}>
        {waiting ? t("coverage.saving", { percent: Math.round((job.progress ?? 0) * 100) }) : t("coverage.save")}
      </button>
      {job?.state === "queued" && <p class="hint">{t("coverage.worker")}</p>}
      {job?.state === "done" && (
        <p class="done" role="status">
          {t("coverage.saved")}
        </p>
      )}
      {job?.state === "failed" && (
        <p class="error" role="alert">
          {textIn(job.message, state.language) || t("coverage.failed")}
        </p>
      )}
    </form>
  );
}

function download(name: string, type: string, content: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
