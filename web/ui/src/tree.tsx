/** The layer tree: an ARIA tree walked with the arrow keys, searched by title. */

import { useRef, useState } from "preact/hooks";
import { textIn } from "./format";
import { translator } from "./language";
import type { Layer } from "./layer";
import type { Page, State } from "./page";
import { Sign, Swatch } from "./swatch";
import { grouped, matches, themeOf, viewOf } from "./view";

interface Item {
  key: string;
  group: string;
  layer: Layer | null;
}

export function LayerTree({ page, state }: { page: Page; state: State }) {
  const t = translator(state.language);
  const [search, setSearch] = useState("");
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [current, setCurrent] = useState<string | null>(null);
  const tree = useRef<HTMLUListElement>(null);

  const found = (state.layers ?? []).filter((layer) => !search.trim() || matches(layer, search.trim()));
  const branches = grouped(found);
  const open = (group: string): boolean => search.trim() !== "" || !closed.has(group);
  const items = branches.flatMap(({ group, layers }): Item[] => [
    { key: `group:${group.id}`, group: group.id, layer: null },
    ...(open(group.id) ? layers.map((layer) => ({ key: layer.id, group: group.id, layer })) : []),
  ]);
  const focusable = items.some((item) => item.key === current) ? current : items[0]?.key;

  const fold = (group: string, fold: boolean): void => {
    const next = new Set(closed);
    if (fold) next.add(group);
    else next.delete(group);
    setClosed(next);
  };
  const activate = ({ layer, group }: Item): void => (layer ? page.toggleLayer(layer.id) : fold(group, open(group)));
  const move = (key: string | undefined): void => {
    if (key === undefined) return;
    setCurrent(key);
    tree.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
  };
  const press = (event: KeyboardEvent): void => {
    const at = items.findIndex((item) => item.key === (event.target as HTMLElement).dataset["key"]);
    const item = items[at];
    if (!item || event.altKey || event.ctrlKey || event.metaKey) return;
    const act = KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act({ item, at, items, move, fold, activate, open });
  };

  return (
    <div class="layers">
      <div class="search">
        <Sign name="search" />
        <input
          type="search"
          value={search}
          placeholder={t("tree.search")}
          aria-label={t("tree.search")}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
      </div>
      {branches.length === 0 && search.trim() !== "" && <p class="hint">{t("tree.none", { search: search.trim() })}</p>}
      <ul class="tree" role="tree" aria-label={t("tree.label")} aria-multiselectable="true" ref={tree} onKeyDown={press}>
        {branches.map(({ group, layers }) => (
          <li
            key={group.id}
            role="treeitem"
            aria-expanded={open(group.id)}
            aria-label={group[state.language]}
            data-key={`group:${group.id}`}
            tabIndex={focusable === `group:${group.id}` ? 0 : -1}
            onFocus={(event) => event.target === event.currentTarget && setCurrent(`group:${group.id}`)}
          >
            <div class="branch" onClick={() => fold(group.id, open(group.id))}>
              <Sign name="chevron" />
              <span class="branch-title">{group[state.language]}</span>
              <span class="count">
                {t("tree.shown", { shown: layers.filter((layer) => viewOf(state.views, layer.id).visible).length, all: layers.length })}
              </span>
            </div>
            {open(group.id) && (
              <ul role="group">
                {layers.map((layer) => (
                  <Leaf
                    key={layer.id}
                    layer={layer}
                    state={state}
                    focusable={focusable === layer.id}
                    onFocus={() => setCurrent(layer.id)}
                    onToggle={() => page.toggleLayer(layer.id)}
                  />
                ))}
              </ul>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

interface LeafProperties {
  layer: Layer;
  state: State;
  focusable: boolean;
  onFocus: () => void;
  onToggle: () => void;
}

function Leaf({ layer, state, focusable, onFocus, onToggle }: LeafProperties) {
  const view = viewOf(state.views, layer.id);
  const title = textIn(layer.title, state.language);
  const t = translator(state.language);
  const internal = state.session?.viewer === "staff" && layer.visibility === "internal";
  return (
    <li
      role="treeitem"
      class="leaf"
      aria-checked={view.visible}
      aria-selected={view.visible}
      aria-label={internal ? `${title} (${t("tree.internal")})` : title}
      data-key={layer.id}
      tabIndex={focusable ? 0 : -1}
      onFocus={onFocus}
      onClick={onToggle}
    >
      <span class="box" aria-hidden="true" />
      <Swatch style={layer.style} colour={mainColour(layer, state)} />
      <span class="leaf-title">{title}</span>
      {internal && (
        <span class="lock" title={t("tree.internal")}>
          <Sign name="lock" />
        </span>
      )}
    </li>
  );
}

/** The middle class stands for a layer of many colours. */
function mainColour(layer: Layer, state: State): string {
  const { classes } = themeOf(layer, viewOf(state.views, layer.id));
  return classes[Math.floor(classes.length / 2)]?.colour ?? "#888888";
}

interface Walk {
  item: Item;
  at: number;
  items: Item[];
  move: (key: string | undefined) => void;
  fold: (group: string, fold: boolean) => void;
  activate: (item: Item) => void;
  open: (group: string) => boolean;
}

const KEYS: Record<string, (walk: Walk) => void> = {
  ArrowDown: ({ items, at, move }) => move(items[at + 1]?.key),
  ArrowUp: ({ items, at, move }) => move(items[at - 1]?.key),
  Home: ({ items, move }) => move(items[0]?.key),
  End: ({ items, move }) => move(items.at(-1)?.key),
  ArrowRight: ({ item, items, at, move, fold, open }) => {
    if (item.layer) return;
    if (open(item.group)) move(items[at + 1]?.key);
    else fold(item.group, false);
  },
  ArrowLeft: ({ item, move, fold }) => (item.layer ? move(`group:${item.group}`) : fold(item.group, true)),
  Enter: ({ item, activate }) => activate(item),
  " ": ({ item, activate }) => activate(item),
};
