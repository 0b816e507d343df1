/** Descriptors of many picture files, one after the other, while the next ones are being decoded. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import sharp from 'sharp';
import { FacetError } from '../../contract/result.ts';
import {
  describeFace,
  type DescribedFace,
  type FaceDescriber,
  type WhichFace,
} from '../../core/face/describe.ts';
import { readImage, type ReadImage } from './read-image.ts';

/** What is known of one picture. Box in pixels of the file (upright), pose in degrees. */
export type EmbeddedImage =
  | {
      readonly path: string;
      readonly found: true;
      readonly box: {
        readonly x: number;
        readonly y: number;
        readonly width: number;
        readonly height: number;
      };
      readonly pose: { readonly yaw: number; readonly pitch: number; readonly roll: number };
      readonly embedding: number[];
      readonly modelId: string;
      /** Detection to embedding; reading the file happens meanwhile and is not counted. */
      readonly ms: number;
    }
  | { readonly path: string; readonly found: false; readonly ms: number }
  | { readonly path: string; readonly found: false; readonly error: string };

/** Pictures decoded ahead of the one in the models: bounds the memory. */
const AHEAD = 3;

/**
 * Describes one face of each picture that the list names (one path a line, relative to the current
 * folder; empty lines and lines that begin with # are skipped), in the order of the list. A picture that cannot be read yields its `error`.
 * @throws FacetError `bad-input` if the list itself cannot be read.
 */
export async function* embedList(
  listPath: string,
  describer: FaceDescriber,
  signal?: AbortSignal,
  which?: WhichFace,
): AsyncGenerator<EmbeddedImage> {
  // Pictures are decoded side by side; threads within one, and a cache of what is read once, would only cost.
  sharp.concurrency(1);
  sharp.cache(false);
  const waiting: { path: string; image: ReturnType<typeof readImage> }[] = [];
  for await (const path of pathsOf(listPath)) {
    if (signal?.aborted) return;
    waiting.push({ path, image: readImage(path) });
    if (waiting.length > AHEAD) yield await embed(waiting.shift()!, describer, which);
  }
  for (const next of waiting) {
    if (signal?.aborted) return;
    yield await embed(next, describer, which);
  }
}

async function* pathsOf(listPath: string): AsyncGenerator<string> {
  try {
    for await (const line of createInterface({
      input: createReadStream(listPath, 'utf8'),
      crlfDelay: Infinity,
    })) {
      const path = line.replace(/^\uFEFF/, '').trim();
      if (path && !path.startsWith('#')) yield path;
    }
  } catch (cause) {
    throw new FacetError(
      'bad-input',
      `The list ${listPath} cannot be read; give a text file with one path a line.`,
      {
        cause,
      },
    );
  }
}

async function embed(
  { path, image }: { path: string; image: ReturnType<typeof readImage> },
  describer: FaceDescriber,
  which?: WhichFace,
): Promise<EmbeddedImage> {
  const read = await image;
  if (!read.ok) return { path, found: false, error: read.message };
  const started = performance.now();
  const face = await describeFace(read.value.picture, describer, which);
  const ms = round(performance.now() - started, 10);
  return face ? { ...present(path, face, read.value), ms } : { path, found: false, ms };
}

function present(path: string, { box, pose, embedding, modelId }: DescribedFace, { scale }: ReadImage) {
  // Pixel centres: (0, 0) of the shrunk picture lies at (scale − 1) / 2 of the file.
  const shift = (scale - 1) / 2;
  const pixels = (value: number): number => round(value, 10);
  return {
    path,
    found: true as const,
    box: {
      x: pixels(box.x * scale + shift),
      y: pixels(box.y * scale + shift),
      width: pixels(box.width * scale),
      height: pixels(box.height * scale),
    },
    pose: { yaw: round(pose.yaw, 10), pitch: round(pose.pitch, 10), roll: round(pose.roll, 10) },
    // Six decimals lose nothing that matters to a distance, and halve the line.
    embedding: Array.from(embedding, (value) => round(value, 1e6)),
    modelId,
  };
}

const round = (value: number, steps: number): number => Math.round(value * steps) / steps;
