/** The address bar keeps what is seen: `#zoom/lat/lon/bearing/pitch&layers=…&lang=…&view=…`. */

import type { Language } from "./layer";

export interface Place {
  zoom: number;
  lat: number;
  lon: number;
  bearing: number;
  pitch: number;
}

/** What a terrain shows: the colours of its heights, their shade, the relief that the map stands on. */
export const GROUND_PARTS = ["colour", "shade", "relief"] as const;
export type GroundPart = (typeof GROUND_PARTS)[number];

/** A visible layer: `id:theme~opacity!hidden.classes+ground.parts@textured`; null means the layer's own default. */
export interface LayerAddress {
  id: string;
  theme: string | null;
  /** 0..1 */
  opacity: number | null;
  hidden: number[];
  /** Of a terrain; null: every part. */
  ground: GroundPart[] | null;
  /** Of a layer in three dimensions: whether its pictures are shown. */
  textured?: boolean;
}

export interface Address {
  place: Place | null;
  /** Null when the address says nothing about layers; empty when all are switched off. */
  layers: LayerAddress[] | null;
  language: Language | null;
  flat: boolean;
}

export function writeAddress(address: Address): string {
  const parts = [address.place ? writePlace(address.place) : ""];
  if (address.layers) parts.push(`layers=${address.layers.map(writeLayer).join(",")}`);
  if (address.language) parts.push(`lang=${address.language}`);
  if (address.flat) parts.push("view=2d");
  return `#${parts.join("&")}`;
}

/** Anything that can't be understood is left out, never an error: people cut and mend addresses. */
export function readAddress(hash: string): Address {
  const [place = "", ...rest] = hash.replace(/^#/, "").split("&");
  const fields = new Map(rest.map((part) => [part.slice(0, part.indexOf("=")), part.slice(part.indexOf("=") + 1)]));
  const layers = fields.get("layers");
  const language = fields.get("lang");
  return {
    place: readPlace(place),
    layers: layers === undefined ? null : layers.split(",").flatMap(readLayer),
    language: language === "ja" || language === "en" ? language : null,
    flat: fields.get("view") === "2d",
  };
}

function writePlace({ zoom, lat, lon, bearing, pitch }: Place): string {
  return [zoom.toFixed(2), lat.toFixed(5), lon.toFixed(5), round(bearing), round(pitch)].join("/");
}

function round(degrees: number): string {
  return String(Math.round(degrees * 10) / 10 + 0);
}

function readPlace(text: string): Place | null {
  const numbers = text.split("/").map((one) => (one.trim() === "" ? Number.NaN : Number(one)));
  const [zoom, lat, lon, bearing = 0, pitch = 0] = numbers;
  if (zoom === undefined || lat === undefined || lon === undefined || !numbers.every(Number.isFinite)) return null;
  if (zoom < 0 || zoom > 24 || Math.abs(lat) > 85.06 || Math.abs(lon) > 180) return null;
  return { zoom, lat, lon, bearing, pitch: Math.min(Math.max(pitch, 0), 85) };
}

/** Also escapes what separates the parts of a layer. */
function escape(text: string): string {
  return encodeURIComponent(text).replace(/[!~]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}

function writeLayer({ id, theme, opacity, hidden, ground, textured }: LayerAddress): string {
  const themed = theme === null ? "" : `:${escape(theme)}`;
  const shown = opacity === null ? "" : `~${Math.round(opacity * 100)}`;
  const stood = ground === null ? "" : `+${ground.join(".")}`;
  return `${escape(id)}${themed}${shown}${hidden.length ? `!${hidden.join(".")}` : ""}${stood}${textured ? "@textured" : ""}`;
}

function readLayer(text: string): LayerAddress[] {
  const match = /^([^:~!+@]+)(?::([^~!+@]*))?(?:~(\d+))?(?:!([\d.]*))?(?:\+([a-z.]*))?(?:@(textured)?)?$/.exec(text);
  const id = match?.[1];
  if (!match || !id) return [];
  try {
    return [
      {
        id: decodeURIComponent(id),
        theme: match[2] ? decodeURIComponent(match[2]) : null,
        opacity: match[3] ? Math.min(Number(match[3]) / 100, 1) : null,
        hidden: (match[4] ?? "").split(".").filter(Boolean).map(Number),
        ground: match[5] === undefined ? null : GROUND_PARTS.filter((part) => match[5]?.split(".").includes(part)),
        ...(match[6] ? { textured: true } : {}),
      },
    ];
  } catch {
    return [];
  }
}
