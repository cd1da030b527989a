/** From a guest's first look at the tickets to the door: bought, found by the organizer, let in once. */
import { devices, type Browser } from '@playwright/test';
import { expect, isSound, order, published, send, signUp, soldOut, tabTo, test } from './person';

const PHONE = { ...devices['Pixel 7'], viewport: { width: 360, height: 740 }, locale: 'en-US' };

/** Somebody with a phone and no account, in a browser of their own. */
async function guestWith(browser: Browser, settings: object = {}) {
  return (await browser.newContext({ ...PHONE, ...settings })).newPage();
}

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
  // The same ticket a moment later is somebody else's try, and the answer stands in sight.
  await page.getByLabel('Code on the ticket').fill(code);
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await expect(page.locator('.verdict-word', { hasText: 'Was here already' })).toBeInViewport();
  await expect(page.getByText('1 of 2 are in')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
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

test('free tickets are bought, sent again and given back by keyboard alone', async ({ page, browser }) => {
  await signUp(page);
  const { slug } = await published(page, { name: 'Keys Only' });
  const guest = await guestWith(browser);
  // Where one is can be seen, wherever one comes.
  const on = async (name: RegExp) => {
    await tabTo(guest, name);
    const ring = await guest.evaluate(() => (document.activeElement ? getComputedStyle(document.activeElement).outlineStyle : 'none'));
    expect(ring).toBe('solid');
  };
  await guest.goto(`/e/${slug}`);
  await on(/^Get tickets/);
  await guest.keyboard.press('Enter');
  await guest.waitForURL('**/tickets*');
  await on(/^Admission/);
  await guest.keyboard.press('2');
  await on(/^Your name/);
  await guest.keyboard.press('Enter');
  // What is wrong is the first thing that one comes to after the way back, and leads to its field.
  await expect(guest.getByRole('alert')).toContainText('Please enter your name');
  await expect(guest).toHaveTitle(/^Please look at this/);
  await on(/^Please enter your name/);
  await guest.keyboard.press('Enter');
  await expect(guest.getByLabel('Your name')).toBeFocused();
  await guest.keyboard.type('Kim Okafor');
  await on(/^Your e-mail address/);
  await guest.keyboard.type('kim@example.com');
  await guest.keyboard.press('Enter');
  await expect(guest.getByRole('img', { name: /QR code/ })).toHaveCount(2);
  await on(/^Add to calendar/);
  await on(/^Send the mail again/);
  await guest.keyboard.press('Enter');
  await expect(guest.getByText('The mail is on its way to kim@example.com.')).toBeVisible();
  await on(/^Cancel this order/);
  await guest.keyboard.press('Enter');
  await on(/^Yes, cancel my order/);
  await guest.keyboard.press('Enter');
  await expect(guest.getByText('This order is cancelled.')).toBeVisible();
  await guest.context().close();
});

test('free tickets are bought by touch without JavaScript', async ({ page, browser }) => {
  await signUp(page);
  const { slug } = await published(page, { name: 'No Script' });
  const guest = await guestWith(browser, { javaScriptEnabled: false });
  await guest.goto(`/e/${slug}`);
  await guest.getByRole('link', { name: 'Get tickets' }).tap();
  await guest.getByLabel('Admission').selectOption('2');
  await guest.getByLabel('Your name').fill('Noor');
  await guest.getByLabel('Your e-mail address').fill('noor at home');
  await guest.getByRole('button', { name: 'Get my tickets' }).tap();
  await expect(guest.getByRole('alert')).toContainText('such as ana@example.com');
  // What was chosen and written is still there.
  await expect(guest.getByLabel('Admission')).toHaveValue('2');
  await expect(guest.getByLabel('Your name')).toHaveValue('Noor');
  await guest.getByLabel('Your e-mail address').fill('noor@example.com');
  await guest.getByRole('button', { name: 'Get my tickets' }).tap();
  await expect(guest.getByRole('img', { name: /QR code/ })).toHaveCount(2);
  const entry = await guest.request.get((await guest.getByRole('link', { name: 'Add to calendar' }).getAttribute('href')) ?? '');
  expect(await entry.text()).toContain('SUMMARY:No Script');
  await guest.getByText('Cancel this order').tap();
  await guest.getByRole('button', { name: 'Yes, cancel my order' }).tap();
  await expect(guest.getByText('This order is cancelled.')).toBeVisible();
  await guest.goto(`/e/${slug}/tickets?lang=fr`);
  await expect(guest.locator('html')).toHaveAttribute('lang', 'fr');
  await guest.context().close();
});

test('where nothing can be had, pages say so: sold out, called off, not there @phone', async ({ page }) => {
  await signUp(page);
  const { id, slug, own } = await soldOut(page, 'Small Room');
  await isSound(page);
  await page.getByLabel('Your name').fill('Fay Oduya');
  await page.getByRole('button', { name: 'Put me on the list' }).click();
  await expect(page.getByRole('alert')).toContainText('Please enter an address');
  await expect(page.getByLabel('Your e-mail address')).toHaveAttribute('aria-invalid', 'true');
  await isSound(page);
  await page.getByLabel('Your e-mail address').fill('fay@example.com');
  await page.getByRole('button', { name: 'Put me on the list' }).click();
  await expect(page.getByText('You are on the list')).toBeVisible();
  await isSound(page);

  await page.goto('/dashboard');
  await send(page, '/rest/v1/rpc/cancel_event', { event_id: id, revision: null });
  await page.goto(`/e/${slug}`);
  await expect(page.getByText('This event is cancelled.')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Get tickets' })).toHaveCount(0);
  await isSound(page);
  await page.goto(`/e/${slug}/tickets`);
  await expect(page.getByText('This event is cancelled.')).toBeVisible();
  await expect(page.getByRole('button')).toHaveCount(0);
  await isSound(page);
  await page.goto(own);
  await expect(page.getByText('Please do not travel to it.')).toBeVisible();
  await isSound(page);

  for (const absent of ['/e/nothing-of-the-kind', '/o/nothing-of-the-kind']) {
    await page.goto(absent);
    await expect(page.getByRole('heading', { name: 'We can’t find this page' })).toBeVisible();
    await isSound(page);
  }
});
