/** Galleries and attempts as the app would have them, from what was filmed. */
import type { Evidence, FaceEvidence } from '../../../contract/evidence.ts';
import { templatesInUse } from '../../../core/adapt/anchors.ts';
import { recognises } from '../../../core/adapt/recognise.ts';
import { beginAttempt, stepAttempt } from '../../../core/judge/decide.ts';
import type { MatchPolicy } from '../../../core/judge/policy.ts';
import { PREPROCESSING, type Gallery } from '../../../core/people/gallery.ts';

export const DAY = 86_400_000;
/** Noon, so that a day later is another day wherever the machine stands. */
export const ENROLLED_AT = Date.UTC(2026, 0, 1, 12);

export function enrolled(
  captures: readonly Pick<FaceEvidence, 'embeddings' | 'pose'>[],
  { networks }: MatchPolicy,
): Gallery {
  return {
    user: 'synthetic',
    sensor: { driver: 'simulated', model: 'kinect-v2', serial: '' },
    createdAt: ENROLLED_AT,
    version: 1,
    templates: captures.map(({ embeddings, pose }) => ({
      embeddings,
      pose,
      preprocessing: PREPROCESSING,
      ...(networks !== undefined && { networks }),
      capturedAt: ENROLLED_AT,
      source: 'enrolment',
      look: 'plain',
    })),
    reliefs: [],
    remembered: [],
  };
}

/** One attempt at a gallery. @returns the face that opened it, or undefined where it stayed shut */
export function attempt(
  evidence: readonly Evidence[],
  gallery: Gallery,
  policy: MatchPolicy,
  wallTime: number,
): FaceEvidence | undefined {
  if (evidence.length === 0) return undefined;
  const inUse = templatesInUse(gallery, policy, wallTime);
  let recognised: FaceEvidence | undefined;
  let state = beginAttempt(evidence[0].capturedAt);
  const rules = {
    attentionRequired: true,
    recognises: (face: FaceEvidence) => {
      const known = recognises(face, inUse, policy);
      if (known) recognised = face;
      return known;
    },
  };
  for (const each of evidence) {
    state = stepAttempt(state, each, each.capturedAt, rules);
    if (state.kind !== 'watching') break;
  }
  return state.kind === 'accepted' ? recognised : undefined;
}
