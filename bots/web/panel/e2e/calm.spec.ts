/** What comes first, and what keeps still. */
import { expect, instead, saved, say, signUp, test } from './person';

interface Watched {
  formAt?: number;
}

test('the form is there before anything of the conversation is asked for', async ({ page }) => {
  await signUp(page);
  await page.addInitScript(() => {
    const watched = window as Watched;
    new MutationObserver(() => {
      if (document.querySelector('[name=event-name]')) watched.formAt ??= performance.now();
    }).observe(document, { childList: true, subtree: true });
  });
  // The conversation's code never comes, and the form does its work.
  const come = await instead(page, /\/Room[-.][^/]*$/, () => undefined);
  const asked = page.waitForRequest(/\/Room[-.][^/]*$/);
  await page.goto('/wizard/new');
  await page.getByLabel('Event Name').fill('First Things First');
  await asked;
  await saved(page);
  come();
  await page.reload();
  await expect.poll(() => page.evaluate(() => performance.getEntriesByType('resource').some((one) => /\/Room[-.]/.test(one.name)))).toBe(true);
  const [formAt, roomAt] = await page.evaluate(() => {
    const room = performance.getEntriesByType('resource').find((one) => /\/Room[-.]/.test(one.name));
    return [(window as Watched).formAt ?? Infinity, room?.startTime ?? 0];
  });
  expect(roomAt).toBeGreaterThanOrEqual(formAt);
});

/** The longest that anything on the page takes to move, in seconds. */
function longest(): number {
  const seconds = (text: string) => Math.max(0, ...text.split(',').map((one) => (one.trim().endsWith('ms') ? parseFloat(one) / 1000 : parseFloat(one))));
  const styles = [...document.querySelectorAll('*')].flatMap((one) => [undefined, '::before', '::after'].map((part) => getComputedStyle(one, part)));
  return Math.max(0, ...styles.map((style) => Math.max(style.animationName === 'none' ? 0 : seconds(style.animationDuration), seconds(style.transitionDuration))));
}

test('nothing moves for those who want it still', async ({ page }) => {
  await signUp(page);
  await page.goto('/wizard/new');
  await say(page, 'A meetup called Still Water in Toronto. Show me venues.');
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await expect.poll(() => page.evaluate(longest)).toBeGreaterThan(0.05);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await expect.poll(() => page.evaluate(longest)).toBeLessThan(0.02);
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior)).toBe('auto');
});
