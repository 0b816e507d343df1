import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LOOK_REASONS } from '../../contract/codes.ts';
import { deg } from '../../contract/units.ts';
import { GALLERY_LIMITS, galleryModels } from './gallery.ts';
import type { Embeddings } from '../../contract/evidence.ts';
import type { Gallery, Heads } from './gallery.ts';
import { decodeGallery, encodeGallery } from './gallery-codec.ts';
import { userFile, userOfFile } from './gallery-user-file.ts';

const unit = (dimensions: number) =>
  fc
    .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: dimensions, maxLength: dimensions })
    .filter((values) => Math.hypot(...values) > 0.1)
    .map((values) => Float32Array.from(values, (value) => value / Math.hypot(...values)));

const embeddings: fc.Arbitrary<Embeddings> = fc
  .uniqueArray(fc.constantFrom('sface', 'facet-shape', 'facet-rgbd'), { minLength: 1 })
  .chain((ids) => fc.tuple(...ids.map((id) => fc.tuple(fc.constant(id), unit(id.length)))))
  .map((entries) => new Map(entries));

const angle = fc.double({ min: -180, max: 180, noNaN: true }).map((value) => deg(value + 0)); // JSON has no −0
const common = {
  embeddings,
  preprocessing: fc.nat(9),
  capturedAt: fc.nat(),
  source: fc.constantFrom('enrolment' as const, 'adaptation' as const),
  look: fc.constantFrom('plain', 'with glasses', 'mit Brille 👓'),
};
const sensor = fc.record({
  driver: fc.constantFrom('kinect2', 'simulated'),
  model: fc.constantFrom('kinect-v1' as const, 'kinect-v2' as const),
  serial: fc.constantFrom('', '0123'),
});

const weights = fc
  .array(fc.float({ min: -9, max: 9, noNaN: true }), { minLength: 2, maxLength: 5 })
  .map((values) => new Map([['facet-rgbd', Float32Array.from(values)]]));
const inHead = fc.integer({ min: -900, max: 900 }).map((value) => value / 8);
const distances = inHead.map((value) => new Map([['facet-rgbd', value]]));
const term = fc.record({ offset: inHead, distances, weights });
const network = fc.record({
  kind: fc.constantFrom('facet-personal 0011223344556677', 'facet-personal 8899aabbccddeeff'),
  onnx: fc.uint8Array({ minLength: 1, maxLength: 50 }),
  sha256: fc.constant('5e'.repeat(32)),
  templates: fc.array(unit(3), { minLength: 1, maxLength: 4 }),
});
const headHistory: fc.Arbitrary<Heads> = fc
  .array(
    fc.record(
      {
        fittedAt: fc.nat(),
        networks: fc.constantFrom('a', 'b'),
        preprocessing: fc.nat(9),
        looks: fc.array(fc.constantFrom('plain', 'with glasses'), { maxLength: 2 }),
        terms: fc.record({ colour: term, infrared: term }, { requiredKeys: ['colour'] }),
        network,
      },
      { requiredKeys: ['fittedAt', 'networks', 'preprocessing', 'looks', 'terms'] },
    ),
    { minLength: 1, maxLength: GALLERY_LIMITS.heads },
  )
  .chain((heads) =>
    fc.record({
      inUse: fc.integer({ min: 0, max: heads.length }),
      versions: fc.constant(heads.map((head, i) => ({ ...head, version: i + 1 }))),
    }),
  );

const galleries: fc.Arbitrary<Gallery> = fc
  .record({
    user: fc.constantFrom('ada', 'Zoë', '名前', '../../etc/passwd'),
    sensor,
    otherSensors: fc.array(sensor, { maxLength: 2 }),
    createdAt: fc.nat(),
    version: fc.nat(),
    templates: fc.array(
      fc.record({ ...common, pose: fc.record({ yaw: angle, pitch: angle, roll: angle }) }),
      {
        maxLength: 5,
      },
    ),
    reliefs: fc.array(fc.record({ ...common, frames: fc.integer({ min: 1, max: 999 }) }), { maxLength: 2 }),
    remembered: fc.array(
      fc.record({
        look: fc.constantFrom('plain', 'with glasses'),
        reason: fc.constantFrom(...LOOK_REASONS),
        usedAt: fc.nat(),
      }),
      { maxLength: 2 },
    ),
  })
  .chain((gallery) =>
    fc.option(headHistory, { nil: undefined }).map((heads) => (heads ? { ...gallery, heads } : gallery)),
  );

