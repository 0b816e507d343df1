import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPin } from './pin.ts';

describe('a new PIN', () => {
  it.each(['480913', '0048091', '9'.repeat(31) + '1', '112358', '123457'])('may be %s', (pin) => {
    expect(checkPin(pin)).toEqual({ ok: true, value: undefined });
  });

  it.each(['', '1', '48091', 'abc'])('may not be as short as %j', (pin) => {
    expect(checkPin(pin)).toMatchObject({ ok: false, code: 'pin-too-short' });
  });

  it.each(['4809a3', '48 0913', '-48091', '4809.3', '４８０９１３', '480913\n', '\0'.repeat(6)])(
    'may not hold anything but digits, as %j does',
    (pin) => {
      expect(checkPin(pin)).toMatchObject({ ok: false, code: 'bad-argument' });
    },
  );

  it.each(['000000', '1111111', '121212', '123123', '123456', '987654', '012345', '789012', '210987'])(
    'may not be %s, which is tried first',
    (pin) => {
      expect(checkPin(pin)).toHaveProperty('message', expect.stringContaining('first to be tried'));
    },
  );

  it('may not be a hundred digits', () => {
    expect(checkPin('4809131'.repeat(15))).toMatchObject({ ok: false, code: 'bad-argument' });
  });

  it('is never told back in a failure', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4 }), (pin) => {
        const result = checkPin(pin);
        if (!result.ok && /\d{4}/.test(pin)) expect(result.message).not.toContain(pin);
      }),
    );
  });
});
