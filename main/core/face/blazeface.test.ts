import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IDENTITY } from './affine.ts';
import {
  blazefaceAnchors,
  decodeCandidates,
  intersectionOverUnion,
  mergeOverlapping,
  toFaceBox,
  type Candidate,
} from './blazeface.ts';

const box = fc
  .record({
    x: fc.double({ min: 0, max: 200, noNaN: true }),
    y: fc.double({ min: 0, max: 200, noNaN: true }),
    size: fc.double({ min: 5, max: 60, noNaN: true }),
    score: fc.double({ min: 0.5, max: 1, noNaN: true }),
  })
  .map(({ x, y, size, score }): Candidate => {
    const values = new Float64Array(16);
    values.set([x, y, x + size, y + size]);
    return { score, values };
  });
const candidates = fc.array(box, { maxLength: 40 }).map((list) => list.sort((p, q) => q.score - p.score));

describe('anchors', () => {
  const anchors = blazefaceAnchors();

  it('are 896, the fine grid first', () => {
    expect(anchors.length).toBe(2 * 896);
    expect([...anchors.subarray(0, 6)]).toEqual([8, 8, 8, 8, 24, 8]);
    expect([...anchors.subarray(1024, 1026)]).toEqual([16, 16]);
    expect([...anchors.subarray(1034, 1038)]).toEqual([16, 16, 48, 16]);
    expect([...anchors.subarray(-2)]).toEqual([240, 240]);
  });

  it('all lie inside the input', () => {
    for (const centre of anchors) expect(centre > 0 && centre < 256).toBe(true);
  });
});

describe('decoding', () => {
  it('keeps what scores enough, best first, around its anchor', () => {
    const anchors = Float32Array.of(8, 8, 100, 120);
    const boxes = new Float32Array(32);
    boxes.set([1, 2, 10, 20, 3, 4], 0);
    boxes.set([0, 0, 40, 60, -5, 5], 16);
    const found = decodeCandidates(Float32Array.of(0.5, 2), boxes, anchors, 0.5);
    expect(found.map(({ score }) => Number(score.toFixed(3)))).toEqual([0.881, 0.622]);
    expect([...found[0].values.subarray(0, 6)]).toEqual([80, 90, 120, 150, 95, 125]);
    expect([...found[1].values.subarray(0, 6)]).toEqual([4, 0, 14, 20, 11, 12]);
    expect(decodeCandidates(Float32Array.of(0.5, 2), boxes, anchors, 0.7)).toHaveLength(1);
  });

  it('drops scores that are no number and boxes without extent', () => {
    const boxes = new Float32Array(32).fill(5);
    boxes[18] = 0;
    expect(decodeCandidates(Float32Array.of(NaN, 9), boxes, new Float32Array(4), 0.5)).toEqual([]);
  });
});

describe('merging', () => {
  it('leaves no two of the best that overlapped, and loses no face', () =>
    fc.assert(
      fc.property(candidates, (list) => {
        const merged = mergeOverlapping(list, 0.3);
        expect(merged.length > 0).toBe(list.length > 0);
        expect(merged.map(({ score }) => score)).toEqual(
          [...merged.map(({ score }) => score)].sort((p, q) => q - p),
        );
        const kept = list.filter(({ score }) => merged.some((m) => m.score === score));
        for (const candidate of list) {
          const nearest = Math.max(...kept.map((k) => intersectionOverUnion(k.values, candidate.values)));
          expect(nearest).toBeGreaterThanOrEqual(0.3);
        }
      }),
    ));

  it('keeps what stands apart as it is', () => {
    const at = (x: number): Candidate => ({
      score: 0.9,
      values: Float64Array.from({ length: 16 }, (_, k) => x + k),
    });
    expect(mergeOverlapping([at(0), at(100)])).toEqual([at(0), at(100)]);
  });

  it('weighs the members of a group by their scores', () => {
    const at = (score: number, x: number): Candidate => ({
      score,
      values: Float64Array.from({ length: 16 }, (_, k) =>
        k === 0 ? x : k === 2 ? x + 100 : k === 3 ? 100 : 0,
      ),
    });
    const [face, ...others] = mergeOverlapping([at(0.9, 0), at(0.6, 10)]);
    expect(others).toEqual([]);
    expect(face.score).toBe(0.9);
    expect(face.values[0]).toBeCloseTo(4);
  });

  it('measures overlap symmetrically, 1 with itself and 0 apart', () =>
    fc.assert(
      fc.property(box, box, (p, q) => {
        expect(intersectionOverUnion(p.values, p.values)).toBeCloseTo(1);
        const overlap = intersectionOverUnion(p.values, q.values);
        expect(overlap).toBeCloseTo(intersectionOverUnion(q.values, p.values));
        expect(overlap >= 0 && overlap <= 1 + 1e-9).toBe(true);
      }),
    ));

  it('brings boxes and points into the picture', () => {
    const values = Float64Array.from([10, 20, 30, 60, 15, 25, 16, 26, 17, 27, 18, 28, 19, 29, 20, 30]);
    const face = toFaceBox({ score: 0.8, values }, [2, 0, 100, 0, 2, 50]);
    expect(face).toMatchObject({ x: 119, y: 89, width: 40, height: 80, score: 0.8 });
    expect([...face.points.subarray(0, 2)]).toEqual([129, 99]);
    expect(toFaceBox({ score: 0.8, values }, IDENTITY).x).toBe(9.5);
  });
});
