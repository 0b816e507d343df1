/** Draws meshes into the depth camera: nearest surface, its angle to the ray and its infrared reflectance. */
import type { Intrinsics } from '../../../core/sense/frames.ts';
import type { Material } from '../surface.ts';
import { wholeOf } from './cameras.ts';
import { cover, coveredIn } from './coverage.ts';
import { areaOf, FACE, facesInView } from './faces.ts';
import { projected, type PosedMesh, type Projected } from './posed.ts';
import { chainOf } from './texture-chain.ts';
import { layTexture, textureSlope } from './texture-slope.ts';

/** What each pixel of the depth camera sees, before any noise. */
export interface DepthBuffer {
  readonly camera: Intrinsics;
  /** 1/z in 1/mm; 0 where nothing is. */
  readonly inverse: Float32Array;
  /** Cosine of the angle between the ray and the surface's normal, 0 … 1. */
  readonly cosine: Float32Array;
  /** Reflectance at 850 nm, 0 … 1; kept at 0 unless infrared is drawn. */
  readonly albedo: Float32Array;
  /** Room for the depths in millimetres, so that no frame needs new memory for them. */
  readonly depths: Float32Array;
}

export function depthBuffer(camera: Intrinsics): DepthBuffer {
  const pixels = camera.width * camera.height;
  return {
    camera,
    inverse: new Float32Array(pixels),
    cosine: new Float32Array(pixels),
    albedo: new Float32Array(pixels),
    depths: new Float32Array(pixels),
  };
}

let spare = depthBuffer({ width: 0, height: 0, fx: 0, fy: 0, cx: 0, cy: 0 });

/** An empty buffer in memory that the next call uses again. */
export function passingDepthBuffer(camera: Intrinsics): DepthBuffer {
  const pixels = camera.width * camera.height;
  if (spare.inverse.length < pixels) spare = depthBuffer(camera);
  const blank = (plane: Float32Array) => plane.subarray(0, pixels).fill(0);
  const { inverse, cosine, albedo, depths } = spare;
  return {
    camera,
    inverse: blank(inverse),
    cosine: blank(cosine),
    albedo: blank(albedo),
    depths: blank(depths),
  };
}

export function copyDepth(from: DepthBuffer, to: DepthBuffer): void {
  to.inverse.set(from.inverse);
  to.cosine.set(from.cosine);
  to.albedo.set(from.albedo);
}

/** What a screen reflects of the infrared, whatever it shows. */
const SCREEN_ALBEDO = 0.04;

let cosines = new Float32Array(0);

/** Cosine to the viewing ray at each vertex, signed: negative where the surface looks away. The next call writes over it. */
function facing({ points, normals }: PosedMesh): Float32Array {
  const count = points.length / 3;
  if (cosines.length < count) cosines = new Float32Array(count);
  const cosine = cosines;
  for (let v = 0, i = 0; v < count; v++, i += 3) {
    const x = points[i];
    const y = points[i + 1];
    const z = points[i + 2];
    cosine[v] =
      -(x * normals[i] + y * normals[i + 1] + z * normals[i + 2]) / Math.sqrt(x * x + y * y + z * z + 1e-9);
  }
  return cosine;
}

/** Draws `body` (depth camera coordinates); glass is invisible to the sensor and left out. */
export function drawDepth(buffer: DepthBuffer, body: PosedMesh, infrared: boolean): void {
  const seen = projected(body, buffer.camera);
  const cosines = facing(body);
  for (const part of body.mesh.parts) {
    if (part.material.kind !== 'glass') drawPart(buffer, body, seen, cosines, part, infrared);
  }
}

const infraredContrast = (material: Material) => (material.emissive ? 0 : material.infraredTexture);
const infraredBase = (material: Material) =>
  material.emissive ? Math.min(material.infrared, SCREEN_ALBEDO) : material.infrared;

function drawPart(
  buffer: DepthBuffer,
  body: PosedMesh,
  seen: Projected,
  cosines: Float32Array,
  part: PosedMesh['mesh']['parts'][number],
  infrared: boolean,
): void {
  const { width } = buffer.camera;
  const { inverse, cosine, albedo } = buffer;
  const { screen, inverseDepth } = seen;
  const { triangles, uvs } = body.mesh;
  const cutout = part.material.kind === 'cutout';
  const contrast = infraredContrast(part.material);
  const reflectance = infraredBase(part.material);
  const levels = part.texture && (cutout || (infrared && contrast > 0)) ? chainOf(part.texture) : undefined;
  const listed = facesInView(seen, triangles, part, wholeOf(buffer.camera));
  const { faces, count } = listed;
  const slope = textureSlope();
  const covered = coveredIn(buffer.camera);
  const { pixels, w1: at1, w2: at2, inverse: nearness } = covered;
  for (let f = 0, end = FACE * count; f < end; f += FACE) {
    const n = cover(covered, listed, f, seen, inverse, width);
    if (n === 0) continue;
    const a = faces[f];
    const b = faces[f + 1];
    const c = faces[f + 2];
    const scale = 1 / areaOf(screen, a, b, c);
    const ca = cosines[a];
    const dc1 = (cosines[b] - ca) * scale;
    const dc2 = (cosines[c] - ca) * scale;
    const level = levels && layTexture(slope, levels, uvs, inverseDepth, a, b, c, scale);
    const ua = slope[0];
    const va = slope[1];
    const du1 = slope[2];
    const dv1 = slope[3];
    const du2 = slope[4];
    const dv2 = slope[5];
    for (let k = 0; k < n; k++) {
      const i = pixels[k];
      const w1 = at1[k];
      const w2 = at2[k];
      const iz = nearness[k];
      let reflected = reflectance;
      if (level) {
        const z = 1 / iz;
        let tx = ((ua + w1 * du1 + w2 * du2) * z * level.width) | 0;
        let ty = ((va + w1 * dv1 + w2 * dv2) * z * level.height) | 0;
        if (tx < 0) tx = 0;
        else if (tx >= level.width) tx = level.width - 1;
        if (ty < 0) ty = 0;
        else if (ty >= level.height) ty = level.height - 1;
        const texel = ty * level.width + tx;
        if (cutout && level.rgba[4 * texel + 3] < 0.5) continue;
        reflected *= 1 + contrast * (level.brightness[texel] - 1);
      }
      inverse[i] = iz;
      const facingRay = ca + w1 * dc1 + w2 * dc2;
      cosine[i] = facingRay < 0 ? (part.twoSided ? -facingRay : 0) : facingRay;
      albedo[i] = reflected;
    }
  }
}
