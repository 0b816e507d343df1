import { describe, expect, it } from 'vitest';
import { fusedDistance, galleryDistance, matchesGallery, type Requirement } from './match.ts';

const unit = (angle: number) => Float32Array.of(Math.cos(angle), Math.sin(angle));
const of = (shape: number, descriptor: number) =>
  new Map([
    ['shape', unit(shape)],
    ['descriptor', unit(descriptor)],
  ]);
const requirements: Requirement[] = [
  {
    parts: [{ kind: 'descriptor', pooling: { nearest: 1 }, weight: 1 }],
    limits: [{ fusedFrames: 1, distance: 0.3 }],
  },
  {
    parts: [{ kind: 'shape', pooling: { nearest: 1 }, weight: 1 }],
    limits: [
      { fusedFrames: 1, distance: 0.2 },
      { fusedFrames: 4, distance: 0.5 },
    ],
  },
];

describe('comparing with a gallery', () => {
  const gallery = [of(0, 0), of(1, 1)];

  it('takes the mean over the nearest templates', () => {
    expect(galleryDistance(of(0.1, 0), gallery, 'shape', { nearest: 1 })).toBeCloseTo(2 * Math.sin(0.05), 5);
    expect(galleryDistance(of(0, 0), gallery, 'shape', { nearest: 2 })).toBeCloseTo(Math.sin(0.5), 5);
  });

  it('accepts where every kind agrees and not where one does not', () => {
    expect(matchesGallery(of(0.1, 0.1), 1, gallery, requirements)).toBe(true);
    expect(matchesGallery(of(0.1, 0.5), 1, gallery, requirements)).toBe(false);
    expect(matchesGallery(of(0.4, 0.1), 1, gallery, requirements)).toBe(false);
  });

  it('has its limit by the number of fused frames', () => {
    expect(matchesGallery(of(0.4, 0), 3, gallery, requirements)).toBe(false);
    expect(matchesGallery(of(0.4, 0), 4, gallery, requirements)).toBe(true);
    expect(matchesGallery(of(0.4, 0), 8, gallery, requirements)).toBe(true);
  });

  it('fuses kinds by their weights', () => {
    const parts = [
      { kind: 'shape', pooling: { nearest: 1 }, weight: 0.75 },
      { kind: 'descriptor', pooling: { nearest: 1 }, weight: 0.25 },
    ];
    const apart = (angle: number) => 2 * Math.sin(angle / 2);
    expect(fusedDistance(of(0.2, 0.4), gallery, parts)).toBeCloseTo(0.75 * apart(0.2) + 0.25 * apart(0.4), 5);
    expect(fusedDistance(new Map([['shape', unit(0)]]), gallery, parts)).toBeUndefined();
    const fused = [{ parts, limits: [{ fusedFrames: 1, distance: 0.25 }] }];
    expect(matchesGallery(of(0.2, 0.35), 1, gallery, fused)).toBe(true);
    expect(matchesGallery(of(0.2, 0.45), 1, gallery, fused)).toBe(false);
  });

  it('does not agree where a kind is missing, the gallery is empty or nothing is required', () => {
    const noDescriptor = new Map([['shape', unit(0)]]);
    expect(matchesGallery(noDescriptor, 8, gallery, requirements)).toBe(false);
    expect(matchesGallery(of(0, 0), 8, [noDescriptor], requirements)).toBe(false);
    expect(matchesGallery(of(0, 0), 8, [], requirements)).toBe(false);
    expect(matchesGallery(of(0, 0), 8, gallery, [])).toBe(false);
  });

  it('does not compare vectors of different lengths, nor accept what is not a number', () => {
    expect(
      galleryDistance(new Map([['shape', Float32Array.of(1)]]), gallery, 'shape', { nearest: 1 }),
    ).toBeUndefined();
    const broken = new Map([
      ['shape', Float32Array.of(NaN, NaN)],
      ['descriptor', unit(0)],
    ]);
    expect(matchesGallery(broken, 8, gallery, requirements)).toBe(false);
  });
});
