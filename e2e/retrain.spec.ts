/** Retraining and the face map for real, in the threads that the product starts. */
import { expect, test } from './test.ts';
import { PIN } from './web-host.ts';

test('retrains from the settings, and draws the face map', async ({ desk, page }) => {
  test.setTimeout(180_000);
  await desk.enter(PIN);
  await desk.settings();
  await desk.section('Retrain');
  const retrain = page.getByRole('region', { name: 'Retrain' });
  await retrain.getByRole('button', { name: 'Retrain' }).click();
  await desk.confirm(PIN);
  await expect(retrain.getByText(/epoch \d+ of 100/)).toBeVisible({ timeout: 60_000 });
  await expect(retrain.getByText(/^You turned away: \d+ of \d+ \(/)).toBeVisible({ timeout: 60_000 });

  await desk.section('Diagnostics');
  await desk.confirm(PIN);
  await page.getByRole('button', { name: 'Draw the face map' }).click();
  const map = page.getByRole('application', { name: /^Face map, PCA/ });
  await expect(map).toBeVisible({ timeout: 60_000 });
  expect(await map.locator('path').count()).toBeGreaterThan(8);
  expect(await map.locator('.crowd').count()).toBe(150);
});
