/** What an organizer does beside selling: codes, questions, doors, who waits, who comes, and a word to all. */
import { readFile } from 'node:fs/promises';
import { expect, isSound, order, published, signUp, soldOut, test } from './person';

test('an event without guests says so; codes and questions are made, refused and taken away @phone', async ({ page }) => {
  await signUp(page);
  const { id, slug } = await published(page, { name: 'Empty Room' });
  await page.goto(`/dashboard/events/${id}/guests`);
  await expect(page.getByRole('region', { name: 'Guests' }).getByText('No guests yet.')).toBeVisible();
  await expect(page.getByText('Nothing is sold yet.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Send', exact: true })).toBeDisabled();

  const codes = page.getByRole('region', { name: 'Codes' });
  await codes.getByLabel('Code', { exact: true }).fill('early');
  await codes.getByLabel('Discount').fill('120');
  await codes.getByRole('button', { name: 'Add this code' }).click();
  await expect(codes.getByRole('alert')).toContainText('1 to 100 percent');
  await codes.getByLabel('Discount').fill('20');
  await codes.getByRole('button', { name: 'Add this code' }).click();
  await expect(codes.getByText('20 %')).toBeVisible();
  await expect(codes.getByLabel('Code', { exact: true })).toHaveValue('');
  await codes.getByLabel('Code', { exact: true }).fill('EARLY');
  await codes.getByLabel('Discount').fill('10');
  await codes.getByRole('button', { name: 'Add this code' }).click();
  await expect(codes.getByRole('alert')).toContainText('has that code already');
  await expect(codes.getByLabel('Discount')).toHaveValue('10');

  const questions = page.getByRole('region', { name: 'Questions' });
  await questions.getByRole('button', { name: 'Add this question' }).click();
  await expect(questions.getByRole('alert')).toContainText('Please write a question.');
  await questions.getByLabel('Your question').fill('Which shirt size?');
  await questions.getByLabel('An answer is required').check();
  await isSound(page);
  await questions.getByRole('button', { name: 'Add this question' }).click();
  await expect(questions.getByText('Must be answered')).toBeVisible();

  await page.goto(`/e/${slug}/tickets`);
  await expect(page.getByLabel('Which shirt size?')).toBeVisible();
  await isSound(page);
  await page.goto(`/dashboard/events/${id}/guests`);
  await codes.getByRole('button', { name: 'Remove: EARLY' }).click();
  await expect(codes.getByText('20 %')).toHaveCount(0);
  await questions.getByRole('button', { name: /^Remove/ }).click();
  await expect(questions.getByText('Which shirt size?')).toHaveCount(0);
});

test('a link opens a door for somebody without an account, until it is taken back @phone', async ({ page, browser, baseURL }) => {
  await signUp(page);
  const { id, slug } = await published(page, { name: 'Two Doors' });
  const code = await order(page, slug, { name: 'Di', email: 'di@example.com' });
  await page.goto(`/dashboard/events/${id}/guests`);
  const doors = page.getByRole('region', { name: 'Links for the doors' });
  await doors.getByRole('button', { name: 'Make a link' }).click();
  await expect(doors.getByRole('alert')).toContainText('Please name the door or the person.');
  await doors.getByLabel('Door or person').fill('North door');
  await doors.getByRole('button', { name: 'Make a link' }).click();
  await expect(doors.getByText('It is shown only now.')).toBeVisible();
  const link = (await doors.locator('.url').textContent()) ?? '';
  expect(link.startsWith(baseURL ?? '')).toBe(true);

  const phone = await browser.newContext({ viewport: { width: 360, height: 740 }, locale: 'en-US' });
  const helper = await phone.newPage();
  await helper.goto(link);
  await expect(helper.getByRole('heading', { level: 1, name: 'Two Doors' })).toBeVisible();
  await helper.getByLabel('Code on the ticket').fill(code);
  await helper.getByRole('button', { name: 'Check', exact: true }).click();
  await expect(helper.getByText('1 of 1 are in')).toBeVisible();
  await expect(helper.getByText('Judged on this device')).toHaveCount(0);
  await helper.getByLabel('Code on the ticket').fill(code.split('').reverse().join(''));
  await helper.getByRole('button', { name: 'Check', exact: true }).click();
  await expect(helper.getByText('Not a ticket of this event').last()).toBeVisible();
  await helper.getByRole('button', { name: 'Use the camera' }).click();
  await expect(helper.getByText(/camera/).last()).toBeVisible();
  await isSound(helper);

  await page.reload();
  await expect(doors.getByText(/^Used/)).toBeVisible();
  await isSound(page);
  await doors.getByRole('button', { name: 'Revoke: North door' }).click();
  await expect(doors.getByText('North door', { exact: true })).toHaveCount(0);
  await helper.reload();
  await expect(helper.getByRole('heading', { name: 'This event is not here' })).toBeVisible();
  await isSound(helper);
  await phone.close();
});

