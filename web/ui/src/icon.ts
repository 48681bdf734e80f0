/** The page's own icons, drawn on a grid of 24: for map images, legends and the layer tree alike. */

export interface Icon {
  /** Path drawn as a line two units wide. */
  stroke?: string;
  /** Path filled by the even-odd rule. */
  fill?: string;
}

const dot = (x: number, y: number, r: number): string =>
  `M${x - r} ${y}a${r} ${r} 0 1 1 ${2 * r} 0a${r} ${r} 0 1 1 ${-2 * r} 0z`;

export const ICONS = {
  aed: {
    fill:
      "M12 20.6 4.5 13.2a4.95 4.95 0 0 1 7-7l.5.5.5-.5a4.95 4.95 0 0 1 7 7z" +
      "M13.1 8.2 9.2 13.3h2.4l-.8 3.9 4-5.3h-2.5z",
  },
  bus: {
    stroke: "M6.2 4.2h11.6a1.7 1.7 0 0 1 1.7 1.7v11.3h-15V5.9a1.7 1.7 0 0 1 1.7-1.7zM4.5 11.4h15",
    fill: dot(8, 18.8, 1.8) + dot(16, 18.8, 1.8) + dot(7.9, 14.3, 1) + dot(16.1, 14.3, 1),
  },
  camera: { stroke: "M3.8 8.2 15.6 4.2l2 5.8L5.8 14zM17 6.5l3.2-1.1 1 3-3.2 1.1M10.5 12.6v4.9H4M4 14.6v5.8" },
  child: {
    stroke: dot(12, 12.8, 7.6) + "M9 15.2a3.7 3.7 0 0 0 6 0M12 5.2c-.2-1.6 1-2.6 2.4-2.2",
    fill: dot(9.3, 11.8, 1.15) + dot(14.7, 11.8, 1.15),
  },
  cool: { stroke: "M12 3v18M4.2 7.5l15.6 9M19.8 7.5l-15.6 9M9.4 4.3 12 6.9l2.6-2.6M9.4 19.7 12 17.1l2.6 2.6" },
  culture: { stroke: "M3.5 5.6c5.5 1.5 11.5 1.5 17 0M5.5 10.8h13M8 7v13M16 7v13M12 7v3.8" },
  hospital: { fill: "M9.3 3.8h5.4v5.5h5.5v5.4h-5.5v5.5H9.3v-5.5H3.8V9.3h5.5z" },
  hydrant: { stroke: "M8.5 20V9.3a3.5 3.5 0 0 1 7 0V20M6 20h12M6.5 9.3h11M12 3v2.5M5 14h3.5M15.5 14H19", fill: dot(12, 14, 1.6) },
  library: {
    stroke:
      "M12 7.2c-2-1.7-5-2.1-8.6-1.8v12.3c3.6-.3 6.6.1 8.6 1.8 2-1.7 5-2.1 8.6-1.8V5.4C17 5.1 14 5.5 12 7.2zM12 7.2v12.3",
  },
  office: {
    stroke: "M5.2 20V6.9L12 3.8l6.8 3.1V20M3.3 20h17.4M10 20v-4.2h4V20",
    fill: "M8 9h2.4v2.6H8zM13.6 9H16v2.6h-2.4z",
  },
  park: { stroke: "M8.5 3.8 4 11.5h9zM8.5 8v12.2M13.8 15.4h6.9M15.3 15.4v4.8M19.2 15.4v4.8M13.8 12h6.9" },
  parking: { stroke: "M8.4 20.2V4.5h4.9a4.65 4.65 0 0 1 0 9.3H8.4" },
  pin: { fill: "M12 21.5s-7-6.7-7-11.5a7 7 0 0 1 14 0c0 4.8-7 11.5-7 11.5z" + dot(12, 10, 2.6) },
  school: { stroke: "M12 3.2v3.6M4.3 7h15.4M7.8 7c1 6.2 4.7 10.8 11 13.4M16.2 7c-1 6.2-4.7 10.8-11 13.4" },
  shelter: { stroke: "M3.2 11.2 12 3.8l8.8 7.4M5.8 9.5v10.7h12.4V9.5", fill: dot(12, 11.6, 1.8) + "M8.7 19.2c0-3.3 1.4-4.9 3.3-4.9s3.3 1.6 3.3 4.9z" },
  speaker: { fill: "M3.8 9.3h3.6L13 4.8v14.4l-5.6-4.5H3.8z", stroke: "M15.8 9.1a4.3 4.3 0 0 1 0 5.8M18.4 6.5a8 8 0 0 1 0 11" },
  sport: { stroke: "M3.6 9.5v5M7 7v10M17 7v10M20.4 9.5v5M7 12h10" },
  toilet: {
    fill: dot(7, 5, 2) + "M4.3 8.3h5.4v6.2H8.8v6H5.2v-6h-.9z" + dot(17, 5, 2) + "M17 8.3l3.3 7.2h-1.9v5h-2.8v-5h-1.9z",
    stroke: "M12 4.5v15.5",
  },
  tree: { fill: "M12 2.8a5.5 5.5 0 0 1 5 7.9 4.5 4.5 0 0 1-2 8.5H9a4.5 4.5 0 0 1-2-8.5 5.5 5.5 0 0 1 5-7.9z", stroke: "M12 17v4.8" },
  warning: { stroke: "M12 3.8 2.9 19.6h18.2zM12 9.8v4.4", fill: dot(12, 16.9, 1.25) },
  welfare: { stroke: "M12 19.8 5 13a4.55 4.55 0 0 1 6.4-6.5l.6.6.6-.6A4.55 4.55 0 0 1 19 13z" },
  wifi: { stroke: "M3.3 9.4a12.4 12.4 0 0 1 17.4 0M6.5 13a7.8 7.8 0 0 1 11 0M9.6 16.3a3.4 3.4 0 0 1 4.8 0", fill: dot(12, 19.4, 1.4) },
} satisfies Record<string, Icon>;

export type IconName = keyof typeof ICONS;

export function iconNamed(name: string | null): Icon {
  return name !== null && Object.hasOwn(ICONS, name) ? ICONS[name as IconName] : ICONS.pin;
}

const LIGHT = "#ffffff";
const DARK = "#22303c";

/** White on dark colours and dark on pale ones: whichever has the higher contrast (WCAG 2). */
export function inkOn(colour: string): string {
  const luminance = relativeLuminance(colour);
  return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / (relativeLuminance(DARK) + 0.05) ? LIGHT : DARK;
}

/** WCAG 2 relative luminance of #RRGGBB, 0..1. */
export function relativeLuminance(colour: string): number {
  const channels = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
  const [r = 0, g = 0, b = 0] = channels.map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
