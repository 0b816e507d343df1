import { describe, expect, it } from 'vitest';
import { deg, mm, ms } from '../../contract/units.ts';
import type { FaceEvidence } from '../../contract/evidence.ts';
import type { LivenessReason } from '../../contract/codes.ts';
import type { MatchPolicy } from '../judge/policy.ts';
import { GALLERY_LIMITS, PREPROCESSING, type Gallery, type Template } from '../people/gallery.ts';
import { galleryOf, templateOf } from '../people/gallery.fixture.ts';
import { removeLook } from '../people/looks.ts';
import { templatesInUse, withoutExpired } from './anchors.ts';
import { ADAPTATION_LIMITS, dayOf } from './bounds.ts';
import { learn } from './follow.ts';
import { adaptedDays, undoDay } from './history.ts';
import { recognises } from './recognise.ts';
import { mayRemember, noteFace, rememberLook } from './remember.ts';
import { boundsOf, lastingWithin } from './bounds.fixture.ts';
import { lastingDistance } from './lasting.ts';

const DAY = 86_400_000;
const TODAY = new Date(2026, 5, 1, 12).getTime();
const day = (n: number) => TODAY + n * DAY;

/** Faces are points on a circle: so many degrees from the person who enrolled. */
const at = (degrees: number) => {
  const angle = (degrees * Math.PI) / 180;
  const vector = Float32Array.of(Math.cos(angle), Math.sin(angle));
  return new Map([
    ['face', vector],
    ['shape', vector],
  ]);
};
/** Distance of two points so many degrees apart. */
const chord = (degrees: number) => 2 * Math.sin((degrees * Math.PI) / 360);

const LASTING = lastingWithin(chord(40), 2);

const POLICY: MatchPolicy = {
  colour: [
    {
      parts: [{ kind: 'face', pooling: { nearest: 1 }, weight: 1 }],
      limits: [{ fusedFrames: 1, distance: chord(20) }],
    },
  ],
  infrared: [],
  networks: 'now',
  adaptation: boundsOf({
    opens: chord(20),
    lasting: LASTING,
    follow: chord(30),
    reach: { limits: [{ fusedFrames: 1, distance: chord(45) }] },
  }),
};

const template = (degrees: number, change: Partial<Template> = {}) =>
  templateOf(at(degrees), { capturedAt: day(-10), ...change });

interface Seen {
  readonly yaw?: number;
  readonly at?: number;
  readonly track?: number;
  readonly against?: readonly LivenessReason[];
  readonly attentive?: boolean;
}
const face = (degrees: number, seen: Seen = {}): FaceEvidence => ({
  kind: 'face',
  sequence: seen.at ?? 0,
  capturedAt: ms(seen.at ?? 0),
  stages: {},
  dropped: 0,
  spectrum: 'colour',
  pose: { yaw: deg(seen.yaw ?? 0), pitch: deg(0), roll: deg(0) },
  distance: mm(600),
  attentive: seen.attentive ?? true,
  track: seen.track ?? 1,
  fusedFrames: 8,
  against: seen.against ?? [],
  embeddings: at(degrees),
});
const faces = (degrees: number) => [0, 100, 200].map((time) => face(degrees, { at: time }));
const adapted = (gallery: Gallery) => gallery.templates.filter(({ source }) => source === 'adaptation');

/** One confident unlock after the other. @param walk degrees of each, and the day that it is on */
const unlocks = (gallery: Gallery, walk: readonly (readonly [degrees: number, day: number, seen?: Seen])[]) =>
  walk.reduce((g, [degrees, n, seen]) => learn(g, face(degrees, seen), POLICY, day(n)) ?? g, gallery);

