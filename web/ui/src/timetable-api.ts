/** Questions about timetables. */

import { ask } from "./api";
import type { Layer, Text } from "./layer";
import type { Feed, FeedDay } from "./timetable-supply";
import type { MotionJson } from "./vehicle";

export interface StopDeparture {
  scheduled: string;
  expected: string;
  minutes: number;
  delay_s: number | null;
  status: string;
  platform: string;
  headsign: Text;
  route: { short: string; name: Text; colour: string };
  agency: Text;
  trip_id: string;
  service_time?: string;
}

export interface StopBoard {
  id: string;
  name: Text;
  at: string;
  source: "timetable" | "realtime";
  departures: StopDeparture[];
  notices: { id: string; header: Text }[];
  realtime: { quality: string; reason: Text }[];
}

export interface StopTimetable {
  id: string;
  date: string;
  departures: (StopDeparture & { service_time: string })[];
}

export async function fetchFeeds(): Promise<Feed[]> {
  return ((await (await ask("/api/feeds")).json()) as { feeds: Feed[] }).feeds;
}

export async function fetchFeedDay(layer: string, date: string): Promise<FeedDay> {
  return (await ask(`/api/feeds/${encodeURIComponent(layer)}/service?date=${date}`)).json() as Promise<FeedDay>;
}

export async function fetchMotion(layer: string, date: string): Promise<MotionJson> {
  return (await ask(`/api/feeds/${encodeURIComponent(layer)}/trips?date=${date}`)).json() as Promise<MotionJson>;
}

export async function fetchBoard(layer: Layer, stopId: string): Promise<StopBoard> {
  return (await ask(`${stopAddress(layer, stopId)}/departures?limit=8`)).json() as Promise<StopBoard>;
}

export async function fetchTimetable(layer: Layer, stopId: string, date: string): Promise<StopTimetable> {
  return (await ask(`${stopAddress(layer, stopId)}/timetable?date=${date}`)).json() as Promise<StopTimetable>;
}

/** One bus that was clicked. */
export interface VehicleTold {
  id: string;
  label: string | null;
  route: { short: string; name: Text; colour: string };
  headsign: Text | null;
  next_stop: Text | null;
  delay_s: number | null;
  seen_s: number;
  trusted: boolean;
  state: { quality: string; reason: Text };
  notices: Text[];
}

export async function fetchVehicle(id: string): Promise<VehicleTold> {
  return (await ask(`/api/realtime/vehicles/${id.split("/").map(encodeURIComponent).join("/")}`)).json() as Promise<VehicleTold>;
}

/** Headers of alerts that hold now, each once. */
export async function fetchAlerts(): Promise<Text[]> {
  const { alerts } = (await (await ask("/api/realtime/alerts")).json()) as { alerts: { active: boolean; header: Text }[] };
  const told = alerts.filter((one) => one.active).map((one) => [`${one.header.ja} ${one.header.en}`, one.header] as const);
  return [...new Map(told).values()];
}

export async function hasRealtime(): Promise<boolean> {
  return ((await (await ask("/api/realtime")).json()) as { feeds: unknown[] }).feeds.length > 0;
}

const stopAddress = (layer: Layer, stopId: string): string => `/api/stops/${encodeURIComponent(`${layer.id}:${stopId}`)}`;
