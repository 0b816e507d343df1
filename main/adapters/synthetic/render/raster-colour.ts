/** Draws meshes into the colour camera in linear light: textures, smooth shading, then tinted glass. */
import type { Intrinsics, Rigid } from '../../../core/sense/frames.ts';
import { identity } from '../../../core/geometry/rigid.ts';
import { wholeOf, type Region } from './cameras.ts';
import type { Light } from './light.ts';
import { cover, coveredIn } from './coverage.ts';
import { areaOf, FACE, facesInView, type Faces } from './faces.ts';
import { projected, SUBPIXELS, type PosedMesh, type Projected } from './posed.ts';
import { chainOf } from './texture-chain.ts';
import { layTexture, textureSlope } from './texture-slope.ts';

/** Linear light in 1/65535 of white, red green blue interleaved, and what hides what. */
export interface ColourBuffer {
  readonly camera: Intrinsics;
  /** The part of the picture that is drawn: what follows leaves the rest alone. */
  readonly view: Region;
  readonly linear: Uint16Array;
  /** 1/z in 1/mm; 0 where nothing is. */
  readonly inverse: Float32Array;
}

export function colourBuffer(camera: Intrinsics): ColourBuffer {
  const pixels = camera.width * camera.height;
  return {
    camera,
    view: wholeOf(camera),
    linear: new Uint16Array(3 * pixels),
    inverse: new Float32Array(pixels),
  };
}

let spare: Pick<ColourBuffer, 'linear' | 'inverse'> = {
  linear: new Uint16Array(0),
  inverse: new Float32Array(0),
};

/** A buffer filled with one brightness, in memory that the next call uses again. */
export function passingColourBuffer(camera: Intrinsics, view: Region, brightness: number): ColourBuffer {
  const pixels = camera.width * camera.height;
  if (spare.inverse.length < pixels) spare = colourBuffer(camera);
  const linear = spare.linear.subarray(0, 3 * pixels).fill(brightness);
  return { camera, view, linear, inverse: spare.inverse.subarray(0, pixels).fill(0) };
}

export function copyColour(from: ColourBuffer, to: ColourBuffer): void {
  to.linear.set(from.linear);
  to.inverse.set(from.inverse);
}

/** The share of light from behind the terminator that skin and cloth let through (wrapped diffuse). */
const WRAP = 0.18;
/** A screen is about as bright as a white sheet in a lit office, and the camera's exposure for it is capped. */
const SCREEN_LIGHT = 0.95;
const SCREEN_EXPOSURE = 1.4;

/**
 * Glossier than this is wet (eyes): its highlight is sharper, and its own colour says how the lids shade it, which
 * is too fine for the coarse picture of ambient occlusion.
 */
const WET = 0.4;

/** Kept from part to part: the vertices that show, each marked once, and their light. */
let scratch = scratchFor(0);
function scratchFor(vertices: number) {
  return {
    marked: new Uint8Array(vertices),
    shown: new Uint32Array(vertices),
    shading: new Float32Array(4 * vertices),
  };
}

/**
 * Light that falls on the corners of the given faces of a part, exposure and material included: red, green, blue, specular
 * for each vertex of the mesh. The next call writes over it.
 */
