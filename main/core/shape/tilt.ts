/**
 * A long chin or a flat brow tilts where a face settles on the mean face by a few degrees, always the same for one person. The
 * relief itself tells by how much: a linear map of its coarse departures from the mean face, fitted on synthetic people, whose
 * true pose is known. Only the pose that is reported is corrected; reliefs stay as they settled.
 */
import type { Rigid } from '../sense/frames.ts';
import { compose, rotationFromVector } from '../geometry/rigid.ts';
import type { MeanFace } from './mean-face.ts';
import { OBSERVED, RELIEF, type Relief } from './relief.ts';

/** Relief cells are averaged over squares of this many. */
const BLOCK = 4;
const ACROSS = RELIEF.columns / BLOCK;
/** Coefficients: one a square, then the constant. Degrees per millimetre, degrees. */
export const TILT_TERMS = ACROSS * (RELIEF.rows / BLOCK) + 1;

/** What the map reads of a relief: mean departures in millimetres, 0 where nothing was observed, then 1. */
export function tiltTerms(relief: Relief, mean: Pick<MeanFace, 'height'>): Float64Array {
  const terms = new Float64Array(TILT_TERMS);
  for (let square = 0; square < TILT_TERMS - 1; square++) {
    const row = Math.floor(square / ACROSS) * BLOCK;
    const column = (square % ACROSS) * BLOCK;
    let sum = 0;
    let count = 0;
    for (let j = 0; j < BLOCK; j++)
      for (let i = 0; i < BLOCK; i++) {
        const cell = (row + j) * RELIEF.columns + column + i;
        const weight = relief.weight[cell];
        if (weight < OBSERVED) continue;
        sum += relief.height[cell] / weight - mean.height[cell];
        count++;
      }
    if (count > 0) terms[square] = sum / count;
  }
  terms[TILT_TERMS - 1] = 1;
  return terms;
}

/** The head's place with the tilt of its own shape taken out. */
export function withoutTilt(settled: Rigid, relief: Relief, mean: MeanFace): Rigid {
  const degrees = tiltTerms(relief, mean).reduce((sum, term, i) => sum + term * mean.tilt[i], 0);
  const turn = rotationFromVector((-degrees * Math.PI) / 180, 0, 0);
  return compose(settled, { rotation: turn, translation: [0, 0, 0] });
}
