/** Another program is told: added, tried, looked at, switched off and taken away. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, isSound, signUp, test } from './person';

test('a webhook is added, tried, switched off and taken away @phone', async ({ page }) => {
  const told: { headers: IncomingHttpHeaders; body: string }[] = [];
  const other = createServer((request, answer) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      told.push({ headers: request.headers, body });
      answer.end('ok');
    });
  });
  await new Promise<void>((ready) => other.listen(0, '127.0.0.1', ready));
  const address = `http://127.0.0.1:${(other.address() as AddressInfo).port}/told`;

  await signUp(page);
  await page.goto('/settings');
  await page.getByRole('link', { name: 'Webhooks' }).click();
  await expect(page.getByText('No other program is told anything yet.')).toBeVisible();
  await isSound(page);
  const field = page.getByLabel('Address of the other program');
  await field.fill('somewhere');
  await page.getByRole('button', { name: 'Add this webhook' }).click();
  await expect(page.getByRole('alert')).toContainText('Please enter a whole address');
  await field.fill('https://nowhere.invalid/hook');
  await page.getByRole('button', { name: 'Add this webhook' }).click();
  await expect(page.getByRole('alert')).toContainText('This address cannot be used.');
  await expect(field).toHaveValue('https://nowhere.invalid/hook');
  await isSound(page);

  await field.fill(address);
  await page.getByLabel('A guest comes in').check();
  await page.getByRole('button', { name: 'Add this webhook' }).click();
  await expect(page.getByText(/^whsec_/)).toBeVisible();
  const hook = page.getByRole('region', { name: address });
  await expect(hook.getByText('On · A guest comes in')).toBeVisible();
  await hook.getByRole('button', { name: 'Delivery log' }).click();
  await expect(hook.getByText('Nothing yet.')).toBeVisible();
  await hook.getByRole('button', { name: 'Send a test' }).click();
  await expect.poll(() => told.length).toBe(1);
  expect(told[0]?.headers['webhook-signature']).toMatch(/^v1,/);
  expect(JSON.parse(told[0]?.body ?? '{}')).toMatchObject({ type: 'webhook.ping' });
  // That it was taken is written down a moment after it was; each look is at a page that has its log.
  await expect(async () => {
    await page.reload();
    await hook.getByRole('button', { name: 'Delivery log' }).click();
    await expect(hook.getByRole('listitem')).toHaveCount(1);
    expect(await hook.getByRole('listitem').innerText()).toMatch(/Taken · 200/);
  }).toPass({ timeout: 120_000 });
  await expect(page.getByText(/^whsec_/)).toHaveCount(0);
  await hook.getByRole('button', { name: /^Send again: A test/ }).click();
  await expect.poll(() => told.length).toBe(2);
  expect(told[1]?.headers['webhook-id']).toBe(told[0]?.headers['webhook-id']);
  await isSound(page);
  await hook.getByRole('button', { name: 'Switch off' }).click();
  await expect(hook.getByText(/^Switched off/)).toBeVisible();
  await hook.getByRole('button', { name: 'Remove' }).click();
  const dialog = page.getByRole('dialog', { name: 'Remove this webhook?' });
  await expect(dialog).toBeVisible();
  await isSound(page);
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByText('The webhook is gone.')).toBeVisible();
  await expect(hook).toHaveCount(0);
  other.close();
});
