/**
 * Folders as Open3D's examples and reconstruction system use them: `color/` (or `colour/`) and `depth/` with
 * files of the same name, optional `infrared/`, and `intrinsic.json`. Depth is registered to colour already.
 */
import { readdir } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { z } from 'zod';
import { FacetError } from '../../contract/result.ts';
import { ms } from '../../contract/units.ts';
import type { Intrinsics, SensorFrame } from '../../core/sense/frames.ts';
import { checkIntrinsics } from '../../core/sense/plausible.ts';
import { readBounded, readGrey16, readRgb } from './picture.ts';

export interface ImportOptions {
  /** Frames a second; the folders carry no times. */
  readonly fps: number;
  /** Called for each frame that is left out, with the sentence that says why. */
  readonly onSkip: (reason: string) => void;
}

/** Open3D's PinholeCameraIntrinsic; the matrix is column-major. */
const pinholeCameraIntrinsic = z.object({
  width: z.number(),
  height: z.number(),
  intrinsic_matrix: z.array(z.number()).length(9),
});

/**
 * Frames in the order of their names, numbered from 0; a frame whose pictures do not do is skipped and leaves a
 * gap in `sequence`. Throws FacetError `bad-input` where the folder itself does not do.
 */
export async function* open3dFrames(
  folder: string,
  { fps, onSkip }: ImportOptions,
): AsyncGenerator<SensorFrame, void, undefined> {
  const intrinsics = await readIntrinsics(join(folder, 'intrinsic.json'));
  const depth = await picturesByName(join(folder, 'depth'), /\.png$/i);
  if (!depth) throw new FacetError('bad-input', `${folder} has no folder depth/ with 16-bit PNG pictures.`);
  const jpegOrPng = /\.(png|jpe?g)$/i;
  const colour =
    (await picturesByName(join(folder, 'color'), jpegOrPng)) ??
    (await picturesByName(join(folder, 'colour'), jpegOrPng)) ??
    new Map<string, string>();
  const infrared = (await picturesByName(join(folder, 'infrared'), /\.png$/i)) ?? new Map<string, string>();

  for (const [name, path] of colour) if (!depth.has(name)) onSkip(`${path} has no depth picture.`);
  const fit = <P extends { width: number; height: number }>(picture: P, path: string): P => {
    if (picture.width === intrinsics.width && picture.height === intrinsics.height) return picture;
    throw new FacetError(
      'bad-input',
      `${path} has ${picture.width}×${picture.height} pixels and intrinsic.json ${intrinsics.width}×${intrinsics.height}.`,
    );
  };
  let sequence = -1;
  for (const [name, depthPath] of depth) {
    sequence++;
    const colourPath = colour.get(name);
    const infraredPath = infrared.get(name);
    try {
      if (!colourPath && colour.size > 0)
        throw new FacetError('bad-input', `${depthPath} has no colour picture.`);
      const depthPicture = fit(await readGrey16(depthPath), depthPath);
      const colourPicture = colourPath && fit(await readRgb(colourPath), colourPath);
      const infraredPicture = infraredPath && fit(await readGrey16(infraredPath), infraredPath);
      yield {
        sequence,
        capturedAt: ms((sequence * 1000) / fps),
        depth: { ...depthPicture, intrinsics },
        ...(colourPicture && { colour: { ...colourPicture, channels: 3, intrinsics } }),
        ...(infraredPicture && { infrared: { ...infraredPicture, intrinsics } }),
        depthToColour: { rotation: [1, 0, 0, 0, 1, 0, 0, 0, 1], translation: [0, 0, 0] },
      };
    } catch (error) {
      if (!(error instanceof FacetError)) throw error;
      onSkip(error.message);
    }
  }
}

async function readIntrinsics(path: string): Promise<Intrinsics> {
  const bytes = await readBounded(path, 64 * 1024);
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new FacetError('bad-input', `${path} is not JSON.`, { cause });
  }
  const parsed = pinholeCameraIntrinsic.safeParse(json);
  if (!parsed.success) {
    throw new FacetError(
      'bad-input',
      `${path} is no PinholeCameraIntrinsic of Open3D: it needs width, height and nine finite numbers in intrinsic_matrix.`,
    );
  }
  const { width, height, intrinsic_matrix: m } = parsed.data;
  if ([1, 2, 3, 5].some((i) => m[i] !== 0) || m[8] !== 1) {
    throw new FacetError('bad-input', `${path}: intrinsic_matrix is no column-major pinhole matrix.`);
  }
  const intrinsics = { width, height, fx: m[0], fy: m[4], cx: m[6], cy: m[7] };
  checkIntrinsics(path, intrinsics);
  return intrinsics;
}

/** Name without extension → path, sorted by number; undefined where there is no such folder. */
async function picturesByName(folder: string, pattern: RegExp): Promise<Map<string, string> | undefined> {
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new FacetError('bad-input', `${folder} cannot be read: ${error.code ?? error.message}.`, {
      cause: error,
    });
  });
  return (
    files &&
    new Map(
      files
        .filter((file) => pattern.test(file))
        .sort(byNumber)
        .map((file) => [parse(file).name, join(folder, file)]),
    )
  );
}

/** 2 before 10, whatever the language of the machine. */
export const byNumber = new Intl.Collator('en', { numeric: true }).compare;
