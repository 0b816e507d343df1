/** What the page makes of what a gallery learned and of what is plugged in: on a scripted shell, since neither can be made to happen. */
import { mkdirSync, readFileSync } from 'node:fs';
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

const open = (page: Page, show: string, route = '') =>
  page.goto(`${server.resolvedUrls!.local[0]}dev/?show=${show}#/${route}`);

async function look(page: Page, view: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.screenshot({ path: join(FOLDER, `${view}-${colorScheme}.png`) });
    const { violations } = await new AxeBuilder({ page }).analyze();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.map(({ id, nodes }) => `${colorScheme}: ${id} ${nodes[0].target.join(' ')}`)).toEqual([]);
  }
}

const confirm = async (page: Page) => {
  await expect(page.getByRole('textbox', { name: 'Your PIN' })).toBeFocused();
  await page.keyboard.type(PIN);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeHidden();
};

test('a look that was refused is remembered with the keyboard alone', async ({ page }) => {
  await open(page, 'offer');
  const offer = page.getByRole('region', { name: 'Remember this look?' });
  await expect(offer).toContainText('sealed on this machine, and no picture');
  await look(page, 'offer');
  await offer.getByRole('radio', { name: 'Something else' }).focus();
  for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowUp');
  await expect(offer.getByRole('radio', { name: 'A hat' })).toBeChecked();
  for (let i = 0; i < 2; i++) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(offer).toBeHidden();
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Your looks' }).click();
  await expect(page.getByText('remembered: a hat')).toBeVisible();
});

test('what a plugged-in Kinect lacks is said where the screen is open, and put off with the keyboard alone', async ({
  page,
}) => {
  const said = page.getByRole('status').filter({ hasText: 'is plugged in' });
  for (const [show, before] of [
    ['lacking', page.getByRole('button', { name: 'Diagnostics' })],
    ['lacking-first', undefined],
  ] as const) {
    await open(page, show);
    await expect(said).toContainText('A Kinect v1 is plugged in. Its motor answers');
    await expect(said).toContainText('Plug in its 12 V adapter');
    await look(page, show);
    if (before) await before.focus();
    await page.keyboard.press(before ? 'Tab' : 'Shift+Tab');
    await expect(said.getByRole('button', { name: 'Not now' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(said).toBeHidden();
  }
  await open(page, 'lacking-locked');
  await expect(page.getByLabel('Lock screen')).toBeVisible();
  await expect(said).toHaveCount(0);
});

test('what was learned is shown day by day, undone, and switched off', async ({ page }) => {
  await open(page, 'following', 'settings/following');
  await look(page, 'settings-following-learned');
  await expect(page.getByRole('listitem').filter({ hasText: '24 November' })).toContainText(
    '1 view · changed',
  );
  const undo = page.getByRole('button', { name: 'Undo 24 November 2026' });
  await undo.focus();
  await page.keyboard.press('Enter');
  await confirm(page);
  await expect(undo).toHaveCount(0);
  const follow = page.getByRole('switch', { name: 'Follow how I change' });
  await follow.click();
  await expect(follow).not.toBeChecked();
  await follow.click();
  await confirm(page);
  await expect(follow).toBeChecked();
});

test('a remembered look says what it is, when it expires, and goes', async ({ page }) => {
  await open(page, 'following', 'settings/looks');
  await expect(page.getByText('remembered: a hat · expires 24 January 2027 unless used')).toBeVisible();
  await look(page, 'settings-looks-remembered');
  await page.getByRole('button', { name: 'Delete with a hat' }).click();
  await confirm(page);
  await expect(page.getByRole('heading', { name: 'with a hat' })).toHaveCount(0);
});

test('the face map names its points by hand and by key, and is saved as a picture', async ({ page }) => {
  await open(page, 'map', 'diagnostics');
  const map = page.getByRole('application', { name: /^Face map, PCA/ });
  await map.scrollIntoViewIfNeeded();
  await look(page, 'face-map');
  await map.focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.locator('#map-named')).toHaveText(/“plain”, set up on 1 October 2026/);
  await map.locator('.crowd').first().hover();
  await expect(page.locator('#map-named')).toHaveText('A synthetic person');
  await page.getByText('UMAP', { exact: true }).click();
  await expect(page.getByRole('application', { name: /^Face map, UMAP/ })).toBeVisible();
  for (const [kind, begins] of [
    ['SVG', '<svg'],
    ['PNG', '\x89PNG'],
  ]) {
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: `Save as ${kind}` }).click();
    const file = readFileSync(await (await saved).path());
    expect(file.toString('latin1', 0, 4)).toBe(begins);
    if (kind === 'PNG') {
      // Width and height, of which the histogram is a part.
      expect(file.readUInt32BE(20)).toBeGreaterThan(1.5 * file.readUInt32BE(16));
      continue;
    }
    const text = file.toString('utf8');
    expect(text).not.toContain('oklch');
    for (const words of [
      'Face map, UMAP',
      'plain',
      'synthetic people',
      'from each other',
      'shape alone would',
    ])
      expect(text).toContain(words);
    // Sixteen bars of each kind, their two keys, and the background.
    expect(text.match(/<rect/g)).toHaveLength(35);
  }
});

