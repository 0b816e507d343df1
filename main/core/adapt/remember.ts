/**
 * A sudden change: somebody was refused, gave the right PIN at once, and what lasts of a face is that of the person who enrolled. What
 * their face was like is then offered to be remembered. Whoever only knows the PIN has another shape, and is offered nothing.
 */
import type { LookReason } from '../../contract/codes.ts';
import type { Evidence, FaceEvidence } from '../../contract/evidence.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { MatchPolicy } from '../judge/policy.ts';
import { GALLERY_LIMITS, PREPROCESSING, type Gallery, type Template } from '../people/gallery.ts';
import { looksOf } from '../people/looks.ts';
import { anchorsOf, lasts, templatesInUse, withoutExpired } from './anchors.ts';
import { ADAPTATION_LIMITS } from './bounds.ts';

/** The latest live faces of an attempt, all of one head that was followed without a gap; a second face ends the row. */
export function noteFace(kept: readonly FaceEvidence[], evidence: Evidence): readonly FaceEvidence[] {
  if (evidence.kind === 'unclear' && evidence.guidance === 'two-faces') return [];
  if (evidence.kind !== 'face') return kept;
  if (evidence.against.length > 0) return [];
  if (!evidence.attentive) return kept;
  const last = kept.at(-1);
  if (last?.track !== evidence.track || last.spectrum !== evidence.spectrum) return [evidence];
  if (evidence.capturedAt - last.capturedAt < ADAPTATION_LIMITS.apart) return kept;
  return [...kept, evidence].slice(-ADAPTATION_LIMITS.faces);
}

/** Whether these faces of a refused attempt may be remembered as a look of the gallery's owner, should they have the PIN. */
export function mayRemember(
  faces: readonly FaceEvidence[],
  gallery: Gallery,
  policy: MatchPolicy,
  wallTime: number,
): boolean {
  const { adaptation } = policy;
  if (!adaptation || faces.length < ADAPTATION_LIMITS.leastFaces) return false;
  // The latest is the clearest: it is fused from the most frames.
  return lasts(faces[faces.length - 1], anchorsOf(templatesInUse(gallery, policy, wallTime)), adaptation);
}

/**
 * The gallery with one look more. What expired makes room; no other look goes.
 * @returns `bad-argument` where the name is taken, `busy` where there is no room
 */
export function rememberLook(
  gallery: Gallery,
  faces: readonly FaceEvidence[],
  { look, reason }: { readonly look: string; readonly reason: LookReason },
  policy: MatchPolicy,
  wallTime: number,
): Result<Gallery> {
  const kept = withoutExpired(gallery, wallTime);
  if (looksOf(kept).some(({ name }) => name === look))
    return fail('bad-argument', `There is a look called "${look}" already. Choose another name.`);
  const fits =
    kept.remembered.length < ADAPTATION_LIMITS.looks &&
    kept.templates.length + faces.length <= GALLERY_LIMITS.templates;
  if (!fits) return fail('busy', FULL);
  const time = Math.round(wallTime);
  const last = faces[faces.length - 1].capturedAt;
  // It is as sure as what it is held to.
  const straight = anchorsOf(kept.templates).every(({ coverage }) => coverage === 'straight');
  const templates = faces.map(({ embeddings, pose, capturedAt }): Template => ({
    embeddings,
    pose,
    preprocessing: PREPROCESSING,
    ...(policy.networks !== undefined && { networks: policy.networks }),
    capturedAt: Math.round(wallTime - (last - capturedAt)),
    source: 'adaptation',
    look,
    ...(straight && { coverage: 'straight' as const }),
  }));
  return ok({
    ...kept,
    templates: [...kept.templates, ...templates],
    remembered: [...kept.remembered, { look, reason, usedAt: time }],
  });
}

const FULL = `Facet remembers ${ADAPTATION_LIMITS.looks} looks at most. Delete one that you do not need any more under Your looks, and it can remember this one.`;
