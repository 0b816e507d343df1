import { describe, expect, it } from 'vitest';
import { LATE, StrayKeys } from './stray-keys.ts';

function atButton() {
  let time = 1000;
  const keys = new StrayKeys(() => time);
  /** Whether the browser goes on to press the button. */
  const passes = (type: 'keydown' | 'keyup', key: string, repeat = false): boolean => {
    let prevented = false;
    keys.handle({ type, key, repeat, preventDefault: () => (prevented = true) });
    return !prevented;
  };
  return { keys, passes, wait: (ms: number) => (time += ms) };
}

describe('a key on the button under a lock screen that lifted away', () => {
  it.each(['Enter', ' '])('does not press it a moment later (%j), and does after that', (key) => {
    const { keys, passes, wait } = atButton();
    keys.lifted();
    wait(LATE - 1);
    expect(passes('keydown', key)).toBe(false);
    // A space bar presses when it comes up, however late that is.
    wait(100);
    expect(passes('keyup', key)).toBe(false);
    expect(passes('keydown', key)).toBe(true);
    expect(passes('keyup', key)).toBe(true);
  });

  it('does not press it while it has been down since before, however long', () => {
    const { keys, passes, wait } = atButton();
    keys.lifted();
    wait(10 * LATE);
    expect(passes('keydown', 'Enter', true)).toBe(false);
    expect(passes('keyup', 'Enter')).toBe(false);
    expect(passes('keydown', 'Enter')).toBe(true);
  });

  it('goes its way where it presses nothing, or nothing lifted away', () => {
    const { keys, passes } = atButton();
    expect(passes('keydown', 'Enter')).toBe(true);
    keys.lifted();
    expect(passes('keydown', 'Tab')).toBe(true);
  });
});