test('looks of earlier networks say so, and are set up again', async ({ page }) => {
  await open(page, 'outdated');
  await expect(page.getByText('Facet’s networks changed since you set up your face')).toBeVisible();
  await look(page, 'desktop-outdated');
  await page.getByRole('button', { name: 'Set up your face again' }).click();
  await confirm(page);
  await expect(page.getByRole('region', { name: 'Set up your face' })).toBeVisible();
});

test('a retraining shows how far it is and can be stopped, with the keyboard alone', async ({ page }) => {
  await open(page, 'retraining', 'settings/retrain');
  await expect(page.getByText('TensorFlow.js in WebAssembly · about 2 seconds left')).toBeVisible();
  await expect(page.getByRole('progressbar', { name: 'Retraining' })).toBeVisible();
  await expect(page.getByText('epoch 60 of 100')).toBeVisible();
  await look(page, 'settings-retrain-running');
  await page.getByRole('button', { name: 'Stop' }).focus();
  await page.keyboard.press('Enter');
  const retrain = page.getByRole('region', { name: 'Retrain' }).getByRole('button', { name: 'Retrain' });
  await expect(retrain).toBeFocused();
  await page.keyboard.press('Enter');
  await confirm(page);
  await expect(page.getByRole('button', { name: 'Stop' })).toBeFocused();
});

test('a deeper retraining is chosen, looks at its person again, and is left, with the keyboard alone', async ({
  page,
}) => {
  await open(page, 'retrain-choice', 'settings/retrain');
  const [looks, deeper] = ['From your looks', 'Deeper'].map((name) => page.getByRole('radio', { name }));
  await expect(looks).toBeChecked();
  await look(page, 'settings-retrain-choice');
  await looks.focus();
  await page.keyboard.press('ArrowDown');
  await expect(deeper).toBeChecked();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toContainText('Then look at the sensor and turn your head');
  await confirm(page);
  const looking = page.getByRole('region', { name: 'Retrain deeper' });
  await expect(looking.getByRole('status')).toHaveText('A little further to the right');
  await expect(looking.getByText('6 of 9 directions')).toBeVisible();
  await expect(looking.getByText('what is seen for this is not kept')).toBeVisible();
  await look(page, 'retrain-looking');
  await page.keyboard.press('Escape');
  await expect(looking).toBeHidden();
  await expect(page.getByRole('heading', { name: 'Retrain' })).toBeVisible();
});

test('a deeper retraining says why it cannot be done, whom it does not learn from, and what came of it', async ({
  page,
}) => {
  await open(page, 'retrain-head-only', 'settings/retrain');
  await expect(page.getByRole('radio', { name: 'Deeper' })).toBeDisabled();
  await expect(page.getByText('needs TensorFlow itself (tfjs-node)')).toBeVisible();
  await look(page, 'settings-retrain-head-only');
  await open(page, 'looking-at-nobody-known');
  await expect(page.getByRole('region', { name: 'Retrain deeper' }).getByRole('status')).toHaveText(
    'Facet does not recognise this face, so it learns nothing from it',
  );
  await look(page, 'retrain-not-recognised');
  await open(page, 'deepening', 'settings/retrain');
  await expect(page.getByText('epoch 10 of 20')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Stop' })).toBeFocused();
  await look(page, 'settings-retrain-deepening');
  await open(page, 'deepened', 'settings/retrain');
  await expect(page.getByText('a network that knows the shape of your face is sealed')).toBeVisible();
  const versions = page.getByRole('region', { name: 'Versions' }).getByRole('listitem');
  await expect(versions.filter({ hasText: 'deeper' })).toContainText('In use');
  await look(page, 'settings-retrain-deepened');
});

test('what came of a retraining is told in plain words, with its curve and the versions before it', async ({
  page,
}) => {
  await open(page, 'retrained', 'settings/retrain');
  await expect(page.getByText('You turned away: 25 of 168 (10 to 23 %) before, 8 of 168')).toBeVisible();
  await expect(page.getByRole('img', { name: 'lower is better' })).toBeVisible();
  await look(page, 'settings-retrain-done');
  await page.getByRole('button', { name: 'Use the version of 21 November' }).click();
  await confirm(page);
});

test('versions of earlier networks are shown, and none of them is in use', async ({ page }) => {
  await open(page, 'retrained-before', 'settings/retrain');
  const versions = page.getByRole('region', { name: 'Versions' });
  await expect(versions.getByText('Made by another version of Facet')).toHaveCount(2);
  await expect(versions.getByRole('button')).toHaveCount(0);
  await expect(versions.getByRole('listitem').filter({ hasText: 'In use' })).toContainText('As Facet came');
});
