/** What the page makes of an enrolment that needs help: on a scripted shell, since half a minute of stillness is long to wait for. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { createServer, type ViteDevServer } from 'vite';
import { PIN, ROOT } from './web-host.ts';

const FOLDER = join(ROOT, 'out', 'screenshots');
let server: ViteDevServer;
test.beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  server = await createServer({
    configFile: join(ROOT, 'renderer', 'vite.config.ts'),
    logLevel: 'error',
    server: { port: 0, hmr: false },
  });
  await server.listen();
});
test.afterAll(() => server.close());

const open = (page: Page, show: string) => page.goto(`${server.resolvedUrls!.local[0]}dev/?show=${show}`);

async function look(page: Page, view: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.screenshot({ path: join(FOLDER, `${view}-${colorScheme}.png`) });
    const { violations } = await new AxeBuilder({ page }).analyze();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.map(({ id, nodes }) => `${colorScheme}: ${id} ${nodes[0].target.join(' ')}`)).toEqual([]);
  }
}

test('whoever cannot turn the head is offered to look straight ahead, with the keyboard too', async ({
  page,
}) => {
  await open(page, 'enrolling-offered');
  await expect(page.getByText('If turning your head is hard')).toBeVisible();
  await look(page, 'enrolling-offered');
  await page.getByRole('button', { name: 'Look straight ahead' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Keep looking at the sensor' })).toBeVisible();
  await expect(page.getByText('5 of 12 views')).toBeVisible();
  await expect(page.getByRole('button', { name: 'I cannot turn my head' })).toHaveCount(0);
  await look(page, 'enrolling-ahead');
});

test('a chin that is held too high is asked down, and the link is there at once', async ({ page }) => {
  await open(page, 'enrolling-chin');
  await expect(page.getByRole('heading', { name: 'Lower your chin a little' })).toBeVisible();
  await page.getByRole('button', { name: 'I cannot turn my head' }).click();
  await expect(page.getByText('of 12 views')).toBeVisible();
});

test('a paused enrolment keeps what was captured, and goes on', async ({ page }) => {
  await open(page, 'enrolling-paused');
  await expect(page.getByRole('heading', { name: 'Nothing new was seen for a minute' })).toBeVisible();
  await expect(
    page.getByText('What was captured is kept until you go on or cancel · 4 of 9 directions'),
  ).toBeVisible();
  await look(page, 'enrolling-paused');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Go on' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByText('4 of 9 directions')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Go on' })).toHaveCount(0);
  await open(page, 'enrolling-slow');
  await expect(page.getByRole('heading', { name: 'This computer is too slow' })).toBeVisible();
});

test('after a lock going on asks for the PIN', async ({ page }) => {
  await open(page, 'enrolling-locked');
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(page.getByRole('textbox', { name: 'Your PIN' })).toBeFocused();
  await page.keyboard.type(PIN);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Go on' })).toHaveCount(0);
  await expect(page.getByText('4 of 9 directions')).toBeVisible();
});
