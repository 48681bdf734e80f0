/** The fields of one change. */

import { useRef, useState } from "preact/hooks";
import { textIn } from "./format";
import type { State } from "./page";
import { clickMeans, FIRST, LAST, lineKey, lineName, lineOf, list, missing, OFFERED, placeKey, text, type KnownLine, type KnownPlace, type Values } from "./scenario";
import { Amount, Clicked, Clock, Flag, Text, type ChangeProperties } from "./scenario-field";
import { scenarioWords, type ScenarioKey } from "./scenario-text";

export function ChangeFields(properties: ChangeProperties) {
  const { state, change } = properties;
  const t = scenarioWords(state.language);
  const lacking = missing(change);
  return (
    <form class="fields" onSubmit={(event) => event.preventDefault()}>
      {fieldsOf(properties)}
      {!(OFFERED as readonly string[]).includes(change.kind) && <p class="hint">{t("kept")}</p>}
      {lacking && <p class="hint">{t(lacking)}</p>}
    </form>
  );
}

function fieldsOf(properties: ChangeProperties) {
  switch (properties.change.kind) {
    case "add_line":
      return <NewLine {...properties} />;
    case "change_frequency":
      return (
        <>
          <LineChoice {...properties} />
          <Frequency {...properties} />
        </>
      );
    case "change_speed":
      return (
        <>
          <LineChoice {...properties} />
          <Amount {...properties} name="factor" title="speedFactor" least={0.05} most={20} />
        </>
      );
    case "remove_route":
      return <LineChoice {...properties} />;
    case "move_stop":
      return <MovedStop {...properties} />;
    case "add_facility":
      return <NewPlace {...properties} />;
    case "close_facility":
      return <Finder {...properties} hint="clickFacility" />;
    case "change_access":
      return <Bicycle {...properties} />;
    default:
      return null;
  }
}

function NewLine(properties: ChangeProperties) {
  const { page, state, at, change } = properties;
  const t = scenarioWords(state.language);
  const { values } = change;
  const edit = (part: Values): void => page.access.scenario.edit(at, part);
  const feeds = state.access.feeds ?? [];
  return (
    <>
      <Text {...properties} name="name" title="lineName" />
      {feeds.length > 1 && (
        <label>
          <span>{t("feed")}</span>
          <select value={text(values.feed)} onChange={(event) => edit({ feed: event.currentTarget.value })}>
            {feeds.map((feed) => (
              <option key={feed.id} value={feed.id}>
                {textIn(feed.title, state.language)}
              </option>
            ))}
          </select>
        </label>
      )}
      {list(values.departures).length === 0 && <Headway {...properties} />}
      <Amount {...properties} name="speed_kmh" title="speed" least={1} most={120} />
      <Flag {...properties} name="both_ways" title="bothWays" otherwise />
      <Flag {...properties} name="autonomous" title="autonomous" otherwise={false} />
      <Clicked {...properties} name="stops" title="stops" hint="clickStops" />
    </>
  );
}

/** Every so many minutes from the first to the last. */
function Headway(properties: ChangeProperties) {
  return (
    <>
      <Amount {...properties} name="headway_min" title="headway" least={1} most={240} />
      <div class="pair">
        <Clock {...properties} name="from" title="first" />
        <Clock {...properties} name="to" title="last" />
      </div>
    </>
  );
}

function Frequency(properties: ChangeProperties) {
  const { page, state, at, change } = properties;
  const t = scenarioWords(state.language);
  const byHeadway = change.values.headway_min !== undefined;
  const choose = (headway: boolean): void => {
    const none = { factor: undefined, headway_min: undefined, from: undefined, to: undefined };
    page.access.scenario.edit(at, { ...none, ...(headway ? { headway_min: 15, from: FIRST, to: LAST } : { factor: 2 }) });
  };
  return (
    <>
      <label>
        <span>{t("how")}</span>
        <select value={byHeadway ? "headway" : "factor"} onChange={(event) => choose(event.currentTarget.value === "headway")}>
          <option value="factor">{t("byFactor")}</option>
          <option value="headway">{t("byHeadway")}</option>
        </select>
      </label>
      {byHeadway ? <Headway {...properties} /> : <Amount {...properties} name="factor" title="factor" least={0.05} most={20} />}
    </>
  );
}

