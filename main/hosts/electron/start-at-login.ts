import type { App } from 'electron';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Whether the system starts Facet when the person logs in. */
export async function startAtLogin(
  app: Pick<App, 'setLoginItemSettings'>,
  enabled: boolean,
  { platform, env, execPath } = process as Pick<NodeJS.Process, 'platform' | 'env' | 'execPath'>,
): Promise<void> {
  if (platform !== 'linux') return app.setLoginItemSettings({ openAtLogin: enabled });
  // Electron leaves this to the desktop: an entry in the autostart folder (Desktop Application Autostart Specification).
  const folder = join(env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'autostart');
  const file = join(folder, 'facet.desktop');
  if (!enabled) return rm(file, { force: true });
  // An AppImage runs from a mount point that is gone after the next start.
  const program = env['APPIMAGE'] ?? execPath;
  await mkdir(folder, { recursive: true });
  await writeFile(
    file,
    `[Desktop Entry]\nType=Application\nName=Facet\nExec="${program.replace(/["\\`$]/g, '\\$&')}"\n`,
  );
}
