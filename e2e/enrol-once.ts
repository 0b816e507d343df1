/** Before all tests: builds what is not built, and lets one visitor enrol through the page. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, expect, type FullConfig } from '@playwright/test';
import { DeskPage } from './pages/desk-page.ts';
import { ENROLLED, PIN, ROOT, startWebHost, USER } from './web-host.ts';

export default async function enrolOnce(config: FullConfig): Promise<void> {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build.mjs'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The build failed: ${stderr}`);
  rmSync(ENROLLED, { recursive: true, force: true });
  mkdirSync(ENROLLED, { recursive: true });
  const host = await startWebHost({ folder: ENROLLED });
  const browser = await chromium.launch(config.projects[0].use.launchOptions);
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  try {
    const desk = new DeskPage(page);
    await desk.open(host.address);
    await desk.setUp(USER, PIN);
    await desk.turnUntilEnrolled();
    await desk.page.getByRole('button', { name: 'Done' }).click();
    await expect(desk.desktop).toBeVisible();
  } catch (error) {
    await page.screenshot({ path: join(ENROLLED, '..', 'enrol-once.png') });
    throw error;
  } finally {
    await browser.close();
    await host.stop();
  }
}