describe('a gallery that follows its person', () => {
  it('takes in one template a day and direction, and never touches what was enrolled', () => {
    const before = galleryOf([template(0), template(3)]);
    const after = unlocks(before, [
      [5, 0],
      [6, 0],
      [5, 0, { yaw: 15 }],
      [6, 1],
    ]);
    expect(adapted(after).map(({ capturedAt, pose }) => [capturedAt, pose.yaw])).toEqual([
      [day(0), 0],
      [day(0), 15],
      [day(1), 0],
    ]);
    expect(after.templates.slice(0, 2)).toEqual(before.templates);
  });

  it('gives no day a second template after the clock was set back', () => {
    const after = unlocks(galleryOf([template(0)]), [
      [5, 0],
      [5, 1],
      [6, 0],
      [6, 1],
    ]);
    expect(adapted(after)).toHaveLength(2);
  });

  it('replaces the oldest of a direction once there are enough', () => {
    const days = ADAPTATION_LIMITS.perSector + 3;
    const after = unlocks(
      galleryOf([template(0)]),
      Array.from({ length: days }, (_, n) => [5, n] as const),
    );
    expect(adapted(after).map(({ capturedAt }) => dayOf(capturedAt) - dayOf(TODAY))).toEqual(
      Array.from({ length: ADAPTATION_LIMITS.perSector }, (_, i) => i + 3),
    );
  });

  it('is not led farther by many small steps than by one: the bound is from what was enrolled', () => {
    const steps = Array.from({ length: 200 }, (_, n) => [n * 0.5, n] as const);
    const after = unlocks(galleryOf([template(0)]), steps);
    const farthest = Math.max(
      ...adapted(after).map(({ embeddings }) =>
        Math.hypot(embeddings.get('shape')![0] - 1, embeddings.get('shape')![1]),
      ),
    );
    expect(farthest).toBeLessThanOrEqual(chord(30));
    expect(farthest).toBeGreaterThan(chord(28));
  });

  it('was led towards somebody else opens for them no farther than it reaches from what was enrolled', () => {
    const led = unlocks(
      galleryOf([template(0)]),
      Array.from({ length: 100 }, (_, n) => [n * 0.5, n] as const),
    );
    const opens = (degrees: number, gallery: Gallery) => {
      const seen = { ...face(degrees), fusedFrames: 1 };
      return recognises(seen, templatesInUse(gallery, POLICY, day(100)), POLICY);
    };
    const until = (gallery: Gallery) => [...Array(90).keys()].findLast((degrees) => opens(degrees, gallery));
    expect(until(galleryOf([template(0)]))).toBe(19);
    expect(until(led)).toBe(45);
  });

  it.each<[string, number, Seen?]>([
    ['an unlock near the limit', 19],
    ['what is not live', 5, { against: ['flat'] }],
    ['closed eyes', 5, { attentive: false }],
  ])('learns nothing from %s', (_, degrees, seen) => {
    expect(learn(galleryOf([template(0)]), face(degrees, seen), POLICY, TODAY)).toBeUndefined();
  });

  it.each([
    ['other networks', { networks: 'earlier' }],
    ['other steps', { preprocessing: PREPROCESSING - 1 }],
  ])('never adapts onto templates of %s', (_, change) => {
    const gallery = galleryOf([template(0, change)]);
    expect(templatesInUse(gallery, POLICY, TODAY)).toEqual([]);
    expect(learn(gallery, face(2), POLICY, TODAY)).toBeUndefined();
    expect(mayRemember(faces(25), gallery, POLICY, TODAY)).toBe(false);
  });

  it('stays as it is where nothing was measured for these networks', () => {
    const { adaptation: _, ...unmeasured } = POLICY;
    expect(learn(galleryOf([template(0)]), face(2), unmeasured, TODAY)).toBeUndefined();
    expect(mayRemember(faces(25), galleryOf([template(0)]), unmeasured, TODAY)).toBe(false);
  });

  it('that is full replaces, but does not grow', () => {
    const full = galleryOf(Array.from({ length: GALLERY_LIMITS.templates }, () => template(0)));
    expect(learn(full, face(2), POLICY, TODAY)).toBeUndefined();
  });

  it('tells its days in coarse steps, and forgets one of them', () => {
    const after = unlocks(galleryOf([template(0)]), [
      [5, 0],
      [5, 0, { yaw: 15 }],
      [16, 1],
      [29, 2],
    ]);
    const days = adaptedDays(after, POLICY, day(2));
    expect(days!.map(({ at: last, views, drift }) => [last, views, drift])).toEqual([
      [day(2), 1, 4],
      [day(1), 1, 3],
      [day(0), 2, 1],
    ]);
    const undone = undoDay(after, days![1].day);
    expect(undone).toMatchObject({ ok: true });
    if (!undone.ok) return;
    expect(adapted(undone.value).map(({ capturedAt }) => capturedAt)).toEqual([day(0), day(0), day(2)]);
    expect(undoDay(undone.value, days![1].day)).toMatchObject({ ok: false, code: 'bad-argument' });
  });
});