function shade({ body, seen, turn, light }: Subject, part: Part, { faces, count }: Faces): Float32Array {
  const { mesh, normals } = body;
  if (scratch.marked.length < mesh.vertexCount) scratch = scratchFor(mesh.vertexCount);
  const { shading } = scratch;
  const shown = cornersOf(faces, count, part);
  const { points } = seen;
  const [r0, r1, r2, r3, r4, r5, r6, r7, r8] = turn;
  const [lx, ly, lz] = light.towards;
  const { colour, gloss, emissive } = part.material;
  const e = light.exposure * 65535;
  const glow = SCREEN_LIGHT * Math.min(light.exposure, SCREEN_EXPOSURE) * 65535;
  const open = gloss > WET ? undefined : mesh.openness(shown);
  for (const v of shown) {
    const o = 4 * v;
    if (emissive) {
      for (let k = 0; k < 3; k++) shading[o + k] = glow * colour[k];
    }
    const x = points[3 * v];
    const y = points[3 * v + 1];
    const z = points[3 * v + 2];
    const ux = normals[3 * v];
    const uy = normals[3 * v + 1];
    const uz = normals[3 * v + 2];
    let nx = Math.fround(r0 * ux + r1 * uy + r2 * uz);
    let ny = Math.fround(r3 * ux + r4 * uy + r5 * uz);
    let nz = Math.fround(r6 * ux + r7 * uy + r8 * uz);
    if (part.twoSided && x * nx + y * ny + z * nz > 0) {
      nx = -nx;
      ny = -ny;
      nz = -nz;
    }
    const towards = lx * nx + ly * ny + lz * nz;
    const far = 1 / Math.sqrt(x * x + y * y + z * z + 1e-9);
    let specular = 0;
    if (gloss > 0) {
      const hx = lx - x * far;
      const hy = ly - y * far;
      const hz = lz - z * far;
      const h = (hx * nx + hy * ny + hz * nz) / Math.sqrt(hx * hx + hy * hy + hz * hz + 1e-9);
      if (h > 0 && towards > 0) {
        const h4 = h * h * h * h;
        const h16 = h4 * h4 * h4 * h4;
        // Glossier materials have a sharper highlight: wet eyes against skin.
        specular = gloss * (gloss > WET ? 0.6 * h16 * h16 * h16 * h16 : 0.5 * h16);
      }
    }
    shading[o + 3] = specular * e * light.key[1];
    if (emissive) continue;
    const openness = open ? open[v] : 1;
    const diffuse = Math.max(0, (towards + WRAP) / (1 + WRAP)) * Math.min(1, 0.25 + openness);
    const up = 0.5 - 0.5 * ny;
    for (let k = 0; k < 3; k++) {
      const around = (light.sky[k] * up + light.ground[k] * (1 - up)) * openness;
      shading[o + k] = e * colour[k] * (light.key[k] * diffuse + around);
    }
  }
  return shading;
}

/** The corners of faces of one part, each once. */
function cornersOf(faces: Int32Array, count: number, { firstVertex, endVertex }: Part): Uint32Array {
  const { marked, shown } = scratch;
  marked.fill(0, firstVertex, endVertex);
  let n = 0;
  for (let f = 0; f < FACE * count; f += FACE)
    for (let corner = f; corner < f + 3; corner++) {
      const v = faces[corner];
      if (marked[v]) continue;
      marked[v] = 1;
      shown[n++] = v;
    }
  return shown.subarray(0, n);
}

/**
 * Draws `body`; returns the window it may have touched. Glass goes on by `drawGlass` once everything opaque is drawn.
 * @param toCamera from the body's coordinates to those of the buffer's camera
 */
export function drawColour(buffer: ColourBuffer, body: PosedMesh, light: Light, toCamera?: Rigid): Region {
  const subject = subjectOf(buffer, body, light, toCamera);
  // Clothes come after skin in a person but hide it: drawn first they save shading it. Strands mix with what is there.
  const parts = body.mesh.parts;
  const opaque = parts.filter(({ material }) => material.kind === 'opaque').reverse();
  const strands = parts.filter(({ material }) => material.kind === 'cutout');
  for (const part of [...opaque, ...strands]) drawPart(buffer, subject, part, false);
  return bounds(subject.seen, body.mesh.vertexCount, buffer.view);
}

/** The part of the view that a mesh may touch. */
function bounds({ screen, inverseDepth }: Projected, vertices: number, view: Region): Region {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let v = 0; v < vertices; v++) {
    if (inverseDepth[v] === 0) continue;
    const x = screen[2 * v] / SUBPIXELS;
    const y = screen[2 * v + 1] / SUBPIXELS;
    if (x < x0) x0 = x;
    if (x > x1) x1 = x;
    if (y < y0) y0 = y;
    if (y > y1) y1 = y;
  }
  const [left, top] = [Math.max(view.x, Math.floor(x0) - 1), Math.max(view.y, Math.floor(y0) - 1)];
  return {
    x: left,
    y: top,
    width: Math.max(0, Math.min(view.x + view.width, Math.ceil(x1) + 2) - left),
    height: Math.max(0, Math.min(view.y + view.height, Math.ceil(y1) + 2) - top),
  };
}

