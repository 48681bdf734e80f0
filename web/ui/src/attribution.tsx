/** Whose data is on the screen: always visible, each source once. */

import { translator } from "./language";
import type { Layer } from "./layer";
import type { State } from "./page";
import { visibleLayers } from "./view";

export function AttributionLine({ state }: { state: State }) {
  const background = state.backgroundShown ? state.session?.background : null;
  const lines = attributions(visibleLayers(state.layers ?? [], state.views), background?.attribution ?? null);
  if (lines.length === 0) return null;
  return (
    <p class="attribution">
      <b>{translator(state.language)("about.source")}</b> {lines.join(" ／ ")}
    </p>
  );
}

export function attributions(layers: readonly Layer[], background: string | null): string[] {
  const lines = layers.filter((layer) => layer.attribution || layer.licence).map(credit);
  const once = [...new Set(background ? [...lines, background] : lines)];
  // An analysis names its data's source without a licence of its own: said already.
  return once.filter((line) => !once.some((other) => other !== line && other.startsWith(line)));
}

function credit({ attribution, licence }: Layer): string {
  if (!attribution || !licence) return attribution ?? licence ?? "";
  return attribution.includes(licence) ? attribution : `${attribution} (${licence})`;
}
