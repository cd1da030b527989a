/** What the stages take, ask and refuse. */
import type { Page } from '@playwright/test';
import { expect, isSound, saved, say, signUp, test } from './person';

/** Every field that the form sends from now on. */
function entered(page: Page): Record<string, unknown> {
  const all: Record<string, unknown> = {};
  page.on('request', (request) => {
    if (request.method() !== 'POST' || !request.url().includes('/functions/v1/')) return;
    Object.assign(all, (request.postDataJSON() as { eventData?: object }).eventData);
  });
  return all;
}

test('the settings are what an event begins with', async ({ page }) => {
  await signUp(page);
  await page.goto('/settings');
  await page.getByLabel('Time zone').selectOption('Europe/Paris');
  await page.getByLabel('Currency').selectOption('EUR');
  await page.getByLabel('Phone').fill('abc');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('Please enter a phone number')).toBeVisible();
  await expect(page.getByLabel('Phone')).toBeFocused();
  await expect(page.getByText('Saved.')).toHaveCount(0);
  await isSound(page);
  await page.getByLabel('Phone').fill('+1 416 555 0100');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('Saved.')).toBeVisible();
  await page.goto('/wizard/new');
  const sent = entered(page);
  await page.getByLabel('Event Name').fill('Soupe');
  await page.getByRole('button', { name: /Schedule/ }).click();
  await expect(page.getByLabel('Time zone').locator('option:checked')).toHaveText('Europe/Paris (from your settings)');
  await page.getByLabel('Date', { exact: true }).fill('2031-05-09');
  await page.getByLabel('Start time').fill('19:00');
  await saved(page);
  await expect(page.getByText('Which time zone is that hour in?')).toHaveCount(0);
  await page.getByRole('button', { name: /Tickets/ }).click();
  await expect(page.getByLabel('Currency').locator('option:checked')).toHaveText('EUR – Euro (from your settings)');
  expect(sent).toMatchObject({ dateTime: '2031-05-09T19:00' });
  expect(Object.keys(sent)).not.toContain('timezone');
  await page.getByRole('button', { name: /^6?\s*Publish/ }).click();
  await expect(page.getByText('the hours will count as UTC')).toHaveCount(0);
});

test('a time zone that nobody told is asked for, and never answered by the form itself', async ({ page }) => {
  await signUp(page);
  await page.goto('/wizard/new');
  const sent = entered(page);
  await say(page, 'A dinner called Soupe on 9 May 2031 at 19:00 for 20 people at Chez Nous');
  await page.getByRole('button', { name: /Schedule/ }).click();
  await expect(page.getByLabel('Start time')).toHaveValue('19:00');
  await expect(page.getByText('Which time zone is that hour in?')).toBeVisible();
  await isSound(page);
  await page.getByRole('button', { name: /^6?\s*Publish/ }).click();
  await expect(page.getByText('the hours will count as UTC')).toBeVisible();
  await page.getByRole('button', { name: 'Choose the time zone' }).click();
  expect(Object.keys(sent)).not.toContain('timezone');
  await page.getByRole('button', { name: 'It is America/Toronto' }).click();
  await saved(page);
  await expect(page.getByLabel('Time zone')).toHaveValue('America/Toronto');
  await expect(page.getByLabel('Start time')).toHaveValue('19:00');
  await expect(page.getByText('Which time zone is that hour in?')).toHaveCount(0);
});

test('a price that does not fit its currency is said, and goes nowhere', async ({ page }) => {
  await signUp(page);
  await page.goto('/wizard/new');
  await page.getByLabel('Event Name').fill('Price Day');
  await page.getByRole('button', { name: /Tickets/ }).click();
  await page.getByLabel('Currency').selectOption('USD');
  const price = page.getByLabel('Ticket price');
  await price.fill('10');
  await saved(page);
  await price.fill('19.999');
  await price.press('Enter');
  await expect(page.getByText('such as 25 or 19.99')).toBeVisible();
  await expect(price).toHaveValue('19.999');
  await isSound(page);
  await price.fill('19.99');
  await page.getByLabel('Currency').selectOption('JPY');
  await expect(price).toHaveValue('20');
  await price.fill('1500.50');
  await price.press('Enter');
  await expect(page.getByText('this currency has no cents')).toBeVisible();
  await price.fill('1500');
  await expect(page.getByText('this currency has no cents')).toHaveCount(0);
  await page.getByRole('button', { name: 'Add a kind' }).click();
  const kind = page.getByRole('group', { name: 'Kind 1' });
  await kind.getByLabel('Price').fill('9.5');
  await kind.getByLabel('Price').press('Enter');
  await expect(kind.getByText('this currency has no cents')).toBeVisible();
  await expect(kind.getByText('Please give this kind a name.')).toBeVisible();
  await isSound(page);
  await kind.getByLabel('Name').fill('Early');
  await kind.getByLabel('Price').fill('950');
  await page.getByRole('button', { name: 'Next: Payments' }).click();
  await expect(page.getByRole('button', { name: 'Next: Review & Publish' })).toBeVisible();
});

