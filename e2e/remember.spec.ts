import { expect, test } from './test.ts';
import { PIN } from './web-host.ts';

test('a face that was refused is remembered after the PIN, and opens the screen from then on', async ({
  desk,
  page,
}) => {
  test.setTimeout(180_000);
  await desk.enter(PIN);
  for (const worn of ['Sunglasses', 'Hat', 'Scarf over the mouth']) await desk.visit(worn);
  await desk.lock();
  await desk.visit('You');
  await expect(desk.says).toHaveText('Not recognised. Try again or use your PIN', { timeout: 45_000 });
  await desk.enterPin(PIN);

  const offer = page.getByRole('region', { name: 'Remember this look?' });
  await expect(offer).toContainText('sealed on this machine, and no picture');
  await offer.getByText('A scarf', { exact: true }).click();
  await offer.getByRole('button', { name: 'Remember this look' }).click();
  await expect(offer).toBeHidden();

  await desk.visit('Nobody');
  await desk.lock();
  await desk.visit('You');
  await expect(page.getByText('Your face opened the screen')).toBeVisible({ timeout: 45_000 });

  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Your looks' }).click();
  await expect(page.getByText('remembered: a scarf')).toBeVisible();
});
