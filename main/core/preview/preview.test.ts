import { describe, expect, it } from 'vitest';
import { decodePreview, encodePreview, type Preview, type PreviewKind } from '../../contract/api.ts';
import { ms } from '../../contract/units.ts';
import type { DepthImage, SensorFrame } from '../sense/frames.ts';
import { enlarge, hillShade, mirrored, smoothHeights } from './hill-shade.ts';
import { ManualClock } from '../manual-clock.ts';
import { depthPreview, followHead, gather, mirrorPreview, pointsPreview, reliefPreview } from './preview.ts';
import { PreviewStream } from './preview-stream.ts';
import { fuse, RELIEF, RELIEF_CELLS, type Relief } from '../shape/relief.ts';

const [WIDTH, HEIGHT] = [512, 424];

/** A ball of 110 mm radius before an empty room; `u` is where its middle is seen. */
function ball(u = 256, centre = 700): DepthImage {
  const intrinsics = { width: WIDTH, height: HEIGHT, fx: 365, fy: 365, cx: 256, cy: 212 };
  const data = new Uint16Array(WIDTH * HEIGHT);
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++) {
      const dx = ((x - u) * centre) / 365;
      const dy = ((y - 212) * centre) / 365;
      const inside = 110 ** 2 - dx * dx - dy * dy;
      data[y * WIDTH + x] = inside > 0 ? centre - Math.sqrt(inside) : 2500;
    }
  return { width: WIDTH, height: HEIGHT, data, intrinsics };
}

const frameOf = (depth: DepthImage, sequence = 0): SensorFrame => ({
  sequence,
  capturedAt: ms(0),
  depth,
  depthToColour: { rotation: [1, 0, 0, 0, 1, 0, 0, 0, 1], translation: [0, 0, 0] },
});

const at = ({ width, data }: Preview, x: number, y: number) => data[y * width + x];

/** A relief of which every cell was seen once, at the given height. */
const reliefWith = (heightAt: (column: number, row: number) => number | undefined): Relief => {
  const relief = fuse([]);
  for (let i = 0; i < RELIEF_CELLS; i++) {
    const height = heightAt(i % RELIEF.columns, Math.floor(i / RELIEF.columns));
    if (height === undefined) continue;
    relief.weight[i] = 1;
    relief.height[i] = height;
  }
  return { ...relief, frames: 1 };
};

describe('the mirror', () => {
  it('shows a head lit from above, and nothing of the room behind it', () => {
    const depth = ball();
    const preview = mirrorPreview(depth, followHead(undefined, depth));
    expect([at(preview, 2, 2), at(preview, 157, 157)]).toEqual([0, 0]);
    const rows = preview.data.length / preview.width;
    const column = Array.from({ length: rows }, (_, y) => at(preview, 80, y));
    const seen = column.flatMap((brightness, y) => (brightness > 0 ? [y] : []));
    const [top, bottom] = [seen[0] + 8, seen.at(-1)! - 8];
    expect(column[top]).toBeGreaterThan(column[bottom] + 40);
  });

  it('is a mirror: a head that moves to the right of the picture moves to the left of it', () => {
    const view = followHead(undefined, ball())!;
    const preview = mirrorPreview(ball(290), view);
    const columnsSeen = Array.from(preview.data).flatMap((value, i) =>
      value > 0 ? [i % preview.width] : [],
    );
    const middle = columnsSeen.reduce((sum, x) => sum + x, 0) / columnsSeen.length;
    expect(middle).toBeLessThan(70);
  });

  it('follows calmly, jumps to somebody else, and is black when nobody is there', () => {
    const first = followHead(undefined, ball(200))!;
    const moved = followHead(first, ball(220))!;
    expect(moved.u).toBeGreaterThan(first.u);
    expect(moved.u).toBeLessThan(first.u + 10);
    expect(followHead(first, ball(420))!.u).toBeGreaterThan(400);
    const empty = ball();
    empty.data.fill(0);
    expect(followHead(first, empty)).toBeUndefined();
    expect(mirrorPreview(empty, undefined).data.every((value) => value === 0)).toBe(true);
  });
});

describe('the relief', () => {
  it('is enlarged, mirrored and black where nothing was seen', () => {
    const left = reliefPreview(reliefWith((column) => (column < 20 ? 0 : undefined)));
    expect([left.width, left.height]).toEqual([RELIEF.columns * 3, RELIEF.rows * 3]);
    expect(at(left, 5, 90)).toBe(0);
    expect(at(left, left.width - 10, 90)).toBeGreaterThan(0);
  });

  it('fills while frames are gathered', () => {
    const even = reliefWith((column) => (column % 2 === 0 ? 1 : undefined));
    const odd = reliefWith((column) => (column % 2 === 1 ? 1 : undefined));
    const seen = (relief: Relief) => relief.weight.filter((weight) => weight > 0.25).length;
    expect(seen(gather(gather(undefined, even), odd))).toBe(RELIEF_CELLS);
  });
});

