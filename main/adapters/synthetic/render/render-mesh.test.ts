import { expect, it } from 'vitest';
import { sampleIdentity } from '../people/identity.ts';
import { loadHeadPack } from '../people/pack.ts';
import { buildPerson } from '../people/person.ts';
import { meshOf } from './render-mesh.ts';

it('gives somebody the same mesh whoever was drawn before', () => {
  const people = Array.from({ length: 24 }, (_, i) => `render/mesh/${i}`);
  const drawn = (order: readonly string[]) => {
    // What people share is kept with the pack: another one shares nothing.
    const pack = loadHeadPack();
    return new Map(
      order.map((who) => {
        const identity = sampleIdentity(pack, who);
        return [who, meshOf(buildPerson(pack, identity, { accessories: ['muffler', 'beard'] })).normals];
      }),
    );
  };
  const [forwards, backwards] = [drawn(people), drawn([...people].reverse())];
  for (const who of people)
    expect(Buffer.compare(bytesOf(forwards.get(who)!), bytesOf(backwards.get(who)!)), who).toBe(0);
});

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
