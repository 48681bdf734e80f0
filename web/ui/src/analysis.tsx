/** The analyses as a panel: by public transport, and by straight lines. */

import { useEffect, useState } from "preact/hooks";
import { CUTOFFS, homeLayers, indexOf, isIndex, type AccessDesk, type AccessKind, type IsochroneAnswer } from "./access";
import { AREA_COLOURS, OUT, OUT_STEPS } from "./access-map";
import { Choice, Figures, NumberField, Why } from "./access-part";
import { accessWords, type AccessKey } from "./access-text";
import { CoveragePanel } from "./coverage";
import { formatNumber, formatShare, textIn } from "./format";
import type { Page, State } from "./page";
import { ScenarioPanel } from "./scenario-panel";
import { ScenarioAnswer } from "./scenario-answer";
import { IndexQuestion, IndexTable } from "./service-index";

const KINDS: AccessKind[] = ["isochrone", "deserts", "ptal", "quality_classes", "stop_coverage", "scenario", "coverage"];
const PERCENTILES: [number, AccessKey][] = [
  [5, "p5"],
  [50, "p50"],
  [95, "p95"],
];

interface Properties {
  page: Page;
  state: State;
  desk: AccessDesk<State>;
}

export function AnalysisPanel({ page, state }: { page: Page; state: State }) {
  const t = accessWords(state.language);
  const { access } = state;
  const desk = page.access;
  useEffect(() => {
    void desk.open().then(() => desk.show(desk.state.kind));
    return () => desk.change({ picking: false });
  }, [desk]);
  return (
    <div class="access">
      <label class="kinds">
        <span class="unseen">{t("kinds")}</span>
        <select value={access.kind} onChange={(event) => desk.show(event.currentTarget.value as AccessKind)}>
          {KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {t(kind)}
            </option>
          ))}
        </select>
      </label>
      {access.kind === "coverage" ? <CoveragePanel page={page} state={state} /> : <Transit page={page} state={state} desk={desk} />}
    </div>
  );
}

function Transit(properties: Properties) {
  const { state, page, desk } = properties;
  const t = accessWords(state.language);
  const { access } = state;
  if (access.feeds?.length === 0) return <p class="hint">{t("none")}</p>;
  const index = indexOf(access);
  return (
    <div class="coverage">
      {access.kind !== "scenario" && <p class="lead">{t(`${access.kind}Intro` as AccessKey)}</p>}
      {access.kind === "isochrone" && <Picking {...properties} />}
      {access.kind !== "scenario" && <When {...properties} />}
      {access.kind === "deserts" && <Deserts {...properties} />}
      {isIndex(access.kind) && <IndexQuestion key={access.kind} page={page} state={state} kind={access.kind} />}
      {access.kind === "scenario" && (
        <ScenarioPanel {...properties}>
          <When {...properties} />
        </ScenarioPanel>
      )}
      {access.error && (
        <p class="error" role="alert">
          {access.error[state.language]}
        </p>
      )}
      <div aria-live="polite" aria-busy={access.running}>
        {access.running && <p class="hint loading">{t("running")}</p>}
        {access.kind === "isochrone" && access.isochrone && <Areas state={state} answer={access.isochrone} page={page} />}
        {access.kind === "deserts" && access.deserts && <Out {...properties} />}
        {index && <IndexTable state={state} answer={index} />}
        {access.kind === "scenario" && access.compared && <ScenarioAnswer {...properties} answer={access.compared} />}
      </div>
      {access.asked && (
        <div class="buttons">
          <button type="button" onClick={() => desk.clear()}>
            {t("clear")}
          </button>
        </div>
      )}
      {access.asked && state.session?.viewer === "staff" && <Save {...properties} />}
    </div>
  );
}

function Picking({ state, desk }: Properties) {
  const t = accessWords(state.language);
  const { picking } = state.access;
  return (
    <button type="button" class="primary" aria-pressed={picking} onClick={() => desk.change({ picking: !picking })}>
      {picking ? t("picking") : t("pick")}
    </button>
  );
}

/** Date, window, percentile and walk. */
function When({ state, desk }: Properties) {
  const t = accessWords(state.language);
  const { travel, kind } = state.access;
  const clock = (key: "start" | "end", label: AccessKey) => (
    <label>
      <span>{t(label)}</span>
      <input type="time" value={travel[key]} onChange={(event) => event.currentTarget.value && desk.travels({ [key]: event.currentTarget.value })} />
    </label>
  );
  return (
    <form class="when" onSubmit={(event) => event.preventDefault()}>
      <label>
        <span>{t("date")}</span>
        <input type="date" value={travel.day} onChange={(event) => event.currentTarget.value && desk.travels({ day: event.currentTarget.value })} />
      </label>
      {kind !== "deserts" && !isIndex(kind) && (
        <>
          <div class="pair">
            {clock("start", "from")}
            {clock("end", "to")}
          </div>
          <div class="pair">
            <label>
              <span>{t("percentile")}</span>
              <select value={travel.percentile} onChange={(event) => desk.travels({ percentile: Number(event.currentTarget.value) })}>
                {PERCENTILES.map(([value, key]) => (
                  <option key={value} value={value}>
                    {t(key)}
                  </option>
                ))}
              </select>
            </label>
            <label>
              <span>{t("walk")}</span>
              <input type="number" min="1" max="60" value={travel.walk} onChange={(event) => Number(event.currentTarget.value) > 0 && desk.travels({ walk: Number(event.currentTarget.value) })} />
            </label>
          </div>
        </>
      )}
    </form>
  );
}

