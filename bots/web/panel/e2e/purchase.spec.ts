/** From a guest's first look at the tickets to the door: bought, found by the organizer, let in once. */
import type { Page } from '@playwright/test';
import { expect, isSound, signUp, test } from './person';

/** A published event of the person who is signed in. */
async function published(page: Page, row: Record<string, unknown>): Promise<{ id: string; slug: string }> {
  return page.evaluate(async (values) => {
    const { supabaseAnonKey } = (await (await fetch('/config.json')).json()) as { supabaseAnonKey: string };
    const kept = JSON.parse(localStorage.getItem('eventos.auth') ?? '{}') as { access_token: string };
    const headers = {
      apikey: supabaseAnonKey, authorization: `Bearer ${kept.access_token}`,
      'content-type': 'application/json', prefer: 'return=representation',
    };
    const send = async (path: string, body: unknown) =>
      (await (await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) })).json()) as unknown;
    const [made] = (await send('/rest/v1/events', values)) as { id: string; slug: string }[];
    await send('/rest/v1/rpc/publish_event', { event_id: made?.id });
    return { id: made?.id ?? '', slug: made?.slug ?? '' };
  }, row);
}

const EVENT = {
  name: 'Lantern Walk', type: 'festival', description: 'Along the river.', place: 'Old Mill', city: 'Toronto', capacity: 3,
  starts_local: '2031-05-05T20:00:00', duration: 90, timezone: 'America/Toronto', currency: 'CAD', price_cents: 0,
};

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme, reducedMotion: 'reduce' } as object);

    test('a guest buys, is found, and is let in once @phone', async ({ page }) => {
      await signUp(page);
      const { id, slug } = await published(page, EVENT);
      await page.goto(`/e/${slug}`);
      await page.getByRole('link', { name: 'Get tickets' }).click();
      await expect(page.getByText('3 left')).toBeVisible();
      await isSound(page);
      await page.getByRole('button', { name: 'Get my tickets' }).click();
      await expect(page.getByRole('alert')).toContainText('Please enter your name');
      await isSound(page);
      await page.getByLabel('Admission').selectOption('2');
      await page.getByLabel('Your name').fill('Bo Larsen');
      await page.getByLabel('Your e-mail address').fill('bo@example.com');
      await page.getByRole('button', { name: 'Get my tickets' }).click();
      await expect(page.getByRole('img', { name: /QR code/ })).toHaveCount(2);
      await isSound(page);
      const code = (await page.locator('.stub code').first().textContent()) ?? '';

      await page.goto(`/dashboard/events/${id}/guests`);
      await expect(page.getByText('bo@example.com').first()).toBeVisible();
      await isSound(page);

      await page.goto(`/checkin/${id}`);
      await expect(page.getByText('0 of 2 are in')).toBeVisible();
      await isSound(page);
      await page.getByLabel('Code on the ticket').fill(code.toLowerCase());
      await page.getByRole('button', { name: 'Check', exact: true }).click();
      await expect(page.getByText('Welcome').last()).toBeVisible();
      await expect(page.getByText('1 of 2 are in')).toBeVisible();
      await isSound(page);
    });

    test('a door without a network says so, keeps its scans, and sends them later @phone', async ({ page, context }) => {
      await signUp(page);
      const { id, slug } = await published(page, { ...EVENT, name: 'Quiet Door' });
      await page.goto(`/e/${slug}/tickets`);
      await page.getByLabel('Your name').fill('Cy');
      await page.getByLabel('Your e-mail address').fill('cy@example.com');
      await page.getByRole('button', { name: 'Get my tickets' }).click();
      const code = (await page.locator('.stub code').first().textContent()) ?? '';
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
  });
}
