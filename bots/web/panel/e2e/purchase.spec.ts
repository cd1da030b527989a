/** From a guest's first look at the tickets to the door: bought, found by the organizer, let in once. */
import { expect, isSound, order, published, signUp, test } from './person';

test('a guest buys, is found, and is let in once @phone', async ({ page }) => {
  await signUp(page);
  const { id, slug } = await published(page);
  await page.goto(`/e/${slug}`);
  await isSound(page);
  await page.getByRole('link', { name: 'Get tickets' }).click();
  await expect(page.getByText('3 left')).toBeVisible();
  await isSound(page);
  await page.getByRole('button', { name: 'Get my tickets' }).click();
  await expect(page.getByRole('alert')).toContainText('Please enter your name');
  await isSound(page);
  const code = await order(page, slug, { name: 'Bo Larsen', email: 'bo@example.com', seats: 2 });
  await expect(page.getByRole('img', { name: /QR code/ })).toHaveCount(2);
  await isSound(page);

  await page.goto(`/dashboard/events/${id}/guests`);
  await expect(page.getByText('bo@example.com').first()).toBeVisible();
  await isSound(page);

  await page.goto(`/checkin/${id}`);
  await expect(page.getByText('0 of 2 are in')).toBeVisible();
  await expect(page.getByText('Nobody was scanned here yet.')).toBeVisible();
  await isSound(page);
  await page.getByLabel('Code on the ticket').fill('hello');
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await expect(page.getByText('This is no ticket’s code.')).toBeVisible();
  await page.getByLabel('Code on the ticket').fill(code.toLowerCase());
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await expect(page.getByText('Welcome').last()).toBeVisible();
  await expect(page.getByText('1 of 2 are in')).toBeVisible();
  await page.getByRole('button', { name: 'Take back' }).click();
  await expect(page.getByText('0 of 2 are in')).toBeVisible();
  await isSound(page);
});

test('a door without a network says so, keeps its scans, and sends them later', async ({ page, context }) => {
  await signUp(page);
  const { id, slug } = await published(page, { name: 'Quiet Door' });
  const code = await order(page, slug, { name: 'Cy', email: 'cy@example.com' });
  await page.goto(`/checkin/${id}`);
  await expect(page.getByText('0 of 1 are in')).toBeVisible();
  await context.setOffline(true);
  await page.getByLabel('Code on the ticket').fill(code);
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await expect(page.getByText('Judged on this device')).toBeVisible();
  await expect(page.getByText('No network.')).toBeVisible();
  await isSound(page);
  await context.setOffline(false);
  await expect(page.getByText('Judged on this device')).toHaveCount(0);
  await expect(page.getByText('No network.')).toHaveCount(0);
});
