/** From an account to a published event by the form alone, and coming back to what was begun. */
import { expect, pane, signUp, test } from './person';

test('publishes an event by the form', async ({ page }) => {
  await signUp(page);
  await page.getByRole('link', { name: 'Create New Event' }).click();
  await expect(page).toHaveURL('/wizard/new');
  await page.getByRole('button', { name: 'Next: Select Venue' }).click();
  await expect(page.getByText('Event name is required')).toBeVisible();
  await page.getByLabel('Event Name').fill('Harbour Code Day');
  await page.getByLabel('Event Type').selectOption('conference');
  await page.getByLabel('Description').fill('A day of talks by the water.');
  await page.getByRole('button', { name: 'Next: Select Venue' }).click();
  await page.locator('[data-venue-id]').first().click();
  await expect(page.locator('[data-venue-id][aria-pressed=true]')).toHaveCount(1);
  await page.getByRole('button', { name: 'Next: Set Schedule' }).click();
  await page.getByLabel('Date', { exact: true }).fill('2031-05-09');
  await page.getByLabel('Start time').fill('09:30');
  await page.getByLabel('Duration (minutes)').fill('420');
  await page.getByRole('button', { name: 'Next: Ticketing' }).click();
  await page.getByLabel('Ticket price').fill('19.99');
  await page.getByLabel('Capacity').fill('120');
  await page.getByRole('button', { name: 'Next: Payments' }).click();
  await page.getByRole('button', { name: 'Next: Review & Publish' }).click();
  await expect(page.getByRole('heading', { name: 'Review Your Event' })).toBeVisible();
  await expect(page.getByText('Harbour Code Day')).toHaveCount(1);
  await expect(page.frameLocator('iframe.front').getByText('19.99')).toHaveCount(1);
  // What a ticket brings: 2.9 % and 30 cents of $19.99 are 88 cents.
  await expect(page.getByText('19.99')).toHaveCount(1);
  await expect(page.getByText('19.11')).toHaveCount(1);
  await page.getByRole('button', { name: 'Publish Event' }).click();
  await page.waitForURL('**/dashboard/events/*');
  await expect(page.getByText('Event published successfully!')).toHaveCount(1);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Harbour Code Day' })).toBeVisible();
  await expect(page.getByText('Event published successfully!')).toHaveCount(0);
});

test('begins with an example from the empty dashboard', async ({ page }) => {
  await signUp(page);
  await page.getByRole('link', { name: /^Python workshop/ }).click();
  await pane(page, 'Assistant');
  await expect(page.locator('.said.user')).toHaveCount(1);
  await pane(page, 'Form');
  await page.getByRole('button', { name: /Basics/ }).click();
  await expect(page.getByLabel('Event Type')).toHaveValue('workshop');
  await page.reload();
  await pane(page, 'Assistant');
  await expect(page.locator('.said.user')).toHaveCount(1);
});

test('keeps what was typed when the page is left at once', async ({ page }) => {
  await signUp(page);
  await page.goto('/wizard/new');
  await page.getByLabel('Event Name').fill('Left In A Hurry');
  await page.goto('/dashboard');
  await page.getByRole('link', { name: /Resume Draft/ }).first().click();
  await expect(page.getByLabel('Event Name')).toHaveValue('Left In A Hurry');
});

test('shows the preview of what is typed', async ({ page }) => {
  await signUp(page);
  await page.goto('/wizard/new');
  await page.getByLabel('Event Name').fill('Seen At Once');
  await pane(page, 'Preview');
  await expect(page.frameLocator('iframe.front').getByRole('heading', { name: 'Seen At Once' })).toBeVisible();
});