function Areas({ state, answer, page }: { state: State; answer: IsochroneAnswer; page: Page }) {
  const t = accessWords(state.language);
  const areas = [...answer.areas.features].reverse();
  return (
    <section class="answer">
      <table class="figures">
        <tbody>
          {areas.map(({ properties }) => (
            <tr key={properties.minutes}>
              <th scope="row">
                <i class="key-colour" style={{ background: AREA_COLOURS[properties.minutes] }} aria-hidden="true" />
                {t("within", { minutes: properties.minutes })}
              </th>
              <td>{formatNumber(properties.area_km2, state.language, 2)} km²</td>
            </tr>
          ))}
        </tbody>
      </table>
      {answer.reached.length > 0 && (
        <>
          <h3>{t("reached")}</h3>
          <table class="places reached">
            <thead>
              <tr>
                <th />
                {CUTOFFS.map((one) => (
                  <th key={one} scope="col">
                    {t("minutes", { minutes: one })}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {answer.reached.map((one) => (
                <tr key={one.layer}>
                  <th scope="row">
                    {textIn(one.title, state.language)}
                    {one.nearest[0] && (
                      <button type="button" class="link" onClick={() => page.lookAt(one.nearest[0]!.lonlat)}>
                        {t("nearest")} {t("minutes", { minutes: one.nearest[0].minutes })}
                      </button>
                    )}
                  </th>
                  {CUTOFFS.map((minutes) => (
                    <td key={minutes}>{formatNumber(one.within[String(minutes)] ?? 0, state.language)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
      <Why state={state} explanation={answer.explanation} />
    </section>
  );
}

function Deserts({ state, desk }: Properties) {
  const t = accessWords(state.language);
  const homes = homeLayers(state.layers ?? []);
  const [origins, setOrigins] = useState(homes[0]?.id ?? "");
  const [station, setStation] = useState(800);
  const [busStop, setBusStop] = useState(300);
  if (homes.length === 0) return <p class="hint">{t("noHomes")}</p>;
  const ask = (event: Event): void => {
    event.preventDefault();
    void desk.askDeserts(origins || homes[0]!.id, station, busStop);
  };
  return (
    <form onSubmit={ask}>
      <Choice title={t("homes")} layers={homes} value={origins} state={state} choose={setOrigins} />
      <div class="pair">
        <NumberField title={t("station")} value={station} most={5000} change={setStation} />
        <NumberField title={t("busStop")} value={busStop} most={5000} change={setBusStop} />
      </div>
      <button type="submit" class="primary" disabled={state.access.running}>
        {t("run")}
      </button>
    </form>
  );
}

function Out({ state }: Properties) {
  const t = accessWords(state.language);
  const { totals, explanation } = state.access.deserts!;
  const rows: [AccessKey, string][] = [
    ["people", formatNumber(totals.people, state.language)],
    ["leftOut", `${formatNumber(totals.left_out, state.language)} (${formatShare(totals.share, state.language)})`],
    ["places", formatNumber(totals.places, state.language)],
  ];
  return (
    <section class="answer">
      <ul class="colours">
        {OUT_STEPS.map(([people, opacity], at) => (
          <li key={people}>
            <i class="key-colour" style={{ background: OUT, opacity }} aria-hidden="true" />
            {t(at === 0 ? "leftOutFew" : "leftOutMany", { n: people })}
          </li>
        ))}
      </ul>
      <Figures rows={rows.map(([key, value]) => [t(key), value])} />
      <Why state={state} explanation={explanation} />
    </section>
  );
}

function Save({ page, state, desk }: Properties) {
  const t = accessWords(state.language);
  const { job, kind } = state.access;
  const [title, setTitle] = useState("");
  const waiting = job?.state === "queued" || job?.state === "running";
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const done = await desk.save(title.trim() || t(kind));
    if (done?.state === "done") await page.refresh();
  };
  return (
    <form class="save" onSubmit={(event) => void save(event)}>
      <label>
        <span>{t("title")}</span>
        <input type="text" value={title} placeholder={t(kind)} onInput={(event) => setTitle(event.currentTarget.value)} />
      </label>
      <button type="submit" disabled={waiting}>
        {waiting ? t("saving") : t("save")}
      </button>
      {job?.state === "done" && (
        <p class="done" role="status">
          {t("saved")}
        </p>
      )}
      {job?.state === "failed" && (
        <p class="error" role="alert">
          {textIn(job.message, state.language) || t("failed")}
        </p>
      )}
    </form>
  );
}
