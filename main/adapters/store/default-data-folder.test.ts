import { expect, it } from 'vitest';
import { defaultDataFolder } from './default-data-folder.ts';

it.each([
  ['linux', { XDG_DATA_HOME: '/data/ada' }, '/data/ada/facet'],
  ['linux', {}, '/home/ada/.local/share/facet'],
  ['linux', { XDG_DATA_HOME: 'relative' }, '/home/ada/.local/share/facet'],
  ['linux', { XDG_DATA_HOME: '' }, '/home/ada/.local/share/facet'],
  ['darwin', { XDG_DATA_HOME: '/data/ada' }, '/home/ada/Library/Application Support/Facet'],
] as const)('on %s with %j the data lies in %s', (platform, env, folder) => {
  expect(defaultDataFolder(platform, env, '/home/ada')).toBe(folder);
});

it('on Windows the data stays on this machine', () => {
  expect(defaultDataFolder('win32', { LOCALAPPDATA: 'C:\\Users\\ada\\Local' }, 'C:\\Users\\ada')).toBe(
    'C:\\Users\\ada\\Local\\Facet',
  );
});
