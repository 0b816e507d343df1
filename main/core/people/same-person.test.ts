import { describe, expect, it } from 'vitest';
import type { Embeddings, Spectrum } from '../../contract/evidence.ts';
import type { Requirement } from '../judge/match.ts';
import type { MatchPolicy } from '../judge/policy.ts';
import { samePerson } from './same-person.ts';

const within = (kind: string, distance: number): Requirement => ({
  parts: [{ kind, pooling: { nearest: 1 }, weight: 1 }],
  limits: [{ fusedFrames: 1, distance }],
});
const continuity = { colour: within('face', 0.6), infrared: within('face@infrared', 0.8) };
/** A shape that a smile moves far beyond its limit. */
const policy: MatchPolicy = {
  colour: [within('face', 0.5), within('shape', 0.1)],
  infrared: [within('face@infrared', 0.5), within('shape', 0.1)],
  continuity,
};

/** Unit vectors of the descriptor, at this distance from the first axis. */
const at = (distance: number, kind = 'face'): Embeddings => {
  const cos = 1 - distance ** 2 / 2;
  return new Map([
    [kind, Float32Array.of(cos, Math.sqrt(1 - cos ** 2))],
    ['shape', Float32Array.of(0, 1)],
  ]);
};
const face = (embeddings: Embeddings, spectrum: Spectrum = 'colour') => ({
  embeddings,
  spectrum,
  fusedFrames: 8,
});
const captured = [new Map([...at(0), ...at(0, 'face@infrared'), ['shape', Float32Array.of(1, 0)]])];

describe('whether somebody after a break is who was captured', () => {
  it('is decided by the most comfortable limit of the descriptor, with a tenth in which nothing is said', () => {
    expect(samePerson(face(at(0.59)), captured, policy)).toBe('same');
    expect(samePerson(face(at(0.64)), captured, policy)).toBe('unsure');
    expect(samePerson(face(at(0.67)), captured, policy)).toBe('other');
  });

  it('is judged in the spectrum that both were seen in', () => {
    const dark = [at(0, 'face@infrared')];
    expect(samePerson(face(at(0.7, 'face@infrared'), 'infrared'), captured, policy)).toBe('same');
    const light = new Map([...at(1.2), ...at(0.7, 'face@infrared')]);
    expect(samePerson(face(light), dark, policy)).toBe('same');
    expect(samePerson(face(at(0)), dark, policy)).toBe('unsure');
  });

  it('falls back to all that recognises where the descriptor alone was not measured', () => {
    const { continuity: _, ...without } = policy;
    expect(samePerson(face(at(0.4)), captured, without)).toBe('other');
    expect(samePerson(face(captured[0]), captured, without)).toBe('same');
  });
});
