/** Small drawings: how a class looks on the map, and the signs on buttons. */

import { iconNamed, inkOn } from "./icon";
import type { Style } from "./layer";

export function Swatch({ style, colour }: { style: Style; colour: string }) {
  return (
    <svg class="swatch" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      {shape(style, colour)}
    </svg>
  );
}

function shape(style: Style, colour: string) {
  switch (style.draw) {
    case "icon":
      return <Badge icon={style.icon} colour={colour} />;
    case "circle":
      return <circle cx="10" cy="10" r="5" fill={colour} class="swatch-edge" />;
    case "line":
      return (
        <g fill="none" stroke-linecap="round">
          <path d={CURVE} stroke="#8d969d" stroke-width="4.2" />
          <path d={CURVE} stroke={colour} stroke-width="3.2" />
        </g>
      );
    case "extrusion":
      return (
        <>
          <path d="M3 7.5 10 10.5v8L3 15z" fill={colour} />
          <path d="M10 10.5 17 7.5V15l-7 3.5z" fill={colour} class="swatch-shade" />
          <path d="M3 7.5 10 4.5l7 3-7 3z" fill={colour} class="swatch-roof" />
          <path d="M3 7.5 10 4.5l7 3V15l-7 3.5L3 15z" fill="none" class="swatch-edge" />
        </>
      );
    default:
      return <rect x="2.5" y="4" width="15" height="12" rx="2" fill={colour} class="swatch-edge" />;
  }
}

const CURVE = "M2.5 13.5C8 13.5 7 6.5 17.5 6.5";

function Badge({ icon, colour }: { icon: string | null; colour: string }) {
  const { stroke, fill } = iconNamed(icon);
  const ink = inkOn(colour);
  return (
    <>
      <circle cx="10" cy="10" r="9.5" fill={colour} />
      <g transform="translate(3.4 3.4) scale(0.55)" stroke-linecap="round" stroke-linejoin="round">
        {fill && <path d={fill} fill={ink} fill-rule="evenodd" />}
        {stroke && <path d={stroke} fill="none" stroke={ink} stroke-width="2.2" />}
      </g>
    </>
  );
}

const SIGNS = {
  close: "M6 6l12 12M18 6 6 18",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  home: "M4 11.5 12 4.5l8 7M6.5 10v9.5h11V10",
  target: "M12 7.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 1 1 0-9zM12 2.5v3.5M12 18v3.5M2.5 12H6M18 12h3.5",
  tune: "M4 7.5h9M19 7.5h1M16 5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 1 1 0-5zM4 16.5h1M11 16.5h9M8 14a2.5 2.5 0 1 1 0 5 2.5 2.5 0 1 1 0-5z",
  search: "M10.5 4.5a6 6 0 1 1 0 12 6 6 0 1 1 0-12zM15 15l5 5",
  chevron: "M9 5.5 15.5 12 9 18.5",
  legend: "M4.5 5.5h4v4h-4zM4.5 14.5h4v4h-4zM12 7.5h8M12 16.5h8",
  background: "M3.5 6.5 9 4.5l6 2.5 5.5-2v12.5L15 19.5l-6-2.5-5.5 2zM9 4.5V17M15 7v12.5",
  layers: "M12 3.5 3 8.5l9 5 9-5zM3.5 13 12 17.8 20.5 13M3.5 17 12 21.5 20.5 17",
  analysis: "M4 20V10M10 20V4M16 20v-7M21 20H3",
  lock: "M6.5 11h11v8.5h-11zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
} as const;

export type SignName = keyof typeof SIGNS;

export function Sign({ name }: { name: SignName }) {
  return (
    <svg class="sign" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
      <path d={SIGNS[name]} fill="none" stroke="currentColor" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}

/** The mark of Machinami: three houses in a row. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="30" height="30" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#1d4a63" />
      <path d="M5 16.5 10 12.5l5 4V26H5z" fill="#f4f1ea" />
      <path d="M13.5 7h7v19h-4V16l-3-2.4z" fill="#f4f1ea" opacity="0.75" />
      <path d="M22 14h5v12h-5z" fill="#f4f1ea" />
    </svg>
  );
}