test('an hour without a day is kept, and the day is asked for', async ({ page }) => {
  await signUp(page);
  await page.goto('/wizard/new');
  await page.getByRole('button', { name: /Schedule/ }).click();
  await page.getByLabel('Start time').fill('18:00');
  await expect(page.getByText('Please add the day as well.')).toBeVisible();
  await page.getByRole('button', { name: 'Next: Ticketing' }).click();
  await expect(page.getByLabel('Ticket price')).toBeVisible();
  await saved(page);
  await page.reload();
  await page.getByRole('button', { name: /Schedule/ }).click();
  await expect(page.getByLabel('Start time')).toHaveValue('18:00');
  await page.getByLabel('Date', { exact: true }).fill('2031-05-09');
  await expect(page.getByText('Please add the day as well.')).toHaveCount(0);
  await saved(page);
  await page.reload();
  await expect(page.getByLabel('Start time')).toHaveValue('18:00');
  await expect(page.getByLabel('Date', { exact: true })).toHaveValue('2031-05-09');
});

test('a name that is too long is kept, and said beside its field', async ({ page }) => {
  await signUp(page);
  await page.goto('/wizard/new');
  const name = page.getByLabel('Event Name');
  const field = page.locator('.field', { has: name });
  await name.fill('W'.repeat(201));
  // First the server's words, and once the field is left our own.
  await expect(field.getByRole('alert')).toContainText('200 characters');
  await page.getByLabel('Description').focus();
  await expect(field.getByText('Please keep the name to 200 characters.')).toBeVisible();
  await expect(name).toHaveValue('W'.repeat(201));
  await isSound(page);
  await name.fill('W'.repeat(200));
  await expect(field.getByRole('alert')).toHaveCount(0);
  await saved(page);
});

test('an hour that the clocks skip, or show twice, is said', async ({ page }) => {
  await signUp(page);
  await page.goto('/wizard/new');
  await page.getByRole('button', { name: /Schedule/ }).click();
  await page.getByLabel('Time zone').selectOption('America/New_York');
  await page.getByLabel('Date', { exact: true }).fill('2031-03-09');
  await page.getByLabel('Start time').fill('02:30');
  await saved(page);
  await expect(page.getByLabel('Start time')).toHaveValue('03:30');
  const skipped = page.getByText('2:30 AM does not exist in America/New York, so it counts as 3:30 AM');
  await expect(skipped).toBeVisible();
  await isSound(page);
  // Whoever comes back finds the same hour and the same word.
  await page.reload();
  await page.getByRole('button', { name: /Schedule/ }).click();
  await expect(page.getByLabel('Start time')).toHaveValue('03:30');
  await expect(skipped).toBeVisible();
  await page.getByLabel('Date', { exact: true }).fill('2031-11-02');
  await page.getByLabel('Start time').fill('01:30');
  await expect(page.getByText('1:30 AM comes twice in America/New York')).toBeVisible();
  // The conversation has said so, and keeps it.
  await expect(page.getByText('does not exist in America/New York')).toHaveCount(0);
  await page.getByLabel('Start time').fill('12:30');
  await expect(page.getByText('comes twice in America/New York')).toHaveCount(0);
});

test('who is connected with Stripe is not asked to connect', async ({ page }) => {
  await signUp(page);
  const account = { chargesEnabled: true, payoutsEnabled: true, detailsSubmitted: true, requirements: [], disabledReason: null };
  await page.route('**/api/connect/stripe?*', async (route) => {
    const told = await route.fetch();
    await route.fulfill({ response: told, json: { ...((await told.json()) as object), account } });
  });
  await page.goto('/wizard/new');
  await page.getByRole('button', { name: /Payments/ }).click();
  await expect(page.getByText('Your Stripe account is connected and can be paid.')).toBeVisible();
  await expect(page.getByText('Connect your Stripe account to sell tickets.')).toHaveCount(0);
  await isSound(page);
});
