/** Events once more, and from elsewhere: a copy, a series, another program's file, and what came in without a conversation. */
import { drafted, expect, isSound, published, saved, signUp, test } from './person';

test('an event becomes a series of drafts, each of which goes on in the wizard @phone', async ({ page }) => {
  await signUp(page);
  const { id } = await published(page, { name: 'Tuesday Tea' });
  await page.goto(`/dashboard/events/${id}`);
  await page.getByText('Repeat as a series').click();
  await page.getByLabel('Days in all').fill('1');
  await page.getByRole('button', { name: 'Make the drafts' }).click();
  await expect(page.getByRole('alert')).toContainText('between 2 and 100 days');
  await isSound(page);
  await page.getByLabel('How often').selectOption('Every two weeks');
  await page.getByLabel('Days in all').fill('3');
  await page.getByRole('button', { name: 'Make the drafts' }).click();
  await expect(page.getByText('New drafts: 2.')).toBeVisible();
  await page.getByRole('button', { name: 'Make the drafts' }).click();
  await expect(page.getByText('All of these days are there already.')).toBeVisible();
  await isSound(page);
  // Only what is ready is published along; the rest says why, and follows once it is mended.
  const dates = page.getByRole('region', { name: 'Dates of this series' });
  await expect(dates.getByText('1 of 3 dates published')).toBeVisible();
  await expect(dates.getByText('Ready')).toHaveCount(2);
  await dates.getByRole('button', { name: 'Publish the other 2 dates' }).click();
  const question = page.getByRole('dialog', { name: 'Publish 2 dates?' });
  await expect(question.getByText('Monday, June 2, 2031')).toBeVisible();
  await isSound(page);
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect(dates.getByText('1 of 3 dates published')).toBeVisible();
  await page.goto('/dashboard');
  await expect(page.getByText('1 of 3 dates published')).toBeVisible();
  await expect(page.getByText('Monday, May 19, 2031')).toBeVisible();
  await expect(page.getByText('Monday, June 2, 2031')).toBeVisible();
  await expect(page.getByText('Ready to publish')).toHaveCount(2);
  await expect(page.getByText(/Step \d of 6/)).toHaveCount(0);
  await page.getByRole('link', { name: /Resume Draft/ }).first().click();
  await expect(page.getByLabel('Event Name')).toHaveValue('Tuesday Tea');
});

test('all dates of a series are published on one word', async ({ page }) => {
  await signUp(page);
  const { id } = await published(page, { name: 'Wednesday Wine' });
  await page.goto(`/dashboard/events/${id}`);
  await page.getByText('Repeat as a series').click();
  await page.getByLabel('Days in all').fill('4');
  await page.getByRole('button', { name: 'Make the drafts' }).click();
  await expect(page.getByText('New drafts: 3.')).toBeVisible();
  await page.goto('/dashboard');
  await page.getByRole('link', { name: 'See all dates: Wednesday Wine' }).click();
  const dates = page.getByRole('region', { name: 'Dates of this series' });
  await dates.getByRole('button', { name: 'Publish the other 3 dates' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Publish 3 dates' }).click();
  await expect(dates.getByText('All dates are published.')).toBeVisible();
  await expect(dates.getByRole('button')).toHaveCount(0);
  await page.reload();
  await expect(dates.getByText('All dates are published.')).toBeVisible();
  await isSound(page);
});

test('an event is made once more on another day', async ({ page }) => {
  await signUp(page);
  const { id } = await published(page, { name: 'Once More' });
  await page.goto(`/dashboard/events/${id}`);
  await page.getByLabel('On this day').fill('2031-09-01');
  await page.getByRole('button', { name: 'Duplicate' }).click();
  await page.waitForURL('**/wizard/*');
  await page.getByRole('button', { name: /Schedule/ }).click();
  await expect(page.getByLabel('Date', { exact: true })).toHaveValue('2031-09-01');
  await expect(page.getByLabel('Start time')).toHaveValue('20:00');
});

test('a draft that another program made is found, and goes on in the wizard', async ({ page }) => {
  await signUp(page);
  await drafted(page, { name: 'From Elsewhere' });
  await page.goto('/dashboard');
  await page.getByRole('link', { name: 'From Elsewhere', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Not published yet' })).toBeVisible();
  await isSound(page);
  await page.getByRole('button', { name: 'Resume Draft' }).click();
  await expect(page.getByLabel('Event Name')).toHaveValue('From Elsewhere');
  await page.getByLabel('Event Name').fill('From Elsewhere, Here');
  await saved(page);
  await page.goto('/dashboard');
  await expect(page.getByRole('heading', { name: 'From Elsewhere, Here' })).toHaveCount(1);
});

const CALENDAR = [
  'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//choir//EN',
  'BEGIN:VEVENT', 'UID:1', 'SUMMARY:Choir Practice', 'DTSTART;TZID=America/Toronto:20310506T190000', 'DTEND;TZID=America/Toronto:20310506T210000', 'LOCATION:Town Hall', 'END:VEVENT',
  'BEGIN:VEVENT', 'UID:2', 'SUMMARY:Choir Concert', 'DTSTART;TZID=America/Toronto:20310606T193000', 'END:VEVENT',
  'BEGIN:VTODO', 'UID:3', 'SUMMARY:Print the programme', 'END:VTODO',
  'END:VCALENDAR', '',
].join('\r\n');

test('a calendar and a table are seen before anything is made of them @phone', async ({ page }) => {
  await signUp(page);
  await page.getByRole('link', { name: 'Import events' }).click();
  const choose = page.getByLabel('Your file');
  await expect(choose).toBeAttached();
  await isSound(page);
  await choose.setInputFiles({ name: 'notes.ics', mimeType: 'text/calendar', buffer: Buffer.from('nothing of the kind') });
  await expect(page.getByRole('alert')).toContainText('There is no event in this file.');
  await isSound(page);
  await choose.setInputFiles({ name: 'choir.ics', mimeType: 'text/calendar', buffer: Buffer.from(CALENDAR) });
  await expect(page.getByRole('heading', { name: 'Events found: 2' })).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(page.getByText('Tuesday, May 6, 2031 · 7:00 PM · Town Hall')).toBeVisible();
  await isSound(page);
  await page.getByLabel('Choir Concert').uncheck();
  await page.getByRole('button', { name: 'Make 1 draft' }).click();
  await page.waitForURL('**/dashboard');
  await expect(page.getByRole('heading', { name: 'Choir Practice' })).toBeVisible();
  await expect(page.getByText('Choir Concert')).toHaveCount(0);

  // The same file once more makes nothing twice, and says so.
  await page.goto('/import');
  await choose.setInputFiles({ name: 'choir.ics', mimeType: 'text/calendar', buffer: Buffer.from(CALENDAR) });
  await page.getByLabel('Choir Concert').uncheck();
  await page.getByRole('button', { name: 'Make 1 draft' }).click();
  await expect(page.getByText('Nothing is new')).toBeVisible();

  const table = 'name,date,time,place\nBook Swap,2031-07-04,18:00,Library\n';
  await choose.setInputFiles({ name: 'swap.csv', mimeType: 'text/csv', buffer: Buffer.from(table) });
  // The file before it had one event, too.
  await expect(page.getByLabel('Book Swap')).toBeChecked();
  await page.getByRole('button', { name: 'Make 1 draft' }).click();
  await page.waitForURL('**/dashboard');
  await expect(page.getByRole('heading', { name: 'Book Swap' })).toBeVisible();
});
