import { DeskPage } from './pages/desk-page.ts';
import { expect, test } from './test.ts';
import { PIN, USER } from './web-host.ts';

test('two tabs show one desk', async ({ desk, page, context }) => {
  await desk.enter(PIN);
  const second = new DeskPage(await context.newPage());
  await second.open(new URL('/', page.url()).href);
  await second.opened();
  await second.lock();
  await expect(desk.lockScreen).toBeVisible();
  await desk.enterPin(PIN);
  await second.opened();
  await desk.settings();
  await desk.section('Appearance');
  await page.getByText('Light', { exact: true }).click();
  await expect(second.page.locator('html')).toHaveAttribute('data-theme', 'light');
});

test('a reload comes back to the same place, and a locked desk shows nothing of it', async ({
  desk,
  page,
}) => {
  await desk.enter(PIN);
  await desk.settings();
  await desk.section('Your looks');
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Your looks' })).toBeVisible();
  await desk.lock();
  await page.reload();
  await expect(desk.lockScreen).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Your looks' })).toHaveCount(0);
  await desk.enterPin(PIN);
  await expect(page.getByRole('heading', { name: 'Your looks' })).toBeVisible();
});

test('looks are renamed and deleted, and everything can be deleted, each with the PIN', async ({
  desk,
  page,
}) => {
  await desk.enter(PIN);
  await desk.settings();
  await desk.section('Your looks');
  await page.getByRole('button', { name: 'Rename plain' }).click();
  await page.keyboard.type('every day');
  await page.keyboard.press('Enter');
  await desk.dialog.getByLabel('Your PIN').fill('314159');
  await page.keyboard.press('Enter');
  await expect(desk.dialog).toContainText('That PIN is not right. Try again');
  await desk.confirm(PIN);
  await expect(page.getByRole('heading', { name: 'every day' })).toBeVisible();
  await page.getByRole('button', { name: 'Delete every day' }).click();
  await desk.confirm(PIN);
  await expect(page.getByText('No look is set up yet')).toBeVisible();

  await desk.section('Delete everything');
  await page.getByRole('region').getByRole('button', { name: 'Delete everything' }).click();
  await desk.confirm(PIN);
  await expect(desk.firstRun).toBeVisible();
});

test('what weakens security asks for the PIN, what does not is done at once', async ({ desk, page }) => {
  await desk.enter(PIN);
  await desk.settings();
  await desk.section('Unlocking');
  const open = page.getByRole('switch', { name: 'Eyes open' });
  await expect(open).toBeChecked();
  await open.click();
  await expect(desk.dialog).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(desk.dialog).toBeHidden();
  await expect(open).toBeChecked();
  await open.click();
  await desk.confirm(PIN);
  await expect(open).not.toBeChecked();
  await open.click();
  await expect(open).toBeChecked();
  const [comfortable, strict] = [/1 in 10,000/, /1 in 100,000/].map((name) =>
    page.getByRole('radio', { name }),
  );
  await expect(strict).toBeChecked();
  await comfortable.click();
  await desk.confirm(PIN);
  await expect(comfortable).toBeChecked();
  await strict.click();
  await expect(strict).toBeChecked();
});

test('everything can be done with the keyboard alone', async ({ desk, page }) => {
  await desk.enter(PIN);
  const focused = async () => ((await page.locator(':focus').textContent()) ?? '').trim();
  const tabTo = async (name: RegExp) => {
    for (let i = 0; i < 30; i++) {
      if (name.test(await focused())) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab never reached ${name}`);
  };
  await tabTo(/^Settings$/);
  await page.keyboard.press('Enter');
  await tabTo(/^PIN and lock$/);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'PIN and lock' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(desk.desktop).toBeVisible();
  await tabTo(/^Diagnostics$/);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('textbox', { name: 'Your PIN' })).toBeFocused();
  await page.keyboard.type(PIN);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Diagnostics', exact: true })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('ControlOrMeta+l');
  await expect(desk.lockScreen).toBeVisible();
  await expect(desk.pin).toBeFocused();
  await page.keyboard.type(PIN);
  await page.keyboard.press('Enter');
  await expect(page.getByText(`Hello, ${USER}`)).toBeVisible();
});

test.describe('without its shell', () => {
  test.use({ mayComplain: /WebSocket|ERR_CONNECTION/ });
  test('the page says so calmly', async ({ desk, host, page }) => {
    await desk.enter(PIN);
    await host.stop();
    await expect(page.getByRole('status').filter({ hasText: 'Facet cannot be reached' })).toBeVisible();
  });
});
