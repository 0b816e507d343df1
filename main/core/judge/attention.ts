/** Whether eyes are open, judged by this person's own. */
import type { FaceEvidence } from '../../contract/evidence.ts';
import type { Template } from '../people/gallery.ts';

/**
 * Of how far a person's eyes were open when they enrolled: below this share they are shut. Single pictures, each person judged by their
 * others: of 588 open pairs of 81 real people (grey pictures) 7 were called shut, and 4 at a third of the size, eyes 14 pixels apart; of
 * 540 of 30 synthetic people none. Of 540 shut ones of those 513 were noticed. It was chosen on the same pictures.
 */
const SHUT = 0.635;

/** How far this person's eyes are open: the lowest of their looks. Undefined where none was enrolled in colour. */
export function ownLids(templates: readonly Pick<Template, 'look' | 'lids'>[]): number | undefined {
  const looks = new Map<string, number[]>();
  for (const { look, lids } of templates)
    if (lids !== undefined) looks.set(look, [...(looks.get(look) ?? []), lids]);
  const medians = [...looks.values()].map((values) => values.sort((a, b) => a - b)[values.length >> 1]);
  return medians.length > 0 ? Math.min(...medians) : undefined;
}

/** @param own as `ownLids` gives it; without it anybody's lids count */
export const isAttentive = (
  { attentive, lids }: Pick<FaceEvidence, 'attentive' | 'lids'>,
  own: number | undefined,
): boolean => (own === undefined || lids === undefined ? attentive : lids >= SHUT * own);
