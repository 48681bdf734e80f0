/** Which triangle lies under the pointer. Pure: arrays in, a hit out. */

/** Triangles of one mesh, in its own units. */
export interface Solid {
  /** x, y, z of a vertex start at `vertex * stride + offset`. */
  positions: ArrayLike<number>;
  stride: number;
  offset: number;
  /** Three per triangle; null: vertices in their order. */
  index: ArrayLike<number> | null;
  vertices: number;
  /** The feature of each vertex, as its number in the tile. */
  features: ArrayLike<number>;
  featureStride: number;
  featureOffset: number;
}

type Triple = readonly [number, number, number];

export interface Shot {
  origin: Triple;
  direction: Triple;
  /** Where a lift of one metre leads to. */
  up: Triple;
  /** How many metres each feature is lifted. */
  lifts: ArrayLike<number>;
  /** Whether a feature can be hit at all. */
  open(feature: number): boolean;
}

export interface Hit {
  feature: number;
  /** In lengths of the direction. */
  distance: number;
}

/** The nearest hit that is nearer than `limit`; Möller and Trumbore's test ("Fast, Minimum Storage Ray/Triangle Intersection", 1997), both sides. */
export function nearestHit(solid: Solid, shot: Shot, limit = Infinity): Hit | null {
  const { positions: p, stride, offset, index, features, featureStride, featureOffset } = solid;
  const [dx, dy, dz] = shot.direction;
  const [ux, uy, uz] = shot.up;
  const corners = index ? index.length : solid.vertices;
  let best: Hit | null = null;
  let nearest = limit;
  for (let corner = 0; corner + 2 < corners; corner += 3) {
    const first = index ? (index[corner] as number) : corner;
    const second = index ? (index[corner + 1] as number) : corner + 1;
    const third = index ? (index[corner + 2] as number) : corner + 2;
    const [a, b, c] = [first * stride + offset, second * stride + offset, third * stride + offset];
    const [ax, ay, az] = [p[a] as number, p[a + 1] as number, p[a + 2] as number];
    const [e1x, e1y, e1z] = [(p[b] as number) - ax, (p[b + 1] as number) - ay, (p[b + 2] as number) - az];
    const [e2x, e2y, e2z] = [(p[c] as number) - ax, (p[c + 1] as number) - ay, (p[c + 2] as number) - az];
    const [px, py, pz] = [dy * e2z - dz * e2y, dz * e2x - dx * e2z, dx * e2y - dy * e2x];
    const determinant = e1x * px + e1y * py + e1z * pz;
    if (determinant === 0) continue;
    const feature = features[first * featureStride + featureOffset] as number;
    const lift = (shot.lifts[feature] as number | undefined) ?? 0;
    const [tx, ty, tz] = [shot.origin[0] - ax - ux * lift, shot.origin[1] - ay - uy * lift, shot.origin[2] - az - uz * lift];
    const u = (tx * px + ty * py + tz * pz) / determinant;
    if (u < 0 || u > 1) continue;
    const [qx, qy, qz] = [ty * e1z - tz * e1y, tz * e1x - tx * e1z, tx * e1y - ty * e1x];
    const v = (dx * qx + dy * qy + dz * qz) / determinant;
    if (v < 0 || u + v > 1) continue;
    const distance = (e2x * qx + e2y * qy + e2z * qz) / determinant;
    if (distance <= 0 || distance >= nearest || !shot.open(feature)) continue;
    nearest = distance;
    best = { feature, distance };
  }
  return best;
}
