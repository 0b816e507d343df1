/** The same page in Electron, where its binary is. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, expect, test } from '@playwright/test';
import { DeskPage } from './pages/desk-page.ts';
import { PIN, ROOT, USER } from './web-host.ts';

/** Where the package's path.txt says, once the binary was fetched. Requiring the package would fetch it. */
function binary(): string | undefined {
  const folder = join(ROOT, 'node_modules', 'electron');
  const name = join(folder, 'path.txt');
  const path = existsSync(name) ? join(folder, 'dist', readFileSync(name, 'utf8')) : undefined;
  return path !== undefined && existsSync(path) ? path : undefined;
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
