import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('is made of registration.wat as it is now', () => {
  const read = (name: string) =>
    readFileSync(new URL(name, import.meta.url), 'utf8').replaceAll('\r\n', '\n');
  const hash = createHash('sha256').update(read('registration.wat')).digest('hex');
  expect(read('registration-wasm.ts')).toContain(`of registration.wat, sha256 ${hash}.`);
});
