/** Before all tests: builds what is not built, and lets one visitor enrol through the page. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { chromium, expect, type FullConfig } from '@playwright/test';
import { DeskPage } from './pages/desk-page.ts';
import { ENROLLED, PIN, ROOT, startWebHost, USER } from './web-host.ts';

export default async function enrolOnce(config: FullConfig): Promise<void> {
  for (const args of [
    ['scripts/build.mjs'],
    ['node_modules/vite/bin/vite.js', 'build', '--config', 'renderer/vite.config.ts', '--logLevel', 'error'],
  ]) {
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${args[0]} failed: ${stderr}`);
  }
  rmSync(ENROLLED, { recursive: true, force: true });
  mkdirSync(ENROLLED, { recursive: true });
  const host = await startWebHost({ folder: ENROLLED });
  const browser = await chromium.launch(config.projects[0].use.launchOptions);
  try {
    const desk = new DeskPage(await browser.newPage({ viewport: { width: 1280, height: 800 } }));
    await desk.open(host.address);
    await desk.setUp(USER, PIN);
    await desk.turnUntilEnrolled();
    await desk.page.getByRole('button', { name: 'Done' }).click();
    await expect(desk.desktop).toBeVisible();
  } finally {
    await browser.close();
    await host.stop();
  }
}