/** The routes of all timetables, by operator. */
function LineChoice({ page, state, at, change }: ChangeProperties) {
  const t = scenarioWords(state.language);
  const lines = state.access.scenario.lines ?? [];
  const chosen = lineOf(change, lines);
  const choose = (key: string): void => {
    const line = lines.find((one) => lineKey(one) === key);
    if (line) page.access.scenario.edit(at, { feed: line.feed, route: line.id });
  };
  return (
    <label>
      <span>{t("line")}</span>
      <select value={chosen ? lineKey(chosen) : ""} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="">{t("chooseLine")}</option>
        {operators(lines).map(([operator, own]) => (
          <optgroup key={operator} label={operator || t("noOperator")}>
            {own.map((line) => (
              <option key={lineKey(line)} value={lineKey(line)}>
                {lineName(line)}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}

function operators(lines: readonly KnownLine[]): [string, KnownLine[]][] {
  const found = new Map<string, KnownLine[]>();
  for (const line of lines) found.set(line.operator, [...(found.get(line.operator) ?? []), line]);
  return [...found];
}

function MovedStop(properties: ChangeProperties) {
  const { page, state, at, change } = properties;
  const t = scenarioWords(state.language);
  if (clickMeans(change) === "stop") return <Finder {...properties} hint="clickStop" />;
  const { values } = change;
  const known = state.access.scenario.places[placeKey(text(values.feed) || null, text(values.stop))];
  return (
    <>
      <p class="stops">
        {known?.name ?? text(values.stop)}
        <button type="button" class="link" onClick={() => page.access.scenario.edit(at, { stop: undefined, to: undefined })}>
          {t("otherStop")}
        </button>
      </p>
      <Placed value={values.to} state={state} />
      <p class="hint">{t("clickTo")}</p>
    </>
  );
}

function NewPlace(properties: ChangeProperties) {
  const { state, change } = properties;
  const t = scenarioWords(state.language);
  return (
    <>
      <Text {...properties} name="name" title="placeName" />
      <Amount {...properties} name="amount" title="amount" least={0} most={1_000_000} />
      <Placed value={change.values.at} state={state} />
      <p class="hint">{t("clickAt")}</p>
    </>
  );
}

function Placed({ value, state }: { value: unknown; state: State }) {
  const t = scenarioWords(state.language);
  const at = list(value) as number[];
  return at.length === 2 ? <p class="stops">{t("placed", { at: `${at[1]!.toFixed(5)}, ${at[0]!.toFixed(5)}` })}</p> : null;
}

function Bicycle(properties: ChangeProperties) {
  const { page, state, at, change } = properties;
  const t = scenarioWords(state.language);
  const shared = change.values.mode === "shared_cycle";
  return (
    <>
      <label>
        <span>{t("mode")}</span>
        <select value={text(change.values.mode)} onChange={(event) => page.access.scenario.edit(at, { mode: event.currentTarget.value, ports: undefined })}>
          <option value="cycle">{t("cycle")}</option>
          <option value="shared_cycle">{t("shared")}</option>
        </select>
      </label>
      <div class="pair">
        <Amount {...properties} name="speed_kmh" title="speed" least={1} most={50} />
        <Amount {...properties} name="limit_min" title="limit" least={1} most={120} />
      </div>
      {shared && <Clicked {...properties} name="ports" title="ports" hint="clickPorts" />}
    </>
  );
}

/** A stop or a facility by its name; a click on the map does the same by its place. */
function Finder({ page, state, at, change, hint }: ChangeProperties & { hint: ScenarioKey }) {
  const t = scenarioWords(state.language);
  const [found, setFound] = useState<KnownPlace[] | null>(null);
  const { values } = change;
  const known = state.access.scenario.places[placeKey(text(values.layer) || null, text(values.id))];
  const turn = useRef(0);
  const find = async (name: string): Promise<void> => {
    const own = ++turn.current;
    const places = name.trim() ? await page.access.scenario.find(change, name) : null;
    if (own === turn.current) setFound(places);
  };
  return (
    <>
      <label>
        <span>{t("find")}</span>
        <input type="search" onInput={(event) => void find(event.currentTarget.value)} />
      </label>
      {found?.length === 0 && <p class="hint">{t("nothing")}</p>}
      {found && found.length > 0 && (
        <label>
          <span>{t("found")}</span>
          <select size={Math.min(5, found.length + 1)} value="" onChange={(event) => page.access.scenario.choose(at, found[Number(event.currentTarget.value)]!)}>
            {found.map((one, row) => (
              <option key={`${one.feed} ${one.id}`} value={row}>
                {one.name}
              </option>
            ))}
          </select>
        </label>
      )}
      {change.kind === "close_facility" && values.id !== undefined && <p class="stops">{known?.name ?? text(values.id)}</p>}
      <p class="hint">{t(hint)}</p>
    </>
  );
}
