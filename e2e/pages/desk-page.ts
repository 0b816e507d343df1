/** The page as a person uses it. The same for the web host and for Electron. */
import { expect, type Locator, type Page } from '@playwright/test';

export class DeskPage {
  readonly firstRun: Locator;
  readonly lockScreen: Locator;
  /** The lock screen's sentence about the face. */
  readonly says: Locator;
  readonly pin: Locator;
  readonly pinNote: Locator;
  readonly desktop: Locator;
  readonly dialog: Locator;

  constructor(readonly page: Page) {
    this.firstRun = page.getByRole('heading', { name: 'Welcome to Facet' });
    this.lockScreen = page.getByRole('region', { name: 'Lock screen' });
    this.says = this.lockScreen.getByRole('status');
    this.pin = this.lockScreen.getByLabel('PIN', { exact: true });
    this.pinNote = page.locator('#lock-note');
    this.desktop = page.getByRole('region', { name: 'Desktop' });
    this.dialog = page.getByRole('dialog');
  }

  async open(address: string): Promise<void> {
    await this.page.goto(address);
  }

  async setUp(user: string, pin: string, again = pin): Promise<void> {
    await this.page.getByLabel('Your name').fill(user);
    await this.page.getByLabel('Choose a PIN').fill(pin);
    await this.page.getByLabel('The same PIN again').fill(again);
    await this.page.getByRole('button', { name: 'Continue' }).click();
  }

  get enrolling(): Locator {
    return this.page.getByRole('region', { name: 'Set up your face' });
  }

  // ——— The visitor before the simulated sensor

  async openVisitor(): Promise<void> {
    const handle = this.page.getByRole('button', { name: 'Visitor', exact: true });
    if ((await handle.getAttribute('aria-expanded')) === 'false') await handle.click();
  }

  async closeVisitor(): Promise<void> {
    const handle = this.page.getByRole('button', { name: 'Visitor', exact: true });
    if ((await handle.getAttribute('aria-expanded')) === 'true') await handle.click();
  }

  async visit(choice: string): Promise<void> {
    await this.page.getByRole('complementary').getByText(choice, { exact: true }).click();
  }

  /** Lets the visitor turn the head until the ring is full; a machine that is busy with other things needs it more than once. */
  async turnUntilEnrolled(): Promise<void> {
    // Looking straight comes first, so that every part of the turn counts.
    await expect(this.page.getByText('1 of 9 directions')).toBeVisible({ timeout: 45_000 });
    await this.openVisitor();
    const done = this.page.getByRole('heading', { name: 'Facet knows your face now' });
    const turn = this.page.getByRole('button', { name: 'Turn for me' });
    await expect(async () => {
      if (!(await done.isVisible())) await turn.click({ timeout: 1000 });
      await expect(done).toBeVisible({ timeout: 11_000 });
    }).toPass({ timeout: 75_000 });
  }

  // ——— The lock

  async lock(): Promise<void> {
    await this.page.keyboard.press('ControlOrMeta+l');
    await expect(this.lockScreen).toBeVisible();
  }

  async enterPin(pin: string): Promise<void> {
    await this.pin.fill(pin, { timeout: 5000 });
    await this.pin.press('Enter', { timeout: 5000 });
  }

  async confirm(pin: string): Promise<void> {
    await this.dialog.getByLabel('Your PIN').fill(pin);
    await this.dialog.getByLabel('Your PIN').press('Enter');
    await expect(this.dialog).toBeHidden();
  }

  /** Sends the visitor away and opens the desk with the PIN, for tests that are not about the face. */
  async enter(pin: string): Promise<void> {
    await this.openVisitor();
    await this.visit('Nobody');
    await expect(this.lockScreen.or(this.desktop).first()).toBeVisible();
    // The face may be quicker: then Enter meets the desktop's button, which locks again, and nobody is there any more.
    await expect(async () => {
      if (await this.lockScreen.isVisible()) await this.enterPin(pin).catch(() => undefined);
      await expect(this.desktop).toBeVisible({ timeout: 4000 });
      await expect(this.lockScreen).toHaveCount(0, { timeout: 4000 });
    }).toPass({ timeout: 30_000 });
  }

  /** The lock screen has lifted away and nothing else stands before the desktop. */
  async opened(): Promise<void> {
    await expect(this.desktop).toBeVisible();
    await expect(this.lockScreen).toHaveCount(0);
  }

  async section(name: string): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Settings' }).getByRole('button', { name }).click();
  }

  async settings(): Promise<void> {
    await this.desktop.getByRole('button', { name: 'Settings' }).click();
  }
}
