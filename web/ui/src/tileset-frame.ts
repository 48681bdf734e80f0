/**
 * From the Earth of a tileset to the plane of the map. World axes: x east, y north, z up, in metres; x and y are
 * Mercator's, true to scale at the reference latitude; z is the height over sea level that MapLibre's terrain has too.
 */

import { Matrix4, Vector3, Vector4 } from "three";

/** WGS 84: semi-major axis in metres and squared eccentricity (EPSG::7030). */
const AXIS = 6378137;
const ECCENTRICITY2 = 0.0066943799901413165;
const RADIANS = Math.PI / 180;
/** Metres of the Earth's circumference that MapLibre divides a map's width by. */
const CIRCUMFERENCE = 2 * Math.PI * 6371008.8;

export interface Geodetic {
  /** Degrees. */
  lon: number;
  lat: number;
  /** Metres over the ellipsoid. */
  height: number;
}

/** Earth-centred, Earth-fixed to geodetic, by Bowring's formula; good to well under a millimetre near the ground. */
export function geodeticOf({ x, y, z }: { x: number; y: number; z: number }): Geodetic {
  const minor = AXIS * Math.sqrt(1 - ECCENTRICITY2);
  const across = Math.hypot(x, y);
  const angle = Math.atan2(z * AXIS, across * minor);
  const second = ECCENTRICITY2 / (1 - ECCENTRICITY2);
  const lat = Math.atan2(z + second * minor * Math.sin(angle) ** 3, across - ECCENTRICITY2 * AXIS * Math.cos(angle) ** 3);
  const [sine, cosine] = [Math.sin(lat), Math.cos(lat)];
  const height = across * cosine + z * sine - AXIS * Math.sqrt(1 - ECCENTRICITY2 * sine * sine);
  return { lon: Math.atan2(y, x) / RADIANS, lat: lat / RADIANS, height };
}

/** A rotation from Earth-centred axes to east, north and up at a place. */
export function enuRotation({ lon, lat }: Geodetic): Matrix4 {
  const [sl, cl, sp, cp] = [Math.sin(lon * RADIANS), Math.cos(lon * RADIANS), Math.sin(lat * RADIANS), Math.cos(lat * RADIANS)];
  return new Matrix4().set(-sl, cl, 0, 0, -sp * cl, -sp * sl, cp, 0, cp * cl, cp * sl, sp, 0, 0, 0, 0, 1);
}

/** Mercator as MapLibre has it: 0..1 from west to east and from north to south. */
export function mercator(lon: number, lat: number): [number, number] {
  return [(lon + 180) / 360, (180 - Math.log(Math.tan(Math.PI / 4 + (lat * RADIANS) / 2)) / RADIANS) / 360];
}

function unmercator(x: number, y: number): [number, number] {
  return [x * 360 - 180, (2 * Math.atan(Math.exp((180 - y * 360) * RADIANS)) - Math.PI / 2) / RADIANS];
}

/** Mercator units that a metre has at a latitude. */
export function unitsPerMetre(lat: number): number {
  return 1 / (CIRCUMFERENCE * Math.cos(lat * RADIANS));
}

/** Metres of the ground that a Mercator unit stands for east and north; the map's Earth is a sphere, the tiles' isn't. */
function trueScale(lat: number): [number, number] {
  const sine = Math.sin(lat * RADIANS);
  const prime = AXIS / Math.sqrt(1 - ECCENTRICITY2 * sine * sine);
  const meridian = (AXIS * (1 - ECCENTRICITY2)) / (1 - ECCENTRICITY2 * sine * sine) ** 1.5;
  const spherical = 1 / (2 * Math.PI * Math.cos(lat * RADIANS));
  return [spherical / prime, spherical / meridian];
}

/** How far the Earth has bent away under a level plane at a distance, in metres. */
export function bend(across2: number): number {
  return across2 / (2 * AXIS);
}

/** The plane about a reference place. */
export class Frame {
  readonly #origin: [number, number];
  readonly #units: number;

  constructor(lon: number, lat: number) {
    this.#origin = mercator(lon, lat);
    this.#units = unitsPerMetre(lat);
  }

  world(lon: number, lat: number, height: number): Vector3 {
    const [x, y] = mercator(lon, lat);
    return new Vector3((x - this.#origin[0]) / this.#units, (this.#origin[1] - y) / this.#units, height);
  }

  /** Degrees and metres over sea level. */
  lonlat({ x, y, z }: Vector3): [number, number, number] {
    return [...unmercator(this.#origin[0] + x * this.#units, this.#origin[1] - y * this.#units), z];
  }

  /** Earth-centred to world, exact at `anchor` and to some centimetres within a kilometre of it. */
  placement(anchor: Vector3, geoidHeight: number): Matrix4 {
    const place = geodeticOf(anchor);
    const [east, north] = trueScale(place.lat);
    const at = this.world(place.lon, place.lat, place.height - geoidHeight);
    return new Matrix4()
      .makeTranslation(at)
      .multiply(new Matrix4().makeScale(east / this.#units, north / this.#units, 1))
      .multiply(enuRotation(place))
      .multiply(new Matrix4().makeTranslation(-anchor.x, -anchor.y, -anchor.z));
  }

  /** World to clip space, of MapLibre's matrix for custom layers; `lat` is that of the map's centre. */
  clip(mercatorMatrix: ArrayLike<number>, lat: number): Matrix4 {
    const world = new Matrix4()
      .makeTranslation(this.#origin[0], this.#origin[1], 0)
      .multiply(new Matrix4().makeScale(this.#units, -this.#units, unitsPerMetre(lat)));
    return new Matrix4().fromArray(mercatorMatrix as number[]).multiply(world);
  }
}

/**
 * Splits a clip matrix into a projection and a camera whose unit is the metre: MapLibre's projection counts pixels.
 * `projection · view` is the clip matrix but for a positive factor.
 */
export function splitCamera(clip: Matrix4, mapProjection: ArrayLike<number>): { projection: Matrix4; view: Matrix4 } {
  const pixels = new Matrix4().fromArray(mapProjection as number[]);
  const scaled = pixels.clone().invert().multiply(clip);
  const scale = new Vector3().setFromMatrixColumn(scaled, 2).length();
  const view = new Matrix4().makeScale(1 / scale, 1 / scale, 1 / scale).multiply(scaled);
  const projection = pixels.multiply(new Matrix4().makeScale(scale, scale, scale)).multiplyScalar(1 / scale);
  return { projection, view };
}

export interface Ray {
  origin: Vector3;
  /** Not of unit length. */
  direction: Vector3;
}

/** What lies under a point of the screen (-1..1, y up), from near to far. */
export function rayThrough(clip: Matrix4, x: number, y: number): Ray {
  const inverse = clip.clone().invert();
  const [near, far] = [-1, 1].map((z) => {
    const point = new Vector4(x, y, z, 1).applyMatrix4(inverse);
    return new Vector3(point.x, point.y, point.z).divideScalar(point.w);
  }) as [Vector3, Vector3];
  return { origin: near, direction: far.sub(near) };
}
