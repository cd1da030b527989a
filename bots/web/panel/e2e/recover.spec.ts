/** A forgotten password: asked for, followed from the mail, chosen anew. OUTBOX names the folder where the server leaves its mails. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, isSound, PASSWORD, signIn, signUp, test } from './person';

const OUTBOX = process.env.OUTBOX ?? '';

/** The text of a mail, as it reads. */
function textOf(mail: string): string {
  const bytes = mail.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}

/** The link of the newest mail to this address that leads to `path`; null until there is one. */
function linkTo(email: string, path: string): string | null {
  // What is still being written has another name.
  const mails = existsSync(OUTBOX) ? readdirSync(OUTBOX).filter((name) => name.endsWith('.eml')) : [];
  const texts = mails.map((name) => readFileSync(join(OUTBOX, name), 'utf8')).filter((mail) => mail.includes(`To: ${email}`));
  return texts.map((mail) => new RegExp(`https?://[^\\s"<>]*${path}[^\\s"<>]*`).exec(textOf(mail))?.[0] ?? null).find((link) => link !== null) ?? null;
}

test('a forgotten password is chosen anew from the mail @phone', async ({ page }) => {
  test.skip(OUTBOX === '', 'OUTBOX is not set: nobody reads the mail');
  const email = await signUp(page);
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await page.getByRole('button', { name: 'Send the link' }).click();
  await expect(page.getByText('Please enter your email address.')).toBeVisible();
  await page.getByLabel('Email').fill(email);
  await page.getByRole('button', { name: 'Send the link' }).click();
  await expect(page.getByText('a link is on its way')).toBeVisible();
  await isSound(page);
  let link: string | null = null;
  await expect.poll(() => (link = linkTo(email, '/auth/v1/verify')), 'a mail with the link').not.toBeNull();
  await page.goto(link ?? '');
  await expect(page.getByRole('heading', { name: 'Back into your account' })).toBeVisible();
  await isSound(page);
  await page.getByRole('button', { name: 'Sign me in' }).click();
  await expect(page.getByRole('heading', { name: 'Choose a new password' })).toBeVisible();
  await page.getByLabel('New password').fill('short');
  await page.getByRole('button', { name: 'Save password' }).click();
  await expect(page.getByText('Please choose a longer password')).toBeVisible();
  await isSound(page);
  await page.getByLabel('New password').fill(`${PASSWORD}2`);
  await page.getByRole('button', { name: 'Save password' }).click();
  await expect(page.getByText('Your password is changed.')).toBeVisible();
  // Signed out where no page writes the sign-in anew meanwhile.
  await page.goto('/config.json');
  await page.evaluate(() => localStorage.clear());
  await page.goto('/login');
  await signIn(page, email);
  await expect(page.getByText('Email or password is not right.')).toBeVisible();
  await isSound(page);
  await page.getByLabel('Password').fill(`${PASSWORD}2`);
  await page.click('button[type=submit]');
  await page.waitForURL('**/dashboard');
});