describe('what lasts of a face', () => {
  const shapes = (...values: number[]) => new Map([['shape', Float32Array.from(values)]]);
  const anchors = [shapes(1, 0, 0), shapes(0.6, 0.8, 0)].map((embeddings) => ({ embeddings }));
  /** Of three directions the last one is that of beards. */
  const lasting = {
    weights: Float32Array.of(2, 0, 0, 0, 2, 0),
    dimensions: 2,
    limits: [{ fusedFrames: 1, distance: 0.1 }],
  };

  it('is compared with the mean of the anchors, in the directions that last alone', () => {
    // (1, 0) and (0.6, 0.8) have their mean at half the angle.
    const mean = Math.acos(0.6) / 2;
    const bearded = shapes(0.5 * Math.cos(mean), 0.5 * Math.sin(mean), Math.sqrt(0.75));
    expect(lastingDistance(bearded, anchors, 'shape', lasting)).toBeCloseTo(0, 6);
    expect(lastingDistance(shapes(1, 0, 0), anchors, 'shape', lasting)).toBeCloseTo(
      2 * Math.sin(mean / 2),
      6,
    );
  });

  it('is compared with nothing of another length or kind', () => {
    expect(lastingDistance(shapes(1, 0), anchors, 'shape', lasting)).toBeUndefined();
    expect(lastingDistance(shapes(1, 0, 0), anchors, 'other', lasting)).toBeUndefined();
    expect(lastingDistance(shapes(1, 0, 0), [], 'shape', lasting)).toBeUndefined();
  });
});

