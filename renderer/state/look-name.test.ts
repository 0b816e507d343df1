import { expect, it } from 'vitest';
import { lookName } from './look-name.ts';

it('a remembered look is named by what is new, and never like another one', () => {
  const looks = [{ name: 'plain' }];
  for (const name of ['with a hat', 'with a hat 2', 'with a hat 3']) {
    expect(lookName('hat', looks)).toBe(name);
    looks.push({ name });
  }
  expect(lookName('beard', looks)).toBe('with a beard');
});
