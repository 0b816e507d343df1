/** Whether a face is that of a gallery's owner, whatever adapted. */
import type { Embeddings, FaceEvidence } from '../../contract/evidence.ts';
import { limitFor, matchesGallery } from '../judge/match.ts';
import type { MatchPolicy } from '../judge/policy.ts';
import type { Template } from '../people/gallery.ts';
import { anchorDistance, anchorsOf, lasts } from './anchors.ts';

/**
 * @param inUse as `templatesInUse` gives them
 * @param options.besides embeddings that count however far the face is
 * @param options.share of each limit that must do
 */
export function recognises(
  face: Pick<FaceEvidence, 'embeddings' | 'fusedFrames' | 'spectrum'>,
  inUse: readonly Template[],
  policy: MatchPolicy,
  { besides = [], share = 1 }: { readonly besides?: readonly Embeddings[]; readonly share?: number } = {},
): boolean {
  const compared = within(face, inUse, policy);
  const { straightAhead = policy } = policy;
  const matches = (
    coverage: Template['coverage'],
    { [face.spectrum]: requirements }: typeof straightAhead,
  ) => {
    const own = compared.filter((template) => template.coverage === coverage);
    const templates = [...own.map(({ embeddings }) => embeddings), ...besides];
    return matchesGallery(face.embeddings, face.fusedFrames, templates, requirements, share);
  };
  // Looks that were enrolled straight ahead are held to their own limits, and help none of the others.
  return matches(undefined, policy) || matches('straight', straightAhead);
}

/**
 * The templates that a face is compared with. Whoever is farther from what was enrolled than adaptation reaches is compared with
 * that alone: templates that were led towards somebody else, one small step after the other, still do not open for them. A
 * remembered look counts for whom it could be remembered of.
 */
function within(
  face: Pick<FaceEvidence, 'embeddings' | 'fusedFrames'>,
  inUse: readonly Template[],
  { adaptation }: MatchPolicy,
): readonly Template[] {
  if (!adaptation) return inUse;
  const anchors = anchorsOf(inUse);
  if (anchors.length === inUse.length) return inUse;
  // What follows the person bears the name of an enrolled look, what was remembered one of its own.
  const enrolled = new Set(anchors.map(({ look }) => look));
  const distance = anchorDistance(face.embeddings, anchors, adaptation);
  const near = distance !== undefined && distance <= limitFor(adaptation.reach, face.fusedFrames);
  const same = inUse.some(({ look }) => !enrolled.has(look)) && lasts(face, anchors, adaptation);
  return inUse.filter(({ source, look }) => source === 'enrolment' || (enrolled.has(look) ? near : same));
}
