import { expect, test } from './test.ts';
import { PIN, USER } from './web-host.ts';

test.use({ enrolled: false });

test('a newcomer chooses a PIN, turns the head once round, locks, and is let in', async ({ desk, page }) => {
  await expect(desk.firstRun).toBeVisible();
  await expect(page.getByText('A simulated visitor stands in')).toBeVisible();

  await desk.setUp(USER, PIN, '271829');
  await expect(page.getByText('The two PINs differ')).toBeVisible();
  await desk.setUp(USER, '123456');
  await expect(page.getByText('among the first to be tried')).toBeVisible();
  await page.reload();
  await expect(desk.firstRun).toBeVisible();

  await desk.setUp(USER, PIN);
  await expect(desk.enrolling).toBeVisible();
  // A reload in the middle interrupts nothing.
  await expect(page.getByText('1 of 9 directions')).toBeVisible({ timeout: 45_000 });
  await page.reload();
  await expect(page.getByText('1 of 9 directions')).toBeVisible();

  await desk.turnUntilEnrolled();
  await expect(page.getByText(/\d+ views of your face were stored as “plain”/)).toBeVisible();
  await page.reload();
  await page.getByRole('button', { name: 'Lock and try it' }).click();
  await expect(page.getByText('Your face opened the screen')).toBeVisible();
  await desk.opened();
  await page.reload();
  await desk.opened();
});

test('an enrolment can be cancelled and begun again', async ({ desk, page }) => {
  await desk.setUp(USER, PIN);
  await expect(desk.enrolling).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(desk.desktop).toBeVisible();
  await page.getByRole('button', { name: 'Set up your face' }).click();
  await desk.confirm(PIN);
  await expect(desk.enrolling).toBeVisible();

  // A second face halts it; when that is gone it goes on by itself.
  await expect(page.getByText('1 of 9 directions')).toBeVisible({ timeout: 45_000 });
  await desk.visit('Two people');
  await expect(page.getByRole('heading', { name: 'One person at a time' })).toBeVisible();
  await desk.visit('You');
  await expect(page.getByRole('heading', { name: /Turn your head|A little further/ })).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(desk.desktop).toBeVisible();
});
