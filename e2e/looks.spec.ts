/** Every view at two sizes, dark and light: pictures to look at, and no serious finding of axe. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './test.ts';
import { PIN, ROOT, USER } from './web-host.ts';

const SIZES = [
  { width: 1280, height: 800 },
  { width: 900, height: 600 },
];
const FOLDER = join(ROOT, 'out', 'screenshots');
mkdirSync(FOLDER, { recursive: true });

async function look(page: Page, view: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const size of SIZES) {
      await page.setViewportSize(size);
      // Transitions are at most 250 ms.
      await page.waitForTimeout(300);
      await page.screenshot({
        path: join(FOLDER, `${view}-${size.width}x${size.height}-${colorScheme}.png`),
      });
      const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      expect(overflow, `${view} is as wide as the window`).toBeLessThanOrEqual(0);
    }
    await page.setViewportSize(SIZES[0]);
    const { violations } = await new AxeBuilder({ page }).analyze();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    const named = serious.map(
      ({ id, nodes }) => `${view}, ${colorScheme}: ${id} ${nodes[0].target.join(' ')}`,
    );
    expect(named).toEqual([]);
    for (const { id, impact } of violations)
      test.info().annotations.push({ type: `axe ${impact}`, description: `${view}: ${id}` });
  }
}

test.describe('for a newcomer', () => {
  test.use({ enrolled: false });
  test('first run and enrolment', async ({ desk, page }) => {
    test.setTimeout(150_000);
    await expect(desk.firstRun).toBeVisible();
    await look(page, 'first-run');
    await desk.setUp(USER, PIN);
    await expect(page.getByText('1 of 9 directions')).toBeVisible({ timeout: 45_000 });
    await look(page, 'enrolment');
    await desk.turnUntilEnrolled();
    await page.waitForTimeout(800);
    await look(page, 'enrolled');
  });
});

test('desktop, settings, diagnostics and lock screen', async ({ desk, page }) => {
  test.setTimeout(180_000);
  await desk.enter(PIN);
  await look(page, 'desktop');
  await desk.settings();
  for (const section of [
    'Sensor',
    'Your looks',
    'Unlocking',
    'PIN and lock',
    'Appearance',
    'Delete everything',
  ]) {
    await desk.section(section);
    await look(page, `settings-${section.toLowerCase().replaceAll(' ', '-')}`);
  }
  await page.getByRole('region').getByRole('button', { name: 'Delete everything' }).click();
  await expect(desk.dialog).toBeVisible();
  await look(page, 'dialog');
  await page.keyboard.press('Escape');
  await desk.section('Diagnostics');
  await desk.confirm(PIN);
  await page.waitForTimeout(2500);
  await look(page, 'diagnostics');
  await page.getByRole('button', { name: 'Close' }).click();
  await desk.lock();
  await expect(desk.says).toHaveText('Looking for you');
  await look(page, 'lock-looking');
  await desk.visit('A stranger');
  await expect(desk.says).toContainText('Not recognised');
  await look(page, 'lock-not-recognised');
  await desk.closeVisitor();
  await look(page, 'lock-alone');
});