const vector = (...values: number[]) => Float32Array.from(values);
const small: Gallery = {
  user: 'ada',
  sensor: { driver: 'simulated', model: 'kinect-v2', serial: '1' },
  createdAt: 1,
  version: 3,
  templates: [
    {
      embeddings: new Map([['m', vector(0.6, 0.8)]]),
      preprocessing: 1,
      pose: { yaw: deg(1), pitch: deg(2), roll: deg(3) },
      capturedAt: 5,
      source: 'enrolment',
      look: 'plain',
    },
  ],
  reliefs: [],
  remembered: [],
};

function encoded(gallery: Gallery): Uint8Array {
  const bytes = encodeGallery(gallery);
  if (!bytes.ok) throw new Error(bytes.message);
  return bytes.value;
}

/** The gallery's JSON, open to any change. */
interface LooseGallery extends Record<string, unknown> {
  templates: (Record<string, unknown> & { pose: Record<string, unknown>; vectors: [string, number][] })[];
}

/** The bytes with their JSON changed and everything else as it was. */
function withJson(change: (json: LooseGallery) => void): Uint8Array {
  const bytes = encoded(small);
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const json = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as LooseGallery;
  change(json);
  const text = new TextEncoder().encode(JSON.stringify(json));
  const changed = new Uint8Array([0, 0, 0, 0, ...text, ...bytes.subarray(4 + length)]);
  new DataView(changed.buffer).setUint32(0, text.length, true);
  return changed;
}

