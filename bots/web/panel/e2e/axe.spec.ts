/** Every page, in both looks, for everybody. */
import { expect, isSound, pane, signUp, test } from './person';

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme, reducedMotion: 'reduce' } as object);

    test('before signing in', async ({ page }) => {
      for (const path of ['/login', '/login?mode=up', '/reset', '/nowhere']) {
        await page.goto(path);
        await expect(page.locator('h1')).toBeVisible();
        await isSound(page);
      }
    });

    test('the wizard’s six stages', async ({ page }) => {
      await signUp(page);
      await isSound(page);
      await page.goto('/wizard/new');
      await page.getByLabel('Event Name').fill('For Everybody');
      await page.getByLabel('Event Type').selectOption('meetup');
      await isSound(page);
      for (const next of ['Select Venue', 'Set Schedule', 'Ticketing', 'Payments', 'Review & Publish']) {
        await page.getByRole('button', { name: `Next: ${next}` }).click();
        await expect(page.getByRole('button', { name: `Next: ${next}` })).toHaveCount(0);
        await isSound(page);
      }
      await page.getByRole('button', { name: /Basics/ }).click();
      for (const name of ['Assistant', 'Preview'] as const) {
        await pane(page, name);
        await isSound(page);
      }
    });

    test('dashboard and settings', async ({ page }) => {
      await signUp(page);
      await page.goto('/wizard/new');
      await page.getByLabel('Event Name').fill('A Draft');
      await page.goto('/dashboard');
      await expect(page.getByRole('link', { name: /Resume Draft/ }).first()).toBeVisible();
      await isSound(page);
      await page.getByRole('button', { name: /^More for/ }).click();
      await isSound(page);
      await page.goto('/settings');
      await expect(page.getByLabel('Time zone')).toBeVisible();
      await isSound(page);
    });
  });
}

test('by keyboard alone: signing in', async ({ page }) => {
  await page.goto('/login');
  await page.getByLabel('Email').focus();
  await page.keyboard.type('nobody@example.com');
  await page.keyboard.press('Tab');
  await page.keyboard.type('wrong-password');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Email or password is not right. Please check both.')).toHaveCount(1);
});
