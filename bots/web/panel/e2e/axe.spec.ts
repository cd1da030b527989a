/** Every page and state, by day and by night, for everybody: no fault that a machine can find. */
import { expect, isSound, pane, say, signUp, test } from './person';

test('before signing in @phone', async ({ page }) => {
  for (const path of ['/login', '/login?mode=up', '/reset', '/nowhere']) {
    await page.goto(path);
    await expect(page.locator('h1')).toBeVisible();
    await isSound(page);
  }
});

test('the wizard’s six stages, the assistant and the preview @phone', async ({ page }) => {
  await signUp(page);
  await expect(page.getByRole('heading', { name: 'Nothing here yet' })).toBeVisible();
  await isSound(page);
  await page.goto('/wizard/new');
  await page.getByLabel('Event Name').fill('For Everybody');
  await page.getByLabel('Event Type').selectOption('meetup');
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
  await isSound(page);
  for (const next of ['Select Venue', 'Set Schedule', 'Ticketing', 'Payments', 'Review & Publish']) {
    await page.getByRole('button', { name: `Next: ${next}` }).click();
    await expect(page.getByRole('button', { name: `Next: ${next}` })).toHaveCount(0);
    await isSound(page);
  }
  await page.getByRole('button', { name: /Basics/ }).click();
  await say(page, 'Show me venues');
  await isSound(page);
  await pane(page, 'Preview');
  await expect(page.locator('iframe.front')).toBeVisible();
  await isSound(page);
});

test('dashboard, settings, dialogs and an event', async ({ page }) => {
  await signUp(page);
  await page.goto('/wizard/new');
  await page.getByLabel('Event Name').fill('A Draft');
  await page.goto('/dashboard');
  await expect(page.getByRole('link', { name: /Resume Draft/ }).first()).toBeVisible();
  // The card of what this browser alone has gives way to the draft's own.
  await expect(page.getByText('Kept on this device')).toHaveCount(0);
  await isSound(page);
  await page.getByRole('button', { name: /^More for/ }).click();
  await expect(page.getByRole('menuitem', { name: 'Discard' })).toBeVisible();
  await isSound(page);
  await page.goto('/settings');
  await expect(page.getByLabel('Time zone')).toBeVisible();
  await isSound(page);
  await page.getByRole('button', { name: 'Delete account' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await isSound(page);
  await page.goto('/wizard/new');
  await say(page, 'A free meetup called Open Door on 9 May 2031 at 6 pm in Toronto for 40 people at the Carlu');
  await say(page, 'Publish it');
  await expect(page.getByRole('button', { name: 'Yes, publish' })).toBeVisible();
  await isSound(page);
  await page.getByRole('button', { name: 'Yes, publish' }).click();
  await page.waitForURL('**/dashboard/events/*');
  await expect(page.getByRole('heading', { level: 1, name: 'Open Door' })).toBeVisible();
  await isSound(page);
  await page.getByRole('button', { name: 'Edit event' }).click();
  await page.getByRole('button', { name: 'Cancel the event' }).click();
  await expect(page.getByRole('button', { name: 'Yes, cancel the event' })).toBeVisible();
  await isSound(page);
  await page.getByRole('button', { name: 'Yes, cancel the event' }).click();
  await expect(page.getByText('nothing is sold any more')).toBeVisible();
  await isSound(page);
});
