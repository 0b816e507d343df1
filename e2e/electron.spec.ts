/** The same page in Electron, where its binary is. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, expect, test } from '@playwright/test';
import { DeskPage } from './pages/desk-page.ts';
import { PIN, ROOT, USER } from './web-host.ts';

/** The electron package's path file names its binary once that was fetched. */
function binary(): string | undefined {
  try {
    const path: unknown = createRequire(import.meta.url)('electron');
    return typeof path === 'string' && existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

test('Electron shows the same page: first run, PIN, lock, PIN', async () => {
  const executablePath = binary();
  test.skip(executablePath === undefined, 'no Electron binary');
  const data = mkdtempSync(join(tmpdir(), 'facet-electron-'));
  const app = await _electron.launch({
    executablePath: executablePath!,
    args: [ROOT, '--data', data, '--sensor', 'simulated'],
    env: { ...process.env, FACET_PASSPHRASE: 'for tests only' },
  });
  const desk = new DeskPage(await app.firstWindow());
  await desk.setUp(USER, PIN);
  await expect(desk.enrolling).toBeVisible();
  await desk.page.keyboard.press('Escape');
  await desk.opened();
  await desk.lock();
  await desk.enterPin(PIN);
  await desk.opened();
  await app.close();
  rmSync(data, { recursive: true, force: true });
});
