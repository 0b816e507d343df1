/** What followed the person, day by day, and how to undo it. */
import { fail, ok, type Result } from '../../contract/result.ts';
import type { AdaptedDay } from '../../contract/states/app.ts';
import type { MatchPolicy } from '../judge/policy.ts';
import type { Gallery } from '../people/gallery.ts';
import { anchorDistance, anchorsOf, templatesInUse } from './anchors.ts';
import { dayOf } from './bounds.ts';
import { follows } from './follow.ts';

/** Shares of the bound are told in so many steps: enough to see a drift, too coarse to climb by. */
const STEPS = 4;

/** Latest day first; undefined where nothing can adapt. */
export function adaptedDays(
  gallery: Gallery,
  policy: MatchPolicy,
  wallTime: number,
): AdaptedDay[] | undefined {
  const { adaptation } = policy;
  if (!adaptation) return undefined;
  const inUse = templatesInUse(gallery, policy, wallTime);
  const anchors = anchorsOf(inUse);
  const days = new Map<number, { at: number; views: number; farthest: number }>();
  for (const template of inUse) {
    if (!follows(gallery, template)) continue;
    const day = dayOf(template.capturedAt);
    const known = days.get(day) ?? { at: 0, views: 0, farthest: 0 };
    const share = (anchorDistance(template.embeddings, anchors, adaptation) ?? 0) / adaptation.follow;
    days.set(day, {
      at: Math.max(known.at, template.capturedAt),
      views: known.views + 1,
      farthest: Math.max(known.farthest, share),
    });
  }
  return [...days]
    .sort(([a], [b]) => b - a)
    .map(([day, { at, views, farthest }]) => ({
      day,
      at,
      views,
      drift: Math.max(1, Math.min(STEPS, Math.ceil(farthest * STEPS))),
    }));
}

/** The gallery without what followed the person on that day; what was enrolled or remembered stays. */
export function undoDay(gallery: Gallery, day: number): Result<Gallery> {
  const templates = gallery.templates.filter(
    (template) => !(follows(gallery, template) && dayOf(template.capturedAt) === day),
  );
  return templates.length < gallery.templates.length
    ? ok({ ...gallery, templates })
    : fail('bad-argument', 'Nothing was learned on that day that could be undone. Reload the page.');
}
