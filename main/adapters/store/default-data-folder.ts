import path from 'node:path';

/**
 * Where Facet keeps its files unless told otherwise: `$XDG_DATA_HOME/facet` (Linux and others), `~/Library/Application
 * Support/Facet` (macOS), `%LOCALAPPDATA%\Facet` (Windows; local, because templates are of this machine's sensor).
 * A relative XDG_DATA_HOME is ignored, as the XDG Base Directory specification asks.
 */
export function defaultDataFolder(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): string {
  if (platform === 'win32')
    return path.win32.join(env['LOCALAPPDATA'] ?? path.win32.join(home, 'AppData', 'Local'), 'Facet');
  if (platform === 'darwin') return path.posix.join(home, 'Library', 'Application Support', 'Facet');
  const xdg = env['XDG_DATA_HOME'];
  return path.posix.join(
    xdg && path.posix.isAbsolute(xdg) ? xdg : path.posix.join(home, '.local', 'share'),
    'facet',
  );
}