describe('hill shading', () => {
  it('gives a plane one brightness, holes none, and a slope to the light more', () => {
    const plane = (dx: number, dy: number) =>
      Float32Array.from({ length: 25 }, (_, i) => (i % 5) * dx + Math.floor(i / 5) * dy);
    const flat = hillShade(plane(0, 0), 5, 5, 1);
    expect(new Set(flat).size).toBe(1);
    // Rising downwards faces up; rising to the right faces left.
    expect(hillShade(plane(0, 0.5), 5, 5, 1)[12]).toBeGreaterThan(flat[12]);
    expect(hillShade(plane(0, -0.5), 5, 5, 1)[12]).toBeLessThan(flat[12]);
    expect(hillShade(plane(0.5, 0), 5, 5, 1)[12]).toBeGreaterThan(flat[12]);
    const holed = plane(0, 0).fill(NaN, 12, 13);
    expect([hillShade(holed, 5, 5, 1)[12], hillShade(holed, 5, 5, 1)[11]]).toEqual([0, flat[11]]);
  });

  it('smooths noise but no edge, and keeps holes', () => {
    const heights = Float32Array.of(0, 2, 0, 2, 100, 102, 100, NaN);
    const smooth = smoothHeights(heights, 8, 1, 20, 1);
    expect(Math.abs(smooth[1] - smooth[2])).toBeLessThan(1);
    expect(smooth[3]).toBeLessThan(3);
    expect(smooth[4]).toBeGreaterThan(99);
    expect(smooth[7]).toBeNaN();
  });

  it('enlarges evenly and mirrors each row', () => {
    const large = enlarge(Float32Array.of(0, 3), 2, 1, 3);
    expect([...large.slice(0, 6)]).toEqual(
      [0, 0, 1, 2, 3, 3].map((value) => expect.closeTo(value, 5) as number),
    );
    expect([...mirrored(Uint8Array.of(1, 2, 3, 4), 2)]).toEqual([2, 1, 4, 3]);
  });
});

describe('other previews', () => {
  it('cross the wire as they are', () => {
    for (const preview of [
      depthPreview(ball()),
      pointsPreview(frameOf(ball()))!,
      mirrorPreview(ball(), undefined),
    ]) {
      const { data, ...rest } = decodePreview(encodePreview(preview))!;
      expect(rest).toEqual({ kind: preview.kind, width: preview.width, height: preview.height });
      expect(Buffer.compare(data, preview.data)).toBe(0);
    }
  });

  it('place points where the camera measured them', () => {
    const { data, width } = pointsPreview(frameOf(ball()))!;
    const view = new DataView(data.buffer);
    const nearest = Math.min(...Array.from({ length: width }, (_, i) => view.getInt16(i * 12 + 4, true)));
    expect(nearest).toBe(590);
  });
});

describe('the stream of previews', () => {
  function stream() {
    const clock = new ManualClock();
    const sent: PreviewKind[] = [];
    const previews = new PreviewStream(clock, ({ kind }) => sent.push(kind));
    const offer = (depth = ball()) => previews.offer({ frame: frameOf(depth), purpose: 'unlock' });
    return { clock, sent, previews, offer };
  }

  it('makes none unless somebody looks, and only shape unless asked for everything', () => {
    const { sent, previews, offer } = stream();
    offer();
    expect(sent).toEqual([]);
    previews.choose('shape');
    offer();
    expect(sent).toEqual(['mirror']);
    previews.choose('everything');
    offer();
    expect(sent).toEqual(['mirror', 'depth', 'points']);
  });

  it('makes the next of a kind when the last was taken, at most 22 a second', () => {
    const { clock, sent, previews, offer } = stream();
    previews.choose('shape');
    for (let i = 0; i < 10; i++) {
      clock.advance(100);
      offer();
    }
    expect(sent).toHaveLength(1);
    for (let i = 0; i < 100; i++) {
      clock.advance(10);
      previews.taken('mirror');
      offer();
    }
    expect(sent.length).toBeGreaterThan(15);
    expect(sent.length).toBeLessThanOrEqual(23);
  });

  it('shows once that somebody left', () => {
    const { clock, sent, previews, offer } = stream();
    previews.choose('shape');
    const empty = ball();
    empty.data.fill(0);
    for (const depth of [ball(), empty, empty, empty]) {
      offer(depth);
      previews.taken('mirror');
      clock.advance(100);
    }
    expect(sent).toHaveLength(2);
  });
});
