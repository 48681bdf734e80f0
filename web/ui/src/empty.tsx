/** What a person sees before anything is published: what to do. */

import { translator } from "./language";
import type { Language } from "./layer";

export function EmptyCity({ language }: { language: Language }) {
  const t = translator(language);
  return (
    <section class="empty">
      <h2>{t("empty.title")}</h2>
      <ol>
        <li>
          {t("empty.import")} <code>machinami import data/</code>
        </li>
        <li>
          {t("empty.publish")} <code>machinami publish LAYER</code>
        </li>
      </ol>
      <p>{t("empty.hint")}</p>
    </section>
  );
}
