/** Links by which a layer, or what was found in it, is saved as a file for other programs. */

import { formatNumber, textIn } from "./format";
import { translator } from "./language";
import type { Layer } from "./layer";
import type { State } from "./page";
import { exportAddress, FORMATS, FORMAT_NAMES, type Question } from "./question";

interface Properties {
  layer: Layer;
  /** Null: the whole layer. */
  question: Question | null;
  count: number | null;
  state: State;
}

export function ExportLinks({ layer, question, count, state }: Properties) {
  const t = translator(state.language);
  if (!layer.links.export || count === 0) return null;
  const features = count === null ? "" : formatNumber(count, state.language);
  const what = t(question ? "export.found" : "export.all", { count: features });
  return (
    <div class="export" role="group" aria-label={`${textIn(layer.title, state.language)}: ${what}`}>
      <p>{what}</p>
      <ul>
        {FORMATS.map((format) => (
          <li key={format}>
            <a href={exportAddress(layer, question, format) ?? undefined} download>
              {FORMAT_NAMES[format]}
            </a>
          </li>
        ))}
      </ul>
      {layer.licence && <p class="hint">{t("export.terms", { licence: layer.licence })}</p>}
    </div>
  );
}
