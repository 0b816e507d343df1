/** Which templates count, and how far something is from those that the person enrolled. */
import type { Embeddings, FaceEvidence } from '../../contract/evidence.ts';
import { galleryDistance, limitFor } from '../judge/match.ts';
import type { MatchPolicy } from '../judge/policy.ts';
import { PREPROCESSING, type Gallery, type Template } from '../people/gallery.ts';
import { unlearned } from '../people/looks.ts';
import { isExpired, type AdaptationBounds } from './bounds.ts';
import { lastingDistance } from './lasting.ts';

/** Whether a template was made by the steps and networks of now; others are no measure of anything. */
export const comparable = (
  { preprocessing, networks }: Pick<Template, 'preprocessing' | 'networks'>,
  policy: Pick<MatchPolicy, 'networks'>,
): boolean => preprocessing === PREPROCESSING && networks === policy.networks;

/**
 * The gallery without the remembered looks that expired, and without what learned from them; what was enrolled never expires.
 * @returns the same one where none did
 */
export function withoutExpired(gallery: Gallery, wallTime: number): Gallery {
  const expired = gallery.remembered.filter((look) => isExpired(look, wallTime)).map(({ look }) => look);
  if (expired.length === 0) return gallery;
  return {
    ...gallery,
    templates: gallery.templates.filter(
      ({ source, look }) => source === 'enrolment' || !expired.includes(look),
    ),
    remembered: gallery.remembered.filter(({ look }) => !expired.includes(look)),
    ...(gallery.heads && { heads: expired.reduce(unlearned, gallery.heads) }),
  };
}

/** The templates that a face is compared with: of these networks, and of no look that expired. */
export const templatesInUse = (
  gallery: Gallery,
  policy: Pick<MatchPolicy, 'networks'>,
  wallTime: number,
): Template[] =>
  withoutExpired(gallery, wallTime).templates.filter((template) => comparable(template, policy));

/** What the person enrolled: nothing that adapts ever changes these. */
export const anchorsOf = (templates: readonly Template[]): Template[] =>
  templates.filter(({ source }) => source === 'enrolment');

/** Whether what lasts of a face is that of the anchors, whatever is new in it; never where nothing says what lasts. */
export function lasts(
  { embeddings, fusedFrames }: Pick<FaceEvidence, 'embeddings' | 'fusedFrames'>,
  anchors: readonly Template[],
  { kind, lasting }: AdaptationBounds,
): boolean {
  if (!lasting) return false;
  const distance = lastingDistance(embeddings, anchors, kind, lasting);
  return distance !== undefined && distance <= limitFor(lasting, fusedFrames);
}

/** How far something is from the anchors by its shape alone; undefined where one side has none to compare. */
export const anchorDistance = (
  embeddings: Embeddings,
  anchors: readonly Template[],
  { kind, pooling }: AdaptationBounds,
): number | undefined =>
  galleryDistance(
    embeddings,
    anchors.map((anchor) => anchor.embeddings),
    kind,
    pooling,
  );
