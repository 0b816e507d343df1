import { describe, expect, it } from 'vitest';
import type { DepthImage } from './frames.ts';
import { findPresence } from './presence.ts';

const intrinsics = { width: 512, height: 424, fx: 365, fy: 365, cx: 256, cy: 212 };

function room(...things: { x: number; y: number; width: number; height: number; z: number }[]): DepthImage {
  const data = new Uint16Array(512 * 424).fill(2400);
  for (const { x, y, width, height, z } of things)
    for (let v = y; v < y + height; v++) data.fill(z, v * 512 + x, v * 512 + x + width);
  return { width: 512, height: 424, data, intrinsics };
}

describe('presence', () => {
  it('sees nobody in an empty room, in missing depth and in saturated depth', () => {
    expect(findPresence(room())).toEqual([]);
    expect(findPresence({ ...room(), data: new Uint16Array(512 * 424) })).toEqual([]);
    expect(findPresence({ ...room(), data: new Uint16Array(512 * 424).fill(65535) })).toEqual([]);
  });

  it('sees a head on shoulders, and where the head is', () => {
    const found = findPresence(
      room(
        { x: 220, y: 100, width: 90, height: 130, z: 650 },
        { x: 150, y: 230, width: 230, height: 194, z: 680 },
      ),
    );
    expect(found).toHaveLength(1);
    const { region, distance } = found[0];
    expect(distance).toBe(650);
    expect(region.top).toBeLessThan(100);
    expect(region.left).toBeLessThan(220);
    expect(region.right).toBeGreaterThan(310);
    expect(region.bottom).toBeGreaterThan(230);
  });

  it('ignores a mug and a hand', () => {
    expect(findPresence(room({ x: 100, y: 300, width: 40, height: 45, z: 500 }))).toEqual([]);
  });

  it('ignores people beyond reach', () => {
    expect(findPresence(room({ x: 200, y: 100, width: 120, height: 300, z: 1500 }))).toEqual([]);
  });

  it('tells two people apart, the nearer one first', () => {
    const found = findPresence(
      room(
        { x: 60, y: 100, width: 90, height: 200, z: 900 },
        { x: 330, y: 110, width: 100, height: 200, z: 600 },
      ),
    );
    expect(found.map(({ distance }) => distance)).toEqual([600, 900]);
  });
});
