/** Questions to the server. Every failure becomes an ApiError whose text a person can read. */

import type { CoverageAnswer, CoverageQuestion, Elevation, FeatureDetail, Job, Layer, Session, Text } from "./layer";
import { type Problem, problemAddresses, type ShownProblems } from "./problem";
import type { FoundFeatures } from "./question";

const UNREACHABLE: Text = {
  ja: "サーバーにつながりません。ネットワークを確かめて、もう一度お試しください。",
  en: "The server can't be reached. Check the network and try again.",
};

const unexpected = (status: number): Text => ({
  ja: `サーバーが答えられませんでした（${status}）。`,
  en: `The server could not answer (${status}).`,
});

export class ApiError extends Error {
  constructor(
    readonly text: Text,
    readonly status: number,
    readonly code: string,
  ) {
    super(text.en);
  }
}

export async function fetchSession(): Promise<Session> {
  return (await ask("/api/session")).json() as Promise<Session>;
}

/** The layers and their ETag, or null when nothing changed since `etag`. */
export async function fetchLayers(etag: string | null = null): Promise<{ layers: Layer[]; etag: string | null } | null> {
  const response = await ask("/api/layers", etag ? { headers: { "If-None-Match": etag }, cache: "no-store" } : {});
  if (response.status === 304) return null;
  const { layers } = (await response.json()) as { layers: Layer[] };
  return { layers, etag: response.headers.get("ETag") };
}

export async function fetchFeature(layer: Layer, fid: number): Promise<FeatureDetail> {
  const path = layer.links.features ?? `/api/layers/${encodeURIComponent(layer.id)}/features/{fid}`;
  return (await ask(path.replace("{fid}", String(fid)))).json() as Promise<FeatureDetail>;
}

/** The height of the ground, or null where no terrain has one. */
export async function fetchElevation([lon, lat]: [number, number]): Promise<Elevation | null> {
  try {
    return (await (await ask(`/api/elevation?lon=${lon.toFixed(7)}&lat=${lat.toFixed(7)}`)).json()) as Elevation;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

/** Where a layer's problems are, and the first of them. */
export async function fetchProblems(layer: Layer): Promise<ShownProblems> {
  const { points, list } = problemAddresses(layer);
  const [placed, listed] = await Promise.all([ask(points), ask(list)]);
  const { problems, total } = (await listed.json()) as { problems: Problem[]; total: number };
  return { layer: layer.id, version: layer.version, points: (await placed.json()) as GeoJSON.FeatureCollection, list: problems, total };
}

/** One column as an Arrow stream, rows in the order of the feature index. */
export async function fetchColumn(layer: Layer, name: string): Promise<ArrayBuffer> {
  const path = layer.links.column ?? `/api/layers/${encodeURIComponent(layer.id)}/columns/{name}`;
  return (await ask(path.replace("{name}", encodeURIComponent(name)))).arrayBuffer();
}

/** One page of a search in a layer, by its address. */
export async function askFound(address: string): Promise<FoundFeatures> {
  return (await ask(address)).json() as Promise<FoundFeatures>;
}

export async function analyseCoverage(question: CoverageQuestion): Promise<CoverageAnswer> {
  return (await ask("/api/analyses/coverage", post(question))).json() as Promise<CoverageAnswer>;
}

export async function queueCoverage(question: CoverageQuestion, title: string): Promise<Job> {
  return (await ask("/api/jobs", post({ kind: "coverage", parameters: { ...question, title } }))).json() as Promise<Job>;
}

export async function fetchJob(id: Job["id"]): Promise<Job> {
  return (await ask(`/api/jobs/${encodeURIComponent(String(id))}`)).json() as Promise<Job>;
}

export function post(body: unknown): RequestInit {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch {
    throw new ApiError(UNREACHABLE, 0, "network");
  }
  if (response.ok || response.status === 304) return response;
  throw await errorOf(response);
}

interface ErrorBody {
  error?: { code?: string; message?: Text; details?: Text[] | null };
}

async function errorOf(response: Response): Promise<ApiError> {
  const { error } = ((await response.json().catch(() => null)) ?? {}) as ErrorBody;
  const text = error?.message ? joined([error.message, ...(error.details ?? [])]) : unexpected(response.status);
  return new ApiError(text, response.status, error?.code ?? "unknown");
}

function joined(texts: Text[]): Text {
  return { ja: texts.map((one) => one.ja).join(" "), en: texts.map((one) => one.en).join(" ") };
}
