/** The looks of a gallery: what a person enrolled, by the name that they gave it. */
import { NAME_RULE, nameSchema, ONE_LINE } from '../../contract/names.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { LookState } from '../../contract/states/app.ts';
import { expiryOf, isExpired } from '../adapt/bounds.ts';
import { MOST_CAPTURES } from './enrolment.ts';
import { GALLERY_LIMITS, type Gallery, type Heads, type Template } from './gallery.ts';

/**
 * In the order of enrolment.
 * @param usable whether a template can be compared by the networks of now
 */
export function looksOf(
  gallery: Gallery | undefined,
  usable: (template: Template) => boolean = () => true,
  wallTime = 0,
): LookState[] {
  if (!gallery) return [];
  const names = [...new Set([...gallery.templates, ...gallery.reliefs].map(({ look }) => look))];
  return names
    .map((name) => {
      const templates = gallery.templates.filter(({ look }) => look === name);
      const reliefs = gallery.reliefs.filter(({ look }) => look === name);
      const enrolledAt = Math.min(...[...templates, ...reliefs].map(({ capturedAt }) => capturedAt));
      const remembered = gallery.remembered.find(({ look }) => look === name);
      return {
        name,
        templates: templates.length,
        enrolledAt,
        adapted: remembered ? 0 : templates.filter(({ source }) => source === 'adaptation').length,
        ...(templates.some(({ coverage }) => coverage === 'straight') && { straight: true as const }),
        outdated: !templates.some(usable),
        ...(remembered && {
          remembered: {
            reason: remembered.reason,
            usedAt: remembered.usedAt,
            expiresAt: expiryOf(remembered),
            expired: isExpired(remembered, wallTime),
          },
        }),
      };
    })
    .sort((a, b) => a.enrolledAt - b.enrolledAt);
}

const unknown = (look: string) =>
  fail('bad-argument', `There is no look called "${look}". Reload the page and try again.`);

const has = (gallery: Gallery, look: string): boolean => looksOf(gallery).some(({ name }) => name === look);

/** @returns `bad-argument` where no gallery can hold such names, `busy` where this one has no room for the look */
export function checkLook(
  gallery: Gallery | undefined,
  { user, look }: { readonly user: string; readonly look: string },
): Result<void> {
  if (!ONE_LINE.test(user) || !nameSchema.safeParse(look).success) return fail('bad-argument', NAME_RULE);
  const others = <T extends { readonly look: string }>(entries: readonly T[] = []) =>
    entries.filter((entry) => entry.look !== look).length;
  const fits =
    others(gallery?.templates) + MOST_CAPTURES <= GALLERY_LIMITS.templates &&
    others(gallery?.reliefs) < GALLERY_LIMITS.reliefs;
  return fits ? ok(undefined) : fail('busy', FULL);
}

const FULL =
  'There is no room for another look. Delete one that you do not need any more under Your looks, then start again.';

/** @returns the gallery with the look under its new name; `bad-argument` where there is none, or the name is taken */
export function renameLook(gallery: Gallery, look: string, to: string): Result<Gallery> {
  if (!has(gallery, look)) return unknown(look);
  if (look !== to && has(gallery, to))
    return fail('bad-argument', `There is a look called "${to}" already. Choose another name.`);
  const renamed = <T extends { readonly look: string }>(entry: T): T =>
    entry.look === look ? { ...entry, look: to } : entry;
  return ok({
    ...gallery,
    templates: gallery.templates.map(renamed),
    reliefs: gallery.reliefs.map(renamed),
    remembered: gallery.remembered.map(renamed),
    ...(gallery.heads && {
      heads: {
        ...gallery.heads,
        versions: gallery.heads.versions.map((head) => ({
          ...head,
          looks: head.looks.map((name) => (name === look ? to : name)),
        })),
      },
    }),
  });
}

/**
 * Without an enrolled look there is nothing that adapted templates could be held to: they go with the last one.
 * @returns the gallery without the look; `bad-argument` where there is none
 */
export function removeLook(gallery: Gallery, look: string): Result<Gallery> {
  if (!has(gallery, look)) return unknown(look);
  const others = (entry: { readonly look: string }) => entry.look !== look;
  const templates = gallery.templates.filter(others);
  return ok({
    ...gallery,
    templates: templates.some(({ source }) => source === 'enrolment') ? templates : [],
    reliefs: gallery.reliefs.filter(others),
    remembered: gallery.remembered.filter(others),
    ...(gallery.heads && { heads: unlearned(gallery.heads, look) }),
  });
}

/** What learned from a look goes with it. */
export function unlearned({ inUse, versions }: Heads, look: string): Heads {
  const kept = versions.filter(({ looks }) => !looks.includes(look));
  return { inUse: kept.some(({ version }) => version === inUse) ? inUse : 0, versions: kept };
}