describe('a refused face', () => {
  const gallery = galleryOf([template(0)]);

  it('may be remembered where its shape is near enough, and only there', () => {
    expect(mayRemember(faces(39), gallery, POLICY, TODAY)).toBe(true);
    expect(mayRemember(faces(41), gallery, POLICY, TODAY)).toBe(false);
    expect(mayRemember([...faces(25), face(90, { at: 300 })], gallery, POLICY, TODAY)).toBe(false);
    expect(mayRemember(faces(25).slice(1), gallery, POLICY, TODAY)).toBe(false);
  });

  it('is remembered nowhere that nothing says what lasts of it', () => {
    const { lasting: _, ...bounds } = POLICY.adaptation!;
    expect(mayRemember(faces(2), gallery, { ...POLICY, adaptation: bounds }, TODAY)).toBe(false);
  });

  it('opens by a remembered look no farther than it might be remembered', () => {
    const saved = rememberLook(gallery, faces(39), { look: 'scarf', reason: 'scarf' }, POLICY, TODAY);
    if (!saved.ok) throw new Error(saved.message);
    const inUse = templatesInUse(saved.value, POLICY, TODAY);
    const until = [...Array(90).keys()].findLast((degrees) => recognises(face(degrees), inUse, POLICY));
    // The look itself would reach 20° farther.
    expect(until).toBe(39);
  });

  it('is measured from what was enrolled, not from what was remembered', () => {
    const once = rememberLook(gallery, faces(39), { look: 'scarf', reason: 'scarf' }, POLICY, TODAY);
    if (!once.ok) throw new Error(once.message);
    expect(mayRemember(faces(60), once.value, POLICY, TODAY)).toBe(false);
  });

  it('becomes a look with date and reason, which is recognised, and goes when it is deleted', () => {
    const remembered = rememberLook(gallery, faces(35), { look: 'winter', reason: 'hat' }, POLICY, TODAY);
    if (!remembered.ok) throw new Error(remembered.message);
    expect(remembered.value.remembered).toEqual([{ look: 'winter', reason: 'hat', usedAt: TODAY }]);
    expect(templatesInUse(remembered.value, POLICY, TODAY)).toHaveLength(4);
    expect(removeLook(remembered.value, 'winter')).toEqual({ ok: true, value: gallery });
    const last = removeLook(remembered.value, 'plain');
    expect(last.ok && last.value.templates).toEqual([]);
  });

  it('may not take a name that there is', () => {
    const taken = rememberLook(gallery, faces(35), { look: 'plain', reason: 'hat' }, POLICY, TODAY);
    expect(taken).toMatchObject({ ok: false, code: 'bad-argument' });
  });

  it('expires unless it is used, and makes room for another one only then', () => {
    let full = gallery;
    for (let n = 0; n < ADAPTATION_LIMITS.looks; n++) {
      const next = rememberLook(full, faces(35), { look: `look ${n}`, reason: 'other' }, POLICY, day(n));
      if (!next.ok) throw new Error(next.message);
      full = next.value;
    }
    const wish = { look: 'another', reason: 'beard' } as const;
    expect(rememberLook(full, faces(30), wish, POLICY, day(10))).toMatchObject({ ok: false, code: 'busy' });
    const used = learn(full, face(35), POLICY, day(40))!;
    const [kept] = used.remembered.filter(({ usedAt }) => usedAt === day(40));
    expect(kept.look).toMatch(/^look/);
    expect(learn(used, face(35), POLICY, day(40))).toBeUndefined();
    const later = day(ADAPTATION_LIMITS.looks + 60);
    expect(templatesInUse(used, POLICY, later)).toHaveLength(4);
    const made = rememberLook(used, faces(30), wish, POLICY, later);
    if (!made.ok) throw new Error(made.message);
    expect(made.value.remembered.map(({ look }) => look)).toEqual([kept.look, 'another']);
    expect(new Set(made.value.templates.map(({ look }) => look))).toEqual(
      new Set(['plain', kept.look, 'another']),
    );
  });

  it('goes when it expired, with what learned from it; what was enrolled never does', () => {
    const remembered = rememberLook(gallery, faces(35), { look: 'winter', reason: 'hat' }, POLICY, TODAY);
    if (!remembered.ok) throw new Error(remembered.message);
    const taught = (version: number, looks: readonly string[]) => ({
      version,
      fittedAt: TODAY,
      networks: 'now',
      preprocessing: PREPROCESSING,
      looks,
      terms: {},
    });
    const [plain, both] = [taught(1, ['plain']), taught(2, ['plain', 'winter'])];
    const learned = { ...remembered.value, heads: { inUse: 2, versions: [plain, both] } };
    expect(withoutExpired(learned, day(60))).toBe(learned);
    expect(withoutExpired(learned, day(61))).toEqual({
      ...gallery,
      heads: { inUse: 0, versions: [plain] },
    });
    expect(withoutExpired(gallery, day(36_500))).toBe(gallery);
  });

  it('is a row of live frames of one head', () => {
    const row = (...seen: Parameters<typeof noteFace>[1][]) =>
      seen.reduce(noteFace, [] as readonly FaceEvidence[]);
    const [a, b, c] = faces(25);
    expect(row(a, b, c)).toEqual([a, b, c]);
    expect(row(a, b, face(25, { at: 210 }))).toHaveLength(3);
    expect(row(a, b, face(25, { at: 150 }))).toHaveLength(2);
    expect(row(a, b, face(90, { at: 200, track: 2 }))).toHaveLength(1);
    expect(row(a, b, face(25, { at: 200, against: ['flat'] }))).toEqual([]);
    expect(row(a, b, { ...c, kind: 'unclear', guidance: 'two-faces' })).toEqual([]);
    expect(row(...Array.from({ length: 20 }, (_, i) => face(25, { at: i * 100 })))).toHaveLength(
      ADAPTATION_LIMITS.faces,
    );
  });
});
