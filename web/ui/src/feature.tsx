/** What is known of the feature a person clicked: in a popup on a wide screen, in a sheet on a narrow one. */

import { useEffect, useRef } from "preact/hooks";
import { GroundCard, GroundRow } from "./ground";
import { codeOf, formatValue, textIn, webAddress } from "./format";
import { translator } from "./language";
import type { AttributeNode, FeatureDetail, Language, Layer } from "./layer";
import { detailKey, type Page, type State } from "./page";
import { Sign } from "./swatch";
import { StopCard } from "./timetable";

export function FeatureCard({ page, state }: { page: Page; state: State }) {
  const t = translator(state.language);
  const { selection, layers, details, language } = state;
  const card = useRef<HTMLElement>(null);
  const lonlat = selection?.byKeyboard ? selection.lonlat : null;
  useEffect(() => {
    // Escape may have come before the card was drawn: then the map has the focus.
    if (lonlat && page.state.selection) card.current?.focus({ preventScroll: true });
  }, [lonlat]);
  if (selection && selection.candidates.length === 0) return <GroundCard page={page} state={state} selection={selection} />;
  const candidate = selection?.candidates[selection.chosen];
  const layer = layers?.find((one) => one.id === candidate?.layer);
  if (!selection || !candidate || !layer) return null;
  const detail = details[detailKey(layer, candidate.fid)];
  const name = nameOf(detail, candidate.name);
  return (
    <section class="feature" role="dialog" tabIndex={-1} ref={card} aria-label={t("feature.label")}>
      <header>
        <i class="dot" style={{ background: candidate.colour }} />
        <div class="feature-title">
          <h2>{name || textIn(layer.title, language)}</h2>
          <p>{name ? textIn(layer.title, language) : candidate.kind}</p>
        </div>
        <button type="button" class="quiet" aria-label={t("page.close")} onClick={() => page.close()}>
          <Sign name="close" />
        </button>
      </header>
      <Chooser page={page} state={state} />
      <div class="feature-body" tabIndex={0} role="group" aria-label={textIn(layer.title, language)} aria-busy={!detail}>
        {!detail && <p class="hint loading">{t("page.loading")}</p>}
        {detail && !isDetail(detail) && (
          <p class="error" role="alert">
            {detail[language]}
          </p>
        )}
        {detail && isDetail(detail) && hasTimetable(layer, state) && <StopCard layer={layer} detail={detail} page={page} state={state} />}
        {detail && isDetail(detail) && <Attributes nodes={detail.attributes} language={language} />}
        {selection.ground && <GroundRow ground={selection.ground} language={language} />}
      </div>
      <footer>
        {t("feature.source")}: {layer.attribution || textIn(layer.title, language)}
        {layer.licence && ` (${layer.licence})`}
      </footer>
    </section>
  );
}

const hasTimetable = (layer: Layer, state: State): boolean => state.timetabled.feeds.some((one) => one.layer === layer.id);

function isDetail(detail: State["details"][string]): detail is FeatureDetail {
  return "attributes" in detail;
}

const NAMES = new Set(["name", "gml:name", "名称", "stop_name"]);

function nameOf(detail: State["details"][string] | undefined, name: string): string {
  if (!detail || !isDetail(detail)) return name;
  const named = detail.attributes.find((node) => NAMES.has(node.name) && typeof node.value === "string" && node.value);
  return named ? String(named.value) : name;
}

function Chooser({ page, state }: { page: Page; state: State }) {
  const { selection, layers, language } = state;
  if (!selection || selection.candidates.length < 2) return null;
  const t = translator(language);
  return (
    <fieldset class="chooser">
      <legend>{t("feature.several", { count: selection.candidates.length })}</legend>
      {selection.candidates.map((one, index) => {
        const layer = layers?.find((each) => each.id === one.layer);
        return (
          <label key={`${one.layer}/${one.fid}`}>
            <input type="radio" name="candidate" checked={selection.chosen === index} onChange={() => page.choose(index)} />
            <i class="dot" style={{ background: one.colour }} />
            <span>
              {textIn(layer?.title, language)}
              <small>{one.name || one.kind}</small>
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}

function Attributes({ nodes, language }: { nodes: AttributeNode[]; language: Language }) {
  const t = translator(language);
  const own = nodes.filter((node) => !node.generic);
  const generic = nodes.filter((node) => node.generic);
  if (nodes.length === 0) return <p class="hint">{t("feature.empty")}</p>;
  return (
    <>
      <NodeList nodes={own} language={language} />
      {generic.length > 0 && (
        <details open={own.length === 0}>
          <summary>
            {t("feature.generic")} <small>{generic.length}</small>
          </summary>
          <NodeList nodes={generic} language={language} />
        </details>
      )}
    </>
  );
}

function NodeList({ nodes, language }: { nodes: AttributeNode[]; language: Language }) {
  const plain = nodes.filter((node) => !node.items);
  const nested = nodes.filter((node) => node.items);
  return (
    <>
      {plain.length > 0 && (
        <dl class="attributes">
          {plain.map((node, index) => (
            <div key={index}>
              <dt title={node.name}>{titleOf(node, language)}</dt>
              <dd>
                <Value node={node} language={language} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      {nested.map((node, index) => (
        <details key={index} open={(node.items?.length ?? 0) <= 8}>
          <summary title={node.name}>{titleOf(node, language)}</summary>
          <NodeList nodes={node.items ?? []} language={language} />
        </details>
      ))}
    </>
  );
}

function titleOf(node: AttributeNode, language: Language): string {
  return textIn(node.title, language) || node.name;
}

function Value({ node, language }: { node: AttributeNode; language: Language }) {
  const address = webAddress(node.value);
  if (address) {
    return (
      <a href={address} target="_blank" rel="noopener noreferrer">
        {address.replace(/^https?:\/\//, "")}
      </a>
    );
  }
  const code = codeOf(node);
  return (
    <>
      {formatValue(node, language)}
      {code && <small class="code"> {code}</small>}
    </>
  );
}
