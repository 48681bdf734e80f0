/** Where each vehicle is at a second of a service date, by the timetable. Pure: `GET /api/feeds/{layer}/trips` made ready. */

export interface MotionJson {
  layer: string;
  date: string;
  midnight: number;
  degree: number;
  paths: { points: number[]; metres: number[]; stops: number[] }[];
  profiles: number[][];
  /** Path, profile, route, start in turn. */
  trips: number[];
  routes: { short: string; name: string; colour: string }[];
}

interface Path {
  lonlat: Float64Array;
  metres: Float64Array;
  stops: Float64Array;
}

export interface Vehicle {
  lon: number;
  lat: number;
  /** Radians clockwise from north, on the ground. */
  heading: number;
  route: number;
  trip: number;
}

export class Motion {
  readonly routes: MotionJson["routes"];
  readonly midnight: number;
  readonly #paths: Path[];
  readonly #profiles: Int32Array[];
  /** Sorted by start: path, profile, route, start. */
  readonly #trips: [number, number, number, number][];
  readonly #longest: number;

  constructor(told: MotionJson) {
    this.routes = told.routes;
    this.midnight = told.midnight;
    this.#paths = told.paths.map((path) => pathOf(path, told.degree));
    this.#profiles = told.profiles.map((profile) => Int32Array.from(profile));
    const count = told.trips.length / 4;
    this.#trips = Array.from({ length: count }, (_, at) => told.trips.slice(4 * at, 4 * at + 4) as [number, number, number, number]).sort((a, b) => a[3] - b[3]);
    this.#longest = Math.max(0, ...this.#profiles.map((profile) => profile.at(-1) ?? 0));
  }

  /** All that are on their way at `second`; one that waits at its first stop is, one that has arrived is not. */
  at(second: number): Vehicle[] {
    const found: Vehicle[] = [];
    for (let trip = this.#firstAfter(second - this.#longest); trip < this.#trips.length; trip++) {
      const [path, profile, route, start] = this.#trips[trip] as [number, number, number, number];
      if (start > second) break;
      const place = placeAt(this.#paths[path] as Path, this.#profiles[profile] as Int32Array, second - start);
      if (place) found.push({ ...place, route, trip });
    }
    return found;
  }

  /** The first and the last second at which anything moves. */
  get span(): [number, number] {
    const ends = this.#trips.map(([, profile, , start]) => start + ((this.#profiles[profile] as Int32Array).at(-1) ?? 0));
    return [this.#trips[0]?.[3] ?? 0, Math.max(0, ...ends)];
  }

  #firstAfter(second: number): number {
    let [low, high] = [0, this.#trips.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#trips[middle] as number[])[3]! < second) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function pathOf({ points, metres, stops }: MotionJson["paths"][number], degree: number): Path {
  const lonlat = new Float64Array(points.length);
  let [lon, lat] = [0, 0];
  for (let at = 0; at < points.length; at += 2) {
    lonlat[at] = (lon += points[at] as number) / degree;
    lonlat[at + 1] = (lat += points[at + 1] as number) / degree;
  }
  return { lonlat, metres: Float64Array.from(metres), stops: Float64Array.from(stops) };
}

function placeAt(path: Path, profile: Int32Array, since: number): Omit<Vehicle, "route" | "trip"> | null {
  const calls = profile.length / 2;
  if (since < 0 || since >= (profile[profile.length - 2] as number)) return null;
  let call = 0;
  while (call < calls - 2 && (profile[2 * (call + 1)] as number) <= since) call++;
  const [leaves, arrives] = [profile[2 * call + 1] as number, profile[2 * (call + 1)] as number];
  const share = arrives > leaves ? Math.min(1, Math.max(0, (since - leaves) / (arrives - leaves))) : 1;
  const [from, to] = [path.stops[call] as number, path.stops[call + 1] as number];
  return onPath(path, from + share * (to - from));
}

function onPath({ lonlat, metres }: Path, metre: number): Omit<Vehicle, "route" | "trip"> {
  let [low, high] = [0, metres.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((metres[middle] as number) <= metre) low = middle;
    else high = middle;
  }
  const length = (metres[high] as number) - (metres[low] as number);
  const share = length > 0 ? Math.min(1, Math.max(0, (metre - (metres[low] as number)) / length)) : 0;
  const [west, south, east, north] = [lonlat[2 * low], lonlat[2 * low + 1], lonlat[2 * high], lonlat[2 * high + 1]] as [number, number, number, number];
  const heading = Math.atan2((east - west) * Math.cos((south * Math.PI) / 180), north - south);
  return { lon: west + share * (east - west), lat: south + share * (north - south), heading };
}
