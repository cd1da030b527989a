/** What the stages take, ask and refuse. */
import type { Page } from '@playwright/test';
import { expect, isSound, say, signUp, test } from './person';

const saved = (page: Page) => expect(page.getByText('Saved', { exact: true })).toBeVisible();

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