/** Tints what lies behind the body's glass and adds its highlights; as `drawColour` otherwise. */
export function drawGlass(buffer: ColourBuffer, body: PosedMesh, light: Light, toCamera?: Rigid): void {
  const glass = body.mesh.parts.filter(({ material }) => material.kind === 'glass');
  if (glass.length === 0) return;
  const subject = subjectOf(buffer, body, light, toCamera);
  for (const part of glass) drawPart(buffer, subject, part, true);
}

type Part = PosedMesh['mesh']['parts'][number];

/** A body before the camera of a buffer, in its light. */
interface Subject {
  readonly body: PosedMesh;
  readonly seen: Projected;
  /** How the camera's axes stand to the body's coordinates. */
  readonly turn: readonly number[];
  readonly light: Light;
}

const subjectOf = (buffer: ColourBuffer, body: PosedMesh, light: Light, toCamera?: Rigid): Subject => ({
  body,
  seen: projected(body, buffer.camera, toCamera),
  turn: (toCamera ?? identity).rotation,
  light,
});

/** Strands between these alphas mix with what was drawn before them; from ½ on they hide what comes after. */
const THINNEST = 0.12;
const OPAQUE = 0.7;

const NO_TEXELS = new Float32Array(0);

function drawPart(buffer: ColourBuffer, subject: Subject, part: Part, glass: boolean): void {
  const { width } = buffer.camera;
  const { linear, inverse } = buffer;
  const { screen, inverseDepth } = subject.seen;
  const { triangles, uvs } = subject.body.mesh;
  const listed = facesInView(subject.seen, triangles, part, buffer.view);
  const { faces, count } = listed;
  if (count === 0) return;
  const light = shade(subject, part, listed);
  const cutout = part.material.kind === 'cutout';
  const levels = part.texture && !glass ? chainOf(part.texture) : undefined;
  const [tintRed, tintGreen, tintBlue] = part.material.colour;
  const slope = textureSlope();
  const covered = coveredIn(buffer.camera);
  const { pixels, w1: at1, w2: at2, inverse: nearness } = covered;
  for (let f = 0, end = FACE * count; f < end; f += FACE) {
    const n = cover(covered, listed, f, subject.seen, inverse, width);
    if (n === 0) continue;
    const a = faces[f];
    const b = faces[f + 1];
    const c = faces[f + 2];
    const scale = 1 / areaOf(screen, a, b, c);
    // Triangles are a few pixels large, so light may run linearly across the screen.
    const sa = light[4 * a + 3];
    const ds1 = (light[4 * b + 3] - sa) * scale;
    const ds2 = (light[4 * c + 3] - sa) * scale;
    if (glass) {
      for (let k = 0; k < n; k++) {
        const o = 3 * pixels[k];
        const specular = sa + at1[k] * ds1 + at2[k] * ds2;
        linear[o] = Math.min(65535, linear[o] * tintRed + specular);
        linear[o + 1] = Math.min(65535, linear[o + 1] * tintGreen + specular);
        linear[o + 2] = Math.min(65535, linear[o + 2] * tintBlue + specular);
      }
      continue;
    }
    const ra = light[4 * a];
    const ga = light[4 * a + 1];
    const ba = light[4 * a + 2];
    const dr1 = (light[4 * b] - ra) * scale;
    const dg1 = (light[4 * b + 1] - ga) * scale;
    const db1 = (light[4 * b + 2] - ba) * scale;
    const dr2 = (light[4 * c] - ra) * scale;
    const dg2 = (light[4 * c + 1] - ga) * scale;
    const db2 = (light[4 * c + 2] - ba) * scale;
    const level = levels && layTexture(slope, levels, uvs, inverseDepth, a, b, c, scale);
    const ua = slope[0];
    const va = slope[1];
    const du1 = slope[2];
    const dv1 = slope[3];
    const du2 = slope[4];
    const dv2 = slope[5];
    const tw = level?.width ?? 0;
    const th = level?.height ?? 0;
    const rgba = level?.rgba ?? NO_TEXELS;
    for (let k = 0; k < n; k++) {
      const i = pixels[k];
      const w1 = at1[k];
      const w2 = at2[k];
      const iz = nearness[k];
      const specular = sa + w1 * ds1 + w2 * ds2;
      const o = 3 * i;
      let red = ra + w1 * dr1 + w2 * dr2;
      let green = ga + w1 * dg1 + w2 * dg2;
      let blue = ba + w1 * db1 + w2 * db2;
      let share = 1;
      let solid = true;
      if (level) {
        const z = 1 / iz;
        let u = (ua + w1 * du1 + w2 * du2) * z * tw - 0.5;
        let v = (va + w1 * dv1 + w2 * dv2) * z * th - 0.5;
        u = u < 0 ? 0 : u > tw - 1.001 ? tw - 1.001 : u;
        v = v < 0 ? 0 : v > th - 1.001 ? th - 1.001 : v;
        const tx = u | 0;
        const ty = v | 0;
        u -= tx;
        v -= ty;
        const p = (ty * tw + tx) * 4;
        const q = p + 4 * tw;
        const k11 = u * v;
        const k10 = v - k11;
        const k01 = u - k11;
        const k00 = 1 - u - k10;
        if (cutout) {
          const alpha = k00 * rgba[p + 3] + k01 * rgba[p + 7] + k10 * rgba[q + 3] + k11 * rgba[q + 7];
          if (alpha < THINNEST) continue;
          share = alpha > OPAQUE ? 1 : (alpha - THINNEST) / (OPAQUE - THINNEST);
          solid = alpha >= 0.5;
        }
        red *= k00 * rgba[p] + k01 * rgba[p + 4] + k10 * rgba[q] + k11 * rgba[q + 4];
        green *= k00 * rgba[p + 1] + k01 * rgba[p + 5] + k10 * rgba[q + 1] + k11 * rgba[q + 5];
        blue *= k00 * rgba[p + 2] + k01 * rgba[p + 6] + k10 * rgba[q + 2] + k11 * rgba[q + 6];
      }
      red += specular;
      green += specular;
      blue += specular;
      if (share < 1) {
        red = share * red + (1 - share) * linear[o];
        green = share * green + (1 - share) * linear[o + 1];
        blue = share * blue + (1 - share) * linear[o + 2];
      }
      if (solid) inverse[i] = iz;
      linear[o] = red > 65535 ? 65535 : red;
      linear[o + 1] = green > 65535 ? 65535 : green;
      linear[o + 2] = blue > 65535 ? 65535 : blue;
    }
  }
}

/** Nearness ratio from which two neighbouring pixels belong to different things. */
const EDGE = 1.03;

/**
 * Softens silhouettes, as the lens and the Bayer pattern of a camera do: at each step in depth the two
 * neighbours share a quarter of their light, within `region`.
 */
export function softenEdges({ camera, view, linear, inverse }: ColourBuffer, region: Region): void {
  const { width } = camera;
  const mix = (i: number, j: number) => {
    for (let k = 0; k < 3; k++) {
      const p = linear[3 * i + k];
      const q = linear[3 * j + k];
      linear[3 * i + k] = (3 * p + q) >> 2;
      linear[3 * j + k] = (p + 3 * q) >> 2;
    }
  };
  const columns = Math.min(region.width, view.x + view.width - 1 - region.x);
  for (let y = region.y; y < Math.min(region.y + region.height, view.y + view.height - 1); y++) {
    for (let i = y * width + region.x, end = i + columns; i < end; i++) {
      const here = inverse[i];
      const right = inverse[i + 1];
      const below = inverse[i + width];
      if (here > right * EDGE || right > here * EDGE) mix(i, i + 1);
      if (here > below * EDGE || below > here * EDGE) mix(i, i + width);
    }
  }
}
