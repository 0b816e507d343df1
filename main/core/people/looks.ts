/** The looks of a gallery: what a person enrolled, by the name that they gave it. */
import { fail, ok, type Result } from '../../contract/result.ts';
import type { LookState } from '../../contract/states/app.ts';
import type { Gallery } from './gallery.ts';

/** In the order of enrolment. */
export function looksOf(gallery: Gallery | undefined): LookState[] {
  if (!gallery) return [];
  const names = [...new Set([...gallery.templates, ...gallery.reliefs].map(({ look }) => look))];
  return names
    .map((name) => {
      const templates = gallery.templates.filter(({ look }) => look === name);
      const reliefs = gallery.reliefs.filter(({ look }) => look === name);
      const enrolledAt = Math.min(...[...templates, ...reliefs].map(({ capturedAt }) => capturedAt));
      return { name, templates: templates.length, enrolledAt };
    })
    .sort((a, b) => a.enrolledAt - b.enrolledAt);
}

const unknown = (look: string) =>
  fail('bad-argument', `There is no look called "${look}". Reload the page and try again.`);

const has = (gallery: Gallery, look: string): boolean => looksOf(gallery).some(({ name }) => name === look);

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
  });
}

/** @returns the gallery without the look; `bad-argument` where there is none */
export function removeLook(gallery: Gallery, look: string): Result<Gallery> {
  if (!has(gallery, look)) return unknown(look);
  const others = (entry: { readonly look: string }) => entry.look !== look;
  return ok({
    ...gallery,
    templates: gallery.templates.filter(others),
    reliefs: gallery.reliefs.filter(others),
  });
}
