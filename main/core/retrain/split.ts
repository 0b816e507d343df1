/** Which looks a head learns from, and which are held out to judge it. */
import type { Sector } from '../../contract/codes.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import { templatesInUse } from '../adapt/anchors.ts';
import { follows } from '../adapt/follow.ts';
import type { MatchPolicy } from '../judge/policy.ts';
import { sectorOf } from '../people/enrolment.ts';
import type { Gallery, Template } from '../people/gallery.ts';
import { Random } from '../random.ts';

export const NO_LOOK = 'No look is set up yet, so there is nothing to learn from. Add a look first.';

const LEAST = {
  /** Views to learn from and to be judged by. */
  views: 8,
  /** Directions of the head, straight among them. */
  directions: 3,
} as const;

/** One view in so many is held out. */
const HELD_OUT = 4;

export interface Split {
  readonly training: readonly Template[];
  readonly heldOut: readonly Template[];
}

/**
 * The views that the person enrolled, or had remembered with the PIN; what followed by itself teaches nothing, so that no slow
 * drift can. A quarter of every direction is held out, drawn by the seed.
 * @returns `not-enrolled` where there are too few, or all look the same way
 */
export function splitLooks(
  gallery: Gallery,
  policy: MatchPolicy,
  wallTime: number,
  seed: string,
): Result<Split> {
  if (gallery.templates.length === 0) return fail('not-enrolled', NO_LOOK);
  const views = templatesInUse(gallery, policy, wallTime).filter((template) => !follows(gallery, template));
  if (views.length === 0)
    return fail(
      'not-enrolled',
      'Your looks were made by another version of Facet, so there is nothing to learn from. Set up your face again, then retrain.',
    );
  if (views.length < LEAST.views)
    return fail(
      'not-enrolled',
      `Retraining needs ${LEAST.views} views of you, and there ${views.length === 1 ? 'is only 1' : `are only ${views.length}`}. Add a look, then retrain.`,
    );
  if (new Set(views.map(directionOf)).size < LEAST.directions)
    return fail(
      'not-enrolled',
      'All views of you look the same way. Add a look and turn your head all the way round, then retrain.',
    );
  // Sorting is stable: of each direction every fourth is any of its views.
  const shuffled = shuffle(views, new Random(`split ${seed}`)).sort((a, b) =>
    directionOf(a).localeCompare(directionOf(b), 'en'),
  );
  return ok({
    training: shuffled.filter((_, i) => i % HELD_OUT !== HELD_OUT - 1),
    heldOut: shuffled.filter((_, i) => i % HELD_OUT === HELD_OUT - 1),
  });
}

const directionOf = ({ pose }: Template): Sector | 'straight' => sectorOf(pose.yaw, pose.pitch) ?? 'straight';

/** Fisher and Yates's shuffle. */
function shuffle<T>(items: readonly T[], random: Random): T[] {
  const shuffled = [...items];
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [shuffled[i], shuffled[j]] = [shuffled[j], shuffled[i]];
  }
  return shuffled;
}
