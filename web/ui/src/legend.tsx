/** What the colours mean: one card for each layer on the map, with its theme, classes and opacity. */

import { useState } from "preact/hooks";
import { columnOfTheme, columnThemeId } from "./column";
import { classesOf } from "./expression";
import { formatNumber, formatTime, textIn } from "./format";
import { GROUND_PARTS, type GroundPart } from "./hash";
import { translator, type Key, type Translate } from "./language";
import type { Layer, Theme } from "./layer";
import { sketchOf, type Page, type State } from "./page";
import { LEFT_OUT_COLOUR, SERVED_COLOUR } from "./plan";
import { FeatureSearch } from "./search";
import { Sign, Swatch } from "./swatch";
import { StopLayerTools } from "./timetable";
import { opacityOf, overlaps, shows, themeOf, viewOf, visibleLayers } from "./view";
import { Problems } from "./problem";

export function Legend({ page, state }: { page: Page; state: State }) {
  const t = translator(state.language);
  const layers = visibleLayers(state.layers ?? [], state.views);
  return (
    <div class="legend">
      {sketchOf(state.coverage) && <CoverageKey t={t} />}
      {layers.length === 0 && <p class="hint">{t("legend.none")}</p>}
      {layers.map((layer) => (
        <Card key={layer.id} layer={layer} page={page} state={state} />
      ))}
    </div>
  );
}

function CoverageKey({ t }: { t: Translate }) {
  return (
    <section class="card" aria-label={t("coverage.title")}>
      <h3>{t("coverage.title")}</h3>
      <ul class="classes">
        <li>
          <i class="chip" style={{ background: SERVED_COLOUR, opacity: 0.5 }} />
          {t("coverage.served")}
        </li>
        <li>
          <i class="chip" style={{ background: LEFT_OUT_COLOUR, opacity: 0.6 }} />
          {t("coverage.leftOut")}
        </li>
      </ul>
    </section>
  );
}

function Card({ layer, page, state }: { layer: Layer; page: Page; state: State }) {
  const t = translator(state.language);
  const [about, setAbout] = useState(false);
  const [searching, setSearching] = useState(false);
  const title = textIn(layer.title, state.language);
  const fetched = state.columnThemes[layer.id];
  const view = viewOf(state.views, layer.id);
  const theme = themeOf(layer, view, fetched ? [fetched] : []);
  const opacity = Math.round(opacityOf(layer, view, state.solid) * 100);
  const plain = theme.type === "single";
  return (
    <section class={`card${plain ? " plain" : ""}`} aria-label={title}>
      <header>
        {plain && <Swatch style={layer.style} colour={theme.classes[0]?.colour ?? "#888888"} />}
        <h3>{title}</h3>
        {layer.bounds && (
          <button type="button" class="quiet" aria-label={t("legend.zoom", { title })} title={t("legend.zoom", { title })} onClick={() => layer.bounds && page.zoomTo(layer.bounds)}>
            <Sign name="target" />
          </button>
        )}
        {layer.links.search && (
          <button type="button" class="quiet" aria-label={t("search.open", { title })} title={t("search.open", { title })} aria-expanded={searching} onClick={() => setSearching(!searching)}>
            <Sign name="search" />
          </button>
        )}
        <button type="button" class="quiet" aria-label={t("legend.about", { title })} title={t("legend.about", { title })} aria-expanded={about} onClick={() => setAbout(!about)}>
          <Sign name="tune" />
        </button>
        <button type="button" class="quiet" aria-label={t("legend.hide", { title })} title={t("legend.hide", { title })} onClick={() => page.toggleLayer(layer.id)}>
          <Sign name="close" />
        </button>
      </header>
      <Whereabouts layer={layer} state={state} t={t} />
      {searching && <FeatureSearch layer={layer} page={page} state={state} />}
      {about && (
        <div class="settings">
          <label class="opacity">
            <span>{t("legend.opacity")}</span>
            <input
              type="range"
              min="0"
              max="100"
              step="5"
              value={opacity}
              aria-label={`${title}: ${t("legend.opacity")}`}
              aria-valuetext={`${opacity} %`}
              onInput={(event) => page.setOpacity(layer.id, Number(event.currentTarget.value) / 100)}
            />
            <output>{opacity} %</output>
          </label>
          <About layer={layer} state={state} />
          <Problems layer={layer} page={page} state={state} />
          <StopLayerTools layer={layer} page={page} state={state} />
        </div>
      )}
      {layer.links.terrain && <GroundParts layer={layer} page={page} state={state} t={t} />}
      {layer.tileset?.textured && <Textured layer={layer} page={page} state={state} t={t} />}
      <ThemeChoice layer={layer} page={page} state={state} theme={theme} />
      {!plain && shows(view, "colour") && <Classes layer={layer} page={page} state={state} theme={theme} />}
    </section>
  );
}

const PART_WORDS: Record<GroundPart, Key> = { colour: "ground.colour", shade: "ground.shade", relief: "ground.relief" };

