/** The head pack: mesh, morph targets and textures from which every synthetic person is made. */
import { join } from 'node:path';
import { assetsFolder } from '../../program-files.ts';
import { readFileSync } from 'node:fs';
import { FacetError } from '../../../contract/result.ts';
import type { Texture } from '../surface.ts';
import { openPack } from './pack-format.ts';

export interface MeshRecord {
  readonly name: string;
  /** Each vertex is a weighted sum of three points plus an offset; otherwise it is one point. */
  readonly bound: boolean;
}

/** What the index of the pack tells beyond its sections. Points are base vertices that meshes refer to. */
export interface HeadPackContent {
  readonly source: string;
  readonly meshes: readonly MeshRecord[];
  readonly skins: readonly string[];
  readonly eyes: readonly string[];
  readonly brows: readonly string[];
  readonly hair: readonly string[];
  /** Points of each eyeball; left and right are the person's own. */
  readonly eyeLeft: readonly number[];
  readonly eyeRight: readonly number[];
  /** Points around the joint between skull and neck, and around the tip of the jaw bone. */
  readonly skullBase: readonly number[];
  readonly jaw: readonly number[];
  /** Skin whose texture coordinates are both above these lies inside: mouth and eye sockets. */
  readonly skinInside: readonly [number, number];
  /** Names of the morph targets, such as `nose/nose-hump-more`. */
  readonly targets: readonly string[];
}

export interface PackMesh {
  /** n × 3 points of each vertex, or n × 1 where `weights` is absent. */
  readonly references: Uint16Array;
  readonly weights?: Float32Array;
  /** n × 3, millimetres. */
  readonly offsets?: Float32Array;
  /** n × 2, 0 … 1 from the top-left. */
  readonly uvs: Float32Array;
  readonly triangles: Uint32Array;
  /** n values 0 … 1. */
  readonly follow: Float32Array;
}

/** One morph target: where it moves which points, 0.1 mm a unit at weight 1. */
interface Target {
  readonly points: Uint16Array;
  readonly x: Int16Array;
  readonly y: Int16Array;
  readonly z: Int16Array;
}

export interface HeadPack {
  readonly content: HeadPackContent;
  /** p × 3, millimetres, the package's own frame (y up, z out of the face), before any target. */
  readonly points: Float32Array;
  /** p values 0 … 1. */
  readonly follow: Float32Array;
  readonly targets: ReadonlyMap<string, Target>;
  mesh(name: string): PackMesh;
  /** Decoded on first use and kept: `skin/…`, `eyes/…`, `brows/…`, `hair/…`. */
  texture(name: string): Texture;
}

/** Where the pack lies in the repository. */
export const headPackFile = (): string => join(assetsFolder(), 'people', 'head-pack.bin');

/** Reads the pack from disk. @throws FacetError `bad-input` where it is missing, cut off or altered. */
export function loadHeadPack(file: URL | string = headPackFile()): HeadPack {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new FacetError(
      'bad-input',
      `The head pack ${String(file)} cannot be read. Restore it from version control, or make it anew with scripts/make-head-pack.ts.`,
      { cause },
    );
  }
  return decodeHeadPack(bytes, String(file));
}

/** @param origin named in messages. @throws FacetError `bad-input` where the bytes are not a whole pack. */
export function decodeHeadPack(bytes: Uint8Array, origin: string): HeadPack {
  const opened = openPack<HeadPackContent>(bytes, origin);
  const { content } = opened;
  const points = Float32Array.from(opened.array('points'), (v) => v / 100);
  const follow = Float32Array.from(opened.array('follow'), (v) => v / 65535);
  const boundMeshes = new Map(content.meshes.map(({ name, bound }) => [name, bound]));
  const meshes = new Map<string, PackMesh>();
  const textures = new Map<string, Texture>();

  const targets = new Map<string, Target>();
  const counts = opened.array('targets/counts');
  const indices = opened.array('targets/steps') as Uint16Array;
  const [x, y, z] = ['x', 'y', 'z'].map((axis) => opened.array(`targets/${axis}`) as Int16Array) as [
    Int16Array,
    Int16Array,
    Int16Array,
  ];
  let start = 0;
  content.targets.forEach((name, row) => {
    const end = start + counts[row];
    for (let i = start + 1; i < end; i++) indices[i] = indices[i] + indices[i - 1];
    targets.set(name, {
      points: indices.subarray(start, end),
      x: x.subarray(start, end),
      y: y.subarray(start, end),
      z: z.subarray(start, end),
    });
    start = end;
  });

  const decodeMesh = (name: string): PackMesh => {
    const bound = boundMeshes.get(name);
    if (bound === undefined)
      throw new FacetError('bad-input', `The head pack ${origin} has no mesh "${name}".`);
    const references = opened.array(`${name}/references`) as Uint16Array;
    const uvs = Float32Array.from(opened.array(`${name}/uvs`), (v) => v / 65535);
    const triangles = Uint32Array.from(opened.array(`${name}/triangles`));
    if (!bound)
      return { references, uvs, triangles, follow: Float32Array.from(references, (p) => follow[p]) };
    const weights = Float32Array.from(opened.array(`${name}/weights`), (v) => v / 1e5);
    const offsets = Float32Array.from(opened.array(`${name}/offsets`), (v) => v / 1e3);
    const meshFollow = new Float32Array(references.length / 3);
    for (let i = 0; i < meshFollow.length; i++) {
      let sum = 0;
      for (let k = i * 3; k < i * 3 + 3; k++) sum += weights[k] * follow[references[k]];
      meshFollow[i] = Math.min(1, Math.max(0, sum));
    }
    return { references, weights, offsets, uvs, triangles, follow: meshFollow };
  };

  const decodeTexture = (name: string): Texture => {
    const { width, height, channels, data } = opened.texture(name);
    if (channels !== 2) return { width, height, channels, data };
    const rgba = new Uint8Array(width * height * 4);
    for (let i = 0; i < width * height; i++) {
      rgba.fill(data[i * 2], i * 4, i * 4 + 3);
      rgba[i * 4 + 3] = data[i * 2 + 1]!;
    }
    return { width, height, channels: 4, data: rgba };
  };

  const once =
    <T>(kept: Map<string, T>, make: (name: string) => T) =>
    (name: string): T => {
      let value = kept.get(name);
      if (value === undefined) {
        value = make(name);
        kept.set(name, value);
      }
      return value;
    };
  return {
    content,
    points,
    follow,
    targets,
    mesh: once(meshes, decodeMesh),
    texture: once(textures, decodeTexture),
  };
}
