/** Whether a face that came after a break is the person whose looks are being captured. */
import type { Embeddings, FaceEvidence, Spectrum } from '../../contract/evidence.ts';
import { limitFor, requiredDistance } from '../judge/match.ts';
import type { MatchPolicy } from '../judge/policy.ts';

/** `unsure`: nothing is captured of it, and nothing is said against it. */
export type Sameness = 'same' | 'unsure' | 'other';

/**
 * Of the limit of the most comfortable level: somebody else only where the face is farther from everything captured. No expression
 * goes so far; the limit itself is the one that is measured with whatever descriptor is in use.
 */
const OTHER = 1.1;

/**
 * By the descriptor alone, which smiles and speech move least: within its most comfortable limit it is the same person. In the
 * spectrum of the frame, else in the other one, where only that was captured.
 * @returns `unsure` also where there is nothing to compare
 */
export function samePerson(
  face: Pick<FaceEvidence, 'embeddings' | 'fusedFrames' | 'spectrum'>,
  captured: readonly Embeddings[],
  policy: MatchPolicy,
): Sameness {
  const other: Spectrum = face.spectrum === 'colour' ? 'infrared' : 'colour';
  for (const spectrum of [face.spectrum, other]) {
    const requirements = policy.continuity ? [policy.continuity[spectrum]] : policy[spectrum];
    const shares = requirements.map((requirement) => {
      const distance = requiredDistance(face.embeddings, captured, requirement);
      return distance === undefined ? undefined : distance / limitFor(requirement, face.fusedFrames);
    });
    if (shares.length === 0 || !shares.every((share) => share !== undefined)) continue;
    const farthest = Math.max(...shares);
    return farthest <= 1 ? 'same' : farthest <= OTHER ? 'unsure' : 'other';
  }
  return 'unsure';
}
