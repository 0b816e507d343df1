/**
 * The mean face: what reliefs are settled on. Made from synthetic people of the training pool by `facet train` and kept in
 * models/mean-face.bin.
 */
import { FacetError } from '../../contract/result.ts';
import { LANDMARK_COUNT } from '../face/types.ts';
import { RELIEF, RELIEF_CELLS } from './relief.ts';
import { TILT_TERMS } from './tilt.ts';

export interface MeanFace {
  /** Height in millimetres of each relief cell's centre; cells beside the face continue it smoothly. */
  readonly height: Float32Array;
  /** 3 planes: unit normal of the surface in each cell. */
  readonly normal: Float32Array;
  /** 1 in the cells of the inner face (brows to chin, cheek to cheek), which move least with hair and expression. */
  readonly inner: Uint8Array;
  /** 1 in the cells that no expression moves by much: brow, orbits, nose, upper cheeks. */
  readonly steady: Uint8Array;
  /** 468 × 3: where each mesh landmark sits on the mean head, head frame, millimetres. */
  readonly landmarks: Float32Array;
  /** How a face's own shape tilts its settled pose: the coefficients of tilt.ts. */
  readonly tilt: Float32Array;
}

/** The ellipse of the inner face in the head frame, millimetres. */
const INNER = { x: 0, y: -22, halfWidth: 52, halfHeight: 58 };

/**
 * Where a face stays as it is while it smiles, talks or opens the mouth, in the head frame, millimetres: measured on real
 * people, whose forehead moves by 0.65 mm when the mouth opens where reliefs settle on this, by 1.73 where on the inner face.
 */
const isSteady = (x: number, y: number): boolean => Math.abs(x) < (y < -20 ? 20 : 48) && y > -45 && y < 42;

/** Completes the parts that follow from heights and landmarks. */
export function meanFaceFrom(
  height: Float32Array,
  landmarks: Float32Array,
  tilt: Float32Array = new Float32Array(TILT_TERMS),
): MeanFace {
  const { columns, rows, cell, left, top } = RELIEF;
  const normal = new Float32Array(3 * RELIEF_CELLS);
  const inner = new Uint8Array(RELIEF_CELLS);
  const steady = new Uint8Array(RELIEF_CELLS);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const i = row * columns + column;
      const west = Math.max(0, column - 1);
      const east = Math.min(columns - 1, column + 1);
      const north = Math.max(0, row - 1);
      const south = Math.min(rows - 1, row + 1);
      const dx = (height[row * columns + east] - height[row * columns + west]) / ((east - west) * cell);
      const dy =
        (height[north * columns + column] - height[south * columns + column]) / ((south - north) * cell);
      const length = Math.sqrt(1 + dx * dx + dy * dy);
      normal[i] = -dx / length;
      normal[RELIEF_CELLS + i] = -dy / length;
      normal[2 * RELIEF_CELLS + i] = 1 / length;
      const x = left + (column + 0.5) * cell;
      const y = top - (row + 0.5) * cell;
      if (Math.hypot((x - INNER.x) / INNER.halfWidth, (y - INNER.y) / INNER.halfHeight) <= 1) inner[i] = 1;
      if (isSteady(x, y)) steady[i] = 1;
    }
  return { height, normal, inner, steady, landmarks, tilt };
}

const MAGIC = 0x46434d46; // "FMCF"
const SIZES = [RELIEF_CELLS, LANDMARK_COUNT * 3, TILT_TERMS] as const;
const HEADER = [MAGIC, RELIEF.columns, RELIEF.rows, LANDMARK_COUNT, TILT_TERMS] as const;
const LENGTH = 4 * (HEADER.length + SIZES[0] + SIZES[1] + SIZES[2]);

/** Little-endian: the header (uint32 each), then heights, landmarks and tilt (float32). */
export function encodeMeanFace({ height, landmarks, tilt }: MeanFace): Uint8Array {
  const bytes = new Uint8Array(LENGTH);
  const view = new DataView(bytes.buffer);
  HEADER.forEach((value, i) => view.setUint32(i * 4, value, true));
  [...height, ...landmarks, ...tilt].forEach((value, i) =>
    view.setFloat32(4 * (HEADER.length + i), value, true),
  );
  return bytes;
}

/** @throws FacetError `model-altered` where the bytes are not a mean face on this program's grid. */
export function decodeMeanFace(bytes: Uint8Array): MeanFace {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength !== LENGTH || HEADER.some((value, i) => view.getUint32(i * 4, true) !== value))
    throw new FacetError(
      'model-altered',
      'models/mean-face.bin does not hold a mean face for this version of Facet. Restore it from the repository.',
    );
  let at = 4 * HEADER.length;
  const [height, landmarks, tilt] = SIZES.map((size) => {
    const values = Float32Array.from({ length: size }, (_, i) => view.getFloat32(at + 4 * i, true));
    at += 4 * size;
    return values;
  });
  return meanFaceFrom(height, landmarks, tilt);
}