describe('the gallery codec', () => {
  it('gives every gallery back exactly', () => {
    fc.assert(
      fc.property(galleries, (gallery) => {
        // -0 becomes 0 in JSON; vectors keep their bits.
        expect(decodeGallery(encoded(gallery))).toEqual({ ok: true, value: gallery });
      }),
    );
  });

  it('reads bytes that lie anywhere in a larger buffer', () => {
    const bytes = encoded(small);
    const buffer = new Uint8Array(bytes.length + 7);
    buffer.set(bytes, 3);
    expect(decodeGallery(buffer.subarray(3, 3 + bytes.length))).toEqual({ ok: true, value: small });
  });

  it('gives networks that stay when the bytes that they were read from are wiped', () => {
    const onnx = Uint8Array.of(1, 2, 3);
    const unitVector = Float32Array.of(1, 0);
    const personal = { kind: 'facet-personal a', onnx, sha256: '0'.repeat(64), templates: [unitVector] };
    const gallery = headed(1);
    const [head] = gallery.heads!.versions;
    const bytes = Buffer.from(
      encoded({ ...gallery, heads: { inUse: 1, versions: [{ ...head, network: personal }] } }),
    );
    const read = decodeGallery(bytes);
    bytes.fill(0);
    expect(read.ok && read.value.heads?.versions[0].network).toEqual(personal);
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (noise, at) => {
        expect(decodeGallery(noise)).toMatchObject({ ok: false, code: 'store-altered' });
        const mixed = encoded(small);
        mixed.set(noise.subarray(0, Math.max(0, mixed.length - at)), Math.min(at, mixed.length));
        decodeGallery(mixed);
      }),
    );
  });

  it('refuses every truncation and any surplus', () => {
    const bytes = encoded(small);
    for (let length = 0; length < bytes.length; length++)
      expect(decodeGallery(bytes.slice(0, length))).toMatchObject({ ok: false, code: 'store-altered' });
    expect(decodeGallery(new Uint8Array([...bytes, 0])).ok).toBe(false);
  });

  it('says that a newer file needs a newer Facet', () => {
    const failure = decodeGallery(withJson((json) => (json.format = 6)));
    expect(failure).toHaveProperty('message', expect.stringContaining('update Facet'));
  });

  it.each<[string, (json: LooseGallery) => void]>([
    ['an unknown field', (json) => (json.extra = 1)],
    ['no user', (json) => delete json.user],
    ['an empty user', (json) => (json.user = '')],
    ['a control character in a name', (json) => (json.templates[0].look = 'a\u001b[2J')],
    ['a pose beyond half a turn', (json) => (json.templates[0].pose.yaw = 181)],
    ['a time beyond all dates', (json) => (json.templates[0].capturedAt = 1e17)],
    ['a source that is none', (json) => (json.templates[0].source = 'import')],
    ['a negative version', (json) => (json.version = -1)],
    ['a huge dimension', (json) => (json.templates[0].vectors[0][1] = 2 ** 31)],
    ['a dimension other than its bytes', (json) => (json.templates[0].vectors[0][1] = 3)],
    ['a model named twice', (json) => json.templates[0].vectors.push(['m', 2])],
    ['too many templates', (json) => (json.templates = Array.from({ length: 257 }, () => json.templates[0]))],
  ])('refuses %s', (_, change) => {
    expect(decodeGallery(withJson(change))).toMatchObject({ ok: false, code: 'store-altered' });
  });

  it.each([
    ['NaN', vector(Number.NaN, 1)],
    ['infinity', vector(Number.POSITIVE_INFINITY, 0)],
    ['a length other than one', vector(0.6, 0.81)],
    ['zero', vector(0, 0)],
    ['one dimension', vector(1)],
  ])('neither stores nor reads an embedding with %s', (_, embedding) => {
    const broken = {
      ...small,
      templates: [{ ...small.templates[0], embeddings: new Map([['m', embedding]]) }],
    };
    expect(encodeGallery(broken)).toMatchObject({ ok: false, code: 'bad-input' });
    if (embedding.length !== 2) return;
    const bytes = encoded(small);
    bytes.set(new Uint8Array(embedding.buffer), bytes.length - 8);
    expect(decodeGallery(bytes)).toMatchObject({ ok: false, code: 'store-altered' });
  });

  it('reads what was written before other sensors, networks and remembered looks were noted', () => {
    const earlier = withJson((json) => {
      json.format = 1;
      delete json.remembered;
    });
    expect(decodeGallery(earlier)).toEqual({ ok: true, value: small });
  });

  it('reads what was written before lids and looks straight ahead were noted, and keeps both', () => {
    expect(decodeGallery(withJson((json) => (json.format = 4)))).toEqual({ ok: true, value: small });
    const [template] = small.templates;
    const straight: Gallery = { ...small, templates: [{ ...template, coverage: 'straight', lids: 0.21 }] };
    expect(decodeGallery(encoded(straight))).toEqual({ ok: true, value: straight });
    for (const change of [{ coverage: 'ring' }, { lids: -1 }, { lids: null }])
      expect(decodeGallery(withJson((json) => Object.assign(json.templates[0], change)))).toMatchObject({
        ok: false,
        code: 'store-altered',
      });
  });

  it('reads what was written before there were heads', () => {
    expect(decodeGallery(withJson((json) => (json.format = 2)))).toEqual({ ok: true, value: small });
  });

  const headed = (value: number, inUse = 1): Gallery => ({
    ...small,
    heads: {
      inUse,
      versions: [
        {
          version: 1,
          fittedAt: 1,
          networks: 'n',
          preprocessing: 1,
          looks: ['plain'],
          terms: {
            infrared: { offset: 0, distances: new Map(), weights: new Map([['m', vector(0, value)]]) },
          },
        },
      ],
    },
  });

  it('neither stores nor reads a head of wild weights, or one in use that is not there', () => {
    for (const value of [Number.NaN, Number.NEGATIVE_INFINITY, 1e9])
      expect(encodeGallery(headed(value))).toMatchObject({ ok: false, code: 'bad-input' });
    expect(encodeGallery(headed(1, 2))).toMatchObject({ ok: false, code: 'bad-input' });
    const bytes = encoded(headed(1));
    bytes.set(new Uint8Array(vector(Number.NaN).buffer), bytes.length - 4);
    expect(decodeGallery(bytes)).toMatchObject({ ok: false, code: 'store-altered' });
  });

  it('names no value in its failures', () => {
    const failure = decodeGallery(withJson((json) => (json.templates[0].pose.yaw = 987654)));
    expect(JSON.stringify(failure)).not.toContain('987654');
  });

  it('knows which models a gallery was made with', () => {
    expect(galleryModels(small)).toEqual(['m']);
  });
});

describe("a user's part of a file name", () => {
  const name = fc.string({ minLength: 1, unit: 'grapheme' });

  it('keeps to the safe alphabet, tells users apart also without case, and can be read back', () => {
    fc.assert(
      fc.property(name, name, (one, other) => {
        expect(userFile(one)).toMatch(/^[a-z0-9_-]+$/);
        expect(userOfFile(userFile(one))).toBe(one);
        if (one !== other) expect(userFile(one).toLowerCase()).not.toBe(userFile(other).toLowerCase());
      }),
    );
  });

  it.each(['', 'A', '_', '_zz', '_61', '_ff', 'a/b', '..'])('%j stands for nobody', (name) => {
    expect(userOfFile(name)).toBeUndefined();
  });
});
