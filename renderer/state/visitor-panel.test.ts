import { describe, expect, it } from 'vitest';
import { headAfter, headAt, placeOf, VisitorDrawer } from './visitor-panel.svelte.ts';

describe('the visitor’s head', () => {
  it('follows the pointer as a mirror would: right and up on the pad is the person’s right and up', () => {
    expect(headAt(0.5, -0.5)).toEqual({ yaw: -22.5, pitch: 15 });
    expect(placeOf(headAt(0.5, -0.5))).toEqual({ x: 0.5, y: -0.5 });
  });

  it('stops where the shell’s limits are', () => {
    expect(headAt(-9, 9)).toEqual({ yaw: 45, pitch: -30 });
    expect(headAfter('ArrowLeft', { yaw: 45, pitch: 0 })).toEqual({ yaw: 45, pitch: 0 });
  });

  it('turns by arrow keys and straight by Home, and leaves other keys alone', () => {
    expect(headAfter('ArrowRight', { yaw: 0, pitch: 0 })).toEqual({ yaw: -3, pitch: 0 });
    expect(headAfter('ArrowUp', { yaw: 0, pitch: 0 })).toEqual({ yaw: 0, pitch: 3 });
    expect(headAfter('Home', { yaw: 20, pitch: 9 })).toEqual({ yaw: 0, pitch: 0 });
    expect(headAfter('Tab', { yaw: 0, pitch: 0 })).toBeUndefined();
  });
});

describe('the visitor’s drawer', () => {
  it('stays as it was left, and is open at first only where there is room', () => {
    const kept = new Map<string, string>();
    const memory = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    expect(new VisitorDrawer(memory, false).open).toBe(false);
    const drawer = new VisitorDrawer(memory, true);
    expect(drawer.open).toBe(true);
    drawer.toggle();
    expect(new VisitorDrawer(memory, true).open).toBe(false);
  });
});
