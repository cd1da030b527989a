/** What an organizer does with drafts on the dashboard, and what stands at addresses that are nobody's, or another's. */
import type { Page } from '@playwright/test';
import { begun, drafted, expect, isSound, published, saved, signUp, test, unsent } from './person';

const card = (page: Page, name: string) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name, exact: true }) });

async function choose(page: Page, name: string, what: string): Promise<void> {
  await page.getByRole('button', { name: `More for ${name}`, exact: true }).click();
  await page.getByRole('menuitem', { name: what }).click();
}

test('a draft that is discarded is put aside, comes back on a word, and stays where it was put @phone', async ({ page }) => {
  await signUp(page);
  await begun(page, 'Second Thoughts');
  await page.goto('/dashboard');
  const resume = page.getByRole('link', { name: 'Resume Draft: Second Thoughts' });
  await expect(resume).toBeVisible();
  await choose(page, 'Second Thoughts', 'Discard');
  await expect(page.getByRole('status').filter({ hasText: 'Draft put aside.' })).toBeVisible();
  await expect(resume).toHaveCount(0);
  await isSound(page);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(resume).toBeVisible();
  await page.reload();
  await expect(resume).toBeVisible();
  await choose(page, 'Second Thoughts', 'Discard');
  await expect(page.getByText('Put aside (1)')).toBeVisible();
  await page.reload();
  await page.getByText('Put aside (1)').click();
  await expect(resume).toHaveCount(0);
  await isSound(page);
  // Whoever writes again goes on.
  await page.getByRole('link', { name: 'Continue: Second Thoughts' }).click();
  await page.getByLabel('Event Name').fill('Third Thoughts');
  await saved(page);
  await page.goto('/dashboard');
  await expect(page.getByRole('link', { name: 'Resume Draft: Third Thoughts' })).toBeVisible();
});

test('what the server does not do is told as trouble', async ({ page }) => {
  await signUp(page);
  await begun(page, 'Stays');
  await page.goto('/dashboard');
  await page.route('**/rest/v1/wizard_sessions?id=**', (route) =>
    route.request().method() === 'PATCH' ? route.fulfill({ status: 503, headers: { 'retry-after': '1' }, json: { code: 'PGRST000', message: 'The server is resting.' } }) : route.continue(),
  );
  await choose(page, 'Stays', 'Discard');
  await expect(page.getByRole('alert')).toContainText('The server is resting.');
  await expect(page.getByRole('link', { name: 'Resume Draft: Stays' })).toBeVisible();
});

test('a draft that this browser alone has is put aside before it is sent, and sent once it is back', async ({ page }) => {
  await signUp(page);
  const { resume, free } = await unsent(page, 'Not Yet');
  await choose(page, 'Not Yet', 'Discard');
  await expect(resume).toHaveCount(0);
  free();
  await page.reload();
  await expect(page.getByText('Put aside (1)')).toBeVisible();
  await expect(resume).toHaveCount(0);
  await page.getByText('Put aside (1)').click();
  await page.getByRole('link', { name: 'Continue: Not Yet' }).click();
  await expect(page.getByLabel('Event Name')).toHaveValue('Not Yet');
  await saved(page);
  await page.goto('/dashboard');
  await expect(resume).toHaveCount(1);
  await expect(page.getByText('Kept on this device')).toHaveCount(0);
});

test('a draft that was sent after it was opened is found again by going back and forth', async ({ page }) => {
  await signUp(page);
  const { resume, free } = await unsent(page, 'There And Back');
  await resume.click();
  await expect(page.getByLabel('Event Name')).toHaveValue('There And Back');
  await page.goBack();
  await expect(resume).toBeVisible();
  free();
  await expect(page.getByText('Kept on this device')).toHaveCount(0);
  await page.goForward();
  await expect(page).toHaveURL(/\/wizard\/[0-9a-f-]{36}/);
  await expect(page.getByLabel('Event Name')).toHaveValue('There And Back');
  await page.goto('/dashboard');
  await expect(resume).toHaveCount(1);
});

test('a copy of a draft has a name of its own', async ({ page }) => {
  await signUp(page);
  await begun(page, 'Jazz Night');
  await page.goto('/dashboard');
  await choose(page, 'Jazz Night', 'Duplicate');
  await expect(card(page, 'Jazz Night (2)')).toBeVisible();
  await choose(page, 'Jazz Night', 'Duplicate');
  await expect(card(page, 'Jazz Night (3)')).toBeVisible();
});

test('what is another’s is not here, published or not, and neither is what is no address of anything', async ({ page, browser }) => {
  const away = await browser.newContext();
  const other = await away.newPage();
  await signUp(other);
  const { id } = await published(other, { name: 'Not Yours' });
  const draft = await drafted(other, { name: 'Not Yours Either' });
  await away.close();
  await signUp(page);
  const absent = async (path: string, title: string) => {
    await page.goto(path);
    await expect(page.getByRole('heading', { name: title })).toBeVisible();
    await expect(page.getByRole('alert')).toHaveCount(0);
    await expect(page.getByText(/syntax|uuid|Not Yours/)).toHaveCount(0);
  };
  for (const one of [id, draft.id, 'nonsense', '%00', '00000000-0000-0000-0000-000000000000']) {
    await absent(`/dashboard/events/${one}`, 'This event is not here');
    await absent(`/dashboard/events/${one}/guests`, 'This event is not here');
    await absent(`/checkin/${one}`, 'This event is not here');
  }
  await absent('/wizard/nonsense', 'This draft is not here');
  await absent('/wizard/00000000-0000-0000-0000-000000000000', 'This draft is not here');
  await isSound(page);
});