function GroundParts({ layer, page, state, t }: { layer: Layer; page: Page; state: State; t: Translate }) {
  const view = viewOf(state.views, layer.id);
  return (
    <fieldset class="ground-parts">
      <legend class="unseen">{t("ground.parts")}</legend>
      {GROUND_PARTS.map((part) => (
        <label key={part}>
          <input type="checkbox" checked={shows(view, part)} onChange={() => page.toggleGround(layer.id, part)} />
          {t(PART_WORDS[part])}
        </label>
      ))}
      {shows(view, "relief") && !state.solid && <p class="hint">{t("ground.flat")}</p>}
    </fieldset>
  );
}

function Textured({ layer, page, state, t }: { layer: Layer; page: Page; state: State; t: Translate }) {
  const textured = viewOf(state.views, layer.id).textured ?? false;
  return (
    <fieldset class="ground-parts">
      <legend class="unseen">{t("tileset.look")}</legend>
      <label>
        <input type="checkbox" checked={textured} onChange={() => page.toggleTextured(layer.id)} />
        {t("tileset.textured")}
      </label>
      {textured && !state.solid && <p class="hint">{t("tileset.flat")}</p>}
    </fieldset>
  );
}

/** Why a layer that is on can't be seen. */
function Whereabouts({ layer, state, t }: { layer: Layer; state: State; t: Translate }) {
  const outside = layer.bounds && state.bounds && !overlaps(layer.bounds, state.bounds);
  const far = state.place && state.place.zoom < layer.zooms.min - 0.5;
  if (!outside && !far) return null;
  return <p class="hint">{t(outside ? "legend.outside" : "legend.far")}</p>;
}

function ThemeChoice({ layer, page, state, theme }: { layer: Layer; page: Page; state: State; theme: Theme }) {
  const t = translator(state.language);
  const own = layer.style.themes;
  const columns = otherColumns(layer);
  if (own.length + columns.length < 2) return null;
  // The choice shows at once, also while its column is still on the way.
  const chosen = viewOf(state.views, layer.id).theme ?? theme.id;
  return (
    <label class="theme">
      <span>{t("legend.theme")}</span>
      <select value={chosen} aria-label={`${textIn(layer.title, state.language)}: ${t("legend.theme")}`} onChange={(event) => page.setTheme(layer, event.currentTarget.value)}>
        {own.map((one) => (
          <option key={one.id} value={one.id}>
            {textIn(one.title, state.language)}
          </option>
        ))}
        {![...own.map((one) => one.id), ...columns.map((one) => columnThemeId(one.name))].includes(chosen) && <option value={chosen}>{textIn(theme.title, state.language)}</option>}
        {columns.length > 0 && (
          <optgroup label={t("legend.columns")}>
            {columns.map((one) => (
              <option key={one.name} value={columnThemeId(one.name)}>
                {textIn(one.label, state.language)}
              </option>
            ))}
          </optgroup>
        )}
      </select>
    </label>
  );
}

/** More features than this are too many to be told their colours one by one. */
const MANY_FEATURES = 150_000;

/** Columns a layer can be coloured by beside its themes. An icon's image can't follow feature state. */
function otherColumns(layer: Layer): Layer["columns"] {
  const suits = layer.kind === "vector" && layer.style.draw !== "icon" && layer.group.id !== "base" && layer.links.column !== null;
  if (!suits || (layer.feature_count ?? 0) > MANY_FEATURES) return [];
  const drawn = new Set([layer.style.label, ...layer.style.themes.map((theme) => theme.column)]);
  return layer.columns.filter((column) => !drawn.has(column.name) && column.name !== "attributes" && column.name !== "feature_id");
}

function Classes({ layer, page, state, theme }: { layer: Layer; page: Page; state: State; theme: Theme }) {
  const t = translator(state.language);
  const { hidden } = viewOf(state.views, layer.id);
  const fixed = layer.kind === "raster" || columnOfTheme(theme.id) !== null;
  return (
    <>
      {theme.unit && !theme.classes.some((one) => one.label.ja.includes(theme.unit)) && <p class="unit">{t("legend.unit", { unit: theme.unit })}</p>}
      <ul class="classes" aria-label={textIn(theme.title, state.language)}>
        {classesOf(theme).map((one, index) => (
          <li key={index}>
            {fixed ? (
              <span class="class">
                <Swatch style={layer.style} colour={one.colour} />
                <span>{textIn(one.label, state.language)}</span>
              </span>
            ) : (
              <button type="button" class="class" aria-pressed={!hidden.includes(index)} title={t("legend.filter")} onClick={() => page.toggleClass(layer.id, index)}>
                <Swatch style={layer.style} colour={one.colour} />
                <span>{textIn(one.label, state.language)}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

function About({ layer, state }: { layer: Layer; state: State }) {
  const t = translator(state.language);
  const rows: [string, string | null][] = [
    [t("about.source"), layer.attribution || null],
    [t("about.licence"), layer.licence || null],
    [t("about.features"), layer.feature_count === null ? null : formatNumber(layer.feature_count, state.language)],
    [t("about.problems"), layer.problems ? formatNumber(layer.problems, state.language) : null],
    [t("about.crs"), layer.crs],
    [t("about.imported"), layer.imported_at ? formatTime(layer.imported_at, state.language) : null],
  ];
  return (
    <dl class="about">
      {rows.map(
        ([title, value]) =>
          value !== null && (
            <div key={title}>
              <dt>{title}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
