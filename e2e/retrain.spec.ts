/** Retraining and the face map for real, in the threads that the product starts. */
import type { Locator, Page } from '@playwright/test';
import type { DeskPage } from './pages/desk-page.ts';
import { expect, test } from './test.ts';
import { PIN } from './web-host.ts';

test('retrains from the settings, and draws the face map', async ({ desk, page }) => {
  test.setTimeout(180_000);
  await desk.enter(PIN);
  await desk.settings();
  await desk.section('Retrain');
  const retrain = page.getByRole('region', { name: 'Retrain' });
  const epochsShown = await noted(page, /epoch \d+ of 100/);
  await retrain.getByRole('button', { name: 'Retrain' }).click();
  await desk.confirm(PIN);
  await expect.poll(epochsShown, { timeout: 60_000 }).toBeGreaterThan(0);
  await expect(retrain.getByText(/^You turned away: \d+ of \d+ \(/)).toBeVisible({ timeout: 60_000 });

  await desk.section('Diagnostics');
  await desk.confirm(PIN);
  await page.getByRole('button', { name: 'Draw the face map' }).click();
  const map = page.getByRole('application', { name: /^Face map, PCA/ });
  await expect(map).toBeVisible({ timeout: 60_000 });
  expect(await map.locator('path').count()).toBeGreaterThan(8);
  expect(await map.locator('.crowd').count()).toBe(150);
});

/**
 * Notes from now on when the page shows such a text, however briefly: a fast machine retrains within a second.
 * @returns tells how often so far
 */
async function noted(page: Page, text: RegExp): Promise<() => Promise<number>> {
  await page.evaluate(`window.noted = 0;
    new MutationObserver(() => (window.noted += ${text}.test(document.body.innerText) ? 1 : 0))
      .observe(document.body, { subtree: true, childList: true, characterData: true });`);
  return () => page.evaluate<number>('window.noted');
}

/** Opens the panel and waits until Facet knows whether it can go deeper here. @returns the choice of it */
async function deeperChoice(desk: DeskPage, page: Page): Promise<Locator> {
  await desk.enter(PIN);
  await desk.settings();
  await desk.section('Retrain');
  await expect(page.getByText('Seeing whether this machine can do it')).toBeHidden({ timeout: 30_000 });
  return page.getByRole('radio', { name: 'Deeper' });
}

test('retrains deeper: looks at its person again, learns from nobody else, and can be left at any moment', async ({
  desk,
  page,
}) => {
  test.setTimeout(300_000);
  const deeper = await deeperChoice(desk, page);
  test.skip(await deeper.isDisabled(), 'TensorFlow cannot be loaded here: node scripts/tensorflow.mjs');
  const retrain = page.getByRole('region', { name: 'Retrain', exact: true });
  const looking = page.getByRole('region', { name: 'Retrain deeper' });
  const says = looking.getByRole('status');
  const begin = async () => {
    await deeper.check();
    await retrain.getByRole('button', { name: 'Retrain' }).click();
    await desk.confirm(PIN);
    await expect(looking).toBeVisible();
  };

  await begin();
  await desk.visit('A stranger');
  await expect(says).toHaveText('Facet does not recognise this face, so it learns nothing from it');
  await desk.visit('Sensor unplugged');
  await expect(says).toHaveText('The sensor was unplugged. Plug it in to go on');
  await page.keyboard.press('Escape');
  await expect(looking).toBeHidden();
  await expect(page.getByText('No sensor is plugged in that could look at you')).toBeVisible();
  await expect(deeper).toBeDisabled();
  await desk.visit('You');
  await desk.visit('Sensor unplugged');

  await begin();
  await expect(looking.getByText('1 of 9 directions')).toBeVisible({ timeout: 45_000 });
  await desk.visit('Sensor unplugged');
  await expect(says).toHaveText('The sensor was unplugged. Plug it in to go on');
  await desk.visit('Sensor unplugged');
  await expect(async () => {
    if (await looking.isVisible())
      await page.getByRole('button', { name: 'Turn for me' }).click({ timeout: 1000 });
    await expect(looking).toBeHidden({ timeout: 11_000 });
  }).toPass({ timeout: 75_000 });

  await expect(retrain.getByText(/epoch \d+ of 20/)).toBeVisible({ timeout: 60_000 });
  await expect(retrain.getByText('Deeper: a network that knows the shape of your face')).toBeVisible({
    timeout: 120_000,
  });
  await expect(retrain.getByText(/^You turned away: \d+ of \d+ \(/)).toBeVisible();
  const versions = page.getByRole('region', { name: 'Versions' });
  const version = versions.getByRole('listitem').filter({ hasText: 'From plain · deeper' });
  await expect(version).toContainText('In use');

  await retrain.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('radio', { name: 'From your looks' })).toBeDisabled();
  await begin();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await versions.getByRole('button', { name: 'Use Facet as it came' }).click();
  await desk.confirm(PIN);
  await expect(version).toContainText('Use again');
  await expect(page.getByRole('radio', { name: 'From your looks' })).toBeEnabled();
});

test('says what a deeper retraining lacks where TensorFlow cannot be loaded', async ({ desk, page }) => {
  const deeper = await deeperChoice(desk, page);
  test.skip(await deeper.isEnabled(), 'TensorFlow can be loaded here');
  await expect(page.getByText('Run node scripts/tensorflow.mjs once')).toBeVisible();
  await expect(page.getByRole('radio', { name: 'From your looks' })).toBeChecked();
  await expect(page.getByRole('button', { name: 'Retrain', exact: true }).last()).toBeEnabled();
});
