/**
 * Sessions of the VAP RGB-D face database (Høg et al. 2012; Kinect for Windows): beside each other
 * `<name>d.dat`, depth as text, and `<name>c.bmp`, colour at 640×480 or 1280×960.
 *
 * The database comes without calibration. Assumed here: pinhole cameras with the principal point in the middle
 * and a focal length of 575 pixels at a width of 640 (the Kinect's depth camera, so that faces have their true
 * width in millimetres), and depth registered to colour, as everyone who crops the same window out of both
 * assumes. Colour may therefore lie a few millimetres beside the depth it belongs to.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FacetError } from '../../contract/result.ts';
import { ms } from '../../contract/units.ts';
import type { Intrinsics, SensorFrame } from '../../core/sense/frames.ts';
import { decodeBitmap } from './bitmap.ts';
import { parseDepthTable } from './depth-table.ts';
import { byNumber } from './open3d-folder.ts';
import type { ImportOptions } from './open3d-folder.ts';
import { readBounded } from './picture.ts';

const WIDTH = 640;
const HEIGHT = 480;
const FOCAL_LENGTH = 575;
/** 640×480 numbers of up to twelve characters each. */
const MAX_TABLE_BYTES = 4 * 1024 * 1024;

export const VAP_DEPTH = /d\.dat$/i;

/**
 * Frames in the order of their names, numbered from 0; a frame whose files do not do is skipped and leaves a gap
 * in `sequence`. Throws FacetError `bad-input` where the folder cannot be read.
 */
export async function* vapFrames(
  folder: string,
  { fps, onSkip }: ImportOptions,
): AsyncGenerator<SensorFrame, void, undefined> {
  const files = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    throw new FacetError('bad-input', `${folder} cannot be read: ${cause.code ?? cause.message}.`, { cause });
  });
  const present = new Set(files);
  let sequence = -1;
  for (const table of files.filter((file) => VAP_DEPTH.test(file)).sort(byNumber)) {
    sequence++;
    const tablePath = join(folder, table);
    const bitmap = ['c.bmp', 'C.BMP', 'c.BMP']
      .map((end) => table.replace(VAP_DEPTH, end))
      .find((b) => present.has(b));
    try {
      if (!bitmap)
        throw new FacetError(
          'bad-input',
          `${tablePath} has no colour picture ${table.replace(VAP_DEPTH, 'c.bmp')}.`,
        );
      const bitmapPath = join(folder, bitmap);
      const depth = parseDepthTable(await readBounded(tablePath, MAX_TABLE_BYTES), WIDTH, HEIGHT, tablePath);
      const colour = decodeBitmap(await readBounded(bitmapPath), bitmapPath);
      if (colour.width * HEIGHT !== colour.height * WIDTH) {
        throw new FacetError(
          'bad-input',
          `${bitmapPath} has ${colour.width}×${colour.height} pixels; a VAP session has 640×480 or 1280×960.`,
        );
      }
      yield {
        sequence,
        capturedAt: ms((sequence * 1000) / fps),
        depth: { width: WIDTH, height: HEIGHT, data: depth, intrinsics: kinect(WIDTH, HEIGHT) },
        colour: { ...colour, channels: 3, intrinsics: kinect(colour.width, colour.height) },
        depthToColour: { rotation: [1, 0, 0, 0, 1, 0, 0, 0, 1], translation: [0, 0, 0] },
      };
    } catch (error) {
      if (!(error instanceof FacetError)) throw error;
      onSkip(error.message);
    }
  }
}

const kinect = (width: number, height: number): Intrinsics => {
  const f = (FOCAL_LENGTH * width) / WIDTH;
  return { width, height, fx: f, fy: f, cx: (width - 1) / 2, cy: (height - 1) / 2 };
};
