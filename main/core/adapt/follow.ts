/**
 * Gradual change: after a confident unlock one template of that day and direction joins the gallery in place of an older one.
 * How far it may be is measured from what was enrolled and never from what was adapted, so that many small steps lead no
 * farther than one.
 */
import type { Sector } from '../../contract/codes.ts';
import type { FaceEvidence } from '../../contract/evidence.ts';
import { fusedDistance } from '../judge/match.ts';
import type { MatchPolicy } from '../judge/policy.ts';
import { sectorOf } from '../people/enrolment.ts';
import { GALLERY_LIMITS, PREPROCESSING, type Gallery, type Template } from '../people/gallery.ts';
import { anchorDistance, anchorsOf, templatesInUse } from './anchors.ts';
import { ADAPTATION_LIMITS, dayOf } from './bounds.ts';
import { recognises } from './recognise.ts';

/** An adapted template of an enrolled look: it follows the person, and is not a look of its own. */
export const follows = (gallery: Gallery, { source, look }: Template): boolean =>
  source === 'adaptation' && !gallery.remembered.some((remembered) => remembered.look === look);

/**
 * What a face that opened the screen leaves in the gallery: the day that a remembered look was last of use, and a template
 * that follows the person.
 * @param evidence one of the frames that were recognised
 * @returns the gallery changed, or undefined where there is nothing to keep
 */
export function learn(
  gallery: Gallery,
  evidence: FaceEvidence,
  policy: MatchPolicy,
  wallTime: number,
): Gallery | undefined {
  if (!policy.adaptation || evidence.against.length > 0) return undefined;
  const used = noteUse(gallery, evidence, policy, wallTime);
  return follow(used ?? gallery, evidence, policy, wallTime) ?? used;
}

/** At most one change a day for each look. */
function noteUse(
  gallery: Gallery,
  { embeddings, spectrum }: FaceEvidence,
  policy: MatchPolicy,
  wallTime: number,
): Gallery | undefined {
  // As recognised: by everything together, which the last requirement fuses.
  const parts = policy[spectrum].at(-1)?.parts ?? [];
  const [nearest] = templatesInUse(gallery, policy, wallTime)
    .map((template) => ({
      look: template.look,
      distance: fusedDistance(embeddings, [template.embeddings], parts) ?? Infinity,
    }))
    .sort((a, b) => a.distance - b.distance);
  const due = gallery.remembered.some(
    ({ look, usedAt }) => look === nearest?.look && dayOf(wallTime) > dayOf(usedAt),
  );
  if (!due) return undefined;
  return {
    ...gallery,
    remembered: gallery.remembered.map((remembered) =>
      remembered.look === nearest.look ? { ...remembered, usedAt: Math.round(wallTime) } : remembered,
    ),
  };
}

function follow(
  gallery: Gallery,
  face: FaceEvidence,
  policy: MatchPolicy,
  wallTime: number,
): Gallery | undefined {
  const { embeddings, pose, attentive } = face;
  const bounds = policy.adaptation!;
  const inUse = templatesInUse(gallery, policy, wallTime);
  const anchors = anchorsOf(inUse);
  const distance = anchorDistance(embeddings, anchors, bounds);
  if (!attentive || distance === undefined || distance > bounds.follow) return undefined;
  if (!recognises(face, inUse, policy, { share: bounds.confident })) return undefined;
  const sector = directionOf(pose);
  const same = gallery.templates
    .filter((template) => follows(gallery, template) && directionOf(template.pose) === sector)
    .sort((a, b) => a.capturedAt - b.capturedAt);
  // Later than every one so far, not only than today's: a clock that was set back gives no day twice.
  if (same.some(({ capturedAt }) => dayOf(capturedAt) >= dayOf(wallTime))) return undefined;
  const replaced = same.length >= ADAPTATION_LIMITS.perSector ? same[0] : undefined;
  if (!replaced && gallery.templates.length >= GALLERY_LIMITS.templates) return undefined;
  const followed = nearestLook((template) => anchorDistance(embeddings, [template], bounds), anchors);
  const straight = anchors.some(({ look, coverage }) => look === followed && coverage === 'straight');
  const template: Template = {
    embeddings,
    pose,
    preprocessing: PREPROCESSING,
    ...(policy.networks !== undefined && { networks: policy.networks }),
    capturedAt: Math.round(wallTime),
    source: 'adaptation',
    look: followed,
    ...(straight && { coverage: 'straight' }),
  };
  return { ...gallery, templates: [...gallery.templates.filter((each) => each !== replaced), template] };
}

const directionOf = ({ yaw, pitch }: Template['pose']): Sector | 'straight' =>
  sectorOf(yaw, pitch) ?? 'straight';

/** The enrolled look that a template follows: it goes when that one is deleted. */
const nearestLook = (
  distanceTo: (anchor: Template) => number | undefined,
  anchors: readonly Template[],
): string => {
  const distances = anchors.map((anchor) => distanceTo(anchor) ?? Infinity);
  return anchors[distances.indexOf(Math.min(...distances))].look;
};
