/** The heads of a gallery: which decides, the latest few to go back to, and what ends them. */
import { fail, ok, type Result } from '../../contract/result.ts';
import type { HeadState } from '../../contract/states/retrain.ts';
import { comparable } from '../adapt/anchors.ts';
import { withHead } from '../judge/head.ts';
import type { PersonalNetwork } from '../judge/personal-network.ts';
import type { MatchPolicy } from '../judge/policy.ts';
import { GALLERY_LIMITS, type Gallery, type PersonalHead } from '../people/gallery.ts';

/** The head that decides; undefined where there is none, other networks or steps made it, or a look is gone that it learned from. */
export function headInUse({ heads, templates }: Gallery, policy: MatchPolicy): PersonalHead | undefined {
  const head = heads?.versions.find(({ version }) => version === heads.inUse);
  const has = (look: string) => templates.some((template) => template.look === look);
  return head && comparable(head, policy) && head.looks.every(has) ? head : undefined;
}

/** How a gallery's owner is recognised: as the policy says, with the head in use, and the network that it weighs. */
export function recognition(
  gallery: Gallery,
  policy: MatchPolicy,
): { readonly policy: MatchPolicy; readonly network?: PersonalNetwork } {
  const head = headInUse(gallery, policy);
  if (!head) return { policy };
  return { policy: withHead(policy, head.terms), ...(head.network && { network: head.network }) };
}

/** The gallery with a new head in use; the oldest goes where there are too many. */
export function keepHead(gallery: Gallery, head: Omit<PersonalHead, 'version'>): Gallery {
  const versions = gallery.heads?.versions ?? [];
  const version = Math.max(0, ...versions.map((each) => each.version)) + 1;
  const kept = [...versions, { ...head, version }].slice(-GALLERY_LIMITS.heads);
  return { ...gallery, heads: { inUse: version, versions: kept } };
}

/**
 * Goes back to an earlier head, or on to a later one.
 * @param version 0 for none: as Facet comes
 * @returns `bad-argument` where there is no such version, or it would decide nothing
 */
export function useHead(gallery: Gallery, version: number, policy: MatchPolicy): Result<Gallery> {
  const versions = gallery.heads?.versions ?? [];
  const head = versions.find((each) => each.version === version);
  if (version !== 0 && !head)
    return fail(
      'bad-argument',
      `There is no retrained version ${version} to go back to. Choose another one.`,
    );
  if (head && !comparable(head, policy))
    return fail(
      'bad-argument',
      `Version ${version} was made for other networks than those in use, so it cannot decide any more. Choose another one, or retrain.`,
    );
  return ok({ ...gallery, heads: { inUse: version, versions } });
}

/** Latest first. */
export function headStates(gallery: Gallery, policy: MatchPolicy): HeadState[] {
  const inUse = headInUse(gallery, policy);
  return (gallery.heads?.versions ?? [])
    .map((head) => ({
      version: head.version,
      fittedAt: head.fittedAt,
      looks: head.looks,
      inUse: head === inUse,
      outdated: !comparable(head, policy),
      deeper: head.network !== undefined,
    }))
    .reverse();
}