test('a long amount stands on one line of its figure @phone', async ({ page }) => {
  await signUp(page);
  const { id } = await published(page, { name: 'Full House', price_cents: 0 });
  const sold = { ticket_count: 3, checked_in_count: 0, order_count: 2, revenue_cents: 123_456_789 };
  await page.route('**/rest/v1/event_stats?**', (route) => route.fulfill({ json: [sold] }));
  await page.goto(`/dashboard/events/${id}`);
  const amount = page.locator('.figures dd').filter({ hasText: '1,234,567.89' });
  await expect(amount).toBeVisible();
  const fits = await amount.evaluate((figure) => {
    const lines = document.createRange();
    lines.selectNodeContents(figure);
    return { lines: new Set([...lines.getClientRects()].map((line) => line.top)).size, wider: figure.scrollWidth - figure.clientWidth };
  });
  expect(fits).toEqual({ lines: 1, wider: 0 });
  await isSound(page);
});

test('who waits is offered what is given back; guests are found, written to and kept as a file', async ({ page }) => {
  await signUp(page);
  const { id } = await soldOut(page, 'One Seat');
  await isSound(page);
  await page.getByLabel('Your name').fill('Fay Oduya');
  await page.getByLabel('Your e-mail address').fill('fay@example.com');
  await page.getByRole('button', { name: 'Put me on the list' }).click();
  await expect(page.getByText('You are on the list')).toBeVisible();

  await page.goto(`/dashboard/events/${id}/guests`);
  const waiting = page.getByRole('region', { name: 'Waiting list' });
  await expect(waiting.getByText('fay@example.com')).toBeVisible();
  await expect(page.getByText('1 of 1', { exact: true })).toBeVisible();
  await expect(page.getByRole('img', { name: 'Tickets: 1, days: 1' })).toBeVisible();
  await page.getByText('Show as a table').click();
  await expect(page.getByRole('columnheader', { name: 'Earned' })).toBeVisible();
  await isSound(page);

  const guests = page.getByRole('region', { name: 'Guests' });
  await guests.getByLabel('Name, email or code').fill('nobody');
  await expect(guests.getByText('Nobody fits this search.')).toBeVisible();
  await guests.getByLabel('Name, email or code').fill('sorel');
  await expect(guests.getByText('em@example.com')).toBeVisible();
  const coming = page.waitForEvent('download');
  await guests.getByRole('button', { name: 'Save as a file' }).click();
  expect(await readFile(await (await coming).path(), 'utf8')).toContain('em@example.com');

  const letter = page.getByRole('region', { name: 'Write to everybody' });
  await letter.getByRole('button', { name: 'Send' }).click();
  await expect(letter.getByRole('alert')).toContainText('Please write a subject and a message.');
  await letter.getByLabel('Subject').fill('See you soon');
  await letter.getByLabel('Message').fill('Doors open at half past seven.');
  await letter.getByRole('button', { name: 'Send' }).click();
  await expect(letter.getByText('On its way to 1 order.')).toBeVisible();
  await expect(letter.getByLabel('Subject')).toHaveValue('');

  await guests.getByRole('button', { name: 'Cancel order: Em Sorel' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('its tickets are no longer valid')).toBeVisible();
  await isSound(page);
  await dialog.getByRole('button', { name: 'Cancel order' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(guests.getByText('Done. The guest is told by email.')).toBeVisible();
  // The seat is offered a moment after it was given back; each look is at a page that has its list.
  await expect(async () => {
    await page.reload();
    await expect(waiting.getByText('fay@example.com')).toBeVisible();
    expect(await waiting.innerText()).toMatch(/Has (an offer|a ticket)/i);
  }).toPass({ timeout: 120_000 });
});
