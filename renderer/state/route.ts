/** Where the page is, kept in the address so that a reload comes back to it. */
const SECTIONS = [
  'sensor',
  'looks',
  'following',
  'retrain',
  'unlocking',
  'pin',
  'appearance',
  'remove',
] as const;
export type Section = (typeof SECTIONS)[number];

export type Route =
  | { readonly place: 'desktop' }
  | { readonly place: 'settings'; readonly section: Section }
  | { readonly place: 'diagnostics' };

export function readRoute(hash: string): Route {
  const [place, section] = hash.replace(/^#\/?/, '').split('/');
  if (place === 'settings')
    return { place, section: SECTIONS.find((known) => known === section) ?? SECTIONS[0] };
  return place === 'diagnostics' ? { place } : { place: 'desktop' };
}

export const writeRoute = (route: Route): string =>
  route.place === 'settings'
    ? `#/settings/${route.section}`
    : route.place === 'desktop'
      ? '#/'
      : '#/diagnostics';
